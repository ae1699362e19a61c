"""Values too large to hold in memory, as files.

    with streams.create("report") as file:
        shutil.copyfileobj(source, file, 1024 * 1024)

    with streams.open("report") as file:
        for line in file:
            ...
"""

from __future__ import annotations

from typing import Optional

from . import _host
from ._values import Span, to_optional_ms
from .address import At
from .address import to_host as address
from .expectation import Expectation
from .expectation import to_host as expectation
from .reader import Chunks, Reader
from .writer import Writer

__all__ = ["Reader", "Writer", "create", "create_if", "open"]

_calls = _host.interface("streams")


def open(at: At) -> Optional[Reader]:
    """Opens the value at a key for reading; None where there is no value.

    Raises `TooManyOpen` where as many readers and writers are open as may be: close them, or use ``with``.
    """
    reader = _host.call(_calls.open, address(at))
    return None if reader is None else Reader(Chunks(reader))


def create(at: At, *, expires_in: Optional[Span] = None) -> Writer:
    """Begins a value, which is there once `Writer.finish` has returned, or the ``with`` has ended without an exception.

    Raises `TooManyOpen` where as many readers and writers are open as may be.
    """
    return Writer(_calls.Writer, _host.call(_calls.create, address(at), None, to_optional_ms(expires_in)))


def create_if(at: At, expect: Expectation, *, expires_in: Optional[Span] = None) -> Writer:
    """As `create`, but the value is put only if the key is as expected when the writer finishes."""
    expected = expectation(expect)
    return Writer(_calls.Writer, _host.call(_calls.create, address(at), expected, to_optional_ms(expires_in)))
