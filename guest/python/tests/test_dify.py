"""The storage code of these tests is written as for the other host, and is not changed."""

import json
import unittest
from typing import Any

import larder
from larder import fake, storage
from larder.dify import NotFoundError, Session, StorageInvocationError


class CounterTool:
    """A tool that counts its visitors, with the calls as it made them there."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def invoke(self, visitor: str) -> int:
        try:
            count = int(self.session.storage.get(visitor).decode())
        except Exception:
            count = 0
        self.session.storage.set(visitor, str(count + 1).encode("utf-8"))
        return count + 1

    def remember(self, **facts: str) -> None:
        self.session.storage.set(key="facts", val=json.dumps(facts).encode("utf-8"))

    def recall(self) -> Any:
        if self.session.storage.exist("facts"):
            return json.loads(self.session.storage.get("facts").decode("utf-8"))
        return {}

    def forget(self) -> None:
        self.session.storage.delete("facts")


class DifyTest(unittest.TestCase):
    def setUp(self) -> None:
        fake.reset()

    def test_a_plugin_runs_unchanged(self) -> None:
        for missing_raises in [False, True]:
            fake.reset()
            tool = CounterTool(Session(missing_raises=missing_raises))
            self.assertEqual([tool.invoke("ada"), tool.invoke("ada"), tool.invoke("bob")], [1, 2, 1])
            tool.remember(likes="figs")
            self.assertEqual(tool.recall(), {"likes": "figs"})
            tool.forget()
            self.assertEqual(tool.recall(), {})
            self.assertEqual(storage.get("ada"), b"2")

    def test_a_missing_key_is_none(self) -> None:
        session = Session()
        self.assertIsNone(session.storage.get("none"))
        self.assertFalse(session.storage.exist("none"))
        session.storage.delete("none")

    def test_a_missing_key_raises_if_asked_for(self) -> None:
        session = Session(missing_raises=True)
        with self.assertRaisesRegex(NotFoundError, "load data failed, please check if the key is correct"):
            session.storage.get("none")
        with self.assertRaises(StorageInvocationError):
            session.storage.delete("none")
        session.storage.set("empty", b"")
        self.assertEqual(session.storage.get("empty"), b"")

    def test_what_the_store_refuses_is_an_exception_too(self) -> None:
        fake.set_limits(store_bytes=70)
        with self.assertRaisesRegex(larder.QuotaExceeded, "78 bytes where 70 are allowed"):
            Session().storage.set("n", b"much too long")
