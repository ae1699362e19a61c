//! A command that takes the steps that its arguments name, one after the other, and fails at the first that fails.

use std::fs;
use std::io::{self, Read, Write};
use std::process;

use larder::storage::types::{Address, Error, Store};
use larder::storage::{atomic, shared, storage};

wit_bindgen::generate!({
    path: "../../../wit",
    world: "larder:storage/imports",
    generate_all,
});

fn main() {
    for step in std::env::args().skip(1) {
        if let Err(error) = take(&step) {
            println!("{step}: {error:?}");
            process::exit(1);
        }
    }
}

fn take(step: &str) -> Result<(), Error> {
    match step.split(' ').collect::<Vec<_>>()[..] {
        ["set", key, value] => storage::set(key, value.as_bytes())?,
        ["get", key] => say(&storage::get(key)?),
        ["share", key, value] => shared::set(key, value.as_bytes())?,
        ["get-shared", key] => say(&shared::get(key)?),
        ["count", key, times] => count(key, times.parse().expect("a number"))?,
        ["directories"] => directories(),
        ["await-end-of", key] => while storage::exists(key)? {},
        ["print", text] => println!("{text}"),
        ["complain", text] => eprintln!("{text}"),
        ["flood", kib] => flood(kib.parse().expect("a number")),
        ["copy-input"] => copy_input(),
        ["exit", status] => process::exit(status.parse().expect("a number")),
        ["trap"] => process::abort(),
        ["spin"] => loop {
            std::hint::spin_loop();
        },
        _ => panic!("no such step: {step}"),
    }
    Ok(())
}

fn say(value: &Option<Vec<u8>>) {
    println!("{}", value.as_deref().map_or("none".into(), String::from_utf8_lossy));
}

fn count(key: &str, times: u64) -> Result<(), Error> {
    for _ in 0..times {
        atomic::increment(&Address { store: Store::Private, key: key.to_owned() }, 1)?;
    }
    Ok(())
}

/// Looks for a file of the larder wherever one could be.
fn directories() {
    for path in [".", "/", "..", "larder-data", "./larder-data", "larder-data/workspaces"] {
        println!("{path}: {}", if fs::read_dir(path).is_ok() { "seen" } else { "not there" });
    }
    println!("FORMAT: {}", if fs::read("larder-data/FORMAT").is_ok() { "read" } else { "not there" });
}

fn flood(kib: usize) {
    // Deaf to what becomes of it, as a program in C may be.
    (0..kib).for_each(|_| drop(io::stdout().write_all(&[b'~'; 1024])));
}

fn copy_input() {
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input).expect("there is input");
    io::stdout().write_all(&input).expect("there is output");
}
