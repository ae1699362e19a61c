//! A value up to the limit is written and read piece by piece, and a writer that was not finished leaves nothing.

use std::sync::Mutex;
use std::time::Duration;

use larder_host::{Call, CallError, RuntimeOptions};
use larder_store::{Commit, Limits, Session};
use larder_tests::relay_bindings::Plugin;
use larder_tests::types::Expectation;
use larder_tests::{Pantry, Probe, Refusal, Relay, private, refused};

const MIB: u64 = 1 << 20;

async fn nothing_is_left(pantry: &Pantry) {
    let session = pantry.session("w", "p");
    assert_eq!(session.get("k").await.unwrap(), None);
    assert_eq!(session.private().usage().await.unwrap().bytes, 0);
    assert_eq!(pantry.blobs("w"), Vec::<String>::new());
}

fn sessions(pantry: &Pantry) -> [Session; 2] {
    [Commit::EachOperation, Commit::WholeCall].map(|commit| pantry.session("w", "p").with_commit(commit))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_largest_size_through_a_plugin_of_few_pages() {
    let mut options = RuntimeOptions::default();
    options.memory_bytes = 6 << 20;
    options.call_timeout = Some(Duration::from_secs(60));
    let (probe, pantry, at) = (Probe::new(options), Pantry::new(), &private("k"));
    for (value_bytes, chunk_bytes) in [(0, 1), (1, 1), (5 * MIB + 7, 999_983), (64 * MIB, 1 << 20)] {
        let read = probe.call(pantry.session("w", "p"), async |store, plugin| {
            let streaming = plugin.tests_probe_streaming();
            let version = streaming.call_write_large(&mut *store, at, value_bytes, chunk_bytes).await?.unwrap();
            assert!(version.is_some(), "it expected nothing");
            streaming.call_read_large(store, at, 1 << 20).await
        });
        assert_eq!(read.await.unwrap().unwrap(), Some(value_bytes));
        // The same path, whole.
        assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap().len() as u64, value_bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_above_the_limit_of_a_chunk_or_a_value_is_refused() {
    let (probe, pantry, at) = (Probe::shared(), Pantry::new(), &private("k"));
    let limits = Limits { value_bytes: 2 * MIB, chunk_bytes: 1 << 20, ..Limits::default() };
    let write = async |value_bytes, chunk_bytes| {
        let write = probe.call(pantry.limited("w", "p", limits.clone()), async |store, plugin| {
            plugin.tests_probe_streaming().call_write_large(store, at, value_bytes, chunk_bytes).await
        });
        write.await.unwrap()
    };
    assert_eq!(refused(write(2 * MIB, (1 << 20) + 1).await), Refusal::BatchBytes((MIB, MIB + 1)));
    assert_eq!(refused(write(2 * MIB + 1, 1 << 20).await), Refusal::Value((2 * MIB, 2 * MIB + 1)));
    nothing_is_left(&pantry).await;
    write(2 * MIB, 1 << 20).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_reads_what_it_opened_whatever_happens_to_the_key() {
    let pantry = Pantry::new();
    let old: Vec<u8> = (0..2 * MIB).map(|place| (place % 251) as u8).collect();
    pantry.session("w", "p").set("k", old.clone()).await.unwrap();
    let read = Relay::shared().call(Call::new(pantry.session("w", "p")), async |store, relay| {
        let streams = relay.larder_storage_streams();
        let reader = streams.call_open(&mut *store, &private("k")).await?.unwrap().unwrap();
        pantry.session("w", "p").set("k", "new").await.unwrap();
        pantry.session("w", "p").delete("k").await.unwrap();
        let mut read = Vec::new();
        loop {
            let chunk = streams.reader().call_read(&mut *store, reader, read.len() as u64, u32::MAX).await?.unwrap();
            if chunk.is_empty() {
                break;
            }
            assert!(chunk.len() as u64 <= MIB, "a chunk of {} bytes", chunk.len());
            read.extend(chunk);
        }
        assert_eq!(streams.reader().call_size(&mut *store, reader).await?, 2 * MIB);
        reader.resource_drop_async(store).await?;
        Ok(read)
    });
    assert!(read.await.unwrap() == old);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_has_its_say_once_and_as_it_expected() {
    let pantry = Pantry::new();
    let session = || Call::new(pantry.session("w", "p"));
    let write = async |store: &mut _, relay: &Plugin, value: &[u8], expect| {
        let streams = relay.larder_storage_streams();
        let writer = streams.call_create(&mut *store, &private("k"), Some(expect), None).await?.unwrap();
        streams.writer().call_write(&mut *store, writer, value).await?.unwrap();
        streams.writer().call_finish(&mut *store, writer).await
    };
    let ran = Relay::shared().call(session(), async |store, relay| {
        assert_eq!(write(store, relay, b"none", Expectation::Present).await?.unwrap(), None);
        let first = write(store, relay, b"first", Expectation::Absent).await?.unwrap().expect("there was no value");
        assert_eq!(write(store, relay, b"none", Expectation::Absent).await?.unwrap(), None);
        let second = write(store, relay, b"second", Expectation::Unchanged(first)).await?.unwrap();
        assert!(second.is_some_and(|second| second != first));
        assert_eq!(write(store, relay, b"none", Expectation::Unchanged(first)).await?.unwrap(), None);
        Ok(())
    });
    ran.await.unwrap();
    assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap(), b"second");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_one_that_was_dropped_or_forgotten() {
    let pantry = Pantry::new();
    for session in sessions(&pantry) {
        let ran = Relay::shared().call(Call::new(session), async |store, relay| {
            let streams = relay.larder_storage_streams();
            let at = private("k");
            let dropped = streams.call_create(&mut *store, &at, None, None).await?.unwrap();
            streams.writer().call_write(&mut *store, dropped, &[1; MIB as usize]).await?.unwrap();
            dropped.resource_drop_async(&mut *store).await?;
            let forgotten = streams.call_create(&mut *store, &at, None, None).await?.unwrap();
            streams.writer().call_write(&mut *store, forgotten, &[1; MIB as usize]).await?.unwrap();
            streams.writer().call_write(&mut *store, forgotten, &[1; MIB as usize]).await?.unwrap();
            Ok(())
        });
        ran.await.unwrap();
        nothing_is_left(&pantry).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_one_whose_plugin_trapped_or_was_stopped() {
    let pantry = Pantry::new();
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_secs(1));
    let (probe, at) = (Probe::new(options), &private("k"));
    for session in sessions(&pantry) {
        let again = session.again();
        let trap = probe.call(session, async |store, plugin| {
            plugin.tests_probe_misdeeds().call_trap_while_writing(store, at, 3 * MIB).await
        });
        assert!(matches!(trap.await, Err(CallError::Trapped(_))));
        nothing_is_left(&pantry).await;
        let spin = probe.call(again, async |store, plugin| {
            plugin.tests_probe_misdeeds().call_spin_while_writing(store, at, 3 * MIB).await
        });
        assert!(matches!(spin.await, Err(CallError::TimedOut { .. })));
        nothing_is_left(&pantry).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_one_whose_call_was_given_up() {
    let pantry = Pantry::new();
    for session in sessions(&pantry) {
        let (written, was_written) = tokio::sync::oneshot::channel();
        let written = Mutex::new(Some(written));
        let given_up = Relay::shared().call(Call::new(session), async |store, relay| {
            let streams = relay.larder_storage_streams();
            let writer = streams.call_create(&mut *store, &private("k"), None, None).await?.unwrap();
            streams.writer().call_write(&mut *store, writer, &[1; MIB as usize]).await?.unwrap();
            written.lock().unwrap().take().unwrap().send(()).unwrap();
            std::future::pending::<wasmtime::Result<()>>().await
        });
        tokio::select! {
            _ = given_up => panic!("it waits for ever"),
            ended = was_written => ended.unwrap(),
        }
        nothing_is_left(&pantry).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_written_counts_against_the_quota_and_is_no_usage() {
    let pantry = Pantry::new();
    let limits = Limits { store_bytes: 3 * MIB, ..Limits::default() };
    let answers = Relay::shared().call(Call::new(pantry.limited("w", "p", limits)), async |store, relay| {
        let (streams, storage) = (relay.larder_storage_streams(), relay.larder_storage_storage());
        let writer = streams.call_create(&mut *store, &private("k"), None, None).await?.unwrap();
        streams.writer().call_write(&mut *store, writer, &[1; MIB as usize]).await?.unwrap();
        streams.writer().call_write(&mut *store, writer, &[1; MIB as usize]).await?.unwrap();
        let usage = storage.call_usage(&mut *store).await?.unwrap();
        let refused = storage.call_set(&mut *store, "other", &[2; MIB as usize]).await?;
        writer.resource_drop_async(&mut *store).await?;
        let stored = storage.call_set(&mut *store, "other", &[2; MIB as usize]).await?;
        Ok((usage.bytes, refused, stored))
    });
    let (usage_bytes, while_writing, afterwards) = answers.await.unwrap();
    assert_eq!(usage_bytes, 0);
    let Refusal::Bytes((limit, actual)) = refused(while_writing) else { panic!("refused for another reason") };
    assert!(limit < actual && actual < 2 * MIB, "{limit} of {actual}: what is reserved is free for nobody");
    afterwards.unwrap();
}
