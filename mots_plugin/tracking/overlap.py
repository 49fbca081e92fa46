"""No pixel belongs to two tracks: the mask of higher priority keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import areas, boxes, encode_runs, iou
from mots_plugin.formats.rle_counts import foreground_runs
from mots_plugin.structures import RLE, Tracks

PRIORITIES = ("score", "bottom")


def resolve_overlaps(masks: Sequence[RLE], priority: NDArray[np.floating]) -> list[RLE]:
    """Give every pixel to the mask of highest priority that covers it.

    Works on run lengths, and only on the masks that share pixels with another one.

    Args:
        masks: N masks of one image size.
        priority: ``(N,)``, higher wins; of equals the earlier row wins.

    Returns:
        N masks without overlap, some of them maybe empty; a mask that lost nothing is returned as it was given.
    """
    resolved = list(masks)
    shared = iou(masks, masks) > 0
    np.fill_diagonal(shared, False)
    involved = np.flatnonzero(shared.any(axis=1))
    if not len(involved):
        return resolved
    rank = np.empty(len(involved), np.int64)
    rank[np.argsort(-np.asarray(priority, np.float64)[involved], kind="stable")] = np.arange(len(involved))

    height, width = masks[0]["size"]
    starts, ends, owners = foreground_runs([resolved[row]["counts"] for row in involved], height * width)
    # All ends of runs cut the image into segments, each of which a run covers wholly or not at all.
    edges = np.unique(np.concatenate([starts, ends]))
    first = np.searchsorted(edges, starts)
    length = np.searchsorted(edges, ends) - first
    segments = np.repeat(first - (np.cumsum(length) - length), length) + np.arange(length.sum())
    owners = np.repeat(owners, length)
    winner = np.full(len(edges), len(involved))
    np.minimum.at(winner, segments, rank[owners])
    won = winner[segments] == rank[owners]

    for owner in np.unique(owners[~won]):
        kept = segments[(owners == owner) & won]
        resolved[involved[owner]] = encode_runs(edges[kept], edges[kept + 1], height, width)
    return resolved


def without_overlaps(tracks: Tracks, priority: str | None) -> Tracks:
    """Resolve the overlaps of one frame's tracks and drop those of which nothing is left.

    Args:
        tracks: Tracks of all classes; box tracks are returned as they are.
        priority: ``'score'``: the higher score keeps the pixel. ``'bottom'``: the mask that reaches further down in the
            image does, as nearer things hide farther ones. None: masks stay as they are.
    """
    if priority is None or tracks.masks is None or not len(tracks):
        return tracks
    values = tracks.scores if priority == "score" else boxes(tracks.masks)[:, 3]
    masks = resolve_overlaps(tracks.masks, values)
    kept = np.flatnonzero(areas(masks) > 0)
    return replace(
        tracks,
        ids=tracks.ids[kept],
        boxes=tracks.boxes[kept],
        scores=tracks.scores[kept],
        labels=tracks.labels[kept],
        masks=[masks[row] for row in kept],
        rows=tracks.rows[kept],
    )


def check_priority(priority: str | None) -> str | None:
    """Return the priority, or raise ``ValueError`` when :func:`without_overlaps` does not know it."""
    if priority is not None and priority not in PRIORITIES:
        raise ValueError(f"overlap priority {priority!r} is none of {', '.join(PRIORITIES)}, None")
    return priority
