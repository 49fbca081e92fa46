"""A constant-velocity Kalman filter of boxes, for all tracks at once.

DeepSORT, JDE, ByteTrack and mmdet filter eight numbers a track, ``(x, y, a, h)`` (centre, aspect ratio, height) and
their velocities, with 8 x 8 matrices. All noise there is diagonal and the motion couples a coordinate with its own
velocity only, so the covariance always consists of four blocks of 2 x 2: three numbers a coordinate say the same, and
every step is a few vectorised lines without any matrix inverse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Rows of a state, (T, 5, 4): mean of the coordinates and of their velocities, then the covariance of the two.
_POSITION, _VELOCITY, _POSITION_VARIANCE, _COVARIANCE, _VELOCITY_VARIANCE = range(5)
_HEIGHT = 3
CHI_SQUARED_95 = 9.4877
"""Squared Mahalanobis distances of four coordinates stay below it in 95 % of all cases."""


class BoxKalmanFilter:
    """Filters the centre, aspect ratio and height of boxes; a frame is the unit of time.

    The constants are those of the official implementation of JDE, which are DeepSORT's. Standard deviations are in
    parts of the height of the box, save those of the aspect ratio.

    Args:
        position_noise: Of a step, and of a measurement, of centre and height; twice that at birth.
        velocity_noise: Of a step of their velocities; ten times that at birth.
        aspect_noise: Of a step of the aspect ratio, and at birth.
        aspect_velocity_noise: Of a step of its velocity, and at birth.
        aspect_measurement_noise: Of a measurement of the aspect ratio.
    """

    def __init__(
        self,
        position_noise: float = 1 / 20,
        velocity_noise: float = 1 / 160,
        aspect_noise: float = 1e-2,
        aspect_velocity_noise: float = 1e-5,
        aspect_measurement_noise: float = 1e-1,
    ) -> None:
        # Variances are scale * height**2 + offset, one of the two being 0 in every coordinate.
        scaled = np.array([1.0, 1.0, 0.0, 1.0])
        fixed = 1.0 - scaled
        self._step = scaled * position_noise**2, fixed * aspect_noise**2
        self._velocity_step = scaled * velocity_noise**2, fixed * aspect_velocity_noise**2
        self._measurement = scaled * position_noise**2, fixed * aspect_measurement_noise**2
        self._birth = scaled * (2 * position_noise) ** 2, fixed * aspect_noise**2
        self._velocity_birth = scaled * (10 * velocity_noise) ** 2, fixed * aspect_velocity_noise**2

    def initiate(self, boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the states of tracks that begin, at rest.

        Args:
            boxes: ``(T, 4)`` xyxy.

        Returns:
            ``(T, 5, 4)`` states: rows are position, velocity, variance of the position, covariance of both, variance
            of the velocity; columns are centre x, centre y, aspect ratio, height.
        """
        states = np.zeros((len(boxes), 5, 4))
        states[:, _POSITION] = _measure(boxes)
        squared_height = states[:, _POSITION, _HEIGHT, None] ** 2
        states[:, _POSITION_VARIANCE] = _variance(self._birth, squared_height)
        states[:, _VELOCITY_VARIANCE] = _variance(self._velocity_birth, squared_height)
        return states

    def predict(self, states: NDArray[np.float64], lost: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the states one frame later.

        Args:
            states: ``(T, 5, 4)`` of the frame before.
            lost: ``(T,)`` tracks not seen in it; their height stops changing, as nothing holds it back.
        """
        squared_height = states[:, _POSITION, _HEIGHT, None] ** 2
        predicted = states.copy()
        predicted[lost, _VELOCITY, _HEIGHT] = 0
        predicted[:, _POSITION] += predicted[:, _VELOCITY]
        predicted[:, _POSITION_VARIANCE] += (
            2 * states[:, _COVARIANCE] + states[:, _VELOCITY_VARIANCE] + _variance(self._step, squared_height)
        )
        predicted[:, _COVARIANCE] += states[:, _VELOCITY_VARIANCE]
        predicted[:, _VELOCITY_VARIANCE] += _variance(self._velocity_step, squared_height)
        return predicted

    def update(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return predicted states corrected by what was seen.

        Args:
            states: ``(T, 5, 4)`` predictions for this frame.
            boxes: ``(T, 4)`` xyxy, seen in it.
        """
        innovation = _measure(boxes) - states[:, _POSITION]
        variance, covariance = states[:, _POSITION_VARIANCE], states[:, _COVARIANCE]
        innovation_variance = variance + self._measurement_variance(states)
        gain, velocity_gain = variance / innovation_variance, covariance / innovation_variance
        updated = states.copy()
        updated[:, _POSITION] += gain * innovation
        updated[:, _VELOCITY] += velocity_gain * innovation
        updated[:, _POSITION_VARIANCE] -= gain * variance
        updated[:, _COVARIANCE] -= gain * covariance
        updated[:, _VELOCITY_VARIANCE] -= velocity_gain * covariance
        return updated

    def squared_mahalanobis(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return how far boxes lie from predictions, in squared standard deviations summed over the coordinates.

        Args:
            states: ``(T, 5, 4)`` predictions for this frame.
            boxes: ``(N, 4)`` xyxy, seen in it.

        Returns:
            ``(T, N)``, to be compared with :data:`CHI_SQUARED_95`.
        """
        precision = 1 / (states[:, _POSITION_VARIANCE] + self._measurement_variance(states))
        apart = states[:, _POSITION, None] - _measure(boxes)
        return np.einsum("tnc,tnc,tc->tn", apart, apart, precision)

    def boxes(self, states: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the ``(T, 4)`` xyxy boxes of the means."""
        means = states[:, _POSITION]
        half = means[:, 2:] / 2
        half[:, 0] *= means[:, _HEIGHT]
        boxes = np.empty((len(states), 4), np.float32)
        boxes[:, :2] = means[:, :2] - half
        boxes[:, 2:] = means[:, :2] + half
        return boxes

    def _measurement_variance(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        return _variance(self._measurement, states[:, _POSITION, _HEIGHT, None] ** 2)


def _variance(
    scale_and_offset: tuple[NDArray[np.float64], NDArray[np.float64]], squared_height: NDArray[np.float64]
) -> NDArray[np.float64]:
    scale, offset = scale_and_offset
    return scale * squared_height + offset


def _measure(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return ``(N, 4)`` centre x, centre y, width / height, height of ``(N, 4)`` xyxy boxes."""
    wide = boxes.astype(np.float64)
    measured = np.empty_like(wide)
    measured[:, :2] = (wide[:, :2] + wide[:, 2:]) / 2
    sides = wide[:, 2:] - wide[:, :2]
    measured[:, 3] = np.maximum(sides[:, 1], 1e-6)  # a box without height has no aspect ratio
    measured[:, 2] = sides[:, 0] / measured[:, 3]
    return measured
