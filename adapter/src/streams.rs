use std::cell::RefCell;
use std::time::Duration;

use crate::Adapter;
use crate::bindings::streams::{self, Guest, GuestReader, GuestWriter};
use crate::bindings::types::{Address, Error, Expectation, Version};
use crate::opened::in_session;

pub struct Reader(larder_store::Reader);

pub struct Writer(RefCell<larder_store::Writer>);

impl Guest for Adapter {
    type Reader = Reader;
    type Writer = Writer;

    fn open(at: Address) -> Result<Option<streams::Reader>, Error> {
        let reader = in_session(async |session| session.open((&at).into()).await)?;
        Ok(reader.map(|reader| streams::Reader::new(Reader(reader))))
    }

    fn create(at: Address, expect: Option<Expectation>, expires_in_ms: Option<u64>) -> Result<streams::Writer, Error> {
        let (expect, expires_in) = (expect.map(Into::into), expires_in_ms.map(Duration::from_millis));
        let writer = in_session(async |session| session.create((&at).into(), expect, expires_in).await)?;
        Ok(streams::Writer::new(Writer(RefCell::new(writer))))
    }
}

impl GuestReader for Reader {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn version(&self) -> Version {
        self.0.version().into()
    }

    fn read(&self, offset: u64, most: u32) -> Result<Vec<u8>, Error> {
        Ok(in_session(async |_| self.0.read(offset, most).await)?)
    }
}

impl GuestWriter for Writer {
    fn write(&self, bytes: Vec<u8>) -> Result<(), Error> {
        let mut writer = self.0.borrow_mut();
        Ok(in_session(async |_| writer.write(bytes).await)?)
    }

    fn finish(this: streams::Writer) -> Result<Option<Version>, Error> {
        let Writer(writer) = this.into_inner();
        Ok(in_session(async |_| writer.into_inner().finish().await)?.map(Into::into))
    }
}
