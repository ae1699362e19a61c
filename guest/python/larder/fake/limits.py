from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass
class Limits:
    """What the fake allows. The defaults are those of a host that says nothing else. Every limit is inclusive."""

    key_bytes: int = 1024
    value_bytes: int = 64 * MIB
    batch_items: int = 1000
    batch_bytes: int = 4 * MIB
    chunk_bytes: int = MIB
    open_handles: int = 16
    store_bytes: int = 100 * MIB
    """Bytes that the plugin's own store may hold: keys, values and 64 bytes a key."""
    store_keys: int = 1_000_000
    """Keys that either store may hold."""
    workspace_bytes: int = 1024 * MIB
    """Bytes that both stores together may hold, and so the shared one alone."""
    delete_prefix_keys: int = 100_000
    """Keys that one `delete_prefix` may remove, unless it empties the store."""
