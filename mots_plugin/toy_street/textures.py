"""Painted surfaces: every function returns a ``(height, width, 3)`` BGR uint8 texture drawn from a generator."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Texture = NDArray[np.uint8]

PLASTERS: tuple[Colour, ...] = (
    (150, 175, 190), (120, 140, 165), (95, 110, 150), (170, 180, 180), (130, 165, 190), (85, 95, 120), (160, 160, 140),
)  # fmt: skip
GLASS: Colour = (70, 58, 45)


def noise(rng: np.random.Generator, height: int, width: int, *cells: int) -> NDArray[np.int16]:
    """Sum of smooth random fields.

    Args:
        rng: Source of randomness.
        height: Rows of the result.
        width: Columns of the result.
        cells: Size in texels of the blobs of each field; each field spans -64 to 63.

    Returns:
        ``(height, width)`` zero-centred values.
    """
    total = np.zeros((height, width), np.int16)
    for cell in cells:
        grid = rng.integers(0, 128, (-(-height // cell) + 1, -(-width // cell) + 1), np.uint8)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR_EXACT).astype(np.int16) - 64
    return total


def flat(height: int, width: int, colour: Colour) -> Texture:
    """A single colour."""
    return np.full((height, width, 3), colour, np.uint8)


def modulate(texture: Texture, values: NDArray[np.int16], strength: int) -> Texture:
    """Add ``values * strength / 64`` to every channel."""
    shift = (values.astype(np.int32) * strength >> 6)[..., None]
    return np.clip(texture + shift, 0, 255).astype(np.uint8)


def vary(rng: np.random.Generator, colour: Colour, spread: int) -> Colour:
    """A colour near the given one."""
    blue, green, red = (int(np.clip(value + rng.integers(-spread, spread + 1), 0, 255)) for value in colour)
    return blue, green, red


def asphalt(rng: np.random.Generator, height: int, width: int) -> Texture:
    """Dark grey with grain, stains and mended patches."""
    texture = flat(height, width, vary(rng, (92, 90, 88), 8))
    for _ in range(rng.integers(2, 5)):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        size = rng.integers(15, 60, 2)
        shade = int(rng.integers(68, 104))
        cv2.rectangle(texture, (x, y), (x + int(size[0]), y + int(size[1])), (shade, shade, shade), -1)
    return modulate(texture, noise(rng, height, width, 2, 9, 40), 9)


def road(rng: np.random.Generator, height: int, width: int, road_width: float, length: float) -> Texture:
    """A stretch of road seen from above: dashed centre line, parking lanes along both edges.

    Args:
        rng: Source of randomness.
        height: Texels along the street.
        width: Texels across.
        road_width: Metres across.
        length: Metres along; a multiple of 8 keeps the dashes even.
    """
    texture = asphalt(rng, height, width)
    paint = vary(rng, (205, 212, 215), 10)
    across, along = width / road_width, height / length
    middle, half = width / 2, 0.09 * across
    for start in np.arange(1, length, 8.0):
        cv2.rectangle(
            texture, (round(middle - half), round(start * along)), (round(middle + half), round((start + 4) * along)),
            paint, -1,
        )  # fmt: skip
    for side in (1.95 * across, width - 1.95 * across):
        cv2.rectangle(texture, (round(side - half * 0.7), 0), (round(side + half * 0.7), height), paint, -1)
    return modulate(texture, noise(rng, height, width, 3, 12), 6)


def crossing(rng: np.random.Generator, height: int, width: int, road_width: float) -> Texture:
    """A junction with a zebra crossing over the near and the far end of it.

    Args:
        rng: Source of randomness.
        height: Texels along the street.
        width: Texels across.
        road_width: Metres across.
    """
    texture = asphalt(rng, height, width)
    stripe = width / road_width * 0.5
    for column in np.arange(0.5 * stripe, width - stripe, 2 * stripe):
        for top in (0.03, 0.72):
            cv2.rectangle(
                texture, (round(column), round(top * height)), (round(column + stripe), round((top + 0.25) * height)),
                (200, 205, 208), -1,
            )  # fmt: skip
    return modulate(texture, noise(rng, height, width, 3, 12), 8)


def paving(rng: np.random.Generator, height: int, width: int, tile: int) -> Texture:
    """Pavement slabs of ``tile`` texels, each of its own grey."""
    rows, columns = -(-height // tile), -(-width // tile)
    slabs = rng.integers(-9, 10, (rows, columns)).astype(np.int16).repeat(tile, 0).repeat(tile, 1)[:height, :width]
    texture = modulate(flat(height, width, vary(rng, (150, 156, 160), 12)), slabs, 64)
    texture[::tile] = texture[::tile] // 4 * 3
    texture[:, ::tile] = texture[:, ::tile] // 4 * 3
    return modulate(texture, noise(rng, height, width, 2, 16), 7)


def grass(rng: np.random.Generator, height: int, width: int) -> Texture:
    """Lawn."""
    return modulate(flat(height, width, vary(rng, (58, 118, 100), 12)), noise(rng, height, width, 2, 5, 24), 14)


def foliage(rng: np.random.Generator, size: int, colour: Colour) -> Texture:
    """Leaves: light on top, dark gaps between."""
    texture = modulate(flat(size, size, colour), noise(rng, size, size, 3, 6, 14), 26)
    light = np.linspace(24, -30, size).astype(np.int16)[:, None].repeat(size, 1)
    return modulate(texture, light, 64)


def sky(rng: np.random.Generator, height: int, width: int) -> Texture:
    """A gradient to the bright horizon, with clouds."""
    top = np.array(vary(rng, (220, 165, 115), 20), np.int32)
    horizon = np.array((238, 232, 224), np.int32)
    share = np.arange(height)[:, None, None]
    gradient = (top * (height - share) + horizon * share) // height
    texture = np.broadcast_to(gradient, (height, width, 3)).astype(np.uint8)
    return modulate(texture, np.maximum(noise(rng, height, width, 20, 48, 90), 0), 24)


def skyline(rng: np.random.Generator, height: int, width: int) -> Texture:
    """Distant trees and roofs in the haze."""
    texture = modulate(flat(height, width, vary(rng, (150, 158, 142), 8)), noise(rng, height, width, 4, 10, 30), 12)
    return texture


def facade(rng: np.random.Generator, height: int, width: int, scale: int) -> Texture:
    """A house front: plaster or brick, rows of windows, a door or a shop on the ground floor.

    Args:
        rng: Source of randomness.
        height: Texels.
        width: Texels.
        scale: Texels a metre.
    """
    base = vary(rng, PLASTERS[rng.integers(len(PLASTERS))], 18)
    texture = modulate(flat(height, width, base), noise(rng, height, width, 3, 30), 6)
    if rng.random() < 0.5:
        texture[:: max(2, scale // 3)] = texture[:: max(2, scale // 3)] // 8 * 7
    trim = vary(rng, (200, 208, 210), 20)
    storey, bay = round(2.9 * scale), round(rng.uniform(1.7, 2.6) * scale)
    window = round(rng.uniform(0.45, 0.6) * bay), round(rng.uniform(0.5, 0.62) * storey)
    floor = height - round(3.2 * scale)
    for bottom in range(floor, storey // 2, -storey):
        cv2.line(texture, (0, bottom), (width, bottom), trim, max(1, scale // 6))
        for left in range((bay - window[0]) // 2, width - window[0], bay):
            top = bottom - (storey - window[1]) // 2 - window[1]
            glass = vary(rng, GLASS if rng.random() < 0.75 else (150, 170, 175), 22)
            cv2.rectangle(texture, (left, top), (left + window[0], top + window[1]), trim, -1)
            cv2.rectangle(texture, (left + 1, top + 1), (left + window[0] - 1, top + window[1] - 1), glass, -1)
    _ground_floor(rng, texture, floor, scale)
    cv2.rectangle(texture, (0, 0), (width, scale // 2), vary(rng, (70, 75, 95), 15), -1)
    return texture


def _ground_floor(rng: np.random.Generator, texture: Texture, floor: int, scale: int) -> None:
    height, width = texture.shape[:2]
    cv2.rectangle(texture, (0, floor), (width, height), vary(rng, (110, 118, 125), 25), -1)
    if rng.random() < 0.6:
        awning = vary(rng, ((60, 60, 170), (120, 80, 40), (60, 110, 50), (60, 140, 190))[rng.integers(4)], 15)
        cv2.rectangle(texture, (0, floor), (width, floor + scale // 2 + 1), awning, -1)
        cv2.rectangle(texture, (scale // 2, floor + scale), (width - scale // 2, height - scale // 2), GLASS, -1)
    for left in range(scale, width - scale, round(3.4 * scale)):
        colour = vary(rng, (60, 70, 90), 35)
        cv2.rectangle(texture, (left, height - round(2.1 * scale)), (left + scale, height), colour, -1)


def cloth(rng: np.random.Generator, size: int, colours: Sequence[Colour], pattern: str) -> Texture:
    """Fabric.

    Args:
        rng: Source of randomness.
        size: Texels, both ways.
        colours: Main and second colour.
        pattern: ``plain``, ``stripes``, ``checks``, ``halves`` or ``dots``.
    """
    texture = flat(size, size, colours[0])
    step = max(2, size // 8)
    cells = np.arange(size) // step % 2 == 1
    if pattern == "stripes":
        texture[cells] = colours[1]
    elif pattern == "checks":
        texture[cells[:, None] & cells[None]] = colours[1]
    elif pattern == "halves":
        texture[: size // 2] = colours[1]
    elif pattern == "dots":
        texture[: size // 2][(cells[:, None] & cells[None])[: size // 2]] = colours[1]
    return _rounded(modulate(texture, noise(rng, size, size, 2, 8), 8))


def _rounded(texture: Texture) -> Texture:
    """Darken towards the left and right edge, as light falls on something round."""
    width = texture.shape[1]
    offset = np.abs(np.arange(width) * 2 - width + 1)
    shade = (8 - 34 * offset * offset // (width * width)).astype(np.int16)
    return modulate(texture, np.broadcast_to(shade, texture.shape[:2]), 64)


def head(rng: np.random.Generator, skin: Colour, hair: Colour, size: int) -> Texture:
    """A head: hair above, face below."""
    texture = flat(size, size, skin)
    texture[: size * 9 // 20] = hair
    texture[: size * 3 // 4, : size // 6] = hair
    texture[: size * 3 // 4, -(size // 6) :] = hair
    return _rounded(modulate(texture, noise(rng, size, size, 2), 6))


def leg(rng: np.random.Generator, trousers: Colour, shoe: Colour, height: int, width: int) -> Texture:
    """A trouser leg with a shoe."""
    texture = flat(height, width, trousers)
    texture[height * 9 // 10 :] = shoe
    return _rounded(modulate(texture, noise(rng, height, width, 2, 7), 7))
