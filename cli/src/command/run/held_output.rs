use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// What a plugin may write to standard output before it is told where that leads.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What a plugin may write at a time.
const PERMIT_BYTES: usize = 64 * 1024;

/// A standard output that keeps what is written to it.
///
/// Clones keep it together.
#[derive(Clone, Default)]
pub struct HeldOutput(Arc<Mutex<Vec<u8>>>);

impl HeldOutput {
    /// What has been written, which it forgets.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.bytes())
    }

    fn hold(&self, more: &[u8]) -> Result<(), wasmtime::Error> {
        let mut bytes = self.bytes();
        if more.len() > MOST_BYTES - bytes.len() {
            return Err(wasmtime::Error::msg(format!(
                "the plugin wrote more than {MOST_BYTES} bytes to standard output, which is held back until the commit"
            )));
        }
        bytes.extend_from_slice(more);
        Ok(())
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().expect("nothing panics while it is locked")
    }
}

impl StdoutStream for HeldOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// As the output that it leads to in the end.
impl IsTerminal for HeldOutput {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(&io::stdout())
    }
}

impl OutputStream for HeldOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.hold(&bytes).map_err(StreamError::Trap)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT_BYTES)
    }
}

#[async_trait]
impl Pollable for HeldOutput {
    async fn ready(&mut self) {}
}

impl AsyncWrite for HeldOutput {
    fn poll_write(self: Pin<&mut Self>, _context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.hold(bytes).map(|()| bytes.len()).map_err(io::Error::other))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
