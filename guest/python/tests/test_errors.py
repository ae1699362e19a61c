import unittest
from dataclasses import dataclass
from enum import Enum
from typing import Any

import larder
from larder.errors import from_host


class Unit(Enum):
    BYTES = 0
    ITEMS = 1
    HANDLES = 2


@dataclass
class Numbers:
    unit: Unit
    limit: int
    actual: int


def generated(name: str, value: Any = None) -> Any:
    """An error as componentize-py generates it: a class for each case, with a value where the case has one."""
    error = type(f"Error_{name}", (), {})()
    error.value = value
    return error


class ErrorsTest(unittest.TestCase):
    def test_a_refusal_says_what_was_asked_and_what_is_allowed(self) -> None:
        cases = [
            ("KeyTooLong", Unit.BYTES, "the key is too long: 11 bytes where 10 are allowed"),
            ("ValueTooLarge", Unit.BYTES, "the value is too large: 11 bytes where 10 are allowed"),
            ("BatchTooLarge", Unit.ITEMS, "too much for one call: 11 items where 10 are allowed"),
            ("QuotaExceeded", Unit.ITEMS, "the store would be too full: 11 items where 10 are allowed"),
            ("TooManyOpen", Unit.HANDLES, "too many readers and writers are open: 11 handles where 10 are allowed"),
        ]
        for name, unit, text in cases:
            error = from_host(generated(name, Numbers(unit, 10, 11)))
            self.assertIs(type(error), getattr(larder, name))
            assert isinstance(error, larder.Excess)
            self.assertEqual((error.limit, error.actual, error.unit), (10, 11, unit.name.lower()))
            self.assertEqual(str(error), text)

    def test_the_others_say_why(self) -> None:
        cases = [
            ("NotACounter", None, "the value is not a counter, or the sum leaves its range"),
            ("AccessDenied", None, "the host does not allow this plugin that access"),
            ("Throttled", 250, "too many calls: try again in 250 ms"),
            ("Damaged", None, "the stored value is damaged"),
            ("Unavailable", None, "the store is unavailable"),
            ("OutcomeUnknown", None, "the outcome of the write is unknown"),
            ("Other", "a reason", "a reason"),
        ]
        for name, value, text in cases:
            error = from_host(generated(name, value))
            self.assertIs(type(error), getattr(larder, name))
            self.assertIsInstance(error, larder.Error)
            self.assertEqual(str(error), text)
