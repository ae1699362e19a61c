use std::fmt::{self, Write};

/// A text without control characters, so that it is one line and commands no terminal.
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| write_visibly(character, f))
    }
}

/// A key or another name in a list of one a line: as [`OneLine`], and with `\\` for a backslash, so that no two look the same.
pub struct NameLine<'a>(pub &'a str);

impl fmt::Display for NameLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '\\' => f.write_str("\\\\"),
            _ => write_visibly(character, f),
        })
    }
}

fn write_visibly(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // The two separators end a line for many a reader.
    if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
        write!(f, "{}", character.escape_default())
    } else {
        f.write_char(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_nothing_else() {
        assert_eq!(OneLine("a\nb\r\t\0\u{1b}[2J\u{9b}\u{2028}").to_string(), r"a\nb\r\t\u{0}\u{1b}[2J\u{9b}\u{2028}");
        assert_eq!(OneLine(r#"é 🧺 "C:\x" '"#).to_string(), r#"é 🧺 "C:\x" '"#);
    }

    #[test]
    fn keys_that_differ_are_lines_that_differ() {
        assert_eq!(NameLine("a\nb").to_string(), r"a\nb");
        assert_eq!(NameLine(r"a\nb").to_string(), r"a\\nb");
    }
}
