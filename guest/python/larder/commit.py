"""Checks and changes that are made together."""

from __future__ import annotations

from typing import Any

from . import _host
from ._values import Bytes, Span, checked_summand, checked_value, to_ms
from .address import At
from .address import to_host as address
from .entry import Outcome
from .expectation import ABSENT, PRESENT, Expectation
from .expectation import to_host as expectation


class Commit:
    """What `atomic.commit` begins. Nothing happens before `send`.

    Checks see the store as it is before the commit. Changes to one key apply in the order they were added.
    """

    def __init__(self) -> None:
        self._calls = _host.interface("atomic")
        self._checks: list[Any] = []
        self._changes: list[Any] = []

    def check(self, at: At, expect: Expectation) -> Commit:
        """Commits only if this is true of the key: `ABSENT`, `PRESENT`, or that it is as it was read."""
        self._checks.append(self._calls.Check(address(at), expectation(expect)))
        return self

    def check_absent(self, at: At) -> Commit:
        """Commits only if there is no value at the key."""
        return self.check(at, ABSENT)

    def check_present(self, at: At) -> Commit:
        """Commits only if there is a value at the key."""
        return self.check(at, PRESENT)

    def set(self, at: At, value: Bytes) -> Commit:
        """Puts a value, which does not expire."""
        return self._change(at, self._calls.Action_Set(checked_value(value)))

    def set_expiring(self, at: At, value: Bytes, expires_in: Span) -> Commit:
        """Puts a value that is gone so long from now, a timedelta or a number of seconds."""
        expiring = self._calls.Expiring(checked_value(value), to_ms(expires_in))
        return self._change(at, self._calls.Action_SetExpiring(expiring))

    def delete(self, at: At) -> Commit:
        """Removes the value, if there is one."""
        return self._change(at, self._calls.Action_Delete())

    def add(self, at: At, by: int) -> Commit:
        """Adds to a counter. An absent key counts as zero; a counter that expires still does, at the same time."""
        return self._change(at, self._calls.Action_Add(checked_summand(by)))

    def send(self) -> Outcome:
        """Makes every change if every check holds; otherwise none.

        A commit of a single `set` may carry a value of any size that is allowed; for all others `BatchTooLarge` is raised
        above `limits().batch_items` and `limits().batch_bytes`.
        """
        outcome = _host.call(self._calls.commit, self._checks, self._changes)
        if type(outcome).__name__ == "Outcome_Committed":
            return Outcome(outcome.value)
        return Outcome(None, outcome.value)

    def _change(self, at: At, action: Any) -> Commit:
        self._changes.append(self._calls.Change(address(at), action))
        return self
