"""When tracks begin, are believed, get lost and end: every age and score constant of a tracker, in one state machine.

::

    birth ──▶ TENTATIVE ──confirm_hits──▶ CONFIRMED ◀──matched── LOST
                  │ not matched               └──not matched────▶ │ longer than keep_alive
                  └──────────────────▶ REMOVED ◀──────────────────┘
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import areas
from mots_plugin.structures import Observations
from mots_plugin.tracking.memory import TrackBank


class TrackState(IntEnum):
    """State of a track after a frame."""

    TENTATIVE = 0  # seen in this frame, not often enough to be reported
    CONFIRMED = 1  # seen in this frame, reported
    LOST = 2  # not seen in this frame, may be found again
    REMOVED = 3  # ended; it leaves the bank


class Lifecycle:
    """The state machine of tracks.

    Args:
        birth_score: An unmatched observation starts a track from this score on.
        min_score: Observations below it are not looked at.
        min_mask_area: Masks of fewer pixels are not looked at.
        keep_alive: A track that was missed in more frames in a row ends. 0: it can be matched in the next frame only.
            None: it ends by ``max_lost`` alone.
        max_lost: At most so many lost tracks are kept; those that were lost first end first. None: no such bound.
        confirm_hits: A track is reported from this number of frames on; until then, one miss ends it.

    Raises:
        ValueError: Neither ``keep_alive`` nor ``max_lost`` bounds the memory.
    """

    def __init__(
        self,
        birth_score: float,
        min_score: float = 0.0,
        min_mask_area: int = 0,
        keep_alive: int | None = 0,
        max_lost: int | None = None,
        confirm_hits: int = 1,
    ) -> None:
        if keep_alive is None and max_lost is None:
            raise ValueError("Lifecycle: lost tracks would pile up without end; set keep_alive or max_lost")
        self.birth_score = birth_score
        self.min_score = min_score
        self.min_mask_area = min_mask_area
        self.keep_alive = keep_alive
        self.max_lost = max_lost
        self.confirm_hits = confirm_hits

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

    def states(self, tracks: TrackBank, frame_index: int) -> NDArray[np.int8]:
        """Return the ``(T,)`` states of all tracks after the frame's matches and births."""
        missed = frame_index - tracks.last_seen
        confirmed = tracks.hits >= self.confirm_hits
        seen_state = np.where(confirmed, TrackState.CONFIRMED, TrackState.TENTATIVE)
        lost = confirmed if self.keep_alive is None else confirmed & (missed <= self.keep_alive)
        states = np.where(missed == 0, seen_state, np.where(lost, TrackState.LOST, TrackState.REMOVED))
        if self.max_lost is not None:
            rows = np.flatnonzero(states == TrackState.LOST)
            longest_first = rows[np.argsort(tracks.last_seen[rows], kind="stable")]
            states[longest_first[: max(0, len(rows) - self.max_lost)]] = TrackState.REMOVED
        return states.astype(np.int8)
