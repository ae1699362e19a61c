import unittest
from datetime import timedelta

import larder
from larder import ABSENT, PRESENT, Address, atomic, fake, shared, storage


class AtomicTest(unittest.TestCase):
    def setUp(self) -> None:
        fake.reset()

    def test_an_entry_has_a_version_and_an_expiry(self) -> None:
        self.assertIsNone(atomic.entry("k"))
        storage.set("k", b"1", expires_in=2)
        fake.advance(0.5)
        first = atomic.entry("k")
        assert first is not None
        self.assertEqual((first.value, first.expires_in), (b"1", timedelta(seconds=1.5)))
        storage.set("k", b"1")
        again = atomic.entry("k")
        assert again is not None
        self.assertNotEqual(again.version, first.version)
        self.assertIsNone(again.expires_in)

    def test_a_commit_is_all_or_nothing(self) -> None:
        storage.set("a", b"1")
        before = atomic.entry("a")
        storage.set("a", b"2")
        outcome = atomic.commit().check_present("a").check("a", before).set("b", b"").delete("a").send()
        self.assertFalse(outcome)
        self.assertEqual(outcome.conflict, 1)
        self.assertEqual(list(storage.items()), [("a", b"2")])
        self.assertTrue(atomic.commit().check("a", atomic.entry("a")).set("b", b"").delete("a").send())
        self.assertEqual(list(storage.keys()), ["b"])

    def test_a_refused_commit_changes_nothing(self) -> None:
        storage.set("text", b"not a counter")
        with self.assertRaises(larder.NotACounter):
            atomic.commit().set("a", b"1").add("text", 1).send()
        self.assertFalse(storage.exists("a"))

    def test_all_values_of_a_commit_have_its_version(self) -> None:
        outcome = atomic.commit().set("a", b"1").set_expiring("b", b"2", 1).add("c", 3).send()
        found = atomic.get_many(["a", "b", "c", "d"])
        self.assertEqual([entry and entry.version for entry in found], [outcome.version] * 3 + [None])

    def test_changes_to_one_key_apply_in_order(self) -> None:
        atomic.commit().add("n", 2).add("n", 3).send()
        self.assertEqual(atomic.counter("n"), 5)
        atomic.commit().set("n", b"x").delete("n").add("n", 1).send()
        self.assertEqual(atomic.counter("n"), 1)

    def test_expectations(self) -> None:
        self.assertTrue(atomic.set_if_absent("k", b"1"))
        self.assertFalse(atomic.set_if_absent("k", b"2"))
        self.assertFalse(atomic.set_if("k", None, b"2"))
        self.assertTrue(atomic.set_if("absent", atomic.entry("absent"), b"1"))
        self.assertFalse(atomic.set_if("other", PRESENT, b"2"))
        self.assertFalse(atomic.set_if("k", ABSENT, b"2"))
        entry = atomic.entry("k")
        assert entry is not None
        self.assertTrue(atomic.set_if("k", entry.version, b"3"))
        self.assertFalse(atomic.set_if("k", entry, b"4"))
        self.assertEqual(storage.get("k"), b"3")

    def test_counters(self) -> None:
        self.assertEqual(atomic.increment("n"), 1)
        self.assertEqual(atomic.increment("n", -5), -4)
        self.assertEqual(storage.get("n"), (-4).to_bytes(8, "little", signed=True))
        storage.set("text", b"1")
        for wrong in [lambda: atomic.increment("text"), lambda: atomic.counter("text")]:
            with self.assertRaises(larder.NotACounter):
                wrong()
        atomic.increment("full", 2**63 - 1)
        with self.assertRaises(larder.NotACounter):
            atomic.increment("full")
        with self.assertRaises(OverflowError):
            atomic.increment("n", 2**63)

    def test_batches_are_bounded(self) -> None:
        fake.set_limits(batch_items=2, batch_bytes=10)
        with self.assertRaisesRegex(larder.BatchTooLarge, "3 items where 2 are allowed"):
            atomic.get_many(["a", "b", "c"])
        with self.assertRaisesRegex(larder.BatchTooLarge, "12 bytes where 10 are allowed"):
            atomic.commit().set("a", b"12345").set("b", b"12345").send()
        self.assertTrue(atomic.commit().check_absent("a").set("a", b"more than ten bytes").send())
        storage.set("b", b"")
        with self.assertRaises(larder.BatchTooLarge):
            atomic.get_many(["a", "b"])
        self.assertEqual(len(atomic.get_many(["a"])), 1)

    def test_works_over_both_stores(self) -> None:
        with self.assertRaises(larder.AccessDenied):
            atomic.entry(Address.shared("k"))
        fake.grant_shared(fake.Grant(write=True))
        atomic.commit().set("k", b"own").set(Address.shared("k"), b"shared").send()
        self.assertEqual((storage.get("k"), shared.get("k")), (b"own", b"shared"))

    def test_retry_reads_again(self) -> None:
        storage.set("log", b"")
        fake.before_next_commit(lambda: storage.set("log", b"theirs "))

        def append() -> larder.Outcome:
            before = atomic.entry("log")
            return atomic.set_if("log", before, (before.value if before else b"") + b"mine")

        atomic.retry(2, append)
        self.assertEqual(storage.get("log"), b"theirs mine")
        with self.assertRaises(larder.Conflict) as conflict:
            atomic.retry(3, lambda: atomic.set_if("log", ABSENT, b""))
        self.assertEqual(conflict.exception.tries, 3)
