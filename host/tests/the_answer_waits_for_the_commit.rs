//! A plugin's answer in a whole call is given when all that it stored is durable, however long that takes, and not at all
//! where it is not.

mod support;

use std::sync::Arc;
use std::time::Duration;

use larder_host::{Call, CallError, Plugin, Runtime, State};
use larder_store::engine::MemoryEngine;
use larder_store::{Commit, Error, Fault, Larder, Limits, Options, Session};
use support::disk::{Disk, Watched};
use support::{STORAGE, SetAnswer, load, runtime, session_in, within_a_minute};
use tokio::time::sleep;
use wasmtime::Store;
use wasmtime::component::Instance;

struct Scene {
    larder: Larder,
    disk: Arc<Disk>,
    runtime: Runtime,
    plugin: Plugin,
}

impl Scene {
    fn new() -> Self {
        let disk = Arc::new(Disk::default());
        let engine = Watched { inner: MemoryEngine::default(), disk: disk.clone() };
        let larder = Larder::with_engine(Arc::new(engine), &Options::default());
        let runtime = runtime(|options| options.call_timeout = Some(Duration::from_millis(300)));
        let plugin = load(&runtime, STORAGE);
        Self { larder, disk, runtime, plugin }
    }

    fn session(&self, commit: Commit) -> Session {
        session_in(&self.larder, Limits::default()).with_commit(commit)
    }

    /// Sets `k` to one zero.
    async fn set(&self, commit: Commit) -> Result<SetAnswer, CallError> {
        let set = async |store: &mut Store<State>, instance: &Instance| {
            let set = instance.get_typed_func::<(u32, u32), (SetAnswer,)>(&mut *store, "set")?;
            Ok(set.call_async(store, (1, 1)).await?.0)
        };
        self.runtime.call(&self.plugin, Call::new(self.session(commit)), set, Result::is_ok).await
    }

    async fn seen(&self) -> Option<Vec<u8>> {
        self.session(Commit::EachOperation).get("k").await.expect("the memory is readable")
    }
}

#[test]
fn past_the_end_of_its_time_if_need_be() {
    within_a_minute(async || {
        let scene = Scene::new();
        scene.disk.change(|disk| disk.commits_wait = true);
        let (answer, ()) = tokio::join!(scene.set(Commit::WholeCall), async {
            while scene.disk.begun() == 0 {
                sleep(Duration::from_millis(10)).await;
            }
            sleep(Duration::from_millis(600)).await;
            assert_eq!(scene.seen().await, None);
            scene.disk.change(|disk| disk.commits_wait = false);
        });
        answer.unwrap().unwrap();
        assert_eq!(scene.seen().await.unwrap(), [0]);
    });
}

#[test]
fn while_a_plugin_that_waits_for_the_disk_itself_is_stopped_in_time() {
    within_a_minute(async || {
        let scene = Scene::new();
        scene.disk.change(|disk| disk.commits_wait = true);
        let error = scene.set(Commit::EachOperation).await.unwrap_err();
        assert!(matches!(error, CallError::TimedOut { .. }), "{error:?}");
        scene.disk.change(|disk| disk.commits_wait = false);
    });
}

#[test]
fn and_is_not_given_where_the_commit_failed() {
    within_a_minute(async || {
        let scene = Scene::new();
        let fault = || Fault::Engine("the disk is full".to_owned());
        for (fault, unknown) in [(Error::Unavailable(fault()), false), (Error::OutcomeUnknown(fault()), true)] {
            scene.disk.change(|disk| disk.fault = Some(fault));
            let error = scene.set(Commit::WholeCall).await.unwrap_err();
            let CallError::NotCommitted(error) = error else { panic!("{error:?}") };
            assert_eq!(matches!(error, Error::OutcomeUnknown(_)), unknown, "{error:?}");
            assert!(error.to_string().contains("the disk is full"), "{error}");
            assert_eq!(scene.seen().await, None);
        }
        scene.disk.change(|disk| disk.fault = None);
        scene.set(Commit::WholeCall).await.unwrap().unwrap();
    });
}

#[test]
fn and_a_commit_that_has_begun_is_made_though_nobody_waits() {
    within_a_minute(async || {
        let scene = Scene::new();
        scene.disk.change(|disk| disk.commits_wait = true);
        tokio::select! {
            _ = scene.set(Commit::WholeCall) => panic!("the disk waits"),
            () = async {
                while scene.disk.begun() == 0 {
                    sleep(Duration::from_millis(10)).await;
                }
            } => {}
        }
        scene.disk.change(|disk| disk.commits_wait = false);
        while scene.seen().await.is_none() {
            sleep(Duration::from_millis(10)).await;
        }
    });
}
