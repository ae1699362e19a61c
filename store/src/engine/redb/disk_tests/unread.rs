//! Pages that the disk does not read, or wrong: they are the trouble of who needs them, until the disk reads them again.

use std::io::{Seek, SeekFrom, Write};

use pollster::block_on;

use super::salvage::{bytes, page_of, set_unreadable, workspace};
use crate::dir::simulated::Disk;
use crate::dir::{Dir, Mode};
use crate::engine::Sharing;
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

fn key(number: usize) -> String {
    format!("key {number:03}")
}

#[test]
fn a_page_that_the_disk_does_not_read_is_refused_until_it_does() {
    let disk = Disk::new(1);
    let (larder, hurt, well) = open(&disk);
    (0..200).for_each(|number| block_on(hurt.set(&key(number), vec![number as u8; 400])).unwrap());
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
            block_on(hurt.set(&key(150), "v")),
            block_on(hurt.delete(&key(150))),
        ] {
            let Err(Error::Unavailable(Fault::Damaged { what, .. })) = refused else { panic!("{refused:?}") };
            assert!(what.contains("cannot be read"), "{what}");
        }
        block_on(well.set("k", format!("{round}"))).unwrap();
        block_on(hurt.set(&key(1), format!("{round}"))).unwrap();
        assert!(block_on(hurt.get(&key(1))).unwrap().is_some());
    }
    set_unreadable(&file, None);
    // Who needs it next finds that it is read again. It is opened anew once nobody reads.
    let reading = block_on(larder.snapshot(&"w".parse().unwrap())).unwrap();
    for _ in 0..2 {
        assert!(block_on(hurt.get(&key(150))).is_err());
        block_on(well.set("k", "v")).unwrap();
    }
    drop(reading);
    let read = block_on(hurt.get(&key(150))).unwrap();
    assert_eq!(read.as_deref(), Some([150; 400].as_slice()));
    block_on(hurt.set(&key(150), "v")).unwrap();
    block_on(larder.close()).unwrap();
}

/// A repair takes a page that is damaged for one that was never written, and goes back to the commit before.
#[test]
fn a_page_that_is_not_read_while_a_database_is_opened_undoes_nothing() {
    let disk = Disk::new(1);
    let options = Options { sharing: Sharing::Exclusive, ..Options::default() };
    let larder = Larder::open(disk.root(), options.clone()).unwrap();
    let hurt = session(&larder, "hurt");
    (0..3).for_each(|number| block_on(hurt.set("k", value(number))).unwrap());
    let killed = disk.power_cut();
    let pages = Dir::status_of(&workspace(&killed).open_file(DATABASE, Mode::Read).unwrap()).unwrap().bytes / 4096;
    let mut told = 0;
    for page in 1..pages {
        let disk = killed.power_cut();
        let file = workspace(&disk).open_file(DATABASE, Mode::Write).unwrap();
        set_unreadable(&file, Some(page * 4096..(page + 1) * 4096));
        let read = |larder: &Larder| block_on(session(larder, "hurt").get("k"));
        let larder = Larder::open(disk.root(), options.clone()).unwrap();
        match read(&larder) {
            Ok(found) => assert_eq!(found, Some(value(2)), "page {page}"),
            Err(_) => told += 1,
        }
        drop(larder);
        set_unreadable(&file, None);
        let found = read(&Larder::open(disk.root(), options.clone()).unwrap()).unwrap();
        assert_eq!(found, Some(value(2)), "page {page}, once it is read again");
    }
    assert!(told > 1, "{told}");
}

const VALUES: usize = 600;
const VALUE_BYTES: usize = 1300;

fn value(number: usize) -> Vec<u8> {
    vec![number as u8; VALUE_BYTES]
}

/// Looks whether everything is there but what was deleted, or refused as damaged.
fn look(disk: &Disk, deleted: &[bool], at: &str) {
    let (larder, hurt, well) = open(disk);
    assert_eq!(block_on(well.get("k")).unwrap().as_deref(), Some(b"v".as_slice()), "{at}");
    for (number, deleted) in deleted.iter().enumerate() {
        match block_on(hurt.get(&key(number))) {
            Err(Error::Damaged | Error::Unavailable(Fault::Damaged { .. })) => {}
            Ok(None) if *deleted => {}
            Ok(Some(found)) if !deleted && found == value(number) => {}
            other => panic!("{at}: key {number}, deleted: {deleted}: {other:?}"),
        }
    }
    block_on(larder.close()).unwrap();
}

/// What is beside a page that is damaged gets less until redb would merge it with that page.
#[test]
fn nothing_is_lost_beside_a_page_that_is_damaged() {
    let whole = Disk::new(1);
    let (larder, hurt, well) = open(&whole);
    (0..VALUES).for_each(|number| block_on(hurt.set(&key(number), value(number))).unwrap());
    block_on(well.set("k", "v")).unwrap();
    block_on(larder.close()).unwrap();
    let file = bytes(&workspace(&whole), DATABASE);
    let pages = file.chunks(4096).enumerate().skip(1);
    let branches = pages.filter(|(_, page)| page[..2] == [2, 0]).map(|(number, _)| number);
    let leaves = (0..VALUES).step_by(97).map(|number| page_of(&workspace(&whole), &value(number)) as usize / 4096);
    let victims: Vec<_> = branches.chain(leaves).collect();
    assert!(victims.len() > 10, "{victims:?}");

    let (mut needed_by_all, mut met, mut refused) = (0, 0, 0);
    for (number, page) in victims.into_iter().enumerate() {
        let disk = whole.power_cut();
        let mut file = workspace(&disk).open_file(DATABASE, Mode::Write).unwrap();
        let at = page as u64 * 4096;
        let is_unread = number % 2 == 0;
        if is_unread {
            set_unreadable(&file, Some(at..at + 4096));
        } else {
            file.seek(SeekFrom::Start(at + 8)).unwrap();
            file.write_all(&[0x55]).unwrap();
        }
        let at = format!("page {page}, unread: {is_unread}");
        let (larder, hurt, well) = open(&disk);
        if block_on(well.get("k")).is_err() {
            needed_by_all += 1;
            continue;
        }
        let deletions: Vec<_> = (0..VALUES).map(|number| block_on(hurt.delete(&key(number)))).collect();
        block_on(well.set("k", "v")).unwrap_or_else(|error| panic!("{at}: {error:?}"));
        let deleted: Vec<_> = deletions.iter().map(Result::is_ok).collect();
        met += usize::from(deleted.contains(&false));
        refused += deleted.iter().filter(|deleted| !**deleted).count();
        look(&disk.power_cut(), &deleted, &format!("{at}, after a power cut"));
        block_on(larder.close()).unwrap();
        look(&disk, &deleted, &at);
    }
    assert!(needed_by_all <= 3 && met > 5 && refused > 100, "{needed_by_all}, {met}, {refused}");
}
