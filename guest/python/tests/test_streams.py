import io
import shutil
import unittest

import larder
from larder import ABSENT, fake, storage, streams

MIB = 1024 * 1024


class StreamsTest(unittest.TestCase):
    def setUp(self) -> None:
        fake.reset()

    def test_a_value_goes_in_and_out_in_pieces(self) -> None:
        data = bytes(range(256)) * (3 * MIB // 256) + b"odd"
        with streams.create("k") as writer:
            shutil.copyfileobj(io.BytesIO(data), writer, 1000)
            writer.write(data)
            self.assertIsNone(storage.get("k"))
        self.assertEqual(storage.get("k"), data + data)
        with self.open("k") as reader:
            self.assertEqual(reader.size, 2 * len(data))
            self.assertEqual(reader.read(), data + data)
            self.assertEqual(reader.version, writer.version)

    def test_a_reader_is_a_file(self) -> None:
        storage.set("k", b"one\ntwo\nthree")
        with self.open("k") as reader:
            self.assertEqual(list(reader), [b"one\n", b"two\n", b"three"])
            reader.seek(-5, io.SEEK_END)
            self.assertEqual(reader.read(2), b"th")
            self.assertEqual(reader.read_at(4, 3), b"two")
            self.assertEqual(reader.read(), b"ree")
            self.assertEqual(reader.read(), b"")
            reader.seek(0)
            self.assertEqual(io.TextIOWrapper(reader).readline(), "one\n")

    def test_a_reader_sees_the_value_as_it_was(self) -> None:
        self.assertIsNone(streams.open("k"))
        storage.set("k", b"old")
        with self.open("k") as reader:
            storage.set("k", b"new")
            self.assertEqual(reader.read(), b"old")

    def test_what_is_not_finished_never_was(self) -> None:
        with self.assertRaises(RuntimeError), streams.create("a") as writer:
            writer.write(b"x" * MIB)
            raise RuntimeError
        closed = streams.create("b")
        closed.write(b"x")
        closed.close()
        lost = streams.create("c")
        lost.write(b"x")
        del lost
        self.assertEqual(list(storage.keys()), [])
        with self.assertRaises(ValueError):
            closed.write(b"x")
        with self.assertRaises(ValueError):
            closed.finish()

    def test_closing_makes_room_for_others(self) -> None:
        fake.set_limits(open_handles=1)
        storage.set("k", b"")
        with self.open("k"):
            with self.assertRaises(larder.TooManyOpen) as refused:
                streams.create("other")
            self.assertEqual(str(refused.exception), "too many readers and writers are open: 2 handles where 1 are allowed")
        streams.create("a").finish()
        streams.create("b").close()
        streams.create("c").finish()

    def test_cuts_pieces_as_the_host_allows(self) -> None:
        fake.set_limits(chunk_bytes=1000)
        with streams.create("k") as writer:
            writer.write(b"x" * 200_001)
        with self.open("k") as reader:
            self.assertEqual(reader.read(), b"x" * 200_001)

    def test_limits_hold_while_it_is_written(self) -> None:
        fake.set_limits(value_bytes=100_000)
        with self.assertRaises(larder.ValueTooLarge), streams.create("k") as writer:
            writer.write(b"x" * 100_000)
            writer.write(b"x" * 99_999)
        fake.set_limits(store_bytes=65 + 100_000)
        first = streams.create("k")
        first.write(b"x" * 100_000)
        with self.assertRaises(larder.QuotaExceeded):
            storage.set("other", b"")
        first.finish()
        self.assertEqual(storage.usage().bytes, 65 + 100_000)

    def test_conditions_and_expiry(self) -> None:
        with streams.create("k", expires_in=1) as writer:
            writer.write(b"1")
        self.assertIsNone(streams.create_if("k", ABSENT).finish())
        with self.assertRaises(larder.Conflict), streams.create_if("k", ABSENT) as writer:
            writer.write(b"2")
        fake.advance(1)
        with streams.create_if("k", ABSENT) as writer:
            writer.write(b"3")
        self.assertEqual(storage.get("k"), b"3")

    def open(self, key: str) -> larder.streams.Reader:
        reader = streams.open(key)
        assert reader is not None
        return reader
