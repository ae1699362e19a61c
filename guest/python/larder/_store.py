"""The calls of a store, which `larder.storage` and `larder.shared` have alike."""

from __future__ import annotations

from typing import Iterator, Optional

from . import _host
from ._values import Bytes, Span, checked_count, checked_key, checked_value, to_ms
from .pages import Item, ItemPage, KeyPage
from .sizes import Limits, Usage

PAGE_ITEMS = 1000


class Store:
    def __init__(self, interface: str) -> None:
        self._calls = _host.interface(interface)

    def set(self, key: str, value: Bytes, *, expires_in: Optional[Span] = None) -> None:
        """Stores `value` at `key`, replacing what was there, its expiry included.

        With `expires_in`, a timedelta or a number of seconds, the value is gone so long from now, in whole milliseconds;
        zero is at once, past the end of time is never.

        Raises `KeyTooLong`, `ValueTooLarge` or `QuotaExceeded` where a limit stands against it.
        """
        if expires_in is not None:
            self.set_expiring(key, value, expires_in)
        else:
            _host.call(self._calls.set, checked_key(key), checked_value(value))

    def set_expiring(self, key: str, value: Bytes, expires_in: Span) -> None:
        """As `set` with `expires_in`."""
        _host.call(self._calls.set_expiring, checked_key(key), checked_value(value), to_ms(expires_in))

    def get(self, key: str) -> Optional[bytes]:
        """The value at `key`, or None."""
        value: Optional[bytes] = _host.call(self._calls.get, checked_key(key))
        return value

    def delete(self, key: str) -> None:
        """Removes `key` and its value; succeeds where there is none."""
        _host.call(self._calls.delete, checked_key(key))

    def exists(self, key: str) -> bool:
        """Whether `key` has a value."""
        return bool(_host.call(self._calls.exists, checked_key(key)))

    def delete_prefix(self, prefix: str) -> int:
        """Removes every key that starts with `prefix`, all or none, and says how many there were.

        An empty prefix empties the store, however large. Otherwise more keys than the host allows at once (100,000 unless
        it says otherwise) are `BatchTooLarge`, with the count.
        """
        return int(_host.call(self._calls.delete_prefix, checked_key(prefix)))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that start with `prefix`, in byte order. Pages are fetched as they are needed.

        A key that is there during the whole listing is met once; one that comes or goes meanwhile may or may not be.
        """
        after: Optional[str] = None
        while True:
            page = self.keys_page(prefix, after)
            yield from page.keys
            if page.next is None:
                return
            after = page.next

    def items(self, prefix: str = "") -> Iterator[Item]:
        """As `keys`, with the values: ``for key, value in storage.items()``."""
        after: Optional[str] = None
        while True:
            page = self.items_page(prefix, after)
            yield from page.items
            if page.next is None:
                return
            after = page.next

    def keys_page(self, prefix: str = "", after: Optional[str] = None, most: int = PAGE_ITEMS) -> KeyPage:
        """At most `most` keys (cut to what `limits` allows; 0 means 1) that start with `prefix` and come after `after`."""
        page = _host.call(self._calls.keys, *_where(prefix, after, most))
        return KeyPage(list(page.keys), page.next)

    def items_page(self, prefix: str = "", after: Optional[str] = None, most: int = PAGE_ITEMS) -> ItemPage:
        """As `keys_page`, with the values. A page ends early where its bytes would pass the batch limit."""
        page = _host.call(self._calls.items, *_where(prefix, after, most))
        return ItemPage([Item(item.key, item.value) for item in page.items], page.next)

    def usage(self) -> Usage:
        """What the store holds now and may hold."""
        usage = _host.call(self._calls.usage)
        return Usage(usage.bytes, usage.keys, usage.quota_bytes, usage.quota_keys)

    def limits(self) -> Limits:
        """What one call may carry."""
        limits = self._calls.limits()
        return Limits(
            limits.key_bytes,
            limits.value_bytes,
            limits.batch_items,
            limits.batch_bytes,
            limits.chunk_bytes,
            limits.open_handles,
        )


def _where(prefix: str, after: Optional[str], most: int) -> tuple[str, Optional[str], int]:
    return checked_key(prefix), None if after is None else checked_key(after), checked_count(most)
