use std::time::Duration;

use larder_store::{Reader, Writer};
use wasmtime::component::Resource;

use crate::bindings::types::{Address, Expectation, Version};
use crate::{Error, StorageView};

implement! {
    use streams::{Host, HostReader, HostWriter};

    impl Host {
        async fn open(&mut self, at: Address) -> Result<Option<Resource<Reader>>, Error> {
            let reader = self.reading(1).await?.open((&at).into()).await?;
            Ok(reader.map(|reader| self.ctx.table.push(reader)).transpose()?)
        }

        async fn create(
            &mut self,
            at: Address,
            expect: Option<Expectation>,
            expires_in_ms: Option<u64>
        ) -> Result<Resource<Writer>, Error> {
            let (expect, expires_in) = (expect.map(Into::into), expires_in_ms.map(Duration::from_millis));
            let writer = self.writing(at.key.len()).await?.create((&at).into(), expect, expires_in).await?;
            Ok(self.ctx.table.push(writer)?)
        }
    }

    impl HostReader {
        async fn size(&mut self, reader: Resource<Reader>) -> wasmtime::Result<u64> {
            Ok(self.ctx.table.get(&reader)?.size())
        }

        async fn version(&mut self, reader: Resource<Reader>) -> wasmtime::Result<Version> {
            Ok(self.ctx.table.get(&reader)?.version().into())
        }

        async fn read(&mut self, reader: Resource<Reader>, offset: u64, most: u32) -> Result<Vec<u8>, Error> {
            self.reading(1).await?;
            Ok(self.ctx.table.get(&reader)?.read(offset, most).await?)
        }

        async fn drop(&mut self, reader: Resource<Reader>) -> wasmtime::Result<()> {
            self.ctx.table.delete(reader)?;
            Ok(())
        }
    }

    impl HostWriter {
        async fn write(&mut self, writer: Resource<Writer>, bytes: Vec<u8>) -> Result<(), Error> {
            self.writing(bytes.len()).await?;
            Ok(self.ctx.table.get_mut(&writer)?.write(bytes).await?)
        }

        async fn finish(&mut self, writer: Resource<Writer>) -> Result<Option<Version>, Error> {
            let writer = self.ctx.table.delete(writer)?;
            Ok(writer.finish().await?.map(Into::into))
        }

        async fn drop(&mut self, writer: Resource<Writer>) -> wasmtime::Result<()> {
            self.ctx.table.delete(writer)?;
            Ok(())
        }
    }
}
