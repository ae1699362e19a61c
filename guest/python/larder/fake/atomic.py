"""The calls of `atomic`, with what componentize-py generates for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..errors import BatchTooLarge
from .types import Address
from .workspace import WORKSPACE, Staged, call, within


@dataclass
class Entry:
    value: bytes
    version: int
    expires_in_ms: Optional[int]


@dataclass
class Check:
    at: Address
    expect: Any


@dataclass
class Expiring:
    value: bytes
    expires_in_ms: int


@dataclass
class Action_Set:
    value: bytes


@dataclass
class Action_SetExpiring:
    value: Expiring


@dataclass
class Action_Delete:
    pass


@dataclass
class Action_Add:
    value: int


@dataclass
class Change:
    at: Address
    action: Any


@dataclass
class Outcome_Committed:
    value: int


@dataclass
class Outcome_Conflict:
    value: int


@call
def get(at: Address) -> Optional[Entry]:
    return _entry(at)


@call
def get_many(at: list[Address]) -> list[Optional[Entry]]:
    WORKSPACE.check_batch(len(at), 0)
    entries = [_entry(each) for each in at]
    if len(entries) > 1:
        within(BatchTooLarge, WORKSPACE.limits.batch_bytes, sum(len(entry.value) for entry in entries if entry))
    return entries


def _entry(at: Address) -> Optional[Entry]:
    WORKSPACE.allow(at)
    found = WORKSPACE.get(at)
    if found is None:
        return None
    left_ms = None if found.expires_at_ms is None else found.expires_at_ms - WORKSPACE.now_ms
    return Entry(found.data, found.version, left_ms)


def increment(at: Address, by: int) -> int:
    WORKSPACE.begin_commit()
    return _increment(at, by)


@call
def _increment(at: Address, by: int) -> int:
    WORKSPACE.allow(at, writes=True)
    WORKSPACE.next_version()
    value = WORKSPACE.add(WORKSPACE.get(at), by)
    WORKSPACE.apply({at: value})
    return int.from_bytes(value.data, "little", signed=True)


def commit(checks: list[Check], changes: list[Change]) -> Any:
    WORKSPACE.begin_commit()
    return _commit(checks, changes)


@call
def _commit(checks: list[Check], changes: list[Change]) -> Any:
    carried = [len(_put(change.action)[0] or b"") for change in changes]
    touched = [check.at for check in checks] + [change.at for change in changes]
    keys = sum(len(at.key.encode()) for at in touched)
    is_single_set = len(changes) == 1 and _put(changes[0].action)[0] is not None
    WORKSPACE.check_batch(len(touched), 0 if is_single_set else keys + sum(carried))
    for check in checks:
        WORKSPACE.allow(check.at)
    for change, size_bytes in zip(changes, carried):
        WORKSPACE.allow(change.at, writes=True)
        WORKSPACE.check_value(size_bytes)
    for index, check in enumerate(checks):
        if not WORKSPACE.holds(check.at, check.expect):
            return Outcome_Conflict(index)
    version = WORKSPACE.next_version()
    staged: Staged = {}
    for change in changes:
        data, expires_in_ms = _put(change.action)
        if data is not None:
            staged[change.at] = WORKSPACE.value(data, expires_in_ms)
        elif isinstance(change.action, Action_Add):
            before = staged[change.at] if change.at in staged else WORKSPACE.get(change.at)
            staged[change.at] = WORKSPACE.add(before, change.action.value)
        else:
            staged[change.at] = None
    WORKSPACE.apply(staged)
    return Outcome_Committed(version)


def _put(action: Any) -> tuple[Optional[bytes], Optional[int]]:
    if isinstance(action, Action_Set):
        return action.value, None
    if isinstance(action, Action_SetExpiring):
        return action.value.value, action.value.expires_in_ms
    return None, None
