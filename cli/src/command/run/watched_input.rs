use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::{InputStream, Pollable, StreamError, StreamResult};

/// The standard input of this process, which remembers whether anything was taken from it.
#[derive(Clone, Default)]
pub struct WatchedInput {
    taken: Arc<AtomicBool>,
}

/// One stream of it.
struct Watched<S> {
    stream: S,
    taken: Arc<AtomicBool>,
}

impl WatchedInput {
    /// Whether a plugin has had any of it, so that another one would have the rest alone.
    pub fn was_taken_from(&self) -> bool {
        self.taken.load(Ordering::Relaxed)
    }

    fn watch<S>(&self, stream: S) -> Box<Watched<S>> {
        Box::new(Watched { stream, taken: self.taken.clone() })
    }
}

impl StdinStream for WatchedInput {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        self.watch(Pin::from(io::stdin().async_stream()))
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        self.watch(io::stdin().p2_stream())
    }
}

impl IsTerminal for WatchedInput {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(&io::stdin())
    }
}

impl<S> Watched<S> {
    fn mark(&self) {
        self.taken.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl InputStream for Watched<Box<dyn InputStream>> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let read = self.stream.read(size);
        // The end is still there for the next one; an error is told once.
        match &read {
            Ok(bytes) if bytes.is_empty() => {}
            Err(StreamError::Closed) => {}
            _ => self.mark(),
        }
        read
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

#[async_trait]
impl Pollable for Watched<Box<dyn InputStream>> {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}

impl AsyncRead for Watched<Pin<Box<dyn AsyncRead + Send + Sync>>> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = self.stream.as_mut().poll_read(context, buffer);
        if buffer.filled().len() > before || matches!(read, Poll::Ready(Err(_))) {
            self.mark();
        }
        read
    }
}
