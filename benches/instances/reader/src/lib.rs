//! A plugin that reads one value, or none where it is given no key: what a plugin costs that could.

wit_bindgen::generate!({
    inline: "
        package bench:reader;
        world reader {
            export run: func(key: string) -> u64;
        }
    ",
});

struct Reader;

export!(Reader);

impl Guest for Reader {
    fn run(key: String) -> u64 {
        if key.is_empty() {
            return 0;
        }
        larder::storage::get(key).expect("the store answers").map_or(0, |value| value.len() as u64)
    }
}
