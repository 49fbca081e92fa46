"""The moving camera: it drives forward, pans to and fro, and shakes.

World frame in metres: x to the right, y *down* (the ground is y = 0), z along the street.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street.exact import cosine, multiply, on_grid, sine

HEIGHT = 1.65
LANE = 1.75
NEAR_PLANE = 0.3


@dataclass(frozen=True)
class Camera:
    """A pinhole camera along its path of T frames.

    Attributes:
        image_shape: ``(height, width)`` in pixels.
        focal: Focal length, pixels.
        centre: Principal point ``(x, y)``, pixels.
        positions: ``(T, 3)`` world coordinates, metres.
        rotations: ``(T, 3, 3)`` world to camera.
    """

    image_shape: tuple[int, int]
    focal: float
    centre: tuple[float, float]
    positions: NDArray[np.float64]
    rotations: NDArray[np.float64]

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project one world point a frame.

        Args:
            points: ``(..., T, 3)`` world coordinates.

        Returns:
            ``(..., T, 3)``: pixel x, pixel y and depth in metres (negative behind the camera).
        """
        local = multiply(self.rotations, (points - self.positions)[..., None])[..., 0]
        depth = local[..., 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        return np.stack(
            [
                self.focal * local[..., 0] / safe + self.centre[0],
                self.focal * local[..., 1] / safe + self.centre[1],
                depth,
            ],
            axis=-1,
        )

    def plane_homographies(self, frame: int, planes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map plane coordinates to pixels.

        Args:
            frame: Index of the frame.
            planes: ``(F, 3, 3)`` with columns: first axis, second axis, origin *relative to the camera*.

        Returns:
            ``(F, 3, 3)``; the third homogeneous coordinate is the depth in metres.
        """
        local = multiply(self.rotations[frame][None], planes)
        out = np.empty_like(local)
        out[:, 0] = self.focal * local[:, 0] + self.centre[0] * local[:, 2]
        out[:, 1] = self.focal * local[:, 1] + self.centre[1] * local[:, 2]
        out[:, 2] = local[:, 2]
        return out


def drive(rng: np.random.Generator, frames: int, image_shape: tuple[int, int]) -> Camera:
    """Draw a camera path: forward drift of changing speed, a pan to and fro, and a little shake."""
    height, width = image_shape
    time = np.arange(frames)

    def wave(amplitude: float, period: float) -> NDArray[np.float64]:
        return amplitude * sine(2 * np.pi * (time / period + rng.uniform(0, 1)))

    speed = rng.uniform(0.12, 0.36) * np.maximum(1 + wave(1.3, rng.uniform(30, 60)), 0)  # it stops at times
    yaw = wave(rng.uniform(0.08, 0.14), rng.uniform(40, 60)) + wave(0.016, rng.uniform(9, 13))
    yaw += rng.uniform(-0.006, 0.006, frames)
    pitch = wave(0.012, rng.uniform(8, 14)) + rng.uniform(-0.006, 0.006, frames)
    roll = rng.uniform(-0.006, 0.006, frames)
    sideways = LANE + wave(0.35, rng.uniform(30, 50))
    positions = np.stack([sideways, np.full(frames, -HEIGHT) + wave(0.03, 7), np.cumsum(speed)], axis=1)

    zero, one = np.zeros(frames), np.ones(frames)
    turn = _matrices([[cosine(yaw), zero, -sine(yaw)], [zero, one, zero], [sine(yaw), zero, cosine(yaw)]])
    nod = _matrices([[one, zero, zero], [zero, cosine(pitch), -sine(pitch)], [zero, sine(pitch), cosine(pitch)]])
    tilt = _matrices([[cosine(roll), -sine(roll), zero], [sine(roll), cosine(roll), zero], [zero, zero, one]])
    return Camera(
        image_shape=image_shape,
        focal=1.2 * width,
        centre=(0.5 * width, 0.38 * height),
        positions=on_grid(positions),
        rotations=on_grid(multiply(multiply(tilt, nod), turn)),
    )


def _matrices(rows: list[list[NDArray[np.float64]]]) -> NDArray[np.float64]:
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
