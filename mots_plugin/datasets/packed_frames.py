"""The frames of one video, packed into one buffer."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np


class PackedFrames(Sequence):
    """A read-only sequence of frame dicts which unpacks only the frames that are looked at.

    mmengine packs a whole video as one item, so fetching one frame would unpack all of them: 10,000 frames cost as
    much for each frame as for all. Here a frame costs what it holds, and the buffer, one object, stays shared
    between data loader workers.

    Args:
        frames: Any picklable objects, in the order of the video.
    """

    def __init__(self, frames: Iterable[dict[str, Any]]) -> None:
        packed = [pickle.dumps(frame, protocol=pickle.HIGHEST_PROTOCOL) for frame in frames]
        self._ends = np.cumsum([len(frame) for frame in packed], dtype=np.int64)
        self._buffer = b"".join(packed)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Return a fresh copy of one frame, or of several; changing it leaves the store as it is."""
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = range(len(self))[index]  # negative indices, IndexError
        start = self._ends[position - 1] if position else 0
        return pickle.loads(memoryview(self._buffer)[start : self._ends[position]])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[position] for position in range(len(self)))

    def __len__(self) -> int:
        return len(self._ends)

    def __deepcopy__(self, memo: dict) -> PackedFrames:
        return self  # nothing here ever changes
