use std::io::{self, BufRead, IsTerminal, Write};

use crate::escape::OneLine;
use crate::exit::Exit;
use crate::failure::Failure;

/// Asks the operator on the terminal whether to delete `what`.
///
/// Fails where the answer is anything but yes, and where there is no terminal to ask on.
pub fn confirm_deleting(what: &str) -> Result<(), Failure> {
    let deleting = format!("deleting {what}");
    confirm(&deleting, &format!("Delete {what}? There is no way back."), "nothing was deleted")
}

/// Asks the operator on the terminal whether it is so.
///
/// Fails where the answer is anything but yes, with what follows from a no, and where there is no terminal to ask on.
pub fn confirm(doing: &str, question: &str, no: &'static str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Exit::BadInput.because(format!("{doing} needs a yes, and this is no terminal: add --yes")));
    }
    ask(question, no, &mut io::stdin().lock(), &mut io::stderr())
}

fn ask(question: &str, no: &'static str, input: &mut impl BufRead, prompt: &mut impl Write) -> Result<(), Failure> {
    let cannot = |error| Failure::new(Exit::Larder, error).context("cannot ask on the terminal");
    write!(prompt, "{} [y/N] ", OneLine(question)).map_err(cannot)?;
    prompt.flush().map_err(cannot)?;
    let mut answer = String::new();
    input.read_line(&mut answer).map_err(cannot)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Exit::No.because(no)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (answer, yes) in
            [("y\n", true), (" Yes \n", true), ("n\n", false), ("\n", false), ("", false), ("yep", false)]
        {
            let mut prompt = Vec::new();
            assert_eq!(ask("Delete it?", "nothing", &mut answer.as_bytes(), &mut prompt).is_ok(), yes, "{answer:?}");
            assert!(String::from_utf8(prompt).unwrap().starts_with("Delete it? "));
        }
    }
}
