use std::io::{self, Error, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};

/// What a shell takes for an end by Ctrl-C.
const ENDED_BY_INTERRUPT: i32 = 130;

/// Whether the operator wants the program to end, by Ctrl-C or with `kill`, and have undone first what it has begun.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Begins to watch. The first time it takes notice, the second time it ends the program.
    pub fn watch() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order, so that the first time is not taken for the second one.
            register_conditional_shutdown(signal, ENDED_BY_INTERRUPT, asked.clone())?;
            register(signal, asked.clone())?;
        }
        Ok(Self(asked))
    }

    /// What fails to read or write from then on.
    pub fn stops<T>(self, inner: T) -> Interruptible<T> {
        Interruptible { inner, interrupt: self }
    }

    fn check(&self) -> io::Result<()> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(Error::other("it was interrupted")),
            false => Ok(()),
        }
    }
}

/// Reads or writes until the program is to end.
pub struct Interruptible<T> {
    inner: T,
    interrupt: Interrupt,
}

impl<T: Read> Read for Interruptible<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt.check()?;
        self.inner.read(buffer)
    }
}

impl<T: Write> Write for Interruptible<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt.check()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
