use std::time::Duration;

/// The time that `text` says: seconds as `10`, or with units as `10s`, `500ms`, `2m 30s`.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let digits_alone = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let time =
        if digits_alone { text.parse().ok().map(Duration::from_secs) } else { humantime::parse_duration(text).ok() };
    time.filter(|time| !time.is_zero()).ok_or_else(|| {
        format!("{text:?} is not a time: write seconds, more than 0, or a number and a unit, as 10s, 500ms or 2m")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_have_units() {
        for (text, ms) in [("10", 10_000), ("10s", 10_000), ("500ms", 500), ("2m", 120_000), ("1m 30s", 90_000)] {
            assert_eq!(parse_time(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "0", "0s", "-1", "soon", "10 parsecs", "99999999999999999999"] {
            assert!(parse_time(text).is_err(), "{text:?} parsed");
        }
    }
}
