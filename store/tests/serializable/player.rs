use std::collections::BTreeMap;

use larder_store::{Action, Address, Change, Check, Commit, Error, Expectation, Larder, Limits, Outcome, Session};

use super::call::{Call, Id, Read, Tag, Write};
use crate::support::{Random, limited};

/// Keys that are written over and never removed.
const REGISTERS: [&str; 3] = ["a", "b", "c"];
/// Keys that a call makes under a name of its own, and that another may remove.
const NOTES: &str = "n/";
/// Every so manieth value is large enough for a file of its own.
const LARGE_ONE_IN: u64 = 40;
const LARGE_BYTES: usize = 1_100_000;

/// Makes one whole call out of random deeds, and remembers what it saw.
pub struct Player {
    session: Session,
    id: Id,
    writes: u32,
    call: Call,
    /// What it left at its keys, and what was there before.
    left: BTreeMap<String, (Option<Tag>, Option<Tag>)>,
}

impl Player {
    pub fn new(larder: &Larder, id: Id) -> Self {
        let session = limited(larder, "w", "p", Limits::default()).with_commit(Commit::WholeCall);
        Self { session, id, writes: 0, call: Call::default(), left: BTreeMap::new() }
    }

    pub async fn play(mut self, random: &mut Random) -> Call {
        let outcome = match self.act(random).await {
            Ok(()) => self.session.commit().await,
            Err(error) => Err(error),
        };
        self.call.committed = match outcome {
            Ok(()) => true,
            Err(Error::Conflict) => false,
            Err(error) => panic!("call {}: {error}", self.id),
        };
        self.call.writes = self.left.into_iter().map(|(key, (over, tag))| Write { key, over, tag }).collect();
        // What was made and removed again within the call was never there.
        self.call.writes.retain(|write| write.over.is_some() || write.tag.is_some());
        self.call
    }

    async fn act(&mut self, random: &mut Random) -> Result<(), Error> {
        for _ in 0..1 + random.below(4) {
            match random.below(7) {
                0..2 => drop(self.see(random.pick::<&str>(&REGISTERS)).await?),
                2..4 => {
                    let key = *random.pick(&REGISTERS);
                    self.write_over(key, random).await?;
                }
                4 => drop(self.list().await?),
                5 => self.make_note(random).await?,
                _ => self.remove_note(random).await?,
            }
            // The others shall come between.
            std::thread::yield_now();
        }
        Ok(())
    }

    /// What is at a key, as the call sees it.
    async fn see(&mut self, key: &str) -> Result<Option<Tag>, Error> {
        let seen = self.session.get(key).await?.map(|value| tag(&value));
        if let Some((_, left)) = self.left.get(key) {
            assert_eq!(seen, *left, "a call must see what it wrote itself");
        } else {
            self.call.reads.push(Read::Key { key: key.to_owned(), seen });
        }
        Ok(seen)
    }

    async fn write_over(&mut self, key: &str, random: &mut Random) -> Result<(), Error> {
        let before = self.see(key).await?;
        let (tag, value) = self.value(random);
        match random.below(3) {
            0 => self.session.set(key, value).await?,
            1 => self.apply_over(key, before, value).await?,
            _ => self.stream_over(key, value).await?,
        }
        self.leave(key, before, Some(tag));
        Ok(())
    }

    async fn apply_over(&mut self, key: &str, before: Option<Tag>, value: Vec<u8>) -> Result<(), Error> {
        let at = Address::private(key);
        let entry = self.session.entry(at).await?;
        let expect = entry.map_or(Expectation::Absent, |entry| Expectation::Unchanged(entry.version));
        let change = Change { at, action: Action::Set(value) };
        match self.session.apply(&[Check { at, expect }], vec![change]).await? {
            Outcome::Committed(_) => Ok(()),
            Outcome::Conflict(_) => panic!("{key} was not as {before:?}, which the call had seen"),
        }
    }

    async fn stream_over(&mut self, key: &str, value: Vec<u8>) -> Result<(), Error> {
        let mut writer = self.session.create(Address::private(key), None, None).await?;
        for chunk in value.chunks(1 << 20) {
            writer.write(chunk).await?;
        }
        writer.finish().await?.unwrap();
        Ok(())
    }

    async fn list(&mut self) -> Result<BTreeMap<String, Tag>, Error> {
        let (mut listed, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.session.private().items(NOTES, after.as_deref(), 5).await?;
            listed.extend(page.items.into_iter().map(|item| (item.key, tag(&item.value))));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut seen = listed.clone();
        for (key, (over, left)) in self.left.iter().filter(|(key, _)| key.starts_with(NOTES)) {
            assert_eq!(listed.get(key), left.as_ref(), "a call must list what it wrote itself");
            match over {
                Some(over) => drop(seen.insert(key.clone(), *over)),
                None => drop(seen.remove(key)),
            }
        }
        self.call.reads.push(Read::Listing { prefix: NOTES.to_owned(), seen });
        Ok(listed)
    }

    async fn make_note(&mut self, random: &mut Random) -> Result<(), Error> {
        if random.below(2) == 0 {
            self.list().await?;
        }
        let (tag, value) = self.value(random);
        let key = format!("{NOTES}{tag}");
        self.session.set(&key, value).await?;
        self.leave(&key, None, Some(tag));
        Ok(())
    }

    async fn remove_note(&mut self, random: &mut Random) -> Result<(), Error> {
        let listed = self.list().await?;
        if !listed.is_empty() {
            let notes: Vec<(String, Tag)> = listed.into_iter().collect();
            let (key, tag) = random.pick(&notes);
            self.session.delete(key).await?;
            self.leave(key, Some(*tag), None);
        }
        Ok(())
    }

    fn leave(&mut self, key: &str, before: Option<Tag>, tag: Option<Tag>) {
        self.left.entry(key.to_owned()).or_insert((before, None)).1 = tag;
    }

    fn value(&mut self, random: &mut Random) -> (Tag, Vec<u8>) {
        let tag = Tag { call: self.id, number: self.writes };
        self.writes += 1;
        let mut value = format!("{tag} ").into_bytes();
        if random.below(LARGE_ONE_IN) == 0 {
            value.resize(LARGE_BYTES, b' ');
        }
        (tag, value)
    }
}

fn tag(value: &[u8]) -> Tag {
    std::str::from_utf8(value).unwrap().trim_end().parse().unwrap()
}
