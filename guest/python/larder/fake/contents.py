from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Iterator, NamedTuple, Optional

KEY_COST_BYTES = 64


class Value(NamedTuple):
    data: bytes
    version: int
    expires_at_ms: Optional[int] = None


def cost(key: str, value: Optional[Value]) -> int:
    """What a key with this value counts, in bytes."""
    return 0 if value is None else len(key.encode()) + len(value.data) + KEY_COST_BYTES


class Contents:
    """What one store holds."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.held_bytes = 0

    def get(self, key: str) -> Optional[Value]:
        return self.values.get(key)

    def put(self, key: str, value: Optional[Value]) -> None:
        self.held_bytes += cost(key, value) - cost(key, self.values.pop(key, None))
        if value is not None:
            self.values[key] = value

    def remove_expired(self, now_ms: int) -> None:
        for key, value in list(self.values.items()):
            if value.expires_at_ms is not None and value.expires_at_ms <= now_ms:
                self.put(key, None)

    def range(self, prefix: str, after: Optional[str]) -> Iterator[tuple[str, Value]]:
        """What starts with `prefix` and comes after `after`, in byte order, which is that of Python's strings."""
        keys = sorted(self.values)
        start = bisect_left(keys, prefix) if after is None or after < prefix else bisect_right(keys, after)
        for key in keys[start:]:
            if not key.startswith(prefix):
                return
            yield key, self.values[key]
