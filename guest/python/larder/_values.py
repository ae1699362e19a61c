"""Checks of what goes to the host: the generated bindings end the plugin over a wrong type, where this raises."""

from __future__ import annotations

from datetime import timedelta
from typing import Optional, Union

Bytes = Union[bytes, bytearray, memoryview]
Span = Union[timedelta, float]

MAX_U32 = 2**32 - 1
MAX_U64 = 2**64 - 1


def checked_key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key is a str, not {type(key).__name__}")
    if not key.isascii():
        key.encode()
    return key


def checked_value(value: Bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"a value is bytes, not {type(value).__name__}")


def to_ms(span: Span) -> int:
    """Whole milliseconds: what is less is at once, what is more than can be said is never."""
    if isinstance(span, timedelta):
        ms = span // timedelta(milliseconds=1)
    elif span == float("inf"):
        return MAX_U64
    else:
        ms = int(span * 1000)
    if ms < 0:
        raise ValueError("a time to live is not negative")
    return min(ms, MAX_U64)


def to_optional_ms(span: Optional[Span]) -> Optional[int]:
    return None if span is None else to_ms(span)


def checked_count(count: int) -> int:
    if count < 0:
        raise ValueError("a count is not negative")
    return min(count, MAX_U32)


def checked_summand(by: int) -> int:
    if not -(2**63) <= by < 2**63:
        raise OverflowError("a counter has 64 bits")
    return by
