use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use wasmtime::error::{Context, Result};

use crate::Comparison;

/// All that was compared, printed as it comes.
#[derive(Debug, Default)]
pub struct Report {
    comparisons: Vec<Comparison>,
}

impl Report {
    /// Prints the head of the table.
    pub fn begin() -> Self {
        print!("{}", Comparison::head());
        Self::default()
    }

    /// Prints a comparison.
    pub fn add(&mut self, comparison: Comparison) {
        print!("{comparison}");
        self.comparisons.push(comparison);
    }

    /// Takes what another has, which is printed already.
    pub fn take(&mut self, mut other: Self) {
        self.comparisons.append(&mut other.comparisons);
    }

    /// Whether a bound is missed by so much that noise does not explain it.
    pub fn is_far_off(&self) -> bool {
        self.comparisons.iter().any(Comparison::is_far_off)
    }

    /// Writes a JSON object for each ratio, on a line of its own.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let write = || -> std::io::Result<()> {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            let mut lines = BufWriter::new(File::create(file)?);
            for line in self.comparisons.iter().flat_map(Comparison::to_json) {
                writeln!(lines, "{line}")?;
            }
            lines.flush()
        };
        write().with_context(|| format!("cannot write {}", file.display()))
    }
}
