//! Keeps notes: an example of a plugin. What it stores is there the next time it runs.

use std::error::Error;
use std::io::{self, Read, Write, stdin, stdout};
use std::process::ExitCode;

use larder::storage;

const PIECE_BYTES: u64 = 1024 * 1024;

const HELP: &str = "\
usage: notes put NAME [TEXT]   keep TEXT, or standard input
       notes get NAME          print a note
       notes list              print the names of all notes
       notes rm NAME           remove a note
       notes usage             print how much is kept";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Box<dyn Error>> {
    match words {
        ["put", name, text] => storage::set(name, text)?,
        ["put", name] => storage::set(name, standard_input()?)?,
        ["get", name] => {
            let note = storage::get(name)?.ok_or_else(|| format!("there is no note {name:?}"))?;
            stdout().write_all(&note)?;
        }
        ["list"] => {
            for name in storage::list("") {
                println!("{}", name?);
            }
        }
        ["rm", name] => storage::delete(name)?,
        ["usage"] => {
            let usage = storage::usage()?;
            println!("{} notes, {} of {} bytes", usage.keys, usage.bytes, usage.quota_bytes);
        }
        _ => return Err(HELP.into()),
    }
    Ok(())
}

/// All of standard input. It is read in pieces, as one buffer that grows takes up to four times the memory of what is in it.
fn standard_input() -> io::Result<Vec<u8>> {
    let mut pieces = Vec::new();
    loop {
        let mut piece = Vec::new();
        if stdin().take(PIECE_BYTES).read_to_end(&mut piece)? == 0 {
            return Ok(pieces.concat());
        }
        pieces.push(piece);
    }
}
