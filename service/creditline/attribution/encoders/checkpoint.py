"""Reads a PyTorch state dict of the old (before 1.6) file layout without PyTorch and without running its pickle.

The layout: three pickles of constants, one of the state dict whose tensors point at storages, one list of storage
keys, then per storage its length as a 64-bit integer and its raw little-endian values.
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditline.errors import Corrupt

_MAGIC = 119547037146038801333356
_TYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Tensor(NamedTuple):
    storage: tuple[str, str, str, str, int, None]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read(data: bytes) -> dict[str, NDArray[Any]]:
    """Arrays by name. Raises `Corrupt` for any other kind of file."""
    stream = BytesIO(data)
    try:
        magic, _protocol, _sizes = (_Reader(stream).load() for _ in range(3))
        tensors: dict[str, _Tensor] = _Reader(stream).load()
        keys: list[str] = _Reader(stream).load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError) as error:
        raise _unreadable() from error
    if magic != _MAGIC:
        raise _unreadable()
    types = {tensor.storage[2]: _TYPES[tensor.storage[1]] for tensor in tensors.values()}
    storages = {key: _read_storage(stream, types[key]) for key in keys}
    return {name: _view(tensor, storages) for name, tensor in tensors.items()}


class _Reader(pickle.Unpickler):
    """Knows four names. A pickle that asks for any other is refused before it can do anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_rest: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in _TYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a state dict.")

    def persistent_load(self, pid: Any) -> Any:
        return pid


def _read_storage(stream: BytesIO, kind: np.dtype[Any]) -> NDArray[Any]:
    (length,) = struct.unpack("<q", stream.read(8))
    values = stream.read(length * kind.itemsize)
    if len(values) != length * kind.itemsize:
        raise _unreadable()
    return np.frombuffer(values, kind)


def _view(tensor: _Tensor, storages: dict[str, NDArray[Any]]) -> NDArray[Any]:
    values = storages[tensor.storage[2]][tensor.offset :]
    strides = tuple(step * values.itemsize for step in tensor.strides)
    reach = 1 + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
    if reach > values.size:
        raise _unreadable()
    return np.ascontiguousarray(
        np.lib.stride_tricks.as_strided(values, tensor.shape, strides, writeable=False)
    )


def _unreadable() -> Corrupt:
    return Corrupt("The encoder's weights cannot be read.", "Install the service's packages again.")
