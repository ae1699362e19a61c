"""The calls to the host: what componentize-py generates from the world, or the fake where there is no host."""

from __future__ import annotations

import functools
import importlib
import sys
from types import ModuleType
from typing import Any, Callable

from . import errors

IN_PLUGIN = sys.platform == "wasi"
"""Whether this runs in WebAssembly, also while componentize-py builds the component."""

if IN_PLUGIN:
    from componentize_py_types import Err  # type: ignore[import-not-found]
else:

    class Err(Exception):  # type: ignore[no-redef]
        """Never raised: the fake raises the errors of this package."""

        value: Any


@functools.lru_cache(maxsize=None)
def interface(name: str) -> ModuleType:
    """The module with the calls of an interface of `larder:storage`."""
    if not IN_PLUGIN:
        return importlib.import_module(f"larder.fake.{name}")
    # The longer names are for a world in which another package has an interface of that name, and for `--full-names`.
    for module in (f"larder_storage_{name}_0_1_0", f"larder_storage_{name}", name):
        try:
            return importlib.import_module(f"wit_world.imports.{module}")
        except ModuleNotFoundError:
            pass
    raise ImportError(f"the world of this plugin does not import larder:storage/{name}@0.1.0: add it to wit/world.wit")


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls the host, and raises what it refuses as an `Error`."""
    try:
        return function(*arguments)
    except Err as refused:
        raise errors.from_host(refused.value) from None
