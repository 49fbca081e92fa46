"""Pedestrians and cyclists: cardboard figures with swinging limbs that always face the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street import textures
from mots_plugin.toy_street.atlas import AtlasBuilder
from mots_plugin.toy_street.exact import sine
from mots_plugin.toy_street.shapes import BICYCLE, PERSON, RIDER, Blueprint, Face, ellipse, rectangle, textured
from mots_plugin.toy_street.textures import Colour

CLOTHES: tuple[Colour, ...] = (
    (45, 45, 190), (190, 90, 40), (60, 150, 60), (40, 200, 225), (235, 235, 235), (35, 35, 38), (150, 60, 130),
    (40, 120, 235), (175, 170, 60), (120, 120, 125), (160, 140, 235), (70, 90, 130),
)  # fmt: skip
TROUSERS: tuple[Colour, ...] = (
    (110, 70, 40), (40, 40, 42), (90, 110, 130), (130, 130, 132), (60, 60, 100), (200, 205, 210), (60, 85, 60),
)  # fmt: skip
SKINS: tuple[Colour, ...] = ((150, 180, 225), (120, 150, 200), (70, 100, 150), (50, 70, 105))
HAIRS: tuple[Colour, ...] = ((30, 30, 35), (35, 55, 85), (70, 130, 180), (60, 70, 140), (170, 170, 175))
PATTERNS = ("plain", "plain", "stripes", "checks", "halves", "dots")


def _pick(rng: np.random.Generator, colours: tuple[Colour, ...], spread: int) -> Colour:
    return textures.vary(rng, colours[rng.integers(len(colours))], spread)


def draw_person(rng: np.random.Generator, atlas: AtlasBuilder) -> Blueprint:
    """Draw clothes and build."""
    shirt, second = _pick(rng, CLOTHES, 18), _pick(rng, CLOTHES, 18)
    skin, hair = _pick(rng, SKINS, 12), _pick(rng, HAIRS, 10)
    long_sleeves, bag = rng.random() < 0.6, rng.random() < 0.4
    trousers, shoe = _pick(rng, TROUSERS, 14), _pick(rng, TROUSERS, 10)
    patches = {
        "torso": atlas.add(textures.cloth(rng, 32, (shirt, second), PATTERNS[rng.integers(len(PATTERNS))])),
        "arm": atlas.add(textures.leg(rng, shirt if long_sleeves else skin, skin, 32, 16)),
        "leg": atlas.add(textures.leg(rng, trousers, shoe, 32, 16)),
        "head": atlas.add(textures.head(rng, skin, hair, 16)),
        "bag": atlas.add(textures.cloth(rng, 16, (second, second), "plain")),
    }
    measures = {
        "breadth": float(rng.uniform(0.85, 1.2)),
        "coat": float(rng.uniform(0.1, 0.35)) if rng.random() < 0.35 else 0.0,
        "bag": float(bag),
    }
    return Blueprint(patches, measures)


def person_faces(looks: Blueprint, height: float, stride: NDArray[np.float64], phase: float) -> list[Face]:
    """Build a walking figure.

    Args:
        looks: Result of :func:`draw_person`.
        height: Stature in metres.
        stride: ``(T,)`` metres walked so far *across* the line of sight plus a third of those along it.
        phase: Position in the step at the start, radians.
    """
    patches, scale = looks.patches, height / 1.75
    wide = scale * looks.measures["breadth"]
    moved = np.abs(np.diff(stride, append=stride[-1]))
    swing = sine(stride * 4.2 / scale + phase) * np.clip(moved * 5, 0.06, 0.5)
    hem = -(0.84 - looks.measures["coat"]) * scale
    torso = np.array(
        [(-0.13, -1.47 * scale), (0.13, -1.47 * scale), (0.21, -1.38 * scale), (0.18, -1.1 * scale), (0.19, hem),
         (-0.19, hem), (-0.18, -1.1 * scale), (-0.21, -1.38 * scale)]
    )  # fmt: skip
    torso[:, 0] *= wide
    limb = np.array([(-0.1, -0.02), (0.1, -0.02), (0.075, 0.86), (0.11, 0.89), (0.11, 0.93), (-0.07, 0.93)])
    limb *= (wide, scale)
    arm = np.array([(-0.055, -0.03), (0.055, -0.03), (0.045, 0.62), (-0.045, 0.62)]) * (wide, scale)
    skull = ellipse(0, -1.6 * scale, 0.1 * scale, 0.145 * scale, 10)
    hip, shoulder = -0.92 * scale, -1.4 * scale
    faces = [
        textured(limb, patches["leg"], PERSON, origin=(-0.07 * wide, hip, 0.0), angle=swing, rank=1),
        textured(arm, patches["arm"], PERSON, origin=(0.19 * wide, shoulder, 0.0), angle=swing * 0.9, rank=0),
        textured(limb, patches["leg"], PERSON, origin=(0.07 * wide, hip, 0.0), angle=-swing, rank=2),
        textured(skull, patches["head"], PERSON, rank=3),
        textured(torso, patches["torso"], PERSON, rank=4),
        textured(arm, patches["arm"], PERSON, origin=(-0.19 * wide, shoulder, 0.0), angle=-swing * 0.9, rank=5),
    ]
    if looks.measures["bag"]:
        outline = rectangle(0.1 * wide, -1.02 * scale, 0.36 * wide, -0.72 * scale)
        faces.append(textured(outline, patches["bag"], PERSON, rank=6))
    return faces


def draw_cyclist(rng: np.random.Generator, atlas: AtlasBuilder) -> Blueprint:
    """Draw a rider's clothes and a bicycle."""
    looks = draw_person(rng, atlas)
    looks.patches["tyre"] = atlas.add(textures.flat(16, 16, (32, 32, 34)))
    looks.patches["frame"] = atlas.add(textures.flat(16, 16, _pick(rng, CLOTHES, 20)))
    return looks


def cyclist_faces(looks: Blueprint, travelled: NDArray[np.float64]) -> list[Face]:
    """Build a rider on a bicycle, seen from the side.

    Args:
        looks: Result of :func:`draw_cyclist`.
        travelled: ``(T,)`` metres ridden so far; its sign of growth is the side the figure looks to.
    """
    side = 1.0 if travelled[-1] >= travelled[0] else -1.0
    mirror = np.array([side, 1.0])
    patches = looks.patches
    pedal = sine(travelled * 3.0) * 0.4
    faces = []
    for hub in (-0.52, 0.52):
        ring = np.concatenate([ellipse(hub, -0.34, 0.34, 0.34, 14), ellipse(hub, -0.34, 0.34, 0.34, 14)[:1]])
        hole = np.concatenate([ellipse(hub, -0.34, 0.28, 0.28, 14), ellipse(hub, -0.34, 0.28, 0.28, 14)[:1]])
        faces.append(textured(np.concatenate([ring, hole[::-1]]) * mirror, patches["tyre"], BICYCLE))
    bars = [(-0.52, -0.34), (-0.2, -0.8), (0.42, -0.85), (0.52, -0.34), (0.46, -0.34), (0.36, -0.78), (-0.08, -0.36)]
    thigh = rectangle(-0.09, -0.03, 0.09, 0.62)
    torso = np.array([(-0.3, -0.9), (-0.02, -0.82), (0.34, -1.3), (0.22, -1.48), (0.05, -1.42)])
    arm = np.array([(0.2, -1.38), (0.3, -1.42), (0.5, -0.95), (0.43, -0.92)])
    faces += [
        textured(np.array(bars) * mirror, patches["frame"], BICYCLE, rank=1),
        textured(thigh, patches["leg"], RIDER, origin=(-0.12 * side, -0.86, 0.0), angle=pedal - 0.35 * side, rank=2),
        textured(thigh, patches["leg"], RIDER, origin=(-0.12 * side, -0.86, 0.0), angle=-pedal - 0.35 * side, rank=3),
        textured(torso * mirror, patches["torso"], RIDER, rank=4),
        textured(arm * mirror, patches["arm"], RIDER, rank=5),
        textured(ellipse(0.33, -1.6, 0.11, 0.14, 10) * mirror, patches["head"], RIDER, rank=5),
    ]
    return faces
