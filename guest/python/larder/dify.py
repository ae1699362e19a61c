"""`session.storage` as plugins for Dify know it, over the plugin's own store.

    session = Session()
    session.storage.set("name", b"ada")
    session.storage.get("name")
"""

from __future__ import annotations

from typing import Optional

from . import storage as _store


class StorageInvocationError(Exception):
    """A storage call failed. What the store refuses is raised as a `larder.Error`."""


class NotFoundError(StorageInvocationError):
    """There is no value at the key; raised only by a storage with `missing_raises`."""

    def __init__(self, key: str) -> None:
        super().__init__("load data failed, please check if the key is correct or you have not set it")
        self.key = key


class Storage:
    """The calls of `session.storage`.

    With `missing_raises`, `get` and `delete` of a key that is not there raise `NotFoundError`; otherwise `get` gives None,
    and `delete` succeeds.
    """

    def __init__(self, *, missing_raises: bool = False) -> None:
        self.missing_raises = missing_raises

    def set(self, key: str, val: bytes) -> None:
        """Stores `val` at `key`, replacing what was there."""
        _store.set(key, val)

    def get(self, key: str) -> Optional[bytes]:
        """The value at `key`."""
        value = _store.get(key)
        if value is None and self.missing_raises:
            raise NotFoundError(key)
        return value

    def delete(self, key: str) -> None:
        """Removes `key` and its value."""
        if self.missing_raises and not _store.exists(key):
            raise NotFoundError(key)
        _store.delete(key)

    def exist(self, key: str) -> bool:
        """Whether `key` has a value."""
        return _store.exists(key)


class Session:
    """What is left of a session in a plugin of Larder: its storage."""

    def __init__(self, *, missing_raises: bool = False) -> None:
        self.storage = Storage(missing_raises=missing_raises)
