use std::time::Duration;

/// As the interface counts: in whole milliseconds, rounded down; what is longer than it can say is as good as never.
pub(crate) fn to_ms(expires_in: Duration) -> u64 {
    u64::try_from(expires_in.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_millisecond_does_not_count_and_the_longest_time_is_the_longest() {
        for (nanos, ms) in [(0, 0), (999_999, 0), (1_000_000, 1), (1_999_999, 1)] {
            assert_eq!(to_ms(Duration::from_nanos(nanos)), ms);
        }
        assert_eq!(to_ms(Duration::MAX), u64::MAX);
    }
}
