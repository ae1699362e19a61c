use crate::case::{Checked, Stop};

/// The longest reason that is printed, in characters.
const REASON_CHARS: usize = 400;

/// Tells how each case ended, and counts.
#[derive(Default)]
pub struct Report {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Report {
    pub fn tell(&mut self, name: &str, checked: Checked) {
        match checked {
            Ok(()) => {
                self.passed += 1;
                println!("ok {name}");
            }
            Err(Stop::Failed(reason)) => {
                self.failed += 1;
                println!("FAIL {name}: {}", one_line(&reason));
            }
            Err(Stop::Skipped(reason)) => {
                self.skipped += 1;
                println!("skip {name}: {}", one_line(&reason));
            }
        }
    }

    /// Prints the last line, and says whether no case failed.
    pub fn sum_up(&self) -> bool {
        println!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped);
        self.failed == 0
    }
}

fn one_line(reason: &str) -> String {
    let mut line: String = reason.chars().take(REASON_CHARS).flat_map(escaped).collect();
    if reason.chars().nth(REASON_CHARS).is_some() {
        line.push('…');
    }
    line
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let text = if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().collect::<Vec<_>>().into_iter()
}
