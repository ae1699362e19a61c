import unittest
from datetime import timedelta

import larder
from larder import fake, shared, storage


class StorageTest(unittest.TestCase):
    def setUp(self) -> None:
        fake.reset()

    def test_keeps_bytes(self) -> None:
        for key in ["", "../x", "a//b", "nul\0", "é", "\U0001f34e"]:
            storage.set(key, b"\0\xff")
            self.assertEqual(storage.get(key), b"\0\xff")
        storage.set("empty", b"")
        self.assertEqual(storage.get("empty"), b"")
        self.assertTrue(storage.exists("empty"))

    def test_a_missing_key_is_an_answer(self) -> None:
        self.assertIsNone(storage.get("none"))
        self.assertFalse(storage.exists("none"))
        storage.delete("none")

    def test_delete_removes(self) -> None:
        storage.set("k", b"v")
        storage.delete("k")
        self.assertIsNone(storage.get("k"))
        self.assertEqual(storage.usage().bytes, 0)

    def test_lists_in_byte_order_over_all_pages(self) -> None:
        keys = [f"k{number}" for number in range(2500)] + ["é", "z", "\U0001f34e", "\uffff"]
        for key in keys:
            storage.set(key, key.encode())
        expected = sorted(keys, key=str.encode)
        self.assertEqual(list(storage.keys()), expected)
        self.assertEqual([(key, value) for key, value in storage.items()], [(key, key.encode()) for key in expected])
        self.assertEqual(list(storage.keys("k249")), [key for key in expected if key.startswith("k249")])

    def test_pages_say_where_the_next_begins(self) -> None:
        for key in "abc":
            storage.set(key, b"")
        page = storage.keys_page(most=2)
        self.assertEqual((page.keys, page.next), (["a", "b"], "b"))
        storage.delete("b")
        self.assertEqual(storage.keys_page(after=page.next), (["c"], None))
        self.assertEqual(storage.keys_page(most=0).keys, ["a"])
        self.assertEqual(storage.keys_page("b", after="a").keys, [])

    def test_a_page_ends_where_its_bytes_do(self) -> None:
        fake.set_limits(batch_bytes=10)
        for key in "abc":
            storage.set(key, b"12345")
        self.assertEqual([item.key for item in storage.items_page().items], ["a"])
        self.assertEqual([key for key, _ in storage.items()], ["a", "b", "c"])

    def test_what_expires_is_gone(self) -> None:
        storage.set("a", b"1", expires_in=timedelta(minutes=1))
        storage.set_expiring("b", b"1", 0.5)
        storage.set("now", b"1", expires_in=0)
        storage.set("never", b"1", expires_in=float("inf"))
        self.assertEqual(list(storage.keys()), ["a", "b", "never"])
        fake.advance(0.499)
        self.assertTrue(storage.exists("b"))
        fake.advance(0.001)
        self.assertFalse(storage.exists("b"))
        storage.set("a", b"2")
        fake.advance(timedelta(days=1))
        self.assertEqual(storage.get("a"), b"2")
        with self.assertRaises(ValueError):
            storage.set("a", b"", expires_in=-1)

    def test_limits_are_exact_and_carry_numbers(self) -> None:
        storage.set("k" * 1024, b"")
        with self.assertRaises(larder.KeyTooLong) as refused:
            storage.set("é" * 513, b"")
        self.assertEqual((refused.exception.limit, refused.exception.actual), (1024, 1026))
        fake.set_limits(value_bytes=3)
        storage.set("v", b"123")
        with self.assertRaises(larder.ValueTooLarge) as too_large:
            storage.set("v", b"1234")
        self.assertEqual(str(too_large.exception), "the value is too large: 4 bytes where 3 are allowed")
        self.assertEqual(storage.get("v"), b"123")

    def test_quota_counts_keys_values_and_64(self) -> None:
        fake.set_limits(store_bytes=70, store_keys=1)
        storage.set("k", b"12345")
        self.assertEqual(storage.usage(), (70, 1, 70, 1))
        for key, value in [("k", b"123456"), ("j", b"")]:
            with self.assertRaises(larder.QuotaExceeded):
                storage.set(key, value)
        fake.set_limits(store_keys=1)
        with self.assertRaisesRegex(larder.QuotaExceeded, "2 items where 1 are allowed"):
            storage.set("j", b"")

    def test_delete_prefix_is_all_or_none(self) -> None:
        for key in ["a1", "a2", "b"]:
            storage.set(key, b"")
        fake.set_limits(delete_prefix_keys=1)
        with self.assertRaises(larder.BatchTooLarge) as refused:
            storage.delete_prefix("a")
        self.assertEqual((refused.exception.actual, refused.exception.unit), (2, "items"))
        self.assertEqual(storage.delete_prefix("b"), 1)
        self.assertEqual(storage.delete_prefix(""), 2)

    def test_refuses_what_is_not_a_key_or_bytes(self) -> None:
        for wrong in ["text", 1, None]:
            with self.assertRaises(TypeError):
                storage.set("k", wrong)  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            storage.get(b"k")  # type: ignore[arg-type]
        with self.assertRaises(UnicodeEncodeError):
            storage.get("\udc80")
        with self.assertRaises(ValueError):
            storage.keys_page(most=-1)
        storage.set("k", bytearray(b"1"))
        storage.set("k", memoryview(b"2"))
        self.assertEqual(storage.get("k"), b"2")

    def test_fails_when_told_to(self) -> None:
        fake.fail_next(larder.Unavailable())
        with self.assertRaises(larder.Unavailable):
            storage.set("k", b"")
        self.assertFalse(storage.exists("k"))


class SharedTest(unittest.TestCase):
    def setUp(self) -> None:
        fake.reset()

    def test_needs_a_grant(self) -> None:
        with self.assertRaises(larder.AccessDenied):
            shared.get("k")
        self.assertEqual(shared.limits().key_bytes, 1024)
        fake.grant_shared(fake.Grant(write=True))
        shared.set("k", b"v")
        self.assertIsNone(storage.get("k"))
        fake.grant_shared(fake.Grant(read=True))
        self.assertEqual(shared.get("k"), b"v")
        with self.assertRaises(larder.AccessDenied):
            shared.delete("k")

    def test_a_grant_may_be_for_a_prefix(self) -> None:
        fake.grant_shared(fake.Grant(write=True, prefix="rates/"))
        shared.set("rates/eur", b"1.07")
        self.assertEqual(list(shared.keys("rates/")), ["rates/eur"])
        for denied in [lambda: shared.set("other", b""), shared.usage, lambda: shared.keys_page("rat")]:
            with self.assertRaises(larder.AccessDenied):
                denied()
