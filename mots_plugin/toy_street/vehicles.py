"""Cars and vans: a side profile drawn out to the width of the vehicle, with windows, lights and turning wheels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street import textures
from mots_plugin.toy_street.atlas import AtlasBuilder
from mots_plugin.toy_street.exact import cosine, on_grid, sine
from mots_plugin.toy_street.shapes import CAR_SEMANTIC, DOWN, RIGHT, Blueprint, Face, ellipse, textured
from mots_plugin.toy_street.textures import Colour, Texture

PAINTS: tuple[Colour, ...] = (
    (225, 225, 225), (40, 40, 42), (165, 165, 168), (40, 40, 170), (160, 80, 30), (60, 105, 45), (40, 190, 230),
    (35, 100, 210), (95, 100, 130), (190, 150, 90), (100, 50, 90), (190, 205, 210),
)  # fmt: skip
WHEEL_RADIUS = 0.33
_TEXELS_PER_METRE = 32


@dataclass(frozen=True)
class Profile:
    """A vehicle seen from its right side.

    Attributes:
        length: Metres.
        width: Metres.
        line: From the lower rear over the roof to the lower front: (share of the length from the middle, height in m).
        strips: What each stretch of the line shows: rear, glass, roof, hood or front.
        glass: Outline of the side windows, in the same coordinates.
    """

    length: float
    width: float
    line: tuple[tuple[float, float], ...]
    strips: tuple[str, ...]
    glass: tuple[tuple[float, float], ...]


SEDAN = Profile(
    4.4, 1.75,
    ((-0.5, 0.25), (-0.5, 0.72), (-0.48, 0.97), (-0.36, 1.02), (-0.25, 1.4), (0.05, 1.44), (0.21, 1.02), (0.46, 0.87),
     (0.5, 0.68), (0.5, 0.25)),
    ("rear", "rear", "hood", "glass", "roof", "glass", "hood", "front", "front"),
    ((-0.32, 1.03), (-0.24, 1.34), (0.03, 1.37), (0.16, 1.02)),
)  # fmt: skip
HATCHBACK = Profile(
    3.9, 1.7,
    ((-0.5, 0.25), (-0.5, 0.7), (-0.47, 1.02), (-0.41, 1.45), (0.04, 1.5), (0.25, 1.04), (0.46, 0.9), (0.5, 0.68),
     (0.5, 0.25)),
    ("rear", "rear", "glass", "roof", "glass", "hood", "front", "front"),
    ((-0.43, 1.05), (-0.38, 1.38), (0.02, 1.42), (0.19, 1.05)),
)  # fmt: skip
OFF_ROADER = Profile(
    4.5, 1.85,
    ((-0.5, 0.32), (-0.5, 0.9), (-0.49, 1.15), (-0.45, 1.66), (0.06, 1.7), (0.2, 1.18), (0.47, 1.05), (0.5, 0.8),
     (0.5, 0.32)),
    ("rear", "rear", "glass", "roof", "glass", "hood", "front", "front"),
    ((-0.46, 1.18), (-0.43, 1.56), (0.04, 1.6), (0.15, 1.18)),
)  # fmt: skip
VAN = Profile(
    5.4, 2.0,
    ((-0.5, 0.3), (-0.5, 1.3), (-0.495, 2.25), (0.22, 2.3), (0.38, 1.35), (0.48, 1.1), (0.5, 0.8), (0.5, 0.3)),
    ("rear", "rear", "roof", "glass", "hood", "front", "front"),
    ((0.1, 1.3), (0.1, 2.0), (0.21, 2.0), (0.32, 1.3)),
)  # fmt: skip
CAR_PROFILES = (SEDAN, HATCHBACK, OFF_ROADER)


def draw_vehicle(rng: np.random.Generator, atlas: AtlasBuilder, profile: Profile, number: int) -> Blueprint:
    """Draw paint, trim and lights.

    Args:
        rng: Source of randomness.
        atlas: Receives the textures.
        profile: The shape.
        number: Its place in ``CAR_PROFILES``, kept for :func:`vehicle_faces`; -1 for a van.
    """
    paint = textures.vary(rng, PAINTS[rng.integers(len(PAINTS))], 16)
    glass = textures.vary(rng, (88, 74, 60), 14)
    patches = {"side": atlas.add(_side(rng, profile, paint, glass)), "wheel": atlas.add(_wheel(rng))}
    for kind in sorted(set(profile.strips)):
        patches[kind] = atlas.add(_strip(rng, kind, paint, glass))
    return Blueprint(patches, {"profile": float(number), "height": max(height for _, height in profile.line)})


def _side(rng: np.random.Generator, profile: Profile, paint: Colour, glass: Colour) -> Texture:
    width = round(profile.length * _TEXELS_PER_METRE)
    height = round(max(h for _, h in profile.line) * _TEXELS_PER_METRE)

    def texel(points: tuple[tuple[float, float], ...]) -> NDArray[np.int32]:
        xy = [((0.5 + z) * width, height - h * _TEXELS_PER_METRE) for z, h in points]
        return np.rint(np.array(xy)).astype(np.int32)

    light = np.linspace(22, -34, height).astype(np.int16)[:, None].repeat(width, 1)
    texture = textures.modulate(textures.flat(height, width, paint), light, 64)
    dark = (paint[0] * 5 // 8, paint[1] * 5 // 8, paint[2] * 5 // 8)
    texture[height * 7 // 8 :] = dark
    cv2.fillPoly(texture, [texel(profile.glass)], glass)
    pillar, belt = round(rng.uniform(0.4, 0.48) * width), height - round(1.0 * _TEXELS_PER_METRE)
    cv2.line(texture, (pillar, 0), (pillar, height * 7 // 8), dark, 2)
    cv2.line(texture, (width * 2 // 3, belt), (width * 2 // 3, height * 7 // 8), dark, 1)
    cv2.line(texture, (pillar - 14, belt + 8), (pillar - 6, belt + 8), dark, 2)
    cv2.rectangle(texture, (0, belt + 6), (5, belt + 16), (40, 30, 190), -1)
    cv2.rectangle(texture, (width - 8, belt + 8), (width, belt + 15), (225, 240, 245), -1)
    if rng.random() < 0.25:
        stripe = textures.vary(rng, PAINTS[rng.integers(len(PAINTS))], 10)
        cv2.rectangle(texture, (0, belt + 10), (width, belt + 15), stripe, -1)
    return textures.modulate(texture, textures.noise(rng, height, width, 4, 20), 5)


def _strip(rng: np.random.Generator, kind: str, paint: Colour, glass: Colour) -> Texture:
    """A stretch of the outline, 64 texels wide; the top row is the end nearer to the front (or the upper end)."""
    size = 64
    shade = {"rear": -8, "front": -4, "roof": 26, "hood": 20, "glass": 0}[kind]
    texture = textures.flat(size, size, glass if kind == "glass" else paint)
    texture = textures.modulate(texture, np.full((size, size), shade, np.int16), 64)
    if kind == "glass":
        texture[:, :4], texture[:, -4:] = paint, paint
        cv2.line(texture, (16, size), (34, 0), (150, 140, 130), 5)
    elif kind == "rear":
        for left in (3, size - 15):
            cv2.rectangle(texture, (left, 6), (left + 11, 26), (35, 25, 200), -1)
        cv2.rectangle(texture, (22, 34), (41, 46), (200, 215, 215), -1)
        texture[-10:] = (45, 45, 48)
    elif kind == "front":
        for left in (3, size - 17):
            cv2.rectangle(texture, (left, 32), (left + 13, 52), (235, 245, 248), -1)
        cv2.rectangle(texture, (20, 26), (43, 50), (40, 40, 42), -1)
        texture[:8] = (45, 45, 48)
    return textures.modulate(texture, textures.noise(rng, size, size, 4, 20), 5)


def _wheel(rng: np.random.Generator) -> Texture:
    size = 32
    texture = textures.flat(size, size, (34, 34, 36))
    rim = textures.vary(rng, (165, 165, 168), 20)
    cv2.circle(texture, (16, 16), 10, rim, -1)
    for spoke in range(5):
        tip = (16 + 10 * cosine(spoke * 1.2566), 16 + 10 * sine(spoke * 1.2566))
        cv2.line(texture, (16, 16), (round(float(tip[0])), round(float(tip[1]))), (60, 60, 62), 2)
    return texture


def vehicle_faces(looks: Blueprint, travelled: NDArray[np.float64]) -> list[Face]:
    """Build a vehicle that looks along its z axis.

    Args:
        looks: Result of :func:`draw_vehicle`.
        travelled: ``(T,)`` metres driven so far, for the wheels.
    """
    number = int(looks.measures["profile"])
    profile = VAN if number < 0 else CAR_PROFILES[number]
    half = profile.width / 2
    line = np.array([(z * profile.length, -height) for z, height in profile.line])
    faces = []
    for kind, rear, front in zip(profile.strips, line[:-1], line[1:], strict=True):
        step = rear - front
        length = float(np.sqrt(step[0] * step[0] + step[1] * step[1]))
        axis = on_grid(step / length)
        faces.append(
            textured(
                np.array([(-half, 0.0), (half, 0.0), (half, length), (-half, length)]), looks.patches[kind],
                CAR_SEMANTIC, origin=(0.0, float(front[1]), float(front[0])),
                axis_a=RIGHT, axis_b=(0.0, float(axis[1]), float(axis[0])), one_sided=True,
            )
        )  # fmt: skip
    top = float(line[:, 1].min())
    low, high = -profile.length / 2, profile.length / 2
    for side in (1.0, -1.0):
        # axis_a runs to the front on the right side and to the rear on the left one: the texture is mirrored there.
        extent = (side * low, top, side * high, 0.0)
        axes = {"axis_a": (0.0, 0.0, side), "axis_b": DOWN}
        outline = line * (side, 1.0)
        faces.append(
            Face(outline, looks.patches["side"], extent, CAR_SEMANTIC, origin=(side * half, 0.0, 0.0), rank=1,
                 one_sided=True, **axes)  # type: ignore[arg-type]
        )  # fmt: skip
        for axle in (-0.31 * profile.length, 0.31 * profile.length):
            faces.append(
                textured(
                    ellipse(0, 0, WHEEL_RADIUS, WHEEL_RADIUS), looks.patches["wheel"], CAR_SEMANTIC,
                    origin=(side * (half + 0.01), -WHEEL_RADIUS, axle), rank=2, one_sided=True,
                    angle=travelled * side / WHEEL_RADIUS, **axes,
                )
            )  # fmt: skip
    return faces
