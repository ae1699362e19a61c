use larder_store::keyvalue::{Bucket, Opened};
use wasmtime::component::Resource;

use super::Error;
use crate::StorageView;
use crate::runtime::Demand;

impl StorageView<'_> {
    pub(super) fn open_bucket(&mut self, identifier: &str) -> Result<Resource<Bucket>, Error> {
        let bucket = Bucket::named(identifier, self.ctx.session.grant())?;
        Ok(self.ctx.table.push(bucket)?)
    }

    /// A bucket, for a call that reads so many keys, once the plugin's rates allow that.
    pub(super) fn reading_in(
        &self,
        bucket: &Resource<Bucket>,
        keys: usize,
    ) -> impl Future<Output = Result<Opened<'_>, Error>> + use<'_> {
        self.opened(bucket, Demand::reading(keys))
    }

    /// A bucket, for a call that writes so many keys and bytes, once the plugin's rates allow that.
    pub(super) fn writing_in(
        &self,
        bucket: &Resource<Bucket>,
        keys: usize,
        bytes: usize,
    ) -> impl Future<Output = Result<Opened<'_>, Error>> + use<'_> {
        self.opened(bucket, Demand::writing(keys, bytes))
    }

    fn opened(
        &self,
        bucket: &Resource<Bucket>,
        demand: Demand,
    ) -> impl Future<Output = Result<Opened<'_>, Error>> + use<'_> {
        let bucket = self.ctx.table.get(bucket).copied();
        let session = self.session_for(demand);
        async move { Ok(bucket?.open_in(session.await?)) }
    }
}
