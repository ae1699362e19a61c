"""Pages of a listing."""

from __future__ import annotations

from typing import List, NamedTuple, Optional


class Item(NamedTuple):
    """A key and its value."""

    key: str
    value: bytes


class KeyPage(NamedTuple):
    """Keys in byte order."""

    keys: List[str]
    next: Optional[str]
    """What to pass as `after` for the page that follows; None on the last page."""


class ItemPage(NamedTuple):
    """Keys with their values, in byte order. It holds at least one item if any is left, however large."""

    items: List[Item]
    next: Optional[str]
    """What to pass as `after` for the page that follows; None on the last page."""
