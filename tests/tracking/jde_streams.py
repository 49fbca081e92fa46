"""Detections with looks for comparing trackers: generated ones, and real boxes whose looks are drawn."""

from pathlib import Path

import numpy as np

from mots_plugin.formats.mot_txt import read_mot_txt

Detections = tuple[np.ndarray, np.ndarray, np.ndarray]
"""``(N, 4)`` boxes, ``(N,)`` scores and ``(N, D)`` unit embeddings, all float32."""


def street_stream(seed: int, objects: int = 12, frames: int = 60) -> list[Detections]:
    """People who walk about, hide for up to 20 frames, are missed, and things that are none."""
    rng = np.random.default_rng(seed)
    size = np.array([400, 300])
    centres, heights = rng.uniform(0, size, (objects, 2)), rng.uniform(30, 120, objects)
    half = np.stack([heights * 0.4, heights], axis=1) / 2
    velocities, looks = rng.normal(0, 4, (objects, 2)), rng.normal(0, 1, (objects, 16))
    hidden = np.zeros(objects, int)
    stream = []
    for _ in range(frames):
        centres = centres + velocities
        velocities = np.where((centres < 0) | (centres > size), -velocities, velocities)
        hides = rng.random(objects) < 0.02
        hidden = np.where(hides, rng.integers(1, 21, objects), np.maximum(hidden - 1, 0))
        found = np.flatnonzero((hidden == 0) & (rng.random(objects) > 0.08))
        boxes = np.concatenate([centres - half, centres + half], axis=1)[found] + rng.normal(0, 1.5, (len(found), 4))
        corners = rng.uniform(0, size, (rng.integers(0, 3), 2))
        nothing = np.concatenate([corners, corners + rng.uniform(20, 80, corners.shape)], axis=1)
        seen = looks[found] + rng.normal(0, 0.5, (len(found), 16))
        embeddings = _unit(np.concatenate([seen, rng.normal(0, 1, (len(nothing), 16))]))
        scores = np.concatenate([rng.uniform(0.4, 1, len(found)), rng.uniform(0.3, 0.8, len(nothing))])
        detections = np.concatenate([boxes, nothing]), scores, embeddings
        stream.append(tuple(array.astype(np.float32) for array in detections))
    return stream


def real_stream(sequence: Path) -> list[Detections]:
    """A sequence of MOT15; a detection looks like the person whose box it overlaps most, or like nobody else."""
    found, people = read_mot_txt(sequence / "det" / "det.txt"), read_mot_txt(sequence / "gt" / "gt.txt")
    rng = np.random.default_rng(0)
    looks = _unit(rng.normal(0, 1, (people.track_ids.max() + 1, 32)))
    stream = []
    for frame in range(1, found.frames.max() + 1):
        boxes, truths = found.boxes[found.frames == frame], people.select(people.frames == frame)
        overlaps = np.pad(_ious(boxes, truths.boxes), ((0, 0), (0, 1)), constant_values=0.4)
        person = np.append(truths.track_ids, 0)[overlaps.argmax(axis=1)]
        embeddings = _unit(looks[person] + rng.normal(0, 0.1, (len(boxes), 32)))
        detections = boxes, np.full(len(boxes), 0.9), embeddings
        stream.append(tuple(array.astype(np.float32) for array in detections))
    return stream


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _ious(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    sides = np.minimum(a[:, None, 2:], b[:, 2:]) - np.maximum(a[:, None, :2], b[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=2)
    areas_a, areas_b = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a, b))
    return shared / (areas_a[:, None] + areas_b - shared)
