from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grant:
    """What the plugin may do with the shared store: nothing, unless said otherwise; or with the keys of a prefix alone."""

    read: bool = False
    write: bool = False
    prefix: str = ""

    def allows(self, writes: bool, key_or_prefix: str) -> bool:
        return (self.write or (self.read and not writes)) and key_or_prefix.startswith(self.prefix)
