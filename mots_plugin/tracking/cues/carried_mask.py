"""The cue of masks that a network carried from the frame before, and compared with those of this frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.memory import TrackBank


class CarriedMaskCue:
    """One minus the overlap of a track's mask, carried to this frame, with an observation's (MAPT, section III-D).

    Only masks of the frame before are carried, so a track that was not seen there overlaps with nothing.
    """

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs in [0, 1].

        Raises:
            ValueError: The network carries no masks.
        """
        if observations.carried_overlaps is None or tracks.rows is None:
            raise ValueError("CarriedMaskCue: no masks were carried to this frame; the model needs a motion head")
        cost = np.ones((len(tracks), len(observations)))
        seen = tracks.last_seen == frame.index - 1
        cost[seen] -= observations.carried_overlaps[:, tracks.rows[seen]].T
        return cost
