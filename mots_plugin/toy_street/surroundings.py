"""The street itself: sky, skyline, ground, houses, and what stands on the pavement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street import textures
from mots_plugin.toy_street.atlas import AtlasBuilder, Patch
from mots_plugin.toy_street.exact import cosine, sine
from mots_plugin.toy_street.shapes import (
    AHEAD,
    BACKDROP,
    BUILDING,
    DOWN,
    GROUND,
    POLE,
    RIGHT,
    ROAD,
    SIDEWALK,
    SIGN,
    SKY,
    TERRAIN,
    VEGETATION,
    WALLS,
    Body,
    Face,
    ellipse,
    rectangle,
    textured,
)

ROAD_HALF = 5.5
KERB = 9.0
JUNCTION_HALF = 4.0
VIEW = 75.0
_SIDE_STREET = 45.0
_STRETCH = 16.0


def draw_surroundings(
    rng: np.random.Generator, atlas: AtlasBuilder, frames: int, end: float
) -> tuple[list[Body], list[float]]:
    """Build everything that is neither a person nor a vehicle.

    Args:
        rng: Source of randomness.
        atlas: Receives the textures.
        frames: Frames of the video.
        end: How far the camera drives, metres.

    Returns:
        The bodies, and the z of the middle of each junction.
    """
    reach = end + VIEW
    spacing = rng.uniform(26, 42, int(reach // 26) + 1)
    junctions = [float(z) for z in np.cumsum(spacing) - rng.uniform(8, 24) if z < reach]
    bodies = _backdrop(rng, atlas, frames, reach) + _ground(rng, atlas, frames, reach, junctions)
    bodies += _houses(rng, atlas, frames, reach, junctions)
    bodies += _street_furniture(rng, atlas, frames, reach, junctions)
    return bodies, junctions


def still(frames: int, x: float, z: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions and headings of something that stands still."""
    return np.tile([x, 0.0, z], (frames, 1)), np.tile([1.0, 0.0], (frames, 1))


def _body(faces: list[Face], frames: int, layer: int, x: float = 0.0, z: float = 0.0) -> Body:
    positions, headings = still(frames, x, z)
    return Body(faces, positions, headings, layer)


def _backdrop(rng: np.random.Generator, atlas: AtlasBuilder, frames: int, reach: float) -> list[Body]:
    # At infinity plane coordinates are tangents of the viewing angle.
    clouds = textured(rectangle(-2.5, -1.6, 2.5, 0.04), atlas.add(textures.sky(rng, 192, 768)), SKY, origin=AHEAD)
    ridge = np.linspace(-2.5, 2.5, 40)
    roofs = -rng.uniform(0.02, 0.055, 40).repeat(2)
    outline = np.concatenate([np.stack([ridge.repeat(2)[1:-1], roofs[1:-1]], 1), [(2.5, 0.04), (-2.5, 0.04)]])
    trees = textured(outline, atlas.add(textures.skyline(rng, 32, 512)), VEGETATION, origin=AHEAD, rank=1)
    infinite = _body([clouds, trees], frames, BACKDROP)
    infinite.at_infinity = True
    lawn = atlas.add(textures.grass(rng, 128, 256))
    faces = [
        textured(rectangle(-60, z, 60, z + 20), lawn, TERRAIN, axis_b=AHEAD, rank=2)
        for z in np.arange(-10, reach + 20, 20)
    ]
    return [infinite, _body(faces, frames, BACKDROP)]


def _ground(
    rng: np.random.Generator, atlas: AtlasBuilder, frames: int, reach: float, junctions: list[float]
) -> list[Body]:
    lanes = [atlas.add(textures.road(rng, 256, 224, 2 * ROAD_HALF, _STRETCH)) for _ in range(2)]
    slabs = [atlas.add(textures.paving(rng, 256, 64, 12)) for _ in range(2)]
    plain = atlas.add(textures.asphalt(rng, 128, 256))
    zebra = atlas.add(textures.crossing(rng, 128, 224, 2 * ROAD_HALF))
    faces = []
    for number, z in enumerate(np.arange(-_STRETCH, reach, _STRETCH)):
        for x0, x1, patch, semantic in (
            (-KERB, -ROAD_HALF, slabs[0], SIDEWALK), (ROAD_HALF, KERB, slabs[1], SIDEWALK),
            (-ROAD_HALF, ROAD_HALF, lanes[number % 2], ROAD),
        ):  # fmt: skip
            faces.append(textured(rectangle(x0, z, x1, z + _STRETCH), patch, semantic, axis_b=AHEAD))
    for z in junctions:
        low, high = z - JUNCTION_HALF, z + JUNCTION_HALF
        for x0, x1, patch in (
            (-_SIDE_STREET, -ROAD_HALF, plain), (ROAD_HALF, _SIDE_STREET, plain), (-ROAD_HALF, ROAD_HALF, zebra),
        ):  # fmt: skip
            faces.append(textured(rectangle(x0, low, x1, high), patch, ROAD, axis_b=AHEAD, rank=1))
    return [_body(faces, frames, GROUND)]


def _houses(
    rng: np.random.Generator, atlas: AtlasBuilder, frames: int, reach: float, junctions: list[float]
) -> list[Body]:
    scale = 10
    fronts = [atlas.add(textures.facade(rng, 11 * scale, 13 * scale, scale)) for _ in range(7)]
    hedge = atlas.add(textures.foliage(rng, 64, textures.vary(rng, (50, 95, 65), 12)))
    bodies = []
    for side in (-1.0, 1.0):
        z = -12.0
        while z < reach:
            length = float(rng.uniform(9, 15))
            blocked = [j for j in junctions if z < j + JUNCTION_HALF + 1 and z + length > j - JUNCTION_HALF - 1]
            if blocked:
                length = blocked[0] - JUNCTION_HALF - 1 - z
            if length > 3:
                garden = rng.random() < 0.15
                height = 1.5 if garden else float(rng.uniform(5.5, 12))
                patch = hedge if garden else fronts[rng.integers(len(fronts))]
                bodies.append(_house(frames, side, z, length, height, patch, VEGETATION if garden else BUILDING))
            z = blocked[0] + JUNCTION_HALF + 1 if blocked else z + length
    return bodies


def _house(frames: int, side: float, z: float, length: float, height: float, patch: Patch, semantic: int) -> Body:
    """A front along the street and the near end wall."""
    faces = [
        textured(rectangle(0.0, -height, length, 0.0), patch, semantic, axis_a=AHEAD, axis_b=DOWN, rank=1),
        textured(rectangle(min(0, 14 * side), -height, max(0, 14 * side), 0.0), patch, semantic, axis_a=RIGHT),
    ]
    return _body(faces, frames, WALLS, side * KERB, z)


def _street_furniture(
    rng: np.random.Generator, atlas: AtlasBuilder, frames: int, reach: float, junctions: list[float]
) -> list[Body]:
    bark = atlas.add(textures.modulate(textures.flat(64, 16, (52, 68, 84)), textures.noise(rng, 64, 16, 2, 6), 16))
    steel = atlas.add(textures.flat(32, 16, textures.vary(rng, (95, 98, 96), 15)))
    leaves = [atlas.add(textures.foliage(rng, 64, textures.vary(rng, (52, 110, 78), 18))) for _ in range(3)]
    boards = [atlas.add(textures.flat(16, 16, c)) for c in ((45, 45, 200), (190, 110, 40), (40, 200, 235))]
    bodies = []
    for side in (-1.0, 1.0):
        z = float(rng.uniform(4, 9))
        while z < reach:
            if all(abs(z - junction) > JUNCTION_HALF for junction in junctions):
                kind = rng.random()
                leaf = leaves[rng.integers(len(leaves))]
                if kind < 0.28:
                    faces = _tree(rng, bark, leaf)
                elif kind < 0.52:
                    faces = _lamp(steel, side)
                elif kind < 0.61:
                    faces = _signpost(rng, steel, boards[rng.integers(len(boards))])
                else:
                    faces = [textured(rectangle(-1, -0.9, 1, 0), leaf, VEGETATION)]
                bodies.append(_body(faces, frames, layer=3, x=side * (ROAD_HALF + 0.45), z=z))
            z += float(rng.uniform(2, 4))
    return bodies


def _tree(rng: np.random.Generator, bark: Patch, leaf: Patch) -> list[Face]:
    height = float(rng.uniform(2.3, 3.0))
    faces = [textured(rectangle(-0.13, -height, 0.13, 0), bark, VEGETATION)]
    for rank in (1, 2, 3):
        angle = 2 * np.pi * np.arange(16) / 16
        radius = rng.uniform(0.75, 1.15, 16) * rng.uniform(0.8, 1.15)
        shift = rng.uniform(-0.5, 0.5, 2) * (1.2, 0.6) - (0, height + 0.6)
        outline = np.stack([radius * cosine(angle), radius * sine(angle)], 1) + shift
        faces.append(textured(outline, leaf, VEGETATION, rank=rank))
    return faces


def _lamp(steel: Patch, side: float) -> list[Face]:
    arm = np.array([(0.0, -5.0), (-1.3 * side, -5.3), (-1.3 * side, -5.18), (0.0, -4.85)])
    return [
        textured(rectangle(-0.09, -5.0, 0.09, 0), steel, POLE),
        textured(arm, steel, POLE),
    ]


def _signpost(rng: np.random.Generator, steel: Patch, board: Patch) -> list[Face]:
    plate = ellipse(0, -2.35, 0.36, 0.36) if rng.random() < 0.5 else rectangle(-0.3, -2.7, 0.3, -2.0)
    return [
        textured(rectangle(-0.05, -2.4, 0.05, 0), steel, POLE),
        textured(plate, board, SIGN, rank=1),
    ]
