"""One image that holds every texture of a scene, with its mipmaps, so that a frame is shaded by one look-up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LEVELS = 5
_ALIGN = 1 << (LEVELS - 1)
_WIDTH = 1024


@dataclass(frozen=True)
class Patch:
    """Where a texture lies in level 0 of the atlas: left, top, width, height, in texels."""

    x: int
    y: int
    width: int
    height: int


@dataclass
class AtlasBuilder:
    """Collects textures on shelves, first come, first placed."""

    _textures: list[tuple[Patch, NDArray[np.uint8]]] = field(default_factory=list)
    _x: int = 0
    _y: int = 0
    _shelf: int = 0

    def add(self, texture: NDArray[np.uint8]) -> Patch:
        """Place a ``(h, w, 3)`` BGR texture; its size is rounded up to whole texels of the coarsest level."""
        height, width = texture.shape[:2]
        rows, columns = -height % _ALIGN, -width % _ALIGN
        if rows or columns:
            texture = np.pad(texture, ((0, rows), (0, columns), (0, 0)), mode="edge")
            height, width = texture.shape[:2]
        if self._x + width > _WIDTH:
            self._x, self._y, self._shelf = 0, self._y + self._shelf, 0
        patch = Patch(self._x, self._y, width, height)
        self._textures.append((patch, texture))
        self._x += width
        self._shelf = max(self._shelf, height)
        return patch

    def build(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the atlas, all levels below each other, and the ``(LEVELS,)`` first row of each level."""
        level = np.zeros((self._y + self._shelf, _WIDTH, 3), np.uint8)
        for patch, texture in self._textures:
            level[patch.y : patch.y + patch.height, patch.x : patch.x + patch.width] = texture
        levels = [level]
        for _ in range(LEVELS - 1):
            sums = level.astype(np.uint16)
            sums = sums[0::2, 0::2] + sums[1::2, 0::2] + sums[0::2, 1::2] + sums[1::2, 1::2]
            level = ((sums + 2) >> 2).astype(np.uint8)
            levels.append(np.pad(level, ((0, 0), (0, _WIDTH - level.shape[1]), (0, 0))))
        starts = np.cumsum([0] + [len(level) for level in levels[:-1]])
        return np.concatenate(levels), starts
