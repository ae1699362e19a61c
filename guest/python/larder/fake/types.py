"""What componentize-py generates for the interface `types`, as far as a plugin passes it to the host."""

from dataclasses import dataclass
from enum import Enum


class Store(Enum):
    PRIVATE = 0
    SHARED = 1


@dataclass(frozen=True)
class Address:
    store: Store
    key: str


@dataclass
class Expectation_Absent:
    pass


@dataclass
class Expectation_Present:
    pass


@dataclass
class Expectation_Unchanged:
    value: int
