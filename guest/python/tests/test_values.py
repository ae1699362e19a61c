import unittest
from datetime import timedelta

from larder import _values


class ValuesTest(unittest.TestCase):
    """The fake would find some of this out by itself; a host would end the plugin over it."""

    def test_a_key_is_unicode(self) -> None:
        self.assertEqual(_values.checked_key("é"), "é")
        with self.assertRaises(UnicodeEncodeError):
            _values.checked_key("\udc80")

    def test_numbers_fit(self) -> None:
        self.assertEqual(_values.checked_count(2**40), 2**32 - 1)
        self.assertEqual(_values.to_ms(timedelta.max), timedelta.max // timedelta(milliseconds=1))
        self.assertEqual(_values.to_ms(1e30), 2**64 - 1)
        self.assertEqual(_values.to_ms(float("inf")), 2**64 - 1)
        self.assertEqual(_values.to_ms(0.0015), 1)
        with self.assertRaises(OverflowError):
            _values.checked_summand(-(2**63) - 1)
