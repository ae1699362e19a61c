"""A value being written."""

from __future__ import annotations

import io
from typing import Any, Optional

from . import _host
from .errors import BatchTooLarge, Conflict

BUFFER_BYTES = 64 * 1024
PIECE_BYTES = 1024 * 1024


class Writer(io.RawIOBase):
    """A value being written: a binary file, open for writing.

    A ``with`` finishes it at its end, and gives it up if an exception comes out of it. Small writes are gathered into pieces
    of 64 KiB. `close` without `finish` gives the value up: it never was.
    """

    def __init__(self, kind: Any, writer: Any) -> None:
        self._kind = kind
        self._writer = writer
        self._pending = bytearray()
        self._piece_bytes = PIECE_BYTES
        self.version: Optional[int] = None
        """Which write made the value, once it is finished."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Appends `data`, all of it.

        Raises `ValueTooLarge` or `QuotaExceeded` where a limit stands against what is written by now.
        """
        self._check_open()
        with memoryview(data).cast("B") as view:
            if len(self._pending) + len(view) < BUFFER_BYTES:
                self._pending += view
            else:
                self.flush()
                self._hand_over(view)
            return len(view)

    def flush(self) -> None:
        """Hands over to the host what was gathered. It makes nothing visible or durable."""
        if self._pending and not self.closed:
            with memoryview(self._pending) as view:
                self._hand_over(view)
            self._pending.clear()

    def finish(self) -> Optional[int]:
        """Makes the value visible and durable, and gives its version; None where the expectation of `create_if` fails.

        The writer is closed then, also after an error, and the value is wholly there or wholly not.
        """
        self._check_open()
        try:
            self.flush()
            writer, self._writer = self._writer, None
            self.version = _host.call(self._kind.finish, writer)
        finally:
            self.close()
        return self.version

    def close(self) -> None:
        """Gives the value up, unless it is finished."""
        if not self.closed:
            self._pending.clear()
            super().close()
            if self._writer is not None:
                self._writer.__exit__(None, None, None)
                self._writer = None

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is not None or self.closed:
            self.close()
        elif self.finish() is None:
            raise Conflict()

    def _hand_over(self, view: memoryview) -> None:
        start = 0
        while start < len(view):
            piece = bytes(view[start : start + self._piece_bytes])
            try:
                _host.call(self._writer.write, piece)
            except BatchTooLarge as refused:
                # A host may allow less than most do in a piece, and says how much.
                if not 0 < refused.limit < len(piece):
                    raise
                self._piece_bytes = refused.limit
            else:
                start += len(piece)

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the writer is closed")
