"""Keys in either store."""

from __future__ import annotations

from typing import Any, NamedTuple, Union

from . import _host
from ._values import checked_key


_types = _host.interface("types")


class Address(NamedTuple):
    """A key in the plugin's own store, or in the one that its workspace shares.

    Where an address is asked for, a string alone means a key in the plugin's own store.
    """

    key: str
    is_shared: bool = False

    @classmethod
    def shared(cls, key: str) -> Address:
        """A key in the shared store."""
        return cls(key, True)


At = Union[str, Address]


def to_host(at: At) -> Any:
    address = at if isinstance(at, Address) else Address(at)
    store = _types.Store.SHARED if address.is_shared else _types.Store.PRIVATE
    return _types.Address(store, checked_key(address.key))
