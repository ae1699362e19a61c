use larder_store::keyvalue::{Bucket, Opened};
use wasmtime::component::Resource;

use super::Error;
use crate::StorageView;

impl StorageView<'_> {
    pub(super) fn open_bucket(&mut self, identifier: &str) -> Result<Resource<Bucket>, Error> {
        let bucket = Bucket::named(identifier, self.ctx.session.grant())?;
        Ok(self.ctx.table.push(bucket)?)
    }

    pub(super) fn opened(&self, bucket: &Resource<Bucket>) -> Result<Opened<'_>, Error> {
        Ok(self.ctx.table.get(bucket)?.open_in(&self.ctx.session))
    }
}
