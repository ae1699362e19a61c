"""Stores a value and gets it so many times as the command line says."""

import sys

from larder import storage


class Run:
    def run(self) -> None:
        storage.set("k", bytes(100))
        for _ in range(int(sys.argv[1])):
            storage.get("k")
