//! Each limit allows what it says, and not one more; a refusal has both numbers.

use larder_store::Limits;
use larder_tests::{Pantry, Probe, Refusal, refused};

const KEY_COST: u64 = 64;

#[tokio::test]
async fn bytes_of_a_key() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    for limit in [1, 16, 1024] {
        let session = || pantry.limited("w", "p", Limits { key_bytes: limit, ..Limits::default() });
        for allowed in [limit - 1, limit] {
            let key = "k".repeat(allowed as usize);
            probe.set(session(), &key, b"v").await.unwrap();
            assert_eq!(probe.get(session(), &key).await.unwrap().unwrap(), b"v");
            assert!(probe.exists(session(), &key).await.unwrap());
            probe.keys(session(), &key, Some(&key), 1).await.unwrap();
            probe.delete(session(), &key).await.unwrap();
        }
        let key = "k".repeat(limit as usize + 1);
        let refusal = Refusal::Key((limit.into(), u64::from(limit) + 1));
        assert_eq!(refused(probe.set(session(), &key, b"v").await), refusal);
        assert_eq!(refused(probe.get(session(), &key).await), refusal);
        assert_eq!(refused(probe.exists(session(), &key).await), refusal);
        assert_eq!(refused(probe.delete(session(), &key).await), refusal);
        assert_eq!(refused(probe.keys(session(), &key, None, 1).await), refusal);
        assert_eq!(refused(probe.keys(session(), "", Some(&key), 1).await), refusal);
    }
}

#[tokio::test]
async fn bytes_of_a_key_not_characters() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let longest = "🧺".repeat(256);
    probe.set(pantry.session("w", "p"), &longest, b"v").await.unwrap();
    let too_long = format!("{longest}a");
    assert_eq!(refused(probe.set(pantry.session("w", "p"), &too_long, b"v").await), Refusal::Key((1024, 1025)));
    let far_too_long = "🧺".repeat(1024);
    assert_eq!(refused(probe.set(pantry.session("w", "p"), &far_too_long, b"v").await), Refusal::Key((1024, 4096)));
}

#[tokio::test]
async fn bytes_of_a_value() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    for limit in [0, 1, 100, 70_000, Limits::default().value_bytes] {
        let session = || pantry.limited("w", "p", Limits { value_bytes: limit, ..Limits::default() });
        for allowed in [limit.saturating_sub(1), limit] {
            probe.set_repeated(session(), "k", 7, allowed).await.unwrap();
            let value = session().get("k").await.unwrap().unwrap();
            assert!(value.len() as u64 == allowed && value.iter().all(|&byte| byte == 7), "{allowed} bytes");
        }
        let answer = probe.set_repeated(session(), "k", 7, limit + 1).await;
        assert_eq!(refused(answer), Refusal::Value((limit, limit + 1)));
    }
}

#[tokio::test]
async fn bytes_of_a_store() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let limit = 1000;
    let session = || pantry.limited("w", "p", Limits { store_bytes: limit, ..Limits::default() });
    probe.set(session(), "half", &[1; 432]).await.unwrap();
    let held = 500;
    let fits = limit - held - KEY_COST - 1;
    for allowed in [fits - 1, fits] {
        probe.set_repeated(session(), "k", 7, allowed).await.unwrap();
        assert_eq!(probe.usage(session()).await.unwrap().bytes, held + KEY_COST + 1 + allowed);
    }
    let answer = probe.set_repeated(session(), "k", 7, fits + 1).await;
    assert_eq!(refused(answer), Refusal::Bytes((limit, limit + 1)));
    assert_eq!(refused(probe.set(session(), "", b"").await), Refusal::Bytes((limit, limit + KEY_COST)));
    probe.delete(session(), "half").await.unwrap();
    probe.set(session(), "half", &[1; 432]).await.unwrap();
}

#[tokio::test]
async fn keys_of_a_store() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let session = || pantry.limited("w", "p", Limits { store_keys: 3, ..Limits::default() });
    assert_eq!(probe.fill(session(), "k", 3, 1).await.unwrap(), 3);
    assert_eq!(refused(probe.set(session(), "one more", b"v").await), Refusal::Keys((3, 4)));
    probe.set(session(), "k00000001", b"another value").await.unwrap();
    probe.delete(session(), "k00000001").await.unwrap();
    probe.set(session(), "one more", b"v").await.unwrap();
    assert_eq!(probe.usage(session()).await.unwrap().keys, 3);
}

#[tokio::test]
async fn bytes_of_a_workspace() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let session = |plugin| pantry.limited("w", plugin, Limits { workspace_bytes: 1000, ..Limits::default() });
    probe.set(session("a"), "k", &[1; 300 - 65]).await.unwrap();
    probe.set(session("b"), "k", &[1; 600 - 65]).await.unwrap();
    // The store holds 300 and 100 are free; of the neighbour's 600 the plugin is told nothing.
    for allowed in [399, 400] {
        probe.set_repeated(session("a"), "k", 7, allowed - 65).await.unwrap();
    }
    assert_eq!(refused(probe.set_repeated(session("a"), "k", 7, 401 - 65).await), Refusal::Bytes((400, 401)));
    assert_eq!(refused(probe.set(session("c"), "", b"").await), Refusal::Bytes((0, 64)));
    probe.delete(session("b"), "k").await.unwrap();
    probe.set_repeated(session("a"), "k", 7, 1000 - 65).await.unwrap();
}

#[tokio::test]
async fn keys_in_a_page() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let limit = 10;
    let session = || pantry.limited("w", "p", Limits { batch_items: limit, ..Limits::default() });
    assert_eq!(probe.fill(session(), "k", limit + 1, 1).await.unwrap(), limit + 1);
    for (most, given) in [(0, 1), (1, 1), (limit - 1, limit - 1), (limit, limit), (limit + 1, limit), (u32::MAX, limit)]
    {
        let page = probe.keys(session(), "", None, most).await.unwrap();
        assert_eq!(page.keys.len(), given as usize, "of {most}");
        assert_eq!(page.next.as_ref(), page.keys.last(), "there is more");
    }
}

#[tokio::test]
async fn bytes_in_a_page() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    assert_eq!(probe.fill(pantry.session("w", "p"), "kk", 4, 1).await.unwrap(), 4);
    for (limit, given) in [(0, 1), (1, 1), (19, 1), (20, 2), (21, 2), (29, 2), (30, 3), (40, 4)] {
        let session = pantry.limited("w", "p", Limits { batch_bytes: limit, ..Limits::default() });
        let page = probe.keys(session, "", None, 100).await.unwrap();
        assert_eq!(page.keys.len(), given, "of keys of 10 bytes in {limit}");
    }
}

#[tokio::test]
async fn a_plugin_can_ask_for_them() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let told = probe.limits(pantry.session("w", "p")).await;
    let Limits { key_bytes, value_bytes, batch_items, batch_bytes, chunk_bytes, open_handles, .. } = Limits::default();
    assert_eq!((told.key_bytes, told.value_bytes), (key_bytes, value_bytes));
    assert_eq!((told.batch_items, told.batch_bytes), (batch_items, batch_bytes));
    assert_eq!((told.chunk_bytes, told.open_handles), (chunk_bytes, open_handles));
    let limits = Limits { store_bytes: 5, store_keys: 6, ..Limits::default() };
    let usage = probe.usage(pantry.limited("w", "p", limits)).await.unwrap();
    assert_eq!((usage.quota_bytes, usage.quota_keys), (5, 6));
}
