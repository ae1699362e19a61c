"""What a store may hold, and what one call may carry."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """What one call may carry, and how many readers and writers may be open. Every limit is inclusive."""

    key_bytes: int
    """Bytes in a key, a prefix or a position."""
    value_bytes: int
    """Bytes in a value."""
    batch_items: int
    """Items in one commit, one `get_many` or one page."""
    batch_bytes: int
    """Bytes in one commit, one `get_many` or one page; a single value alone may be larger."""
    chunk_bytes: int
    """Bytes in one piece of a stream. The files of `larder.streams` cut pieces themselves."""
    open_handles: int
    """Readers and writers open in one call."""


class Usage(NamedTuple):
    """What the store holds now and what it may hold by its own quota.

    Counted are the bytes of each key and its value, and 64 bytes a key.
    """

    bytes: int
    keys: int
    quota_bytes: int
    quota_keys: int
