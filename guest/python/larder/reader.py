"""A value being read."""

from __future__ import annotations

import io
from typing import Any, Optional

from . import _host
from ._values import MAX_U32

BUFFER_BYTES = 64 * 1024


class Chunks(io.RawIOBase):
    """Asks the host for what is read, a chunk at a time."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.size: int = reader.size()
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read_at(self, offset: int, most: int) -> bytes:
        if self.closed:
            raise ValueError("the reader is closed")
        chunk: bytes = _host.call(self.reader.read, offset, min(most, MAX_U32))
        return chunk

    def readinto(self, buffer: Any) -> int:
        chunk = self.read_at(self._position, len(buffer))
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def readall(self) -> bytes:
        chunks: list[bytes] = []
        while True:
            chunk = self.read_at(self._position, MAX_U32)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
            self._position += len(chunk)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("a position is not negative")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        if not self.closed:
            super().close()
            self.reader.__exit__(None, None, None)


class Reader(io.BufferedReader):
    """A value as it was when opened, whatever happens to the key meanwhile: a binary file, open for reading.

    Small reads are served from a buffer of 64 KiB. For text, put an `io.TextIOWrapper` around it.
    """

    def __init__(self, chunks: Chunks) -> None:
        super().__init__(chunks, BUFFER_BYTES)
        self._chunks = chunks

    @property
    def size(self) -> int:
        """How many bytes the value has."""
        return self._chunks.size

    @property
    def version(self) -> int:
        """Which write made the value."""
        version: int = self._chunks.reader.version()
        return version

    def read_at(self, offset: int, most: Optional[int] = None) -> bytes:
        """The bytes from `offset` on, wherever the reader is otherwise.

        At most `most`, and fewer where the value ends or a chunk does (`limits().chunk_bytes`).
        """
        if offset < 0 or (most is not None and most < 0):
            raise ValueError("an offset and a count are not negative")
        return self._chunks.read_at(offset, MAX_U32 if most is None else most)
