use std::io::{self, BufWriter, ErrorKind, Write};

use crate::exit::Exit;
use crate::failure::Failure;

/// Writes data to standard output: the one place that does.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::reader_gone(),
        _ => Failure::new(Exit::Larder, error).context("cannot write to standard output"),
    })
}
