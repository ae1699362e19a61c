use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use super::contents::{Contents, cost};
use super::grant::{Access, Grant};
use super::limits::Limits;
use super::page::PageLimits;
use super::reserved::{Reservations, Reserved};
use crate::bindings::larder::storage::types::{Error, Excess, Store, StoreLimits, StoreUsage, Unit};

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// Both stores of a thread, and what its host has decided.
#[derive(Default)]
pub struct Workspace {
    pub limits: Limits,
    pub grant: Grant,
    pub now_ms: u64,
    pub failures: VecDeque<crate::Error>,
    pub before_commit: Option<Box<dyn FnOnce()>>,
    private: Contents,
    shared: Contents,
    reservations: Reservations,
    last_version: u64,
    /// One more is held by each open reader and writer.
    handles: Arc<()>,
}

/// An open reader or writer, as it is counted.
#[derive(Clone, Debug)]
pub struct Handle {
    _counted: Arc<()>,
}

pub fn with<T>(act: impl FnOnce(&mut Workspace) -> T) -> T {
    WORKSPACE.with_borrow_mut(act)
}

/// A call that can fail, and does if that was planned.
pub fn call<T>(act: impl FnOnce(&mut Workspace) -> Result<T, Error>) -> Result<T, Error> {
    with(|workspace| {
        if let Some(failure) = workspace.failures.pop_front() {
            return Err(failure.into());
        }
        workspace.private.remove_expired(workspace.now_ms);
        workspace.shared.remove_expired(workspace.now_ms);
        act(workspace)
    })
}

/// A call that commits; what was to happen before it happens now.
pub fn committing_call<T>(act: impl FnOnce(&mut Workspace) -> Result<T, Error>) -> Result<T, Error> {
    if let Some(before) = with(|workspace| workspace.before_commit.take()) {
        before();
    }
    call(act)
}

impl Workspace {
    /// Checks a key or a prefix: whether the plugin may reach it, then its length.
    pub fn allow(&self, access: Access, store: Store, key_or_prefix: &str) -> Result<(), Error> {
        if store == Store::Shared && !self.grant.allows(access, key_or_prefix) {
            return Err(Error::AccessDenied);
        }
        self.check_length(key_or_prefix)
    }

    pub fn check_length(&self, key: &str) -> Result<(), Error> {
        let (limit, actual) = (self.limits.key_bytes.into(), key.len() as u64);
        within(Unit::Bytes, limit, actual).map_err(Error::KeyTooLong)
    }

    pub fn contents(&self, store: Store) -> &Contents {
        match store {
            Store::Private => &self.private,
            Store::Shared => &self.shared,
        }
    }

    pub fn contents_mut(&mut self, store: Store) -> &mut Contents {
        match store {
            Store::Private => &mut self.private,
            Store::Shared => &mut self.shared,
        }
    }

    pub fn next_version(&mut self) -> u64 {
        self.last_version += 1;
        self.last_version
    }

    /// When something is gone that lives so long; none where that is never.
    pub fn expiry(&self, expires_in_ms: u64) -> Option<u64> {
        self.now_ms.checked_add(expires_in_ms).filter(|at_ms| *at_ms < u64::MAX)
    }

    pub fn page_limits(&self, most: u32) -> PageLimits {
        let most_items = most.min(self.limits.batch_items) as usize;
        PageLimits { most_items, most_bytes: self.limits.batch_bytes }
    }

    pub fn open_handle(&self) -> Result<Handle, Error> {
        let (limit, actual) = (self.limits.open_handles.into(), Arc::strong_count(&self.handles) as u64);
        within(Unit::Handles, limit, actual).map_err(Error::TooManyOpen)?;
        Ok(Handle { _counted: Arc::clone(&self.handles) })
    }

    /// Keeps room free for a writer's value, which has so many bytes by now, in place of what was.
    pub fn reserve(&self, reserved: &Reserved, key: &str, value_bytes: u64) -> Result<(), Error> {
        let old = self.contents(reserved.store()).get(key);
        let growth = cost(key, value_bytes) as i64 - old.map_or(0, |value| cost(key, value.size()) as i64);
        let before = reserved.replace(0);
        let checked = self.check_quota(reserved.store(), growth, i64::from(old.is_none()), 0);
        reserved.replace(if checked.is_ok() { growth.max(0).unsigned_abs() } else { before });
        checked
    }

    pub fn reservation(&mut self, store: Store) -> Arc<Reserved> {
        self.reservations.begin(store)
    }

    /// Whether so many bytes and keys may come to `store`, while the other store grows by so many bytes.
    ///
    /// What is over its quota already may shrink.
    pub fn check_quota(&self, store: Store, bytes: i64, keys: i64, other_bytes: i64) -> Result<(), Error> {
        if bytes > 0 {
            self.check_bytes(store, bytes.unsigned_abs(), other_bytes)?;
        }
        if keys > 0 {
            let actual = self.contents(store).held_keys() + keys.unsigned_abs();
            within(Unit::Items, self.limits.store_keys, actual).map_err(Error::QuotaExceeded)?;
        }
        Ok(())
    }

    fn check_bytes(&self, store: Store, more: u64, other_bytes: i64) -> Result<(), Error> {
        let other_store = match store {
            Store::Private => Store::Shared,
            Store::Shared => Store::Private,
        };
        let held = self.contents(store).held_bytes();
        let other = self.contents(other_store).held_bytes().saturating_add_signed(other_bytes);
        let reserved_here = self.reservations.bytes(store);
        let reserved = reserved_here + self.reservations.bytes(other_store);
        let free = self.limits.workspace_bytes.saturating_sub(held + other + reserved);
        let limit = self.quota_bytes(store).saturating_sub(reserved_here).min(held + free);
        within(Unit::Bytes, limit, held + more).map_err(Error::QuotaExceeded)
    }

    fn quota_bytes(&self, store: Store) -> u64 {
        match store {
            Store::Private => self.limits.store_bytes,
            Store::Shared => self.limits.workspace_bytes,
        }
    }

    pub fn usage(&self, store: Store) -> StoreUsage {
        StoreUsage {
            bytes: self.contents(store).held_bytes(),
            keys: self.contents(store).held_keys(),
            quota_bytes: self.quota_bytes(store),
            quota_keys: self.limits.store_keys,
        }
    }

    pub fn store_limits(&self) -> StoreLimits {
        StoreLimits {
            key_bytes: self.limits.key_bytes,
            value_bytes: self.limits.value_bytes,
            batch_items: self.limits.batch_items,
            batch_bytes: self.limits.batch_bytes,
            chunk_bytes: self.limits.chunk_bytes,
            open_handles: self.limits.open_handles,
        }
    }
}

pub fn within(unit: Unit, limit: u64, actual: u64) -> Result<(), Excess> {
    if actual > limit {
        return Err(Excess { unit, limit, actual });
    }
    Ok(())
}
