//! A plugin that reads one value.

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
        larder::storage::get(key).expect("the store answers").map_or(0, |value| value.len() as u64)
    }
}
