"""Pictures of a scene: paint face numbers far to near, then shade every pixel at once.

Every surface is flat, so each face has a homography from its plane to the image in every frame. A pixel's face number
gives its texture coordinate in this frame and, through the homography of the next frame, its exact optical flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street import shading
from mots_plugin.toy_street.camera import NEAR_PLANE
from mots_plugin.toy_street.exact import adjugate, multiply
from mots_plugin.toy_street.painting import SHIFT, determinants, project_outlines
from mots_plugin.toy_street.population import IGNORE, SMALLEST
from mots_plugin.toy_street.scene import Scene
from mots_plugin.toy_street.shapes import GROUND, STREET, WALLS
from mots_plugin.toy_street.surroundings import KERB

_FEWEST_PIXELS = 100
_SMALLEST_SHARE = 0.35
_BEHIND, _FARTHEST = -40.0, 140.0  # metres; faces are up to 60 m long
_FEW_CORNERS = 16


@dataclass(frozen=True)
class Appearance:
    """The objects that show in one frame, a row each; pixels of the image.

    Attributes:
        class_ids: ``(N,)`` 1 car, 2 pedestrian, 10 to ignore, in this frame.
        kinds: ``(N,)`` class of the object itself, also where this frame has it ignored (10 for vans and cyclists).
        track_ids: ``(N,)`` identity within the kind, from 1; 0 for vans and cyclists.
        bodies: ``(N,)`` row in the scene's bodies.
        areas: ``(N,)`` visible pixels.
        full_areas: ``(N,)`` pixels inside the image that it would have, were nothing in front of it.
        heights: ``(N,)`` height of the whole object, also beyond the image border.
        boxes: ``(N, 4)`` xyxy of the whole silhouette inside the image, right and bottom exclusive.
    """

    class_ids: NDArray[np.int64]
    kinds: NDArray[np.int64]
    track_ids: NDArray[np.int64]
    bodies: NDArray[np.int64]
    areas: NDArray[np.int64]
    full_areas: NDArray[np.int64]
    heights: NDArray[np.float64]
    boxes: NDArray[np.int64]


@dataclass(frozen=True)
class RenderedFrame:
    """One frame with everything known about it.

    Attributes:
        image: ``(H, W, 3)`` BGR uint8.
        bodies: ``(H, W)`` row of the body that a pixel shows.
        semantics: ``(H, W)`` uint8 Cityscapes train ids.
        objects: Cars, people and what is to be ignored.
        flow: ``(H, W, 2)`` float32 forward flow (dx, dy) to the next frame, pixels; None in the last frame.
        flow_valid: ``(H, W)`` bool: false where the surface passes the camera.
    """

    image: NDArray[np.uint8]
    bodies: NDArray[np.intp]
    semantics: NDArray[np.uint8]
    objects: Appearance
    flow: NDArray[np.float32] | None
    flow_valid: NDArray[np.bool_] | None


def render(scene: Scene) -> Iterator[RenderedFrame]:
    """Render all frames of a scene in order."""
    renderer = Renderer(scene)
    for frame in range(len(scene.positions)):
        yield renderer.render(frame)


class Renderer:
    """Renders frames of one scene, in any order.

    Args:
        scene: The scene.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        faces, bodies = scene.faces, scene.bodies
        self._layers = np.array([body.layer for body in bodies])
        self._in_scene = np.array([not body.at_infinity for body in bodies])
        self._heights = np.array([body.height for body in bodies])
        self._kinds = np.array([body.class_id for body in bodies])
        self._track_ids = np.array([body.track_id for body in bodies])
        self._on_ground = self._layers[faces.body] == GROUND
        self._centres = faces.outlines.mean(1)
        self._known: dict[int, NDArray[np.float64]] = {}

    def render(self, frame: int) -> RenderedFrame:
        """Render the given frame."""
        faces = self.scene.faces
        homographies = self._homographies(frame)
        polygons = self._visible_polygons(homographies)
        labels = self._paint(frame, homographies, polygons)
        bodies = faces.body[labels]
        size = determinants(homographies)
        inverse = adjugate(homographies) / np.where(size == 0, 1.0, size)[:, None, None]
        image = self._shade(frame, labels, inverse)
        flow = valid = None
        if frame + 1 < len(self.scene.positions):
            flow, valid = shading.forward_flow(labels, multiply(self._homographies(frame + 1), inverse))
        objects = self._objects(frame, bodies, polygons)
        return RenderedFrame(image, bodies, faces.semantics[labels], objects, flow, valid)

    def _homographies(self, frame: int) -> NDArray[np.float64]:
        """``(F, 3, 3)`` plane to pixel; the latest two frames are remembered."""
        if frame not in self._known:
            self._known = {number: known for number, known in self._known.items() if number == frame - 1}
            self._known[frame] = self.scene.camera.plane_homographies(frame, self._planes(frame))
        return self._known[frame]

    def _planes(self, frame: int) -> NDArray[np.float64]:
        """``(F, 3, 3)``: columns are the world axes of each face's plane and its origin relative to the camera."""
        scene, faces = self.scene, self.scene.faces
        turn = faces.turns[frame][:, None]
        axis_a, axis_b = faces.axes[..., 0], faces.axes[..., 1]
        turned_a = turn[..., 0] * axis_a + turn[..., 1] * axis_b
        turned_b = turn[..., 0] * axis_b - turn[..., 1] * axis_a
        local = np.stack([turned_a, turned_b, faces.origins], axis=2)
        cosine, sine = (scene.headings[frame][faces.body][:, None, part] for part in (0, 1))
        world = np.stack(
            [cosine * local[:, 0] + sine * local[:, 2], local[:, 1], cosine * local[:, 2] - sine * local[:, 0]], axis=1
        )
        from_camera = scene.positions[frame] - scene.camera.positions[frame] * self._in_scene[:, None]
        world[:, :, 2] += from_camera[faces.body]
        return world

    def _visible_polygons(self, homographies: NDArray[np.float64]) -> dict[int, NDArray[np.int32]]:
        faces = self.scene.faces
        depth = self._depths(homographies)
        shown = (depth > _BEHIND) & (depth < _FARTHEST) & (~faces.one_sided | (determinants(homographies) > 0))
        polygons: dict[int, NDArray[np.int32]] = {}
        simple = faces.corners <= _FEW_CORNERS  # apart from the others, whose outlines would pad theirs
        for chosen, most in ((shown & simple, _FEW_CORNERS), (shown & ~simple, faces.outlines.shape[1])):
            rows = np.flatnonzero(chosen)
            outlines = faces.outlines[rows, :most]
            found = project_outlines(homographies[rows], outlines, faces.corners[rows], self.scene.camera.image_shape)
            polygons |= {int(rows[row]): polygon for row, polygon in found.items()}
        return polygons

    def _depths(self, homographies: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(F,)`` depth of the middle of each face, metres."""
        depth_row = homographies[:, 2]
        return depth_row[:, 0] * self._centres[:, 0] + depth_row[:, 1] * self._centres[:, 1] + depth_row[:, 2]

    def _paint(
        self, frame: int, homographies: NDArray[np.float64], polygons: dict[int, NDArray[np.int32]]
    ) -> NDArray[np.uint16]:
        """Face numbers, far to near. Face 0 is the sky, which everything else covers."""
        scene, faces = self.scene, self.scene.faces
        numbers = np.array(sorted(polygons), np.intp)
        offset = scene.positions[frame] - scene.camera.positions[frame]
        # What is in a side street is ordered with the houses, along the street; what is in the street, by its distance.
        beside = (self._layers == STREET) & (np.abs(scene.positions[frame, :, 0]) > KERB - 1)
        layers = np.where(beside, WALLS, self._layers)
        distance = np.where(layers == STREET, offset[:, 0] * offset[:, 0] + offset[:, 2] * offset[:, 2], offset[:, 2])
        depth = self._depths(homographies)[numbers]
        body = faces.body[numbers]
        order = np.lexsort((-depth, faces.ranks[numbers], -distance[body], layers[body]))
        labels = np.zeros(scene.camera.image_shape, np.uint16)
        for face in numbers[order].tolist():
            cv2.fillPoly(labels, [polygons[face]], face, cv2.LINE_8, SHIFT)
        return labels

    def _shade(self, frame: int, labels: NDArray[np.uint16], inverse: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Textures, shadows on the ground, softened edges, sensor noise."""
        scene, faces = self.scene, self.scene.faces
        to_texels = inverse.copy()
        for axis in (0, 1):
            to_texels[:, axis] *= faces.texel[:, axis, None]
            to_texels[:, axis] += faces.texel[:, 2 + axis, None] * inverse[:, 2]
        image = shading.texture(labels, to_texels, faces.patches, scene.atlas, scene.level_starts)
        shadowed = (self._shadows(frame) > 0) & self._on_ground[labels]
        image[shadowed] = image[shadowed] // 16 * 9
        image = shading.soften_edges(image, labels)
        height, width = labels.shape
        top, left = scene.grain_offsets[frame]
        grain = scene.grain[top : top + height, left : left + width]
        return cv2.add(image, grain, dtype=cv2.CV_8U)  # type: ignore[return-value]

    def _shadows(self, frame: int) -> NDArray[np.uint8]:
        scene = self.scene
        mask = np.zeros(scene.camera.image_shape, np.uint8)
        rows = [row for row, body in enumerate(scene.bodies) if body.shadow is not None]
        if not rows:
            return mask
        outlines = np.stack([scene.bodies[row].shadow for row in rows])  # type: ignore[misc]
        cosine, sine = scene.headings[frame][rows].T
        zero, from_camera = np.zeros(len(rows)), scene.positions[frame][rows] - scene.camera.positions[frame]
        from_camera[:, 1] = -scene.camera.positions[frame, 1]
        planes = np.stack([np.stack([cosine, zero, -sine], 1), np.stack([sine, zero, cosine], 1), from_camera], axis=2)
        homographies = scene.camera.plane_homographies(frame, planes)
        corners = np.full(len(rows), outlines.shape[1])
        for polygon in project_outlines(homographies, outlines, corners, mask.shape).values():
            cv2.fillPoly(mask, [polygon], (1,), cv2.LINE_8, SHIFT)
        return mask

    def _objects(self, frame: int, bodies: NDArray[np.intp], polygons: dict[int, NDArray[np.int32]]) -> Appearance:
        areas = np.bincount(bodies.ravel(), minlength=len(self._kinds))
        shown = np.flatnonzero((self._kinds > 0) & (areas > 0))
        outlines: dict[int, list[NDArray[np.int32]]] = {int(body): [] for body in shown}
        for face, polygon in polygons.items():
            parts = outlines.get(int(self.scene.faces.body[face]))
            if parts is not None:
                parts.append(polygon)
        silhouettes = [_silhouette(parts, self.scene.camera.image_shape) for parts in outlines.values()]
        full_areas = np.array([area for area, _ in silhouettes], np.int64)
        boxes = np.array([box for _, box in silhouettes], np.int64).reshape(-1, 4)
        camera = self.scene.camera
        offset = self.scene.positions[frame][shown] - camera.positions[frame]
        depth = (camera.rotations[frame, 2] * offset).sum(1)
        heights = camera.focal * self._heights[shown] / np.maximum(depth, NEAR_PLANE)
        areas = areas[shown]
        small = heights < SMALLEST * camera.image_shape[0]
        hidden = (areas < _FEWEST_PIXELS) | (areas < _SMALLEST_SHARE * full_areas)
        class_ids = np.where(small | hidden, IGNORE, self._kinds[shown])
        return Appearance(
            class_ids, self._kinds[shown], self._track_ids[shown], shown, areas, full_areas, heights, boxes
        )


def _silhouette(
    polygons: list[NDArray[np.int32]], image_shape: tuple[int, int]
) -> tuple[int, tuple[int, int, int, int]]:
    """Area and xyxy box, inside the image, of the union of polygons."""
    height, width = image_shape
    corners = np.concatenate(polygons) >> SHIFT
    left, top = np.clip(corners.min(0) - 1, 0, (width - 1, height - 1)).tolist()
    right, bottom = np.clip(corners.max(0) + 3, 1, (width, height)).tolist()
    canvas = np.zeros((bottom - top, right - left), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(canvas, [polygon], (1,), cv2.LINE_8, SHIFT, (-left << SHIFT, -top << SHIFT))
    x, y, w, h = cv2.boundingRect(canvas)
    return cv2.countNonZero(canvas), (left + x, top + y, left + x + w, top + y + h)
