//! Random histories, played to the fake and to the store that hosts use: each call has the same answer from both.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod answers;
mod at;
mod both;
mod dice;

use std::collections::BTreeMap;

use crate::both::Both;
use crate::dice::Dice;

const HISTORIES: u64 = 300;
const CALLS: usize = 80;

#[test]
fn call_by_call() {
    let mut answers = BTreeMap::<String, u64>::new();
    for seed in 1..=HISTORIES {
        let mut both = Both::new(Dice(seed));
        for number in 0..CALLS {
            let (call, [ours, theirs]) = both.call();
            assert_eq!(ours, theirs, "call {number} of history {seed}: {call}");
            let kind: String = ours.chars().take_while(|letter| letter.is_alphabetic()).collect();
            let name: String = call.chars().take_while(|letter| letter.is_alphabetic()).collect();
            *answers.entry(format!("{name} {kind}")).or_default() += 1;
        }
    }
    for told in [
        "Ok",
        "AccessDenied",
        "BatchTooLarge",
        "KeyTooLong",
        "NotACounter",
        "QuotaExceeded",
        "TooManyOpen",
        "ValueTooLarge",
    ] {
        let times: u64 = answers.iter().filter(|(answer, _)| answer.ends_with(told)).map(|(_, times)| times).sum();
        assert!(times > 50, "{told} was met {times} times: {answers:#?}");
    }
}
