//! Keeps notes: an example of a plugin. What it stores is there the next time it runs.

use std::error::Error;
use std::io::{self, Read, Write, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

use larder::{storage, streams};

const HELP: &str = "\
usage: notes put NAME [TEXT]           keep TEXT, or standard input
       notes put-for SECONDS NAME TEXT keep TEXT for so long
       notes get NAME                  print a note
       notes list [PREFIX]             print the names of all notes, or of those that start so
       notes rm NAME                   remove a note
       notes clear PREFIX              remove all notes that start so
       notes usage                     print how much is kept";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words, &mut stdin(), &mut stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str], input: &mut impl Read, output: &mut impl Write) -> Result<(), Box<dyn Error>> {
    match words {
        ["put", name, text] => storage::set(name, text)?,
        ["put", name] => {
            let mut note = streams::create(*name)?;
            io::copy(input, &mut note)?;
            note.finish()?;
        }
        ["put-for", seconds, name, text] => {
            let seconds = seconds.parse().map_err(|_| format!("not a number of seconds: {seconds}"))?;
            storage::set_expiring(name, text, Duration::from_secs(seconds))?;
        }
        ["get", name] => {
            let mut note = streams::open(*name)?.ok_or_else(|| format!("there is no note {name:?}"))?;
            io::copy(&mut note, output)?;
        }
        ["list"] => list("", output)?,
        ["list", prefix] => list(prefix, output)?,
        ["rm", name] => storage::delete(name)?,
        ["clear", prefix] => writeln!(output, "{} removed", storage::delete_prefix(prefix)?)?,
        ["usage"] => {
            let usage = storage::usage()?;
            writeln!(output, "{} notes, {} of {} bytes", usage.keys, usage.bytes, usage.quota_bytes)?;
        }
        _ => return Err(HELP.into()),
    }
    Ok(())
}

fn list(prefix: &str, output: &mut impl Write) -> Result<(), Box<dyn Error>> {
    for name in storage::list(prefix) {
        writeln!(output, "{}", name?)?;
    }
    Ok(())
}

/// On targets other than wasm the calls go to a fake in memory, so plain `cargo test` runs these.
#[cfg(test)]
mod tests {
    use larder::fake::{self, Limits};

    use super::*;

    /// What the command prints, or why it fails.
    fn notes(command: &str) -> Result<String, String> {
        let words: Vec<&str> = command.split(' ').collect();
        let mut output = Vec::new();
        let done = run(&words, &mut "from standard input".as_bytes(), &mut output);
        done.map(|()| String::from_utf8(output).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn keeps_and_lists_notes() {
        fake::reset();
        notes("put shop/1 milk").unwrap();
        notes("put shop/2").unwrap();
        notes("put todo sleep").unwrap();
        assert_eq!(notes("get shop/1").unwrap(), "milk");
        assert_eq!(notes("get shop/2").unwrap(), "from standard input");
        assert_eq!(notes("list").unwrap(), "shop/1\nshop/2\ntodo\n");
        assert_eq!(notes("list shop/").unwrap(), "shop/1\nshop/2\n");
        notes("rm todo").unwrap();
        assert_eq!(notes("get todo").unwrap_err(), "there is no note \"todo\"");
        assert_eq!(notes("clear shop/").unwrap(), "2 removed\n");
        assert_eq!(notes("usage").unwrap(), "0 notes, 0 of 104857600 bytes\n");
    }

    #[test]
    fn forgets_what_was_put_for_a_time() {
        fake::reset();
        notes("put-for 60 code 1234").unwrap();
        fake::advance(Duration::from_secs(59));
        assert_eq!(notes("get code").unwrap(), "1234");
        fake::advance(Duration::from_secs(1));
        assert_eq!(notes("list").unwrap(), "");
    }

    #[test]
    fn says_why_there_is_no_room() {
        fake::reset();
        fake::set_limits(Limits { store_bytes: 70, ..Limits::default() });
        let refusal = notes("put n much-too-long").unwrap_err();
        assert_eq!(refusal, "the store would be too full: 78 bytes where 70 are allowed");
    }

    #[test]
    fn shows_how_it_is_used() {
        assert_eq!(notes("dance").unwrap_err(), HELP);
    }
}
