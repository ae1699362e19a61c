"""Outside of WebAssembly the calls of `larder` go to a fake in memory, so plain `python -m unittest` runs these."""

import io
import unittest

import larder
import notes
from larder import fake


def run(command: str, source: bytes = b"from standard input") -> str:
    """What the command prints; raises why it fails."""
    target = io.BytesIO()
    notes.notes(command.split(), io.BytesIO(source), target)
    return target.getvalue().decode()


class NotesTest(unittest.TestCase):
    def setUp(self) -> None:
        fake.reset()

    def test_keeps_and_lists_notes(self) -> None:
        run("put shop/1 milk")
        run("put shop/2")
        run("put todo sleep")
        self.assertEqual(run("get shop/1"), "milk")
        self.assertEqual(run("get shop/2"), "from standard input")
        self.assertEqual(run("list"), "shop/1\nshop/2\ntodo\n")
        self.assertEqual(run("list shop/"), "shop/1\nshop/2\n")
        run("rm todo")
        with self.assertRaisesRegex(notes.Refused, 'there is no note "todo"'):
            run("get todo")
        self.assertEqual(run("clear shop/"), "2 removed\n")
        self.assertEqual(run("usage"), "0 notes, 0 of 104857600 bytes\n")

    def test_forgets_what_was_put_for_a_time(self) -> None:
        run("put-for 60 code 1234")
        fake.advance(59)
        self.assertEqual(run("get code"), "1234")
        fake.advance(1)
        self.assertEqual(run("list"), "")

    def test_says_why_there_is_no_room(self) -> None:
        fake.set_limits(store_bytes=70)
        with self.assertRaises(larder.QuotaExceeded) as refused:
            run("put n much-too-long")
        self.assertEqual(str(refused.exception), "the store would be too full: 78 bytes where 70 are allowed")

    def test_shows_how_it_is_used(self) -> None:
        for command in ["", "dance", "put", "put-for soon n text"]:
            with self.assertRaisesRegex(notes.Refused, "usage: notes put NAME"):
                run(command)


if __name__ == "__main__":
    unittest.main()
