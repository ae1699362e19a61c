use std::fmt::{self, Write as _};

/// A text from elsewhere, so that it fits in one line of a log and forges no other.
pub(super) struct OneLine<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string().trim().chars() {
            match character {
                '\n' => f.write_char(' ')?,
                control if control.is_control() => write!(f, "{}", control.escape_default())?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_escape_codes_do_not_pass() {
        assert_eq!(OneLine("two\nlines\r\u{1b}[31m\n").to_string(), "two lines\\r\\u{1b}[31m");
    }
}
