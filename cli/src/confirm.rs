use std::io::{self, BufRead, IsTerminal, Write};

use crate::escape::OneLine;
use crate::exit::Exit;
use crate::failure::Failure;

/// Asks the operator on the terminal whether to delete `what`.
///
/// Fails where the answer is anything but yes, and where there is no terminal to ask on.
pub fn confirm_deleting(what: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Exit::BadInput.because(format!("deleting {what} needs a yes, and this is no terminal: add --yes")));
    }
    ask(what, &mut io::stdin().lock(), &mut io::stderr())
}

fn ask(what: &str, input: &mut impl BufRead, prompt: &mut impl Write) -> Result<(), Failure> {
    let cannot = |error| Failure::new(Exit::Larder, error).context("cannot ask on the terminal");
    write!(prompt, "Delete {}? There is no way back. [y/N] ", OneLine(what)).map_err(cannot)?;
    prompt.flush().map_err(cannot)?;
    let mut answer = String::new();
    input.read_line(&mut answer).map_err(cannot)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Exit::No.because("nothing was deleted")),
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
            assert_eq!(ask("it", &mut answer.as_bytes(), &mut prompt).is_ok(), yes, "{answer:?}");
            assert!(String::from_utf8(prompt).unwrap().starts_with("Delete it? "));
        }
    }
}
