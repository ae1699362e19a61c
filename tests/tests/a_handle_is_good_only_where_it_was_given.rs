//! A number that is no handle of the plugin's own, or no longer, or one of another kind, ends that call alone.

use larder_host::CallError;
use larder_store::Session;
use larder_tests::bindings::exports::tests::probe::misdeeds::Guest as Misdeeds;
use larder_tests::{Pantry, Probe, Refusal, private, refused};
use wasmtime::Store;

async fn stocked() -> Pantry {
    let pantry = Pantry::new();
    pantry.session("w", "p").set("k", "value").await.unwrap();
    pantry
}

/// Gives the answers of a misdeed, and what the plugin is told the next time.
async fn misbehave<T: std::fmt::Debug>(
    session: Session,
    misdeed: impl AsyncFnOnce(&mut Store<larder_host::State>, &Misdeeds) -> wasmtime::Result<T> + Clone,
) {
    let ended =
        Probe::shared().call(session, async |store, plugin| misdeed(store, plugin.tests_probe_misdeeds()).await);
    let error = ended.await.unwrap_err();
    assert!(matches!(error, CallError::Trapped(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_never_given() {
    let pantry = stocked().await;
    for number in [0, 1, 2, 15, 1000, u32::MAX >> 1, u32::MAX - 1] {
        misbehave(pantry.session("w", "p"), async |store, m| m.call_size_by_number(store, number).await).await;
        misbehave(pantry.session("w", "p"), async |store, m| m.call_write_by_number(store, number).await).await;
        misbehave(pantry.session("w", "p"), async |store, m| m.call_finish_by_number(store, number).await).await;
        misbehave(pantry.session("w", "p"), async |store, m| m.call_drop_by_number(store, number).await).await;
    }
    assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap(), b"value");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_no_longer_one() {
    let (pantry, at) = (stocked().await, &private("k"));
    misbehave(pantry.session("w", "p"), async |store, m| {
        let number = m.call_number_of_reader(&mut *store, at).await?;
        assert_eq!(m.call_size_by_number(&mut *store, number).await?, 5);
        // That call has dropped it.
        m.call_size_by_number(store, number).await
    })
    .await;
    misbehave(pantry.session("w", "p"), async |store, m| {
        let number = m.call_number_of_writer(&mut *store, at).await?;
        m.call_finish_by_number(&mut *store, number).await?;
        m.call_write_by_number(store, number).await
    })
    .await;
    assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_the_other_kind() {
    let (pantry, at) = (stocked().await, &private("k"));
    misbehave(pantry.session("w", "p"), async |store, m| {
        let reader = m.call_number_of_reader(&mut *store, at).await?;
        m.call_write_by_number(store, reader).await
    })
    .await;
    misbehave(pantry.session("w", "p"), async |store, m| {
        let writer = m.call_number_of_writer(&mut *store, at).await?;
        m.call_size_by_number(store, writer).await
    })
    .await;
    assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap(), b"value");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_another_call_was_given() {
    let (pantry, at) = (stocked().await, &private("k"));
    let own = Probe::shared().call(pantry.session("w", "p"), async |store, plugin| {
        let misdeeds = plugin.tests_probe_misdeeds();
        let number = misdeeds.call_number_of_reader(&mut *store, at).await?;
        misbehave(pantry.session("w", "q"), async |store, m| m.call_size_by_number(store, number).await).await;
        misbehave(pantry.session("w", "q"), async |store, m| m.call_drop_by_number(store, number).await).await;
        misdeeds.call_size_by_number(store, number).await
    });
    assert_eq!(own.await.unwrap(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_are_open_at_a_time() {
    let (probe, pantry, at) = (Probe::shared(), stocked().await, &private("k"));
    let limits = larder_store::Limits { open_handles: 3, ..Default::default() };
    let session = || pantry.limited("w", "p", limits.clone());
    let answers = probe.call(session(), async |store, plugin| {
        let streaming = plugin.tests_probe_streaming();
        assert_eq!(streaming.call_open_several(&mut *store, at, 3).await?.unwrap(), 3);
        assert_eq!(streaming.call_create_several(&mut *store, at, 3).await?.unwrap(), 3);
        let answers = (
            streaming.call_open_several(&mut *store, at, 4).await?,
            streaming.call_create_several(&mut *store, at, 4).await?,
        );
        // Those that were refused have taken nothing.
        assert_eq!(streaming.call_open_several(&mut *store, at, 3).await?.unwrap(), 3);
        plugin.tests_probe_misdeeds().call_number_of_writer(&mut *store, at).await?;
        Ok((answers, streaming.call_open_several(store, at, 3).await?))
    });
    let ((opened, created), beside_a_writer) = answers.await.unwrap();
    assert_eq!(refused(opened), Refusal::Open((3, 4)));
    assert_eq!(refused(created), Refusal::Open((3, 4)));
    assert_eq!(refused(beside_a_writer), Refusal::Open((3, 4)));

    // What a call left open is closed with it.
    let again = probe
        .call(session(), async |store, plugin| plugin.tests_probe_streaming().call_open_several(store, at, 3).await);
    assert_eq!(again.await.unwrap().unwrap(), 3);
}
