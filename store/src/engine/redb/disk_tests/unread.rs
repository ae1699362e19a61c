//! A page that the disk does not read is the trouble of who needs it, until the disk reads it again.

use pollster::block_on;

use super::salvage::{page_of, set_unreadable, workspace};
use crate::dir::Mode;
use crate::dir::simulated::Disk;
use crate::engine::redb::layout::DATABASE;
use crate::error::{Error, Fault};
use crate::larder::{Larder, Options};
use crate::limits::Limits;
use crate::session::Session;

fn session(larder: &Larder, plugin: &str) -> Session {
    larder.session(&"w".parse().unwrap(), &plugin.parse().unwrap(), Limits::default())
}

fn open(disk: &Disk) -> (Larder, Session, Session) {
    let larder = Larder::open(disk.root(), Options::default()).unwrap();
    let (hurt, well) = (session(&larder, "hurt"), session(&larder, "well"));
    (larder, hurt, well)
}

fn key(number: u8) -> String {
    format!("key {number:03}")
}

#[test]
fn a_page_that_the_disk_does_not_read_is_refused_until_it_does() {
    let disk = Disk::new(1);
    let (larder, hurt, well) = open(&disk);
    for number in 0..200 {
        block_on(hurt.set(&key(number), vec![number; 400])).unwrap();
    }
    block_on(well.set("k", "v")).unwrap();
    block_on(larder.close()).unwrap();
    let dir = workspace(&disk);
    let page = page_of(&dir, &[150; 300]);
    let file = dir.open_file(DATABASE, Mode::Write).unwrap();
    set_unreadable(&file, Some(page..page + 512));

    let (larder, hurt, well) = open(&disk);
    for round in 0..6 {
        // Who reads for long keeps it from being opened anew, and nobody from using it.
        let _reading = (round % 2 == 0).then(|| block_on(larder.snapshot(&"w".parse().unwrap())).unwrap());
        for refused in [
            block_on(hurt.get(&key(150))).map(drop),
            block_on(hurt.set(&key(150), "v")).map(drop),
            block_on(hurt.delete(&key(150))).map(drop),
        ] {
            let Err(Error::Unavailable(Fault::Damaged { what, .. })) = refused else { panic!("{refused:?}") };
            assert!(what.contains("cannot be read"), "{what}");
        }
        block_on(well.set("k", format!("{round}"))).unwrap();
        block_on(hurt.set(&key(1), format!("{round}"))).unwrap();
        assert!(block_on(hurt.get(&key(1))).unwrap().is_some());
    }
    set_unreadable(&file, None);
    let read = block_on(hurt.get(&key(150))).unwrap();
    assert_eq!(read.as_deref(), Some([150; 400].as_slice()));
    block_on(hurt.set(&key(150), "v")).unwrap();
    block_on(larder.close()).unwrap();
}
