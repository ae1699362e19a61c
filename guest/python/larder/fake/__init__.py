"""A host for unit tests: outside of WebAssembly every call goes to a store in memory, with the rules of the interface.

    def setUp(self):
        fake.reset()

It has no disk, so nothing is durable, and nothing is damaged or unavailable unless `fail_next` says so. No call is throttled,
and each write is committed by itself. There is one workspace, for one thread.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Callable, Union

from .._values import to_ms
from ..errors import Error
from .grant import Grant
from .limits import Limits
from .workspace import WORKSPACE

__all__ = ["Grant", "Limits", "advance", "before_next_commit", "fail_next", "grant_shared", "reset", "set_limits"]


def reset() -> None:
    """Begins anew: two empty stores, the usual limits, no grant, nothing planned."""
    WORKSPACE.__init__()  # type: ignore[misc]


def set_limits(**limits: int) -> None:
    """Sets what holds from now on, by the names of `Limits`; the others are the usual ones.

    What is over a lowered quota stays, and may shrink.
    """
    WORKSPACE.limits = Limits(**limits)


def grant_shared(grant: Grant) -> None:
    """Grants the shared store from now on; in the beginning nothing is granted."""
    WORKSPACE.grant = grant


def advance(by: Union[timedelta, float]) -> None:
    """Moves the clock on, by a timedelta or seconds, in whole milliseconds. It stands still otherwise."""
    WORKSPACE.now_ms += to_ms(by)


def fail_next(error: Error) -> None:
    """Has the next call that can fail do so, and change nothing. Said twice, it is for the next two calls."""
    WORKSPACE.failures.append(error)


def before_next_commit(act: Callable[[], object]) -> None:
    """Does something just before the next commit, increment or finish of a writer, as another plugin would."""
    WORKSPACE.before_commit = act
