"""What a scene is made of: bodies built from flat, textured faces.

A body has a position and a heading in every frame. Its faces lie in planes given in the body's own frame: x to its
right, y down (0 is the ground), z ahead of it. A face may swing in its plane about its origin (legs, wheels).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street.atlas import Patch
from mots_plugin.toy_street.exact import cosine, on_grid, sine

# Cityscapes train ids, as KITTI-STEP uses them.
ROAD, SIDEWALK, BUILDING, POLE, SIGN, VEGETATION, TERRAIN, SKY = 0, 1, 2, 5, 7, 8, 9, 10
PERSON, RIDER, CAR_SEMANTIC, BICYCLE = 11, 12, 13, 18

# Painter's order of the layers of a scene.
BACKDROP, GROUND, WALLS, STREET = range(4)

RIGHT, DOWN, AHEAD = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Face:
    """A polygon in a plane, with a texture.

    Attributes:
        outline: ``(V, 2)`` polygon in plane coordinates, metres.
        patch: Its texture.
        extent: ``(a0, b0, a1, b1)``: the rectangle of plane coordinates that the texture covers.
        semantic: Cityscapes train id.
        origin: Origin of the plane in the body's frame, metres.
        axis_a: First axis of the plane in the body's frame, the direction of texture columns.
        axis_b: Second axis, the direction of texture rows. ``axis_a x axis_b`` points into the body.
        rank: Faces of one body with a higher rank cover those with a lower one.
        one_sided: Whether the face shows only from outside.
        angle: ``(T,)`` rotation in the plane, radians, or None.
    """

    outline: NDArray[np.float64]
    patch: Patch
    extent: tuple[float, float, float, float]
    semantic: int
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    axis_a: tuple[float, float, float] = RIGHT
    axis_b: tuple[float, float, float] = DOWN
    rank: int = 0
    one_sided: bool = False
    angle: NDArray[np.float64] | None = None


@dataclass
class Body:
    """A thing in the scene.

    Attributes:
        faces: Its surfaces.
        positions: ``(T, 3)`` world coordinates of its point on the ground.
        headings: ``(T, 2)`` cosine and sine of its rotation about the vertical.
        layer: Painter's layer; within ``STREET`` and ``WALLS`` the farther is painted first.
        class_id: 1 car, 2 pedestrian, 10 to ignore, 0 scenery.
        track_id: Identity within its class, from 1; 0 for scenery and ignored things.
        height: Metres.
        shadow: ``(V, 2)`` outline (x, z) on the ground in the body's frame, or None.
        at_infinity: Whether it moves along with the camera (the sky).
    """

    faces: list[Face]
    positions: NDArray[np.float64]
    headings: NDArray[np.float64]
    layer: int = STREET
    class_id: int = 0
    track_id: int = 0
    height: float = 0.0
    shadow: NDArray[np.float64] | None = None
    at_infinity: bool = False


@dataclass(frozen=True)
class FaceTable:
    """All faces of a scene, one row each, as arrays.

    Attributes:
        body: ``(F,)`` row of the body.
        outlines: ``(F, V, 2)``, short outlines padded with their last corner.
        corners: ``(F,)`` corners of each outline.
        origins: ``(F, 3)``.
        axes: ``(F, 3, 2)`` plane axes as columns.
        texel: ``(F, 4)`` plane to texel coordinates: scale a, scale b, offset a, offset b.
        patches: ``(F, 4)`` left, top, width, height in the atlas.
        semantics: ``(F,)``.
        ranks: ``(F,)``.
        one_sided: ``(F,)`` bool.
        turns: ``(T, F, 2)`` cosine and sine of the rotation in the plane.
    """

    body: NDArray[np.intp]
    outlines: NDArray[np.float64]
    corners: NDArray[np.intp]
    origins: NDArray[np.float64]
    axes: NDArray[np.float64]
    texel: NDArray[np.float64]
    patches: NDArray[np.int64]
    semantics: NDArray[np.uint8]
    ranks: NDArray[np.int64]
    one_sided: NDArray[np.bool_]
    turns: NDArray[np.float64]


@dataclass(frozen=True)
class Blueprint:
    """A body's looks, apart from where it is: what lookalikes share.

    Attributes:
        patches: Textures by part.
        measures: Sizes in metres, and choices, by name.
    """

    patches: dict[str, Patch]
    measures: dict[str, float] = field(default_factory=dict)


def rectangle(a0: float, b0: float, a1: float, b1: float) -> NDArray[np.float64]:
    """Outline of a rectangle."""
    return np.array([(a0, b0), (a1, b0), (a1, b1), (a0, b1)], np.float64)


def ellipse(a: float, b: float, radius_a: float, radius_b: float, corners: int = 14) -> NDArray[np.float64]:
    """Outline of an ellipse about ``(a, b)``."""
    angle = 2 * np.pi * np.arange(corners) / corners
    return np.stack([a + radius_a * cosine(angle), b + radius_b * sine(angle)], axis=1)


def textured(outline: NDArray[np.float64], patch: Patch, semantic: int, **others: object) -> Face:
    """A face whose texture covers the bounding rectangle of its outline."""
    low, high = outline.min(0), outline.max(0)
    extent = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Face(outline, patch, extent, semantic, **others)  # type: ignore[arg-type]


def tabulate(bodies: list[Body], frames: int) -> FaceTable:
    """Gather the faces of all bodies into arrays."""
    faces = [face for body in bodies for face in body.faces]
    most = max(len(face.outline) for face in faces)
    outlines = np.stack([np.pad(f.outline, ((0, most - len(f.outline)), (0, 0)), mode="edge") for f in faces])
    angles = np.stack([np.zeros(frames) if f.angle is None else f.angle for f in faces], axis=1)
    extents = np.array([face.extent for face in faces])
    patches = np.array([(f.patch.x, f.patch.y, f.patch.width, f.patch.height) for f in faces])
    scale = patches[:, 2:] / (extents[:, 2:] - extents[:, :2])
    return FaceTable(
        body=np.repeat(np.arange(len(bodies)), [len(body.faces) for body in bodies]),
        outlines=on_grid(outlines),
        corners=np.array([len(face.outline) for face in faces]),
        origins=on_grid([face.origin for face in faces]),
        axes=on_grid(np.stack([[f.axis_a for f in faces], [f.axis_b for f in faces]], axis=2)),
        texel=np.concatenate([scale, -extents[:, :2] * scale], axis=1),
        patches=patches,
        semantics=np.array([face.semantic for face in faces], np.uint8),
        ranks=np.array([face.rank for face in faces]),
        one_sided=np.array([face.one_sided for face in faces]),
        turns=np.stack([cosine(angles), sine(angles)], axis=2),
    )
