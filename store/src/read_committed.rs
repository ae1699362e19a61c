/// How often a process that only reads begins anew when what it reads is replaced under it.
pub(crate) const READ_AGAIN: usize = 10;

/// Reads what was committed last, anew where the process that writes replaces it meanwhile; `$absent` where there is no
/// workspace.
///
/// A macro, as the compiler does not find the future of a function that takes such a closure fit to be sent.
macro_rules! read_committed {
    ($workspace:expr, $absent:expr, |$view:ident, $now:ident| $read:expr) => {{
        let mut tries = crate::read_committed::READ_AGAIN;
        loop {
            let Some($view) = $workspace.view().await? else { break Ok($absent) };
            let $now = $workspace.now();
            match $read {
                Err(error) if error.is_superseded() && tries > 1 => tries -= 1,
                Err(error) if error.is_superseded() => break Err(crate::error::Error::Damaged),
                answer => break answer,
            }
        }
    }};
}

pub(crate) use read_committed;
