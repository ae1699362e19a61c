//! Does what no plugin should, as a test asks it to, through exports of its own.

mod deeds;

use std::hint::black_box;

use deeds::Deeds;
use exports::tests::hostile::attacks::{Deed, End, Ended, Guest};
use larder::storage::storage;
use larder::storage::types::Error;

wit_bindgen::generate!({
    path: ["../../../wit", "../../../wit/wasi-keyvalue/0.2.0-draft2", "wit"],
    world: "tests:hostile/plugin",
    generate_all,
});

struct Hostile;

export!(Hostile);

const PAGE_BYTES: usize = 64 << 10;

impl Guest for Hostile {
    fn flood(deed: Deed, times: u32, value_bytes: u32, end: End) -> Ended {
        let mut deeds = Deeds::new(deed, value_bytes);
        let mut ended = Ended { served: 0, refused: None };
        while ended.served < times && ended.refused.is_none() {
            match deeds.once_more() {
                Ok(()) => ended.served += 1,
                Err(error) => ended.refused = Some(error),
            }
        }
        match end {
            End::Return => ended,
            End::Trap => panic!("as asked"),
            End::Spin => loop {
                black_box(());
            },
        }
    }

    fn flood_for_ever(deed: Deed, value_bytes: u32) {
        let mut deeds = Deeds::new(deed, value_bytes);
        loop {
            let _ = deeds.once_more();
        }
    }

    // The host tells what is in memory from what is not, so nothing here is read that is not there.
    fn set_near_the_end(before_end: u32, value_bytes: u32) -> Result<(), Error> {
        let end = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
        let begin = (end - before_end as usize) as *const u8;
        storage::set("k", unsafe { std::slice::from_raw_parts(begin, value_bytes as usize) })
    }

    fn take_memory() -> u64 {
        let mut taken = 0;
        for pages in [256, 16, 1] {
            while core::arch::wasm32::memory_grow(0, pages) != usize::MAX {
                taken += (pages * PAGE_BYTES) as u64;
            }
        }
        taken
    }

    fn recurse(depth: u32) -> Result<(), Error> {
        match black_box(depth) {
            0 => storage::set("k", b"from the bottom"),
            depth => black_box(Self::recurse(depth - 1)),
        }
    }
}
