"""Random scenes of boxes, and what an imperfect tracker makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mots_plugin.formats.box_tracks import BoxTracks


def boxes_from_rows(
    rows: Sequence[tuple[int, int, int, Sequence[float]]], name: str = "sequence", **columns: Sequence[float]
) -> BoxTracks:
    """Rows of frame, track id, class id, xyxy; scores are 1 unless given."""
    frames, track_ids, class_ids = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3).T
    boxes = np.array([row[3] for row in rows], float).reshape(-1, 4)
    columns = {"scores": np.ones(len(rows)), "lines": np.arange(1, len(rows) + 1), **columns}
    return BoxTracks(frames, track_ids, boxes, class_ids=class_ids, source=f"{name}.txt", name=name, **columns)


def random_box_truth(
    rng: np.random.Generator, frames: range, objects: int, classes: Sequence[int], grid: float
) -> BoxTracks:
    """Boxes that move, leave and return in a narrow place, on a grid, so that overlaps tie; levels are KITTI's.

    Args:
        rng: Source of randomness.
        frames: Frame numbers.
        objects: How many tracks.
        classes: Class of each track is one of these.
        grid: Distance of the lines that edges lie on; 0 for none.
    """
    class_of = rng.choice(classes, objects)
    start, extent = rng.uniform(0, 60, (objects, 2)), rng.uniform(10, 60, (objects, 2))
    speed = rng.normal(0, 4, (objects, 2))
    rows = []
    for step, frame in enumerate(frames):
        for thing in np.flatnonzero(rng.random(objects) < 0.85).tolist():
            box = np.concatenate(
                [start[thing] + step * speed[thing], start[thing] + step * speed[thing] + extent[thing]]
            )
            rows.append((frame, thing + 1, int(class_of[thing]), on_grid(box, grid)))
    levels = {name: rng.choice([0, 0, 0, 1, 2, 3], len(rows)) for name in ("occlusions", "truncations")}
    levels["truncations"] = np.minimum(levels["truncations"] // 2, 1)
    scores = rng.choice([0.0, 1.0, 1.0, 1.0], len(rows))
    return boxes_from_rows(rows, "truth", scores=scores, **levels)


def on_grid(box: np.ndarray, grid: float) -> list[float]:
    """Round a box to the grid, keeping it at least one cell large."""
    if not grid:
        return np.round(box, 2).tolist()
    box = np.round(box / grid) * grid
    box[2:] = np.maximum(box[2:], box[:2] + grid)
    return box.tolist()


def perturb_boxes(
    truth: BoxTracks, rng: np.random.Generator, jitter: float, grid: float, classes: Sequence[int]
) -> BoxTracks:
    """What a tracker makes of the truth: jittered boxes, misses, false alarms, identities swapped, split and merged.

    Args:
        truth: The truth; boxes without identity are passed over.
        rng: Source of randomness.
        jitter: Standard deviation of each edge, as a share of the box.
        grid: See :func:`random_box_truth`.
        classes: Classes of the predictions; those of other classes are given one of these, or dropped.
    """
    ids = np.unique(truth.track_ids[truth.track_ids >= 0]).tolist()
    renamed = {track_id: track_id for track_id in ids}
    rows = []
    for frame in np.unique(truth.frames).tolist():
        if len(ids) > 1 and rng.random() < 0.3:
            a, b = rng.choice(ids, 2, replace=False).tolist()
            change = rng.integers(3)
            if change == 0:  # swap
                renamed[a], renamed[b] = renamed[b], renamed[a]
            elif change == 1:  # split
                renamed[a] = int(rng.integers(1000, 100_000))
            else:  # merge: b goes on under the name of a
                renamed[a], renamed[b] = int(rng.integers(1000, 100_000)), renamed[a]
        taken = set()
        for row in np.flatnonzero((truth.frames == frame) & (truth.track_ids >= 0)).tolist():
            name = renamed[int(truth.track_ids[row])]
            if rng.random() < 0.1 or name in taken:
                continue
            taken.add(name)
            box = truth.boxes[row]
            if rng.random() < 0.7:
                box = box + rng.normal(0, jitter, 4) * np.tile(box[2:] - box[:2], 2)
                box[2:] = np.maximum(box[2:], box[:2] + 1)
            class_id = int(truth.class_ids[row])
            class_id = class_id if class_id in classes else int(rng.choice(classes))
            rows.append((frame, name, class_id, on_grid(box, grid)))
        if rng.random() < 0.5:
            x, y = truth.boxes[rng.integers(len(truth)), :2]
            false_alarm = np.array([x, y, x + 20, y + 30]) + rng.integers(-9, 9)
            rows.append((frame, 999, int(rng.choice(classes)), on_grid(false_alarm, grid)))
    return boxes_from_rows(rows, "predictions")
