"""From one mask a box to a valid result: no pixel in two masks, no empty mask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import RLE, areas
from mots_plugin.tracking.overlap import resolve_overlaps


def without_overlaps(
    tracks: BoxTracks, masks: Sequence[RLE], priority: str = "bottom", given: NDArray[np.bool_] | None = None
) -> MaskTracks:
    """Give every pixel to one mask of its frame, and drop masks left without any.

    Args:
        tracks: N boxes.
        masks: One a box.
        priority: Who keeps a shared pixel. ``'bottom'``: the box that reaches further down in the image, as nearer
            things hide farther ones (MOTS paper, section 5). ``'score'``: the box of the higher score, of equals the
            one further down.
        given: ``(N,)`` masks drawn by a person, which keep their pixels against all others.

    Returns:
        The masks in order of frame.
    """
    bottom = tracks.boxes[:, 3]
    # lexsort: the last key counts most.
    keys = [bottom] + [tracks.scores] * (priority == "score") + ([] if given is None else [given])
    rank = np.empty(len(tracks))
    rank[np.lexsort(keys)] = np.arange(len(tracks))
    resolved = list(masks)
    for frame in np.unique(tracks.frames):
        rows = np.flatnonzero(tracks.frames == frame).tolist()
        for row, mask in zip(rows, resolve_overlaps([masks[row] for row in rows], rank[rows]), strict=True):
            resolved[row] = mask
    columns = (tracks.frames, tracks.track_ids, tracks.class_ids)
    result = MaskTracks(*columns, resolved, source=tracks.source, name=tracks.name)
    kept = np.flatnonzero(areas(resolved) > 0)
    return result.select(kept[np.argsort(tracks.frames[kept], kind="stable")])
