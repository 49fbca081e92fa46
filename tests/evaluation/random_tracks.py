"""Random scenes, and what an imperfect tracker makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mots_plugin.formats import rle
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks


def tracks_from_rows(rows: Sequence[tuple[int, int, int, rle.RLE]], name: str = "sequence") -> MaskTracks:
    """Rows of frame, track id, class id, mask."""
    frames, track_ids, class_ids = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3).T
    lines = np.arange(1, len(rows) + 1)
    return MaskTracks(frames, track_ids, class_ids, [row[3] for row in rows], lines, f"{name}.txt", name)


def random_truth(rng: np.random.Generator, frames: int, size: tuple[int, int], objects: int) -> MaskTracks:
    """Rectangles of both classes that move, hide each other, leave and return, and an ignore region."""
    height, width = size
    boxes = rng.uniform(0, 1, (objects, 2)) * size
    extent = rng.integers(1, np.maximum(2, np.array(size) // 2), (objects, 2))
    speed = rng.normal(0, 1, (objects, 2))
    rows = []
    for frame in range(frames):
        canvas = np.zeros(size, np.int64)
        if rng.random() < 0.5:
            canvas[: height // 3, : width // 2] = 10_000
        for thing in range(objects):
            y, x = (boxes[thing] + frame * speed[thing]).astype(int) % size
            if rng.random() < 0.85:
                canvas[y : y + extent[thing, 0], x : x + extent[thing, 1]] = 1000 * (1 + thing % 2) + thing
        rows += rows_of_canvas(canvas, frame)
    return tracks_from_rows(rows, "truth")


def rows_of_canvas(canvas: np.ndarray, frame: int) -> list[tuple[int, int, int, rle.RLE]]:
    """Rows for the objects painted on a canvas of ids (class * 1000 + number, 10000 to be ignored)."""
    ids = [int(track_id) for track_id in np.unique(canvas) if track_id]
    return [(frame, track_id, track_id // 1000, rle.encode(canvas == track_id)) for track_id in ids]


def perturb(truth: MaskTracks, rng: np.random.Generator, jitter: int) -> MaskTracks:
    """What a tracker makes of the truth: jittered masks, misses, false alarms, swapped and split identities."""
    renamed = {track_id: track_id for track_id in np.unique(truth.track_ids).tolist()}
    rows = []
    for frame in np.unique(truth.frames).tolist():
        objects = truth.select((truth.frames == frame) & (truth.class_ids != IGNORE_CLASS))
        if len(renamed) > 1 and rng.random() < 0.3:
            a, b = rng.choice(list(renamed), 2, replace=False).tolist()
            if a // 1000 == b // 1000:  # swap
                renamed[a], renamed[b] = renamed[b], renamed[a]
            else:  # split
                renamed[a] = 1000 * (a // 1000) + int(rng.integers(500, 999))
        size = truth.masks[0]["size"]
        canvas = np.zeros(size, np.int64)
        for track_id, mask in zip(objects.track_ids.tolist(), objects.masks, strict=True):
            if rng.random() < 0.1:
                continue
            shift = rng.integers(-jitter, jitter + 1, 2) if rng.random() < 0.7 else (0, 0)
            canvas[np.roll(rle.decode(mask), shift, (0, 1))] = renamed[track_id]
        if rng.random() < 0.3:
            y, x = rng.integers(0, size)
            canvas[y : y + size[0] // 4 + 1, x : x + size[1] // 4 + 1] = 1000 * int(rng.integers(1, 3)) + 999
        rows += rows_of_canvas(canvas, frame)
    return tracks_from_rows([rows[row] for row in np.argsort([row[0] for row in rows], kind="stable")], "predictions")
