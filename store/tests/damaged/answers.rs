//! What the answers of a damaged larder are worth.

use std::collections::BTreeMap;
use std::fmt;

use larder_store::{Error, Larder};
use pollster::block_on;

use super::world::{Contents, HURT};
use crate::support::{Random, get, session, sharing};

/// Stores of the workspace that is hurt: those of two plugins, and the shared one.
pub const STORES: [&str; 3] = ["a", "b", "shared"];
/// Keys that nobody ever wrote.
const NEVER: [&str; 2] = ["a key of nobody", "key 9999"];

/// How an answer stands to what was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What was stored.
    Right,
    /// An error.
    Refused,
    /// None, though there is a value.
    Missing,
    /// A value that was replaced.
    Stale,
    /// A value that was deleted.
    Returned,
    /// A value of a key that never had one.
    Invented,
    /// Bytes that were never stored there.
    Wrong,
    /// A count that is not right.
    Miscounted,
    /// Another workspace gave anything but what was stored.
    Neighbour,
}

impl Class {
    pub fn is_silently_wrong(self) -> bool {
        !matches!(self, Self::Right | Self::Refused)
    }
}

/// How many answers were of which class, and where those that are wrong came from.
#[derive(Default)]
pub struct Tally {
    counts: BTreeMap<Class, u64>,
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn count(&self, class: Class) -> u64 {
        self.counts.get(&class).copied().unwrap_or_default()
    }

    pub fn note(&mut self, class: Class, what: impl fmt::Display) {
        *self.counts.entry(class).or_default() += 1;
        if class.is_silently_wrong() {
            self.wrong.push(format!("{class:?}: {what}"));
        }
    }

    /// Notes an answer, if it is one.
    pub fn judge<T>(&mut self, answer: Result<T, Error>, what: &str, class: impl FnOnce(T) -> Class) {
        match answer {
            Ok(told) => self.note(class(told), what),
            Err(error) => {
                assert!(matches!(error, Error::Damaged | Error::Unavailable(_)), "{what}: {error:?}");
                assert!(!error.to_string().contains(char::is_control), "{what}: {error:?}");
                self.note(Class::Refused, what);
            }
        }
    }

    /// Asks for all that was ever stored, in every way.
    pub fn read_all(&mut self, larder: &Larder, contents: &Contents) {
        for ((store, key), value) in contents.values() {
            self.judge(read(larder, store, key), &format!("{key:?} of {store}"), |told| value.class_of(told));
        }
        for store in STORES {
            for key in NEVER {
                let class = |told: Option<Vec<u8>>| if told.is_none() { Class::Right } else { Class::Invented };
                self.judge(read(larder, store, key), key, class);
            }
            if contents.is_in_doubt() {
                continue;
            }
            self.list(larder, store, contents);
            let usage = block_on(async {
                match store {
                    "shared" => sharing(larder, HURT, "a").shared().usage().await,
                    plugin => session(larder, HURT, plugin).private().usage().await,
                }
            });
            let held = contents.held(store);
            let class = |(bytes, keys)| if (bytes, keys) == held { Class::Right } else { Class::Miscounted };
            self.judge(usage.map(|usage| (usage.bytes, usage.keys)), &format!("usage of {store}"), class);
        }
    }

    fn list(&mut self, larder: &Larder, store: &str, contents: &Contents) {
        let page = block_on(async {
            match store {
                "shared" => sharing(larder, HURT, "a").shared().keys("", None, 1000).await,
                plugin => session(larder, HURT, plugin).private().keys("", None, 1000).await,
            }
        });
        self.judge(page, &format!("list of {store}"), |page| {
            let mut told = page.keys.iter();
            let known: Vec<&String> = contents.keys_of(store).collect();
            if told.clone().eq(known.iter().copied()) {
                Class::Right
            } else if told.any(|key| contents.value(store, key).is_none()) {
                Class::Invented
            } else if known.iter().any(|key| !page.keys.contains(key)) {
                Class::Missing
            } else {
                Class::Returned
            }
        });
    }

    /// Another workspace is not concerned.
    pub fn ask_the_neighbour(&mut self, larder: &Larder) {
        match get(larder, "well", "p", "k") {
            Ok(Some(told)) if told == "v" => self.note(Class::Right, "the neighbour"),
            told => self.note(Class::Neighbour, format_args!("{told:?}")),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> = self.counts.iter().map(|(class, count)| format!("{class:?} {count}")).collect();
        f.write_str(&counts.join(", "))
    }
}

fn read(larder: &Larder, store: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
    block_on(async {
        match store {
            "shared" => sharing(larder, HURT, "a").shared().get(key).await,
            plugin => session(larder, HURT, plugin).get(key).await,
        }
    })
}

/// Writes to what is damaged, and notes what was acknowledged.
pub fn write(larder: &Larder, contents: &mut Contents, random: &mut Random) {
    for number in 0..6 {
        let plugin = *random.pick(&["a", "b"]);
        let key = format!("key {}", random.below(60));
        let session = session(larder, HURT, plugin);
        let new = (number < 5).then(|| random.bytes(700));
        let told = match &new {
            Some(value) => block_on(session.set(&key, value.clone())),
            None => block_on(session.delete(&key)),
        };
        match told {
            Ok(()) => contents.set(plugin, &key, new),
            // It may hold the one or the other.
            Err(_) => contents.forget(plugin, &key),
        }
    }
}
