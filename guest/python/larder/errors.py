"""Why a call failed.

After any error but `OutcomeUnknown` the store is as it was before the call.
"""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """Why a call failed; the base of all the others here."""


class Excess(Error):
    """A limit stands against the call; the base of the five that have numbers.

    `limit` is what is allowed, `actual` what was asked for, and `unit` what both count: "bytes", "items" or "handles".
    """

    what = "too much"

    def __init__(self, limit: int, actual: int, unit: str = "bytes") -> None:
        super().__init__(limit, actual, unit)
        self.limit = limit
        self.actual = actual
        self.unit = unit

    def __str__(self) -> str:
        return f"{self.what}: {self.actual} {self.unit} where {self.limit} are allowed"


class KeyTooLong(Excess):
    """The key, prefix or position has more bytes than a key may have."""

    what = "the key is too long"


class ValueTooLarge(Excess):
    """The value has more bytes than a value may have."""

    what = "the value is too large"


class BatchTooLarge(Excess):
    """The call carries, or its answer would carry, more items or bytes than is allowed at once."""

    what = "too much for one call"


class QuotaExceeded(Excess):
    """The store would hold more bytes or keys than it may.

    `limit` is the store's own quota, or what it holds and what is free in the workspace, whichever is less.
    """

    what = "the store would be too full"


class TooManyOpen(Excess):
    """Too many readers and writers are open."""

    what = "too many readers and writers are open"


class NotACounter(Error):
    """The value at this key is not a counter (eight bytes, little-endian, signed), or the sum leaves a counter's range."""

    def __str__(self) -> str:
        return "the value is not a counter, or the sum leaves its range"


class AccessDenied(Error):
    """The host has not granted this plugin that access."""

    def __str__(self) -> str:
        return "the host does not allow this plugin that access"


class Throttled(Error):
    """Too many calls; worth trying again after `after_ms` milliseconds."""

    def __init__(self, after_ms: int) -> None:
        super().__init__(after_ms)
        self.after_ms = after_ms

    def __str__(self) -> str:
        return f"too many calls: try again in {self.after_ms} ms"


class Damaged(Error):
    """The stored value is damaged; reading it would give wrong bytes."""

    def __str__(self) -> str:
        return "the stored value is damaged"


class Unavailable(Error):
    """The store cannot do this now (disk full, database away); worth trying again."""

    def __str__(self) -> str:
        return "the store is unavailable"


class OutcomeUnknown(Error):
    """The write is wholly there or wholly not, and the store could not find out which; read to find out."""

    def __str__(self) -> str:
        return "the outcome of the write is unknown"


class Other(Error):
    """A reason that this version of the interface has no name for; its text is for a log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Conflict(Error):
    """Others changed what the commit checks, `tries` times: what `atomic.retry` and a ``with`` of a writer raise."""

    def __init__(self, tries: int = 1) -> None:
        super().__init__(tries)
        self.tries = tries

    def __str__(self) -> str:
        return f"others changed what the commit checks, {self.tries} times"


_EXCESSES = {kind.__name__: kind for kind in (KeyTooLong, ValueTooLarge, BatchTooLarge, QuotaExceeded, TooManyOpen)}
_PLAIN = {kind.__name__: kind for kind in (NotACounter, AccessDenied, Damaged, Unavailable, OutcomeUnknown)}


def from_host(error: Any) -> Error:
    """The exception for an error as the generated bindings have it, which are told apart by the names of their classes."""
    name = type(error).__name__.replace("Error_", "")
    if name in _EXCESSES:
        excess = error.value
        return _EXCESSES[name](excess.limit, excess.actual, excess.unit.name.lower())
    if name in _PLAIN:
        return _PLAIN[name]()
    if name == "Throttled":
        return Throttled(error.value)
    return Other(error.value)
