"""A hand-drawn data set: two videos of 16x8 pixels, with cars, pedestrians and an ignore region."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_street import HEIGHT, IGNORED, WIDTH, car, pedestrian

from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """The data set's folder, with ``train.json`` and images.

    Video ``long`` has 6 frames: a car (instance 1) on 0..5, a pedestrian (instance 2) on 2..5, an ignore region
    (instance 3) on frame 5. Video ``short`` has 3 frames and a car on frame 2 only. Pixels are ``frame * 10 + x``.
    """
    drawn = {
        "long": [(frame, 1001, 1, car(frame)) for frame in range(6)]
        + [(frame, 2001, 2, pedestrian(frame)) for frame in range(2, 6)]
        + [(5, 10000, 10, IGNORED)],
        "short": [(2, 1007, 1, car(2))],
    }
    videos = []
    for name, length in (("long", 6), ("short", 3)):
        (tmp_path / name).mkdir()
        files = [f"{name}/{frame:06d}.png" for frame in range(length)]
        for frame, file in enumerate(files):
            row = frame * 10 + np.arange(WIDTH, dtype=np.uint8)
            cv2.imwrite(str(tmp_path / file), np.repeat(np.tile(row, (HEIGHT, 1))[:, :, None], 3, axis=2))
        frames, tracks, classes, masks = zip(*drawn[name], strict=True)
        tracks = MaskTracks(frames, tracks, classes, [encode(mask) for mask in masks], name=name)
        videos.append((VideoFrames(name, range(length), files, HEIGHT, WIDTH), tracks))
    write_coco_video(tmp_path / "train.json", from_mask_tracks(videos))
    return tmp_path
