use std::io::{self, IsTerminal, Stderr, Write};
use std::time::{Duration, Instant};

use larder_store::Tally;

/// A command that is done sooner says nothing.
const PATIENCE: Duration = Duration::from_secs(2);
/// On a terminal one line is written again and again.
const TERMINAL_REFRESH: Duration = Duration::from_millis(200);
/// Elsewhere, as in a log, each time is a line.
const LOG_REFRESH: Duration = Duration::from_secs(10);

const CLEAR_LINE: &str = "\r\x1b[K";
const MIB: f64 = 1024.0 * 1024.0;

/// Tells on standard error how far a long command has come.
pub struct Progress<W: Write = Stderr> {
    doing: &'static str,
    of_keys: Option<u64>,
    is_terminal: bool,
    due: Instant,
    told: bool,
    output: W,
}

impl Progress {
    /// Of a command that does this, on so many keys where that is known.
    pub fn new(doing: &'static str, of_keys: Option<u64>) -> Self {
        Self::on(io::stderr(), io::stderr().is_terminal(), doing, of_keys)
    }
}

impl<W: Write> Progress<W> {
    fn on(output: W, is_terminal: bool, doing: &'static str, of_keys: Option<u64>) -> Self {
        let patience = if is_terminal { PATIENCE } else { LOG_REFRESH };
        Self { doing, of_keys, is_terminal, due: Instant::now() + patience, told: false, output }
    }

    /// Says that so much is done, if it is time to say something.
    pub fn tell(&mut self, done: &Tally) {
        self.tell_at(Instant::now(), done);
    }

    fn tell_at(&mut self, now: Instant, done: &Tally) {
        if now < self.due {
            return;
        }
        let line = self.line(done);
        // Where nobody can be told, the work is done all the same.
        let _ = match self.is_terminal {
            true => write!(self.output, "{CLEAR_LINE}{line}").and_then(|()| self.output.flush()),
            false => writeln!(self.output, "larder: {line}"),
        };
        self.due = now + if self.is_terminal { TERMINAL_REFRESH } else { LOG_REFRESH };
        self.told = true;
    }

    fn line(&self, done: &Tally) -> String {
        let of_keys = self.of_keys.map(|keys| format!(" of {keys}")).unwrap_or_default();
        format!("{} {}{of_keys} keys, {:.1} MiB", self.doing, done.keys, done.bytes as f64 / MIB)
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        if self.is_terminal && self.told {
            let _ = write!(self.output, "{CLEAR_LINE}").and_then(|()| self.output.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: Tally = Tally { stores: 1, keys: 1200, bytes: 3 << 19 };

    fn told(is_terminal: bool, of_keys: Option<u64>, after_ms: &[u64]) -> String {
        let mut output = Vec::new();
        let mut progress = Progress::on(&mut output, is_terminal, "exporting", of_keys);
        let begin = Instant::now();
        for after_ms in after_ms {
            progress.tell_at(begin + Duration::from_millis(*after_ms), &DONE);
        }
        drop(progress);
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn what_is_done_soon_says_nothing() {
        assert_eq!(told(true, None, &[0, 1000, 1900]), "");
        assert_eq!(told(false, None, &[0, 5000, 9000]), "");
    }

    #[test]
    fn a_terminal_has_one_line_that_is_gone_in_the_end() {
        let line = "\r\x1b[Kexporting 1200 of 5000 keys, 1.5 MiB";
        assert_eq!(told(true, Some(5000), &[2100, 2200, 2310, 2400]), format!("{line}{line}\r\x1b[K"));
    }

    #[test]
    fn a_log_has_a_line_now_and_then() {
        let line = "larder: exporting 1200 keys, 1.5 MiB\n";
        assert_eq!(told(false, None, &[10_100, 10_200, 19_000, 20_200]), format!("{line}{line}"));
    }
}
