/// How often is begun anew when what is read is replaced meanwhile.
pub(crate) const READ_AGAIN: usize = 10;

/// Reads what was committed last, anew where the process that writes replaces it meanwhile; `$absent` where there is no
/// workspace. What is not there though nothing was committed since the time before is damaged.
///
/// A macro, as the compiler does not find the future of a function that takes such a closure fit to be sent.
macro_rules! read_committed {
    ($workspace:expr, $absent:expr, |$view:ident, $now:ident| $read:expr) => {{
        let (mut tries, mut before) = (crate::read_committed::READ_AGAIN, None);
        loop {
            let Some($view) = $workspace.view().await? else { break Ok($absent) };
            let $now = $workspace.now();
            match $read {
                Err(error) if error.is_superseded() && tries > 1 => {
                    tries -= 1;
                    before = Some($view.commit());
                }
                Err(error) if error.is_superseded() && before == Some($view.commit()) => {
                    break Err(crate::error::Error::Damaged);
                }
                answer => break answer,
            }
        }
    }};
}

pub(crate) use read_committed;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use pollster::block_on;

    use super::READ_AGAIN;
    use crate::error::{Error, Fault};

    /// Where a value is not found a number of times, while so many others are committed each time.
    struct Replaced {
        times: Cell<usize>,
        commits: Cell<u64>,
        at_once: u64,
    }

    struct View(u64);

    impl View {
        fn commit(&self) -> u64 {
            self.0
        }
    }

    impl Replaced {
        async fn view(&self) -> Result<Option<View>, Error> {
            self.commits.update(|commits| commits + self.at_once);
            Ok(Some(View(self.commits.get())))
        }

        fn now(&self) {}

        async fn read(&self) -> Result<u64, Error> {
            match self.times.get() {
                0 => Ok(7),
                left => {
                    self.times.set(left - 1);
                    Err(Error::Unavailable(Fault::Superseded))
                }
            }
        }
    }

    fn read(times: usize, at_once: u64) -> Result<u64, Error> {
        let workspace = Replaced { times: times.into(), commits: 0.into(), at_once };
        block_on(async { read_committed!(workspace, 0, |_view, _now| workspace.read().await) })
    }

    #[test]
    fn what_is_replaced_is_read_again_and_told_from_what_is_damaged() {
        assert!(matches!(read(READ_AGAIN - 1, 1), Ok(7)));
        assert!(matches!(read(READ_AGAIN, 0), Err(Error::Damaged)));
        assert!(read(READ_AGAIN, 1).is_err_and(|error| error.is_superseded()));
    }
}
