"""The calls of `streams`, with the resources that componentize-py generates for them."""

from __future__ import annotations

from typing import Any, Optional

from ..errors import BatchTooLarge, TooManyOpen
from .contents import Value, cost
from .types import Address
from .workspace import WORKSPACE, call, within


class Handle:
    kept_bytes = 0

    def __init__(self, at: Address) -> None:
        self.at = at
        within(TooManyOpen, WORKSPACE.limits.open_handles, len(WORKSPACE.open_handles) + 1, "handles")
        WORKSPACE.open_handles.add(self)

    def __exit__(self, *_: Any) -> None:
        WORKSPACE.open_handles.discard(self)


class Reader(Handle):
    def __init__(self, at: Address, value: Value) -> None:
        super().__init__(at)
        self.value = value

    def size(self) -> int:
        return len(self.value.data)

    def version(self) -> int:
        return self.value.version

    @call
    def read(self, offset: int, most: int) -> bytes:
        return self.value.data[offset : offset + min(most, WORKSPACE.limits.chunk_bytes)]


class Writer(Handle):
    def __init__(self, at: Address, expect: Any, expires_at_ms: Optional[int]) -> None:
        super().__init__(at)
        self.expect = expect
        self.expires_at_ms = expires_at_ms
        self.written = bytearray()

    @call
    def write(self, data: bytes) -> None:
        within(BatchTooLarge, WORKSPACE.limits.chunk_bytes, len(data))
        size_bytes = len(self.written) + len(data)
        WORKSPACE.check_value(size_bytes)
        self.keep(size_bytes)
        self.written += data

    def keep(self, size_bytes: int) -> None:
        old = WORKSPACE.get(self.at)
        growth = cost(self.at.key, Value(b"", 0)) + size_bytes - cost(self.at.key, old)
        before, self.kept_bytes = self.kept_bytes, 0
        try:
            WORKSPACE.check_quota(self.at.store, growth, old is None)
        except Exception:
            self.kept_bytes = before
            raise
        self.kept_bytes = max(growth, 0)

    @classmethod
    def finish(cls, writer: Writer) -> Optional[int]:
        WORKSPACE.begin_commit()
        writer.__exit__()
        return writer.put()

    @call
    def put(self) -> Optional[int]:
        if self.expect is not None and not WORKSPACE.holds(self.at, self.expect):
            return None
        version = WORKSPACE.next_version()
        WORKSPACE.apply({self.at: Value(bytes(self.written), version, self.expires_at_ms)})
        return version


@call
def open(at: Address) -> Optional[Reader]:
    WORKSPACE.allow(at)
    value = WORKSPACE.get(at)
    return None if value is None else Reader(at, value)


@call
def create(at: Address, expect: Any, expires_in_ms: Optional[int]) -> Writer:
    WORKSPACE.allow(at, writes=True)
    return Writer(at, expect, WORKSPACE.expiry(expires_in_ms))
