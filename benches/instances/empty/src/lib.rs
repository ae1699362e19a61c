//! A plugin that does nothing: what running any plugin costs.

wit_bindgen::generate!({
    inline: "
        package bench:empty;
        world empty {
            export run: func(key: string) -> u64;
        }
    ",
});

struct Empty;

export!(Empty);

impl Guest for Empty {
    fn run(key: String) -> u64 {
        key.len() as u64
    }
}
