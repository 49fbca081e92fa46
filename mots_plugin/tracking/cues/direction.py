"""The cue of direction: an object that moves does not turn round (OC-SORT)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.memory import TrackBank
from mots_plugin.tracking.motion.observation_centric import ObservationCentricFilter, turning_angles


class DirectionCue:
    """How far a track would have to turn, from its course so far, to be where an observation is (OCM of OC-SORT).

    From minus a half, straight on, to a half, right round, times the score of the observation; 0 for tracks that have
    no course yet. For a sum with an overlap, in which the paper weighs it by 0.2.
    """

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs.

        Raises:
            ValueError: The tracker's motion model keeps no directions.
        """
        model = tracks.motion_model
        if not isinstance(model, ObservationCentricFilter) or tracks.motion is None:
            raise ValueError("DirectionCue: needs motion=dict(type='ObservationCentricFilter')")
        angles = turning_angles(
            model.reference_boxes(tracks.motion), model.directions(tracks.motion), observations.boxes
        )
        return observations.scores.astype(np.float64) * np.nan_to_num(angles / np.pi - 0.5, nan=0.0)
