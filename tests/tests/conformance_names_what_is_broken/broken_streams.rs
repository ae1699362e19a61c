//! Streams, with what can be wrong with them.

use larder_host::Error;
use larder_host::bindings::atomic::{Host as Atomic, Outcome};
use larder_host::bindings::streams::{Host as Streams, HostReader, HostWriter};
use larder_host::bindings::types::{Address, Expectation, Version};
use larder_store::{Reader, Writer};
use wasmtime::component::Resource;

use crate::broken_host::BrokenView;
use crate::fault::Fault;

impl Streams for BrokenView<'_> {
    async fn open(&mut self, at: Address) -> Result<Option<Resource<Reader>>, Error> {
        let reader = Streams::open(&mut self.0.whole(), at.clone()).await?;
        if let Some(reader) = &reader {
            self.0.opened.insert(reader.rep(), at);
        }
        Ok(reader)
    }

    async fn create(
        &mut self,
        at: Address,
        expect: Option<Expectation>,
        expires_in_ms: Option<u64>,
    ) -> Result<Resource<Writer>, Error> {
        if self.0.fault != Fault::ExpectationOfTheBeginning {
            return Streams::create(&mut self.0.whole(), at, expect, expires_in_ms).await;
        }
        let checks = expect.map(|expect| larder_host::bindings::atomic::Check { at: at.clone(), expect });
        let outcome = Atomic::commit(&mut self.0.whole(), checks.into_iter().collect(), Vec::new()).await?;
        let writer = Streams::create(&mut self.0.whole(), at, None, expires_in_ms).await?;
        if let Outcome::Conflict(_) = outcome {
            self.0.doomed.insert(writer.rep());
        }
        Ok(writer)
    }
}

impl HostReader for BrokenView<'_> {
    async fn size(&mut self, reader: Resource<Reader>) -> wasmtime::Result<u64> {
        HostReader::size(&mut self.0.whole(), reader).await
    }

    async fn version(&mut self, reader: Resource<Reader>) -> wasmtime::Result<Version> {
        HostReader::version(&mut self.0.whole(), reader).await
    }

    async fn read(&mut self, reader: Resource<Reader>, offset: u64, most: u32) -> Result<Vec<u8>, Error> {
        if self.0.fault != Fault::ReaderFollowsTheKey {
            return HostReader::read(&mut self.0.whole(), reader, offset, most).await;
        }
        match self.0.session().open((&self.0.opened[&reader.rep()]).into()).await? {
            Some(reader) => Ok(reader.read(offset, most).await?),
            None => Ok(Vec::new()),
        }
    }

    async fn drop(&mut self, reader: Resource<Reader>) -> wasmtime::Result<()> {
        self.0.opened.remove(&reader.rep());
        HostReader::drop(&mut self.0.whole(), reader).await
    }
}

impl HostWriter for BrokenView<'_> {
    async fn write(&mut self, writer: Resource<Writer>, bytes: Vec<u8>) -> Result<(), Error> {
        HostWriter::write(&mut self.0.whole(), writer, bytes).await
    }

    async fn finish(&mut self, writer: Resource<Writer>) -> Result<Option<Version>, Error> {
        if self.0.doomed.remove(&writer.rep()) {
            let _ = HostWriter::drop(&mut self.0.whole(), writer).await;
            return Ok(None);
        }
        HostWriter::finish(&mut self.0.whole(), writer).await
    }

    async fn drop(&mut self, writer: Resource<Writer>) -> wasmtime::Result<()> {
        self.0.doomed.remove(&writer.rep());
        if self.0.fault == Fault::DroppedWriterFinishes {
            // Where that is refused, nothing is wrong.
            let _ = HostWriter::finish(&mut self.0.whole(), writer).await;
            return Ok(());
        }
        HostWriter::drop(&mut self.0.whole(), writer).await
    }
}
