//! The housekeeper: a workspace that has fallen idle is tidied, as it is after its last commit.

use super::{Broken, Verdict, at_once, explore, finds, larder, session};
use crate::sync::{block_on, let_time_pass};

fn tidied_after_the_last() -> Verdict {
    let (larder, engine) = larder(Broken::Nothing, 8);
    at_once(["a", "b"].map(|key| {
        let session = session(&larder, "w", "p");
        move || {
            for value in ["1", "2"] {
                block_on(session.set(key, value)).unwrap();
            }
        }
    }));
    engine.wait_until_tidied(&"w".parse().unwrap());
    Ok(())
}

#[test]
fn a_workspace_is_tidied_after_its_last_commit() {
    explore(|| {
        let_time_pass();
        tidied_after_the_last()
    });
    finds("an idle moment that nobody waits for", tidied_after_the_last);
}
