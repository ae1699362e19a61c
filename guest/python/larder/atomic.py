"""Several keys at once, in either store: read as of one moment, changed all or none.

A key is one in the plugin's own store; ``Address.shared(key)`` is one in the other.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Optional

from . import _host
from ._values import Bytes, checked_summand
from .address import At
from .address import to_host as address
from .commit import Commit
from .entry import Entry, Outcome, span
from .errors import Conflict
from .expectation import ABSENT, Expectation

_calls = _host.interface("atomic")


def entry(at: At) -> Optional[Entry]:
    """The value at a key with its version and how long it has to live, or None."""
    return _entry(_host.call(_calls.get, address(at)))


def get_many(at: Iterable[At]) -> list[Optional[Entry]]:
    """The values at several keys as of one moment, in the order asked.

    Raises `BatchTooLarge` where the keys, or the values found, are more than is allowed at once; read a large value alone.
    """
    return [_entry(found) for found in _host.call(_calls.get_many, [address(each) for each in at])]


def commit() -> Commit:
    """Begins a commit; `Commit.send` makes it."""
    return Commit()


def increment(at: At, by: int = 1) -> int:
    """Adds to a counter, and gives the sum. No count is ever lost, however many add at once.

    An absent key counts as zero. Raises `NotACounter` where the value is none, or where the sum leaves 64 bits.
    """
    return int(_host.call(_calls.increment, address(at), checked_summand(by)))


def counter(at: At) -> int:
    """What a counter has come to; zero where there is none."""
    found = entry(at)
    return found.counter if found else 0


def set_if_absent(at: At, value: Bytes) -> bool:
    """Stores `value` where there is none yet, and says whether it did."""
    return bool(set_if(at, ABSENT, value))


def set_if(at: At, expect: Expectation, value: Bytes) -> Outcome:
    """Stores `value` if the key is as expected: a compare-and-set, where that is what was read."""
    return commit().check(at, expect).set(at, value).send()


def retry(tries: int, attempt: Callable[[], Outcome]) -> int:
    """Runs `attempt` until its commit is made, at most so many times, and gives the version of what it wrote.

    The attempt reads again each time. Raises `Conflict` where the last try was in conflict too.
    """
    tries = max(tries, 1)
    for _ in range(tries):
        outcome = attempt()
        if outcome.version is not None:
            return outcome.version
    raise Conflict(tries)


def _entry(found: Any) -> Optional[Entry]:
    return None if found is None else Entry(found.value, found.version, span(found.expires_in_ms))
