"""The calls of a store."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Optional

from ..errors import BatchTooLarge
from ..pages import Item, ItemPage, KeyPage
from ..sizes import Usage
from .contents import Value
from .limits import Limits
from .types import Address, Store
from .workspace import WORKSPACE, call, within


class Calls(NamedTuple):
    """What a generated module has for a store."""

    set: Callable[..., Any]
    set_expiring: Callable[..., Any]
    get: Callable[..., Any]
    delete: Callable[..., Any]
    exists: Callable[..., Any]
    delete_prefix: Callable[..., Any]
    keys: Callable[..., Any]
    items: Callable[..., Any]
    usage: Callable[..., Any]
    limits: Callable[[], Limits]


def calls(store: Store) -> Calls:
    @call
    def set(key: str, value: bytes) -> None:
        put(key, value, None)

    @call
    def set_expiring(key: str, value: bytes, expires_in_ms: int) -> None:
        put(key, value, expires_in_ms)

    def put(key: str, value: bytes, expires_in_ms: Optional[int]) -> None:
        at = Address(store, key)
        WORKSPACE.allow(at, writes=True)
        WORKSPACE.check_value(len(value))
        WORKSPACE.next_version()
        WORKSPACE.apply({at: WORKSPACE.value(value, expires_in_ms)})

    @call
    def get(key: str) -> Optional[bytes]:
        found = read(key)
        return None if found is None else found.data

    @call
    def exists(key: str) -> bool:
        return read(key) is not None

    def read(key: str) -> Optional[Value]:
        WORKSPACE.allow(Address(store, key))
        return WORKSPACE.get(Address(store, key))

    @call
    def delete(key: str) -> None:
        WORKSPACE.allow(Address(store, key), writes=True)
        WORKSPACE.stores[store].put(key, None)

    @call
    def delete_prefix(prefix: str) -> int:
        WORKSPACE.allow(Address(store, prefix), writes=True)
        doomed = [key for key, _ in WORKSPACE.stores[store].range(prefix, None)]
        if prefix:
            within(BatchTooLarge, WORKSPACE.limits.delete_prefix_keys, len(doomed), "items")
        for key in doomed:
            WORKSPACE.stores[store].put(key, None)
        return len(doomed)

    @call
    def keys(prefix: str, after: Optional[str], most: int) -> KeyPage:
        found, next = page(prefix, after, most, lambda item: len(item.key.encode()))
        return KeyPage([item.key for item in found], next)

    @call
    def items(prefix: str, after: Optional[str], most: int) -> ItemPage:
        return ItemPage(*page(prefix, after, most, lambda item: len(item.key.encode()) + len(item.value)))

    def page(prefix: str, after: Optional[str], most: int, size: Any) -> tuple[list[Item], Optional[str]]:
        WORKSPACE.allow(Address(store, prefix))
        if after is not None:
            WORKSPACE.check_key(after)
        found: list[Item] = []
        room_bytes = WORKSPACE.limits.batch_bytes
        for key, value in WORKSPACE.stores[store].range(prefix, after):
            item = Item(key, value.data)
            room_bytes -= size(item)
            if found and (len(found) >= min(most, WORKSPACE.limits.batch_items) or room_bytes < 0):
                return found, found[-1].key
            found.append(item)
        return found, None

    @call
    def usage() -> Usage:
        WORKSPACE.allow(Address(store, ""))
        contents = WORKSPACE.stores[store]
        quota_bytes, quota_keys = WORKSPACE.quota_bytes(store), WORKSPACE.limits.store_keys
        return Usage(contents.held_bytes, len(contents.values), quota_bytes, quota_keys)

    def limits() -> Limits:
        return WORKSPACE.limits

    return Calls(set, set_expiring, get, delete, exists, delete_prefix, keys, items, usage, limits)
