//! The plugins that pass `wasi:keyvalue` on as they are given it, one for each draft.

use std::sync::LazyLock;

use larder_host::{Call, CallError, Plugin, Runtime, RuntimeOptions, State};
use larder_store::Session;
use wasmtime::Store;
use wasmtime::component::{Instance, ResourceAny};

use crate::plugin_bytes;

/// One runtime for both drafts, as a host has it.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new(RuntimeOptions::default()).expect("the runtime starts"));

/// What `bindgen!` makes of the exports of the plugins.
pub mod bindings {
    #![allow(missing_docs, reason = "generated")]

    pub mod draft {
        wasmtime::component::bindgen!({
            inline: "
                package tests:keyvalue-draft;
                world plugin {
                    export wasi:keyvalue/store@0.2.0-draft;
                    export wasi:keyvalue/atomics@0.2.0-draft;
                    export wasi:keyvalue/batch@0.2.0-draft;
                }
            ",
            path: "../wit/wasi-keyvalue/0.2.0-draft",
            world: "tests:keyvalue-draft/plugin",
            exports: { default: async },
            additional_derives: [PartialEq],
        });
    }

    pub mod draft2 {
        wasmtime::component::bindgen!({
            path: ["../wit/wasi-keyvalue/0.2.0-draft2", "plugins/keyvalue-draft2/wit"],
            world: "tests:keyvalue-draft2/plugin",
            exports: { default: async },
            additional_derives: [PartialEq],
        });
    }
}

/// The drafts differ in the types of a count, of a cursor and of what `get-many` answers.
macro_rules! draft {
    ($draft:ident, $name:literal, count: $count:ty, cursor: $cursor:ty, many: $many:ty) => {
        #[doc = concat!("The plugin `", $name, "`.")]
        pub mod $draft {
            use super::*;
            use crate::keyvalue::bindings::$draft as bindings;

            pub use self::bindings::exports::wasi::keyvalue::store::{Error, KeyResponse};

            /// Calls of the plugin, in one instance and with one bucket.
            ///
            /// They panic where the plugin traps, so that a test reads what it was answered.
            pub struct Bucket<'a> {
                pub(super) store: &'a mut Store<State>,
                pub(super) plugin: bindings::Plugin,
                pub(super) handle: ResourceAny,
            }

            /// Opens a bucket in a new instance, and runs `f` with it.
            pub async fn within<T>(
                session: Session,
                identifier: &str,
                f: impl AsyncFnOnce(Bucket) -> T + Clone,
            ) -> Result<T, Error> {
                try_within(session, identifier, f).await.expect("the plugin runs to its end")
            }

            /// As [`within`], where the call itself may fail.
            ///
            /// # Errors
            ///
            /// As [`Runtime::call`] has them.
            pub async fn try_within<T>(
                session: Session,
                identifier: &str,
                f: impl AsyncFnOnce(Bucket) -> T + Clone,
            ) -> Result<Result<T, Error>, CallError> {
                static PLUGIN: LazyLock<Plugin> =
                    LazyLock::new(|| RUNTIME.load(&plugin_bytes($name)).expect("it is a plugin"));
                let call = async |store: &mut Store<State>, instance: &Instance| {
                    let plugin = bindings::Plugin::new(&mut *store, instance)?;
                    let opened = plugin.wasi_keyvalue_store().call_open(&mut *store, identifier).await?;
                    Ok(match opened {
                        Ok(handle) => Ok(f(Bucket { store, plugin, handle }).await),
                        Err(error) => Err(error),
                    })
                };
                RUNTIME.call(&PLUGIN, Call::new(session), call, Result::is_ok).await
            }

            impl Bucket<'_> {
                /// `bucket.get`
                pub async fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>, Error> {
                    let calls = self.plugin.wasi_keyvalue_store().bucket();
                    calls.call_get(&mut *self.store, self.handle, key).await.expect("no trap")
                }

                /// `bucket.set`
                pub async fn set(&mut self, key: &str, value: &[u8]) -> Result<(), Error> {
                    let calls = self.plugin.wasi_keyvalue_store().bucket();
                    calls.call_set(&mut *self.store, self.handle, key, value).await.expect("no trap")
                }

                /// `bucket.delete`
                pub async fn delete(&mut self, key: &str) -> Result<(), Error> {
                    let calls = self.plugin.wasi_keyvalue_store().bucket();
                    calls.call_delete(&mut *self.store, self.handle, key).await.expect("no trap")
                }

                /// `bucket.exists`
                pub async fn exists(&mut self, key: &str) -> Result<bool, Error> {
                    let calls = self.plugin.wasi_keyvalue_store().bucket();
                    calls.call_exists(&mut *self.store, self.handle, key).await.expect("no trap")
                }

                /// `store.open`
                pub async fn open_another(&mut self, identifier: &str) -> Result<ResourceAny, Error> {
                    self.plugin.wasi_keyvalue_store().call_open(&mut *self.store, identifier).await.expect("no trap")
                }

                /// `bucket.list-keys`
                pub async fn list_keys(&mut self, cursor: Option<$cursor>) -> Result<KeyResponse, Error> {
                    self.list_keys_of(self.handle, cursor).await
                }

                /// `bucket.list-keys`, of another bucket.
                pub async fn list_keys_of(
                    &mut self,
                    bucket: ResourceAny,
                    cursor: Option<$cursor>,
                ) -> Result<KeyResponse, Error> {
                    let calls = self.plugin.wasi_keyvalue_store().bucket();
                    let cursor = cursor.as_ref().map(AsArgument::as_argument);
                    calls.call_list_keys(&mut *self.store, bucket, cursor).await.expect("no trap")
                }

                /// `atomics.increment`
                pub async fn increment(&mut self, key: &str, delta: $count) -> Result<$count, Error> {
                    let calls = self.plugin.wasi_keyvalue_atomics();
                    calls.call_increment(&mut *self.store, self.handle, key, delta).await.expect("no trap")
                }

                /// `batch.get-many`
                pub async fn get_many(&mut self, keys: &[&str]) -> Result<$many, Error> {
                    let keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
                    let calls = self.plugin.wasi_keyvalue_batch();
                    calls.call_get_many(&mut *self.store, self.handle, &keys).await.expect("no trap")
                }

                /// `batch.set-many`
                pub async fn set_many(&mut self, items: &[(&str, &[u8])]) -> Result<(), Error> {
                    let items: Vec<_> = items.iter().map(|(key, value)| ((*key).to_owned(), value.to_vec())).collect();
                    let calls = self.plugin.wasi_keyvalue_batch();
                    calls.call_set_many(&mut *self.store, self.handle, &items).await.expect("no trap")
                }

                /// `batch.delete-many`
                pub async fn delete_many(&mut self, keys: &[&str]) -> Result<(), Error> {
                    let keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
                    let calls = self.plugin.wasi_keyvalue_batch();
                    calls.call_delete_many(&mut *self.store, self.handle, &keys).await.expect("no trap")
                }
            }
        }
    };
}

draft!(draft, "keyvalue_draft", count: u64, cursor: u64, many: Vec<Option<(String, Vec<u8>)>>);
draft!(draft2, "keyvalue_draft2", count: i64, cursor: String, many: Vec<(String, Option<Vec<u8>>)>);

/// A cursor, as a function takes it.
trait AsArgument {
    type Argument<'a>
    where
        Self: 'a;

    fn as_argument(&self) -> Self::Argument<'_>;
}

impl AsArgument for u64 {
    type Argument<'a> = u64;

    fn as_argument(&self) -> u64 {
        *self
    }
}

impl AsArgument for String {
    type Argument<'a> = &'a str;

    fn as_argument(&self) -> &str {
        self
    }
}

pub use bindings::draft2::exports::wasi::keyvalue::atomics::CasError;

impl draft2::Bucket<'_> {
    /// `cas.new`
    pub async fn cas(&mut self, key: &str) -> Result<ResourceAny, draft2::Error> {
        let calls = self.plugin.wasi_keyvalue_atomics().cas();
        calls.call_new(&mut *self.store, self.handle, key).await.expect("no trap")
    }

    /// `cas.current`
    pub async fn current(&mut self, cas: ResourceAny) -> Result<Option<Vec<u8>>, draft2::Error> {
        let calls = self.plugin.wasi_keyvalue_atomics().cas();
        calls.call_current(&mut *self.store, cas).await.expect("no trap")
    }

    /// `atomics.swap`
    pub async fn swap(&mut self, cas: ResourceAny, value: &[u8]) -> Result<(), CasError> {
        self.plugin.wasi_keyvalue_atomics().call_swap(&mut *self.store, cas, value).await.expect("no trap")
    }
}
