"""What must be true of a key for a commit to be made."""

from __future__ import annotations

from enum import Enum
from typing import Any, Union

from . import _host
from .entry import Entry


_types = _host.interface("types")


class Presence(Enum):
    ABSENT = "absent"
    PRESENT = "present"


ABSENT = Presence.ABSENT
"""There is no value at the key."""
PRESENT = Presence.PRESENT
"""There is a value at the key, whichever."""

Expectation = Union[Presence, Entry, int, None]
"""`ABSENT`, `PRESENT`, or what was read: an entry, its version, or None for a key that had no value."""


def to_host(expect: Expectation) -> Any:
    if expect is None or expect is ABSENT:
        return _types.Expectation_Absent()
    if expect is PRESENT:
        return _types.Expectation_Present()
    return _types.Expectation_Unchanged(expect.version if isinstance(expect, Entry) else expect)
