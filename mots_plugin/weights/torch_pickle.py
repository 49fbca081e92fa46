"""Tensors out of a torch checkpoint of any age, with nothing in the file ever run.

Checkpoints of research code hold loggers, optimisers and arguments beside the weights, as pickled objects of classes
that are not there, and ``torch.load(weights_only=True)`` refuses them. Here such objects are left out: no name that a
file asks for is ever looked up, and tensors are made from their bytes by numpy. No torch.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


class LeftOut(dict):
    """What stands for an object that is neither a tensor nor a plain container; it takes any state and keeps none."""

    def __new__(cls, *_: Any, **__: Any) -> LeftOut:
        """Take any arguments."""
        return super().__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def __setstate__(self, _: Any) -> None:
        pass

    def append(self, _: Any) -> None:
        """Take an item of what pickles as a list."""

    def extend(self, _: Any) -> None:
        """Take items of what pickles as a list."""


class _OrderedDict(dict):
    """An ordered dict without the attributes that torch hangs on state dicts."""

    def __setstate__(self, _: Any) -> None:
        pass


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: str


@dataclass(frozen=True)
class _Tensor:
    """A view of a storage whose bytes come later in the file."""

    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def read(self, storages: dict[str, bytes]) -> NDArray:
        values = np.frombuffer(storages[self.storage.key], self.storage.dtype)
        if 0 in self.size:
            return np.zeros(self.size, values.dtype)
        last = self.offset + sum((n - 1) * step for n, step in zip(self.size, self.stride, strict=True))
        if min((self.offset, *self.stride, *self.size)) < 0 or last >= len(values):
            raise ValueError("a tensor reaches beyond its storage")
        steps = [step * values.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.size, steps).copy()


class _TensorUnpickler(pickle.Unpickler):
    """Knows tensors and ordered dicts; leaves everything else out."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ("torch", "torch.storage") and name in _DTYPES:
            return _DTYPES[name]
        known: dict[tuple[str, str], Callable] = {
            ("collections", "OrderedDict"): _OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
            ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
        }
        return known.get((module, name), LeftOut)

    def persistent_load(self, identifier: Any) -> Any:
        kind, *rest = identifier
        if kind != "storage" or not isinstance(rest[0], str):
            return LeftOut()
        return _Storage(str(rest[1]), rest[0])


def _rebuild(storage: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> Any:
    if not isinstance(storage, _Storage):
        return LeftOut()
    return _Tensor(storage, int(offset), tuple(map(int, size)), tuple(map(int, stride)))


def read_torch_tensors(path: str | Path) -> dict[str, NDArray]:
    """Read the weights of a checkpoint by name.

    Args:
        path: A file that ``torch.save`` wrote, of before or after version 1.6: a state dict, or a dict that holds one
            as ``model_state_dict``, ``state_dict`` or ``model``. Prefixes ``module.`` of data parallel training go.

    Raises:
        FormatError: The file is missing, damaged, no such checkpoint, or holds no tensors there.
    """
    cure = "pass a checkpoint that torch.save wrote"
    try:
        with open(path, "rb") as file:
            content, storages = _read_zip(file) if zipfile.is_zipfile(file) else _read_legacy(file)
        if not isinstance(content, dict):
            raise ValueError("it holds no dict")
        for key in ("model_state_dict", "state_dict", "model"):
            if isinstance(content.get(key), dict):
                content = content[key]
                break
        tensors = {
            str(name).removeprefix("module."): tensor.read(storages)
            for name, tensor in content.items()
            if isinstance(tensor, _Tensor)
        }
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})", "check the path") from None
    except Exception as error:  # a damaged pickle fails in any way
        raise FormatError(path, f"is not a readable torch checkpoint ({error or type(error).__name__})", cure) from None
    if not tensors:
        raise FormatError(path, "holds no weights", cure)
    return tensors


def _read_zip(file: BinaryIO) -> tuple[Any, dict[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        (root,) = [name.removesuffix("data.pkl") for name in archive.namelist() if name.endswith("/data.pkl")]
        content = _TensorUnpickler(io.BytesIO(archive.read(f"{root}data.pkl"))).load()
        prefix = f"{root}data/"
        return content, {
            name.removeprefix(prefix): archive.read(name) for name in archive.namelist() if name.startswith(prefix)
        }


def _read_legacy(file: BinaryIO) -> tuple[Any, dict[str, bytes]]:
    """Four pickles: a magic number, a version, facts about the machine, the content; then the storages."""
    file.seek(0)
    if _TensorUnpickler(file).load() != _LEGACY_MAGIC:
        raise ValueError("not written by torch.save")
    _TensorUnpickler(file).load()
    _TensorUnpickler(file).load()
    unpickler = _TypedUnpickler(file)
    content = unpickler.load()
    storages = {}
    for key in _TensorUnpickler(file).load():
        (length,) = struct.unpack("<q", file.read(8))
        storages[str(key)] = file.read(length * np.dtype(unpickler.dtypes[str(key)]).itemsize)
    return content, storages


class _TypedUnpickler(_TensorUnpickler):
    """Remembers the type of each storage: the bytes that follow say how many values there are, not how wide."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.dtypes: dict[str, str] = {}

    def persistent_load(self, identifier: Any) -> Any:
        storage = super().persistent_load(identifier)
        if isinstance(storage, _Storage):
            self.dtypes[storage.key] = storage.dtype
        return storage
