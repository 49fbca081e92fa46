"""When tracks begin, are believed, get lost and end: every age and score constant of a tracker, in one state machine.

::

    birth ──▶ TENTATIVE ──confirm_hits──▶ CONFIRMED ◀──matched── LOST
                  │ not matched               └──not matched────▶ │ longer than keep_alive
                  └──────────────────▶ REMOVED ◀──────────────────┘
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import areas
from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.memory import TrackBank


class TrackState(IntEnum):
    """State of a track after a frame."""

    TENTATIVE = 0  # seen in this frame, not often enough to be reported
    CONFIRMED = 1  # seen in this frame, reported
    LOST = 2  # not seen in this frame, may be found again
    REMOVED = 3  # ended; it leaves the bank


_NEXT_STATES = np.array([TrackState.REMOVED, TrackState.LOST, TrackState.TENTATIVE, TrackState.CONFIRMED], np.int8)
"""State by 2 * (seen in this frame) + (seen often enough to be reported, and not missed for longer than it may be)."""


STATE_NAMES = ("tentative", "confirmed", "lost")
"""States of the tracks in a bank, as configs name them."""


def states_by_name(names: Sequence[str], part: str) -> NDArray[np.bool_]:
    """Return whether each ``TrackState`` is one of those named.

    Args:
        names: Some of :data:`STATE_NAMES`.
        part: What they are an argument of, for the message.

    Raises:
        ValueError: There is no such state.
    """
    unknown = [name for name in names if name not in STATE_NAMES]
    if unknown:
        raise ValueError(f"{part}: states {', '.join(unknown)} are none of {', '.join(STATE_NAMES)}")
    return np.array([state.name.lower() in names for state in TrackState])


class BorderRule:
    """Tracks that were last seen near the left or right border have probably left the image: they end sooner.

    A box is near the border when its centre is closer to it than some box widths, or when it reaches into the outermost
    share of the image (the tracker published with CCP, the successor of PointTrack).

    Args:
        keep_alive: Frames in a row that such a track may be missed in.
        box_widths: Distance of the centre from the border, in widths of the box.
        image_share: Share of the image width, at either side, that no edge of the box may reach into.
    """

    def __init__(self, keep_alive: int, box_widths: float, image_share: float) -> None:
        self.keep_alive = keep_alive
        self.box_widths = box_widths
        self.image_share = image_share

    def is_near(self, boxes: NDArray[np.float32], image_width: int) -> NDArray[np.bool_]:
        """Return ``(N,)`` whether each of ``(N, 4)`` boxes is near the border."""
        left, right = boxes[:, 0].astype(np.float64), boxes[:, 2].astype(np.float64)
        centre = (left + right) / 2
        few_widths = np.minimum(centre, image_width - centre) < self.box_widths * (right - left)
        return few_widths | (left < image_width * self.image_share) | (right > image_width * (1 - self.image_share))


class Lifecycle:
    """The state machine of tracks.

    Args:
        birth_score: An unmatched observation starts a track from this score on.
        min_score: Observations below it are not looked at.
        min_mask_area: Masks of fewer pixels are not looked at.
        keep_alive: A track that was missed in more frames in a row ends. 0: it can be matched in the next frame only.
            None: it ends by ``keep_alive_seconds`` or ``max_lost``.
        max_lost: At most so many lost tracks are kept; those that were lost first end first. None: no such bound.
        confirm_hits: A track is reported from this number of frames on; until then, one miss ends it.
        border: Which tracks end sooner than by ``keep_alive``, for where they were last seen.
        keep_alive_seconds: In its place, the same in seconds of video, rounded down to frames.

    Raises:
        ValueError: None of ``keep_alive``, ``keep_alive_seconds`` and ``max_lost`` bounds the memory.
    """

    def __init__(
        self,
        birth_score: float,
        min_score: float = 0.0,
        min_mask_area: int = 0,
        keep_alive: int | None = 0,
        max_lost: int | None = None,
        confirm_hits: int = 1,
        border: BorderRule | None = None,
        keep_alive_seconds: float | None = None,
    ) -> None:
        if keep_alive is None and keep_alive_seconds is None and max_lost is None:
            raise ValueError("Lifecycle: lost tracks would pile up without end; set keep_alive or max_lost")
        self.birth_score = birth_score
        self.min_score = min_score
        self.min_mask_area = min_mask_area
        self.keep_alive = keep_alive
        self.keep_alive_seconds = keep_alive_seconds
        self.max_lost = max_lost
        self.confirm_hits = confirm_hits
        self.border = border

    def usable(self, observations: Observations) -> NDArray[np.intp]:
        """Return the rows of the observations that are worth a look, ascending."""
        usable = observations.scores >= self.min_score
        if self.min_mask_area and observations.masks is not None:
            usable &= areas(observations.masks) >= self.min_mask_area
        return np.flatnonzero(usable)

    def births(self, observations: Observations, unmatched: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the rows of the unmatched observations that start a track, ascending.

        Args:
            observations: N usable observations.
            unmatched: ``(N,)`` True where no track took the observation.
        """
        return np.flatnonzero(unmatched & (observations.scores >= self.birth_score))

    def states(self, tracks: TrackBank, frame: Frame) -> NDArray[np.int8]:
        """Return the ``(T,)`` states of all tracks after the frame's matches and births."""
        missed = frame.index - tracks.last_seen
        kept = (tracks.hits >= self.confirm_hits) & (missed <= self._frames_alive(frame))
        if self.border is not None:
            kept &= (missed <= self.border.keep_alive) | ~self.border.is_near(tracks.boxes, frame.image_shape[1])
        states = _NEXT_STATES[2 * (missed == 0) + kept]
        if self.max_lost is not None:
            rows = np.flatnonzero(states == TrackState.LOST)
            longest_first = rows[np.argsort(tracks.last_seen[rows], kind="stable")]
            states[longest_first[: max(0, len(rows) - self.max_lost)]] = TrackState.REMOVED
        return states

    def _frames_alive(self, frame: Frame) -> float:
        if self.keep_alive_seconds is not None:
            return math.floor(self.keep_alive_seconds * frame.frames_per_second + 1e-6)  # 0.1 s at 30 Hz are 3 frames
        return math.inf if self.keep_alive is None else self.keep_alive
