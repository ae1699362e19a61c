//! Stores 100 bytes, and gets them as often as the command line says.

use larder::storage;

fn main() -> Result<(), larder::Error> {
    let count: u64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(0);
    storage::set("k", [b'v'; 100])?;
    for _ in 0..count {
        assert_eq!(storage::get("k")?.map(|value| value.len()), Some(100));
    }
    Ok(())
}
