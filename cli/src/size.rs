const UNITS: [(&str, u64); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];

/// The number of bytes that `text` says: `4096`, `64KiB`, `10 MiB`.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let (number, unit_bytes) =
        UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?.trim_end(), *bytes))).unwrap_or((text, 1));
    let digits_alone = number.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = number.parse().ok().filter(|_| digits_alone).and_then(|number: u64| number.checked_mul(unit_bytes));
    bytes
        .ok_or_else(|| format!("{text:?} is not a size: write a number of bytes, or a number and KiB, MiB, GiB or TiB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_have_a_binary_unit() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("64KiB", 65536),
            ("10 MiB", 10 << 20),
            ("2GiB", 2 << 30),
            ("1TiB", 1 << 40),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", " ", "KiB", "-1", "+1", "1.5MiB", "10MB", "10M", "10kib", "0x10", "1 2", "16777216TiB"] {
            assert!(parse_bytes(text).is_err(), "{text:?} parsed");
        }
    }
}
