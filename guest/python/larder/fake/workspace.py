from __future__ import annotations

import functools
from collections import deque
from typing import Any, Callable, Optional, TypeVar

from .._values import MAX_U64
from ..errors import AccessDenied, BatchTooLarge, Error, KeyTooLong, NotACounter, QuotaExceeded, ValueTooLarge
from .contents import Contents, Value, cost
from .grant import Grant
from .limits import Limits
from .types import Address, Store

F = TypeVar("F", bound=Callable[..., Any])
Staged = dict[Address, Optional[Value]]


class Workspace:
    """Both stores, and what their host has decided."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.grant = Grant()
        self.now_ms = 0
        self.failures: deque[Error] = deque()
        self.before_commit: Optional[Callable[[], object]] = None
        self.stores = {store: Contents() for store in Store}
        self.last_version = 0
        self.open_handles: set[Any] = set()

    def begin(self) -> None:
        if self.failures:
            raise self.failures.popleft()
        for contents in self.stores.values():
            contents.remove_expired(self.now_ms)

    def begin_commit(self) -> None:
        act, self.before_commit = self.before_commit, None
        if act:
            act()

    def allow(self, at: Address, writes: bool = False) -> None:
        """Checks a key or a prefix: whether the plugin may reach it, then its length."""
        if at.store is Store.SHARED and not self.grant.allows(writes, at.key):
            raise AccessDenied()
        self.check_key(at.key)

    def check_key(self, key: str) -> None:
        within(KeyTooLong, self.limits.key_bytes, len(key.encode()))

    def check_value(self, size_bytes: int) -> None:
        within(ValueTooLarge, self.limits.value_bytes, size_bytes)

    def get(self, at: Address) -> Optional[Value]:
        return self.stores[at.store].get(at.key)

    def next_version(self) -> int:
        self.last_version += 1
        return self.last_version

    def value(self, data: bytes, expires_in_ms: Optional[int]) -> Value:
        return Value(data, self.last_version, self.expiry(expires_in_ms))

    def expiry(self, expires_in_ms: Optional[int]) -> Optional[int]:
        """When something is gone that lives so long; None where that is never."""
        if expires_in_ms is None or self.now_ms + expires_in_ms > MAX_U64:
            return None
        return self.now_ms + expires_in_ms

    def add(self, before: Optional[Value], by: int) -> Value:
        if before is not None and len(before.data) != 8:
            raise NotACounter()
        total = by + (int.from_bytes(before.data, "little", signed=True) if before else 0)
        if not -(2**63) <= total < 2**63:
            raise NotACounter()
        data = total.to_bytes(8, "little", signed=True)
        return Value(data, self.last_version, before.expires_at_ms if before else None)

    def holds(self, at: Address, expect: Any) -> bool:
        found = self.get(at)
        kind = type(expect).__name__
        if kind == "Expectation_Unchanged":
            return found is not None and found.version == expect.value
        return (found is None) == (kind == "Expectation_Absent")

    def apply(self, staged: Staged) -> None:
        """Makes all of it, or raises and changes nothing."""
        growth = {store: [0, 0] for store in Store}
        for at, after in staged.items():
            if after is not None and after.expires_at_ms is not None and after.expires_at_ms <= self.now_ms:
                staged[at] = after = None
            before = self.get(at)
            growth[at.store][0] += cost(at.key, after) - cost(at.key, before)
            growth[at.store][1] += (after is not None) - (before is not None)
        for store, (more_bytes, more_keys) in growth.items():
            other = Store.SHARED if store is Store.PRIVATE else Store.PRIVATE
            self.check_quota(store, more_bytes, more_keys, growth[other][0])
        for at, after in staged.items():
            self.stores[at.store].put(at.key, after)

    def check_quota(self, store: Store, more_bytes: int, more_keys: int, other_bytes: int = 0) -> None:
        """What is over its quota already may shrink. Unfinished writers keep room for what they have by now."""
        held = self.stores[store].held_bytes
        if more_bytes > 0:
            kept = {each: sum(h.kept_bytes for h in self.open_handles if h.at.store is each) for each in Store}
            all_held = sum(contents.held_bytes for contents in self.stores.values()) + other_bytes + sum(kept.values())
            free = max(self.limits.workspace_bytes - all_held, 0)
            limit = min(max(self.quota_bytes(store) - kept[store], 0), held + free)
            within(QuotaExceeded, limit, held + more_bytes)
        if more_keys > 0:
            within(QuotaExceeded, self.limits.store_keys, len(self.stores[store].values) + more_keys, "items")

    def quota_bytes(self, store: Store) -> int:
        return self.limits.store_bytes if store is Store.PRIVATE else self.limits.workspace_bytes

    def check_batch(self, items: int, size_bytes: int) -> None:
        within(BatchTooLarge, self.limits.batch_items, items, "items")
        within(BatchTooLarge, self.limits.batch_bytes, size_bytes)


def within(kind: Any, limit: int, actual: int, unit: str = "bytes") -> None:
    if actual > limit:
        raise kind(limit, actual, unit)


def call(function: F) -> F:
    """A call that can fail, and does if that was planned."""

    @functools.wraps(function)
    def begun(*arguments: Any) -> Any:
        WORKSPACE.begin()
        return function(*arguments)

    return begun  # type: ignore[return-value]


WORKSPACE = Workspace()
