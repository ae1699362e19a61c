"""Storage for plugins: a plugin calls ``storage.set``, ``get`` and ``delete``, and its host keeps the bytes.

``larder.storage``  the plugin's own store
``larder.shared``   the store that the plugins of a workspace share
``larder.atomic``   several keys at once, and counters
``larder.streams``  values too large to hold in memory
``larder.fake``     a host in memory, for unit tests
``larder.dify``     ``session.storage`` as plugins for Dify know it

In a plugin each of the first four needs the interface of its name in ``wit/world.wit``, and is imported by itself
(``from larder import storage``), so that a plugin asks its host for no more than it uses. Outside of WebAssembly every call
goes to ``larder.fake``, so that plain ``python -m unittest`` tests a plugin.
"""

from .address import Address
from .entry import Entry, Outcome
from .errors import (
    AccessDenied,
    BatchTooLarge,
    Conflict,
    Damaged,
    Error,
    Excess,
    KeyTooLong,
    NotACounter,
    Other,
    OutcomeUnknown,
    QuotaExceeded,
    Throttled,
    TooManyOpen,
    Unavailable,
    ValueTooLarge,
)
from .expectation import ABSENT, PRESENT
from .pages import Item, ItemPage, KeyPage
from .sizes import Limits, Usage

__all__ = [
    "ABSENT",
    "PRESENT",
    "AccessDenied",
    "Address",
    "BatchTooLarge",
    "Conflict",
    "Damaged",
    "Entry",
    "Error",
    "Excess",
    "Item",
    "ItemPage",
    "KeyPage",
    "KeyTooLong",
    "Limits",
    "NotACounter",
    "Other",
    "Outcome",
    "OutcomeUnknown",
    "QuotaExceeded",
    "Throttled",
    "TooManyOpen",
    "Unavailable",
    "Usage",
    "ValueTooLarge",
]
