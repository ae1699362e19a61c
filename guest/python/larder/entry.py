"""What a commit reads, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, Optional

from .errors import NotACounter


class Entry(NamedTuple):
    """A value with what is known of it."""

    value: bytes
    version: int
    """Which write made the value. No two writes in a workspace ever share one; compare for equality only."""
    expires_in: Optional[timedelta] = None
    """How long the value has to live; None is for good."""

    @property
    def counter(self) -> int:
        """The value as a counter; raises `NotACounter` where it is none."""
        if len(self.value) != 8:
            raise NotACounter()
        return int.from_bytes(self.value, "little", signed=True)


class Outcome(NamedTuple):
    """How a commit ended; true if it was made."""

    version: Optional[int]
    """The version of all that it wrote; None where it was not made."""
    conflict: Optional[int] = None
    """Where it was not made: the first check that did not hold, counted from 0."""

    def __bool__(self) -> bool:
        return self.version is not None


def span(ms: Optional[int]) -> Optional[timedelta]:
    """A time to live in milliseconds; more than a timedelta can say is cut to the most that it can."""
    if ms is None:
        return None
    try:
        return timedelta(milliseconds=ms)
    except OverflowError:
        return timedelta.max
