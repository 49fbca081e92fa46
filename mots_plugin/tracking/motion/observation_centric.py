"""OC-SORT's use of a Kalman filter: what was observed corrects what was assumed while a track was not seen.

Cao et al., "Observation-Centric SORT", CVPR 2023. A track that is found again is taken back to where it was last seen
and led from there to the new box in even steps (re-update), so that the velocity drawn out of thin air is forgotten.
The direction in which a track moves is that between its observations, not the filter's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.tracking.motion.kalman import BoxKalmanFilter

# Rows of a state, (T, 13 + frames, 4).
_FILTER = slice(0, 5)  # the filter's own
_AT_LAST = slice(5, 10)  # the same, when last seen
_LAST = 10  # box when last seen
_NOW = 11  # box seen in this frame, NaN if there is none
_COURSE = 12  # direction across and down, a unit vector, NaN if unknown; frames since last seen; not used
_EARLIER = 13  # boxes of the frames before, the nearest first, NaN where the track was not seen
_GAP = 2


class ObservationCentricFilter:
    """A :class:`BoxKalmanFilter` with re-update, and with the direction between observations.

    Args:
        frames: Directions are measured over so many frames, or fewer where the track was not seen then.
    """

    def __init__(self, frames: int = 3) -> None:
        if frames < 1:
            raise ValueError(f"ObservationCentricFilter: directions over {frames} frames; there must be one at least")
        self.frames = frames
        self._filter = BoxKalmanFilter()

    def initiate(self, boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the ``(T, R, 4)`` states of tracks that begin with ``(T, 4)`` boxes."""
        states = np.full((len(boxes), _EARLIER + self.frames, 4), np.nan)
        states[:, _FILTER] = states[:, _AT_LAST] = self._filter.initiate(boxes)
        states[:, _LAST] = states[:, _NOW] = boxes
        states[:, _COURSE, _GAP] = 0
        return states

    def predict(self, states: NDArray[np.float64], lost: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the ``(T, R, 4)`` states one frame later; ``lost`` tells which were not seen in the frame before."""
        predicted = states.copy()
        predicted[:, _FILTER] = self._filter.predict(states[:, _FILTER], lost)
        predicted[:, _EARLIER + 1 :] = states[:, _EARLIER:-1]
        predicted[:, _EARLIER] = states[:, _NOW]
        predicted[:, _NOW] = np.nan
        predicted[:, _COURSE, _GAP] += 1
        return predicted

    def update(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return predicted states corrected by the ``(T, 4)`` boxes that were seen; what was lost is re-updated."""
        updated = states.copy()
        gaps = states[:, _COURSE, _GAP]
        again = np.flatnonzero(gaps > 1)
        updated[again, _FILTER] = self._led_to(states[again], boxes[again])
        updated[:, _FILTER] = self._filter.update(updated[:, _FILTER], boxes)
        updated[:, _COURSE, :2] = _directions(self.reference_boxes(states), boxes)
        updated[:, _COURSE, _GAP] = 0
        updated[:, _AT_LAST] = updated[:, _FILTER]
        updated[:, _LAST] = updated[:, _NOW] = boxes
        return updated

    def _led_to(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Filter states of the present frame, had the tracks moved evenly from where they were last seen."""
        led, gaps, last = states[:, _AT_LAST].copy(), states[:, _COURSE, _GAP], states[:, _LAST]
        for step in range(1, int(gaps.max(initial=0)) + 1):
            on_the_way = step <= gaps
            led[on_the_way] = self._filter.predict(led[on_the_way], np.zeros(int(on_the_way.sum()), bool))
            between = step < gaps
            share = (step / gaps[between])[:, None]
            virtual = last[between] + share * (boxes[between] - last[between])
            led[between] = self._filter.update(led[between], virtual.astype(np.float32))
        return led

    def reference_boxes(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ``(T, 4)`` boxes that directions start from: ``frames`` ago, or the next that were seen."""
        chosen = states[:, _LAST].copy()
        for row in range(_EARLIER, _EARLIER + self.frames):
            seen = ~np.isnan(states[:, row, 0])
            chosen[seen] = states[seen, row]
        return chosen

    def directions(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``(T, 2)`` unit vectors across and down, NaN for tracks that were seen once or stand still."""
        return states[:, _COURSE, :2]

    def last_seen_boxes(self, states: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the ``(T, 4)`` boxes that tracks were last seen with."""
        return states[:, _LAST].astype(np.float32)

    def squared_mahalanobis(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the ``(T, N)`` squared Mahalanobis distances of ``(N, 4)`` boxes from predicted states."""
        return self._filter.squared_mahalanobis(states[:, _FILTER], boxes)

    def boxes(self, states: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the ``(T, 4)`` boxes that states stand for."""
        return self._filter.boxes(states[:, _FILTER])


def _directions(before: NDArray[np.float64], now: NDArray[np.float32]) -> NDArray[np.float64]:
    """Unit vectors from the centres of ``(…, 4)`` boxes to those of others, NaN where they coincide."""
    apart = (now[..., :2] + now[..., 2:] - before[..., :2] - before[..., 2:]).astype(np.float64)
    length = np.linalg.norm(apart, axis=-1, keepdims=True)
    return np.divide(apart, length, out=np.full_like(apart, np.nan), where=length > 0)


def turning_angles(
    references: NDArray[np.float64], directions: NDArray[np.float64], boxes: NDArray[np.float32]
) -> NDArray[np.float64]:
    """How far tracks would have to turn to go on to a box.

    Args:
        references: ``(T, 4)`` boxes that directions start from.
        directions: ``(T, 2)`` unit vectors.
        boxes: ``(N, 4)``.

    Returns:
        ``(T, N)`` angles from 0 to pi; NaN where one of the two directions is not known.
    """
    towards = _directions(references[:, None], boxes[None])
    return np.arccos(np.clip(np.einsum("tnd,td->tn", towards, directions), -1, 1))
