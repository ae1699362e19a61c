use std::io::{self, Write};

/// Rows of numbers, each with the name of what they describe in the end.
///
/// The name stands last, as it may have blanks in it: whoever reads a line by its fields finds the numbers first.
pub struct Table<const N: usize> {
    header: [&'static str; N],
    name: &'static str,
    rows: Vec<([u64; N], String)>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub fn new(header: [&'static str; N], name: &'static str) -> Self {
        Self { header, name, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, numbers: [u64; N], name: impl ToString) {
        self.rows.push((numbers, name.to_string()));
    }

    /// Writes the header and the rows, a line each, numbers to the right.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let header = (self.header.map(str::to_owned), self.name.to_owned());
        let rows = self.rows.iter().map(|(numbers, name)| (numbers.map(|number| number.to_string()), name.clone()));
        let lines: Vec<_> = [header].into_iter().chain(rows).collect();
        let widths: [usize; N] = std::array::from_fn(|column| {
            lines.iter().map(|(numbers, _)| numbers[column].len()).max().unwrap_or_default()
        });
        for (numbers, name) in &lines {
            for (number, width) in numbers.iter().zip(widths) {
                write!(out, "{number:>width$}  ")?;
            }
            writeln!(out, "{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_entry() {
        let mut table = Table::new(["KEYS", "BYTES"], "PLUGIN");
        table.push([1, 1_000_000], "a b");
        table.push([20_000, 7], "c");
        let mut written = Vec::new();
        table.write(&mut written).unwrap();
        let expected = " KEYS    BYTES  PLUGIN\n    1  1000000  a b\n20000        7  c\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}
