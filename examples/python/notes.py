"""Keeps notes: an example of a plugin. What it stores is there the next time it runs."""

from __future__ import annotations

import sys
from typing import BinaryIO, Union

import larder
from larder import storage, streams

PIECE_BYTES = 1024 * 1024

HELP = """\
usage: notes put NAME [TEXT]           keep TEXT, or standard input
       notes put-for SECONDS NAME TEXT keep TEXT for so long
       notes get NAME                  print a note
       notes list [PREFIX]             print the names of all notes, or of those that start so
       notes rm NAME                   remove a note
       notes clear PREFIX              remove all notes that start so
       notes usage                     print how much is kept"""


class Refused(Exception):
    """What the command cannot do, in words for its user."""


class Run:
    """What the host runs: the interface `wasi:cli/run`."""

    def run(self) -> None:
        try:
            # In a component `sys.stdout.buffer` has no buffer, and its `write` may write less than it is given.
            with open(sys.stdout.fileno(), "wb", closefd=False) as output:
                notes(sys.argv[1:], sys.stdin.buffer, output)
        except (larder.Error, Refused) as refused:
            sys.exit(str(refused))


def notes(words: list[str], source: BinaryIO, target: BinaryIO) -> None:
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command == "put" and len(rest) == 2:
        storage.set(rest[0], rest[1].encode())
    elif command == "put" and len(rest) == 1:
        with streams.create(rest[0]) as note:
            copy(source, note)
    elif command == "put-for" and len(rest) == 3 and rest[0].isdecimal():
        storage.set(rest[1], rest[2].encode(), expires_in=int(rest[0]))
    elif command == "get" and len(rest) == 1:
        reader = streams.open(rest[0])
        if reader is None:
            raise Refused(f'there is no note "{rest[0]}"')
        with reader as note:
            copy(note, target)
    elif command == "list" and len(rest) <= 1:
        for name in storage.keys(*rest):
            target.write(f"{name}\n".encode())
    elif command == "rm" and len(rest) == 1:
        storage.delete(rest[0])
    elif command == "clear" and len(rest) == 1:
        target.write(f"{storage.delete_prefix(rest[0])} removed\n".encode())
    elif command == "usage" and not rest:
        usage = storage.usage()
        target.write(f"{usage.keys} notes, {usage.bytes} of {usage.quota_bytes} bytes\n".encode())
    else:
        raise Refused(HELP)


def copy(source: BinaryIO, target: Union[BinaryIO, streams.Writer]) -> None:
    """Copies in pieces, so that memory stays small however large the note is."""
    while piece := source.read(PIECE_BYTES):
        target.write(piece)
