//! Transactions that are made and undone whole, whatever becomes of them.

use redb::{Database, WriteTransaction};

use super::trouble::{Trouble, contain};

/// Does something in a transaction of its own, committed at once; where `quick`, so that the database opens quickly after a
/// crash.
pub(super) fn make<T>(
    database: &Database,
    quick: bool,
    work: impl FnOnce(&WriteTransaction) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let (transaction, done) = attempt(database, work)?;
    commit(transaction, quick)?;
    Ok(done)
}

/// Does something in a new transaction, which is undone where that fails.
///
/// The transaction outlives a panic of redb in it: one that goes while that unwinds is not undone, and redb then keeps no more
/// account of which pages are free, so that whoever opens the database next reads all of it.
pub(super) fn attempt<T>(
    database: &Database,
    work: impl FnOnce(&WriteTransaction) -> Result<T, Trouble>,
) -> Result<(WriteTransaction, T), Trouble> {
    let transaction = contain(|| Ok(database.begin_write()?))?;
    match contain(|| work(&transaction)) {
        Ok(done) => Ok((transaction, done)),
        Err(trouble) => Err(match (abort(transaction), trouble) {
            // With others it is opened anew anyway.
            (Err(not_undone), Trouble::Damaged(_) | Trouble::Answer(_)) => not_undone,
            (_, trouble) => trouble,
        }),
    }
}

pub(super) fn abort(transaction: WriteTransaction) -> Result<(), Trouble> {
    contain(|| Ok(transaction.abort()?)).map_err(never_mind_the_pages)
}

/// Commits, `quick` as with [`make`].
pub(super) fn commit(mut transaction: WriteTransaction, quick: bool) -> Result<(), Trouble> {
    let committed = contain(|| {
        transaction.set_quick_repair(quick);
        Ok(transaction.commit()?)
    });
    committed.map_err(never_mind_the_pages)
}

/// Where that fails redb does nothing more with the database before it is opened anew, whichever page was the reason.
fn never_mind_the_pages(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Damaged(what) => Trouble::Engine(what),
        trouble => trouble,
    }
}
