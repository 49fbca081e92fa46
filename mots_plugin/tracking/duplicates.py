"""Two tracks of one object: one seen in this frame, one lost, in the same place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.association import Cue
from mots_plugin.tracking.lifecycle import TrackState
from mots_plugin.tracking.memory import TrackBank


class DuplicateRule:
    """Of a track that was seen and a lost one in the same place, the one followed for a shorter time ends.

    Of equals it is the one that was seen (JDE, FairMOT). All pairs are looked at as they were, so a track may end for
    the sake of one that ends too.

    Args:
        cue: How far apart they are.
        max_cost: Pairs that cost less are duplicates.
    """

    def __init__(self, cue: Cue, max_cost: float) -> None:
        self.cue = cue
        self.max_cost = max_cost

    def states(self, tracks: TrackBank, frame: Frame) -> NDArray[np.int8]:
        """Return the ``(T,)`` states of tracks after this frame, those of duplicates removed."""
        (seen,) = np.nonzero(tracks.states < TrackState.LOST)
        (lost,) = np.nonzero(tracks.states == TrackState.LOST)
        if not len(seen) or not len(lost):
            return tracks.states
        where_lost = Observations(tracks.boxes[lost], tracks.scores[lost], tracks.labels[lost])
        rows, columns = np.nonzero(self.cue.cost(tracks.select(seen), where_lost, frame) < self.max_cost)
        seen, lost = seen[rows], lost[columns]
        followed = tracks.last_seen - tracks.first_seen
        states = tracks.states.copy()
        states[np.where(followed[seen] > followed[lost], lost, seen)] = TrackState.REMOVED
        return states
