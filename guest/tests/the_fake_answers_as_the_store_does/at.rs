/// A key in one of the stores, for the one and for the other.
#[derive(Clone, Copy, Debug)]
pub struct At(pub larder::Store, pub &'static str);

impl At {
    pub fn ours(self) -> larder::Address {
        match self.0 {
            larder::Store::Private => larder::Address::private(self.1),
            larder::Store::Shared => larder::Address::shared(self.1),
        }
    }

    pub fn theirs(self) -> larder_store::Address<'static> {
        larder_store::Address { store: theirs(self.0), key: self.1 }
    }
}

pub fn theirs(store: larder::Store) -> larder_store::Store {
    match store {
        larder::Store::Private => larder_store::Store::Private,
        larder::Store::Shared => larder_store::Store::Shared,
    }
}
