//! However many plugins pass and get values of 64 MiB at once, the host's memory is bounded by what is configured; they wait,
//! and all are served.

#![cfg(target_os = "linux")]

use std::time::Duration;

use larder_host::{RuntimeOptions, hostcall_fuel};
use larder_store::Limits;
use larder_tests::{Deed, End, Hostile, Pantry};
use tokio::task::JoinSet;

const VALUE_BYTES: u32 = 64 << 20;
const MEMORY_BYTES: usize = 80 << 20;
const PLUGINS: usize = 6;
/// What the store takes, and what is allocated but not used.
const MORE_BYTES: u64 = 48 << 20;

/// The most that this process has taken since it was last asked.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// What plugins that each set a value and get it take at most, when so many run at once.
async fn peak_with(calls_at_once: usize) -> u64 {
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_secs(120));
    options.memory_bytes = MEMORY_BYTES;
    options.calls_at_once = calls_at_once;
    let (hostile, pantry) = (Hostile::new(options), Pantry::new());
    hostile.flood(pantry.session("w", "warm"), Deed::Set, 1, 1, End::Return).await.unwrap();
    peak_bytes();
    let before = peak_bytes();
    for (deed, value_bytes) in [(Deed::Set, VALUE_BYTES), (Deed::Get, 0)] {
        let mut calls = JoinSet::new();
        for number in 0..PLUGINS {
            // Each has a rate of its own.
            let (hostile, session) = (hostile.clone(), pantry.session("w", &format!("plugin-{number}")));
            calls.spawn(async move { hostile.flood(session, deed, 1, value_bytes, End::Return).await });
        }
        for flooded in calls.join_all().await {
            let flooded = flooded.unwrap();
            assert_eq!(flooded.served, 1, "{deed:?}: {flooded:?}");
        }
    }
    peak_bytes() - before
}

/// Alone in its process, so that nothing else is measured.
#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn as_many_calls_as_are_allowed_at_once() {
    let allowed = |calls: usize| (calls * (MEMORY_BYTES + hostcall_fuel(&Limits::default()))) as u64 + MORE_BYTES;
    let peak = peak_with(2).await;
    assert!(peak < allowed(2), "{} of {} MiB", peak >> 20, allowed(2) >> 20);
    // What would be seen if they did not wait for each other.
    let peak = peak_with(PLUGINS).await;
    assert!(peak > allowed(2) && peak < allowed(PLUGINS), "{} of {} MiB", peak >> 20, allowed(PLUGINS) >> 20);
}
