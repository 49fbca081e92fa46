"""Sequences drawn by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from random_tracks import tracks_from_rows

from mots_plugin.formats import rle
from mots_plugin.formats.mask_tracks import MaskTracks

CAR, PEDESTRIAN, IGNORE = 1, 2, 10


def draw_frames(*frames: str, first_frame: int = 0, name: str = "drawn", order: str = "") -> MaskTracks:
    """One drawing a frame: digits are cars, letters pedestrians, ``#`` is an ignore region, ``.`` background.

    Track ids are the digits, and 101 for ``a``, 102 for ``b``, …
    """
    rows = []
    for frame, drawing in enumerate(frames, first_frame):
        canvas = np.array([list(line.strip()) for line in drawing.split()])
        for symbol in order or np.unique(canvas):
            if symbol == "." or not (canvas == symbol).any():
                continue
            if symbol == "#":
                track_id, class_id = 10_000, IGNORE
            elif symbol.isdigit():
                track_id, class_id = int(symbol), CAR
            else:
                track_id, class_id = 101 + ord(symbol) - ord("a"), PEDESTRIAN
            rows.append((frame, track_id, class_id, rle.encode(canvas == symbol)))
    return tracks_from_rows(rows, name)


@pytest.fixture(scope="session")
def draw() -> Callable[..., MaskTracks]:
    return draw_frames
