"""Protocols that run once: on Brian2's runtime device with NumPy they are over before a compiler would be."""

from collections.abc import Iterator
from contextlib import contextmanager

from brian2 import get_device, prefs, set_device


@contextmanager
def interpreted() -> Iterator[None]:
    """Nothing is compiled inside; device and target are restored. Also a decorator, ``@interpreted()``."""
    device, target = get_device(), prefs.codegen.target
    set_device("runtime")
    prefs.codegen.target = "numpy"
    try:
        yield
    finally:
        prefs.codegen.target = target
        set_device(device)
