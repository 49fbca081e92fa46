"""How hard a rendered video is: crowding, occlusion, sizes, motion, and how far mask overlap alone can follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mots_plugin.toy_street.population import CAR, IGNORE, PEDESTRIAN
from mots_plugin.toy_street.renderer import RenderedFrame

_HIDDEN = 0.1


@dataclass
class StreetStatistics:
    """Counts over the scored objects (cars and pedestrians that are not ignored) of one or more sequences.

    Attributes:
        frames: Frames.
        masks: Object masks.
        car_masks: Those of cars.
        pedestrian_masks: Those of pedestrians.
        ignored_masks: Masks of ignore regions.
        occluded: Masks with at least a tenth of the silhouette inside the image hidden.
        tracks: Objects.
        lowest: Smallest object height over image height.
        highest: Largest object height over image height.
        background_motion: Sum over frames of the mean flow length of the scenery, pixels.
        moving_frames: Frames that have flow.
        overlap_switches: Identity switches when masks are linked from frame to frame by mask IoU alone: Hungarian
            assignment, any overlap links, no overlap starts a new identity. A switch is a mask whose identity differs
            from the one that the same object had when last seen (as in MOTSA).
    """

    frames: int = 0
    masks: int = 0
    car_masks: int = 0
    pedestrian_masks: int = 0
    ignored_masks: int = 0
    occluded: int = 0
    tracks: int = 0
    lowest: float = 1.0
    highest: float = 0.0
    background_motion: float = 0.0
    moving_frames: int = 0
    overlap_switches: int = 0

    def as_dict(self) -> dict[str, float]:
        """Counts by name."""
        return asdict(self)

    def describe(self) -> list[str]:
        """Lines for people to read."""
        masks, frames = max(self.masks, 1), max(self.frames, 1)
        switches = 1000 * self.overlap_switches / masks
        return [
            f"{self.frames} frames, {self.tracks} objects, {self.masks} masks: {self.car_masks} of cars, "
            f"{self.pedestrian_masks} of pedestrians; {self.ignored_masks} ignore regions",
            f"objects a frame: {self.masks / frames:.2f}",
            f"partly occluded (a tenth or more hidden): {100 * self.occluded / masks:.1f} %",
            f"heights: {self.lowest:.2f} to {self.highest:.2f} of the image",
            f"motion of the scenery: {self.background_motion / max(self.moving_frames, 1):.1f} pixels a frame",
            f"identity switches when linked by mask IoU alone: {switches:.0f} per 1,000 masks",
        ]


def total(parts: Iterable[Mapping[str, float]]) -> StreetStatistics:
    """Add up the counts of several sequences."""
    result = StreetStatistics()
    for part in parts:
        for name, value in part.items():
            pick = {"lowest": min, "highest": max}.get(name)
            mine = getattr(result, name)
            setattr(result, name, pick(mine, value) if pick else mine + value)
    return result


class StatisticsMeter:
    """Measures one video, frame by frame."""

    def __init__(self) -> None:
        self.result = StreetStatistics()
        self._last_identity: dict[int, int] = {}
        self._previous: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._next = 1

    def update(self, frame: RenderedFrame) -> None:
        """Take in the next frame."""
        counts, objects = self.result, frame.objects
        scored = objects.class_ids != IGNORE
        bodies = objects.bodies[scored]
        counts.frames += 1
        counts.masks += len(bodies)
        counts.car_masks += int((objects.class_ids == CAR).sum())
        counts.pedestrian_masks += int((objects.class_ids == PEDESTRIAN).sum())
        counts.ignored_masks += int((~scored).sum())
        counts.occluded += int((objects.areas[scored] <= (1 - _HIDDEN) * objects.full_areas[scored]).sum())
        if len(bodies):
            shares = objects.heights[scored] / frame.image.shape[0]
            counts.lowest = min(counts.lowest, float(shares.min()))
            counts.highest = max(counts.highest, float(shares.max()))
        if frame.flow is not None:
            sample = (slice(None, None, 4), slice(None, None, 4))
            scenery = frame.flow[sample][~np.isin(frame.bodies[sample], objects.bodies)].astype(np.float64)
            lengths = np.sqrt(scenery[:, 0] ** 2 + scenery[:, 1] ** 2)
            counts.background_motion += float(lengths.mean()) if len(lengths) else 0.0
            counts.moving_frames += 1
        self._link(bodies, frame.bodies)

    def _link(self, bodies: NDArray[np.int64], image: NDArray[np.intp]) -> None:
        """Link by mask IoU, and count identities that changed."""
        labels = np.zeros(max(int(image.max()), int(bodies.max(initial=0))) + 1, np.int64)
        labels[bodies] = np.arange(1, len(bodies) + 1)
        labelled = labels[image]
        identities = np.zeros(len(bodies), np.int64)
        if self._previous is not None:
            before, earlier = self._previous
            rows, columns = len(earlier) + 1, len(bodies) + 1
            shared = np.bincount((before * columns + labelled).ravel(), minlength=rows * columns).reshape(rows, columns)
            union = shared.sum(1, keepdims=True) + shared.sum(0, keepdims=True) - shared
            iou = (shared / np.maximum(union, 1))[1:, 1:]
            old, new = linear_sum_assignment(-iou)
            linked = iou[old, new] > 0
            identities[new[linked]] = earlier[old[linked]]
        fresh = np.flatnonzero(identities == 0)
        identities[fresh] = self._next + np.arange(len(fresh))
        self._next += len(fresh)
        for body, identity in zip(bodies.tolist(), identities.tolist(), strict=True):
            self.result.overlap_switches += self._last_identity.get(body, identity) != identity
            self._last_identity[body] = identity
        self.result.tracks = len(self._last_identity)
        self._previous = (labelled, identities)
