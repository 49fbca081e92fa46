"""A cue from the motion model: how improbable the place of an observation is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.memory import TrackBank
from mots_plugin.tracking.motion.kalman import CHI_SQUARED_95


class MahalanobisCue:
    """Squared Mahalanobis distance of an observed box from what the motion model predicts.

    Args:
        gate: From this distance on a pair cannot match, whatever other cues say. DeepSORT and JDE take the 95 %
            quantile of the chi-squared distribution with four degrees of freedom.
    """

    def __init__(self, gate: float = CHI_SQUARED_95) -> None:
        self.gate = gate

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs from 0 on, inf beyond the gate.

        Raises:
            ValueError: The tracker has no motion model.
        """
        if tracks.motion_model is None or tracks.motion is None:
            raise ValueError("MahalanobisCue: the tracker predicts no motion; give it motion=BoxKalmanFilter()")
        distances = tracks.motion_model.squared_mahalanobis(tracks.motion, observations.boxes)
        return np.where(distances > self.gate, np.inf, distances)
