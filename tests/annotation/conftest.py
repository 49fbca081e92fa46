"""A video of two boxes that move, a car and a person."""

import cv2
import numpy as np
import pytest

from mots_plugin.annotation.box_videos import BoxVideo, find_images
from mots_plugin.formats.box_tracks import BoxTracks

FRAMES = 4


@pytest.fixture
def boxes_and_images(tmp_path):
    """``(boxes, images)``: MOTChallenge text of car 7 and person 8 in frames 1 to 4, and 16x8 images."""
    lines = []
    (tmp_path / "images" / "02").mkdir(parents=True)
    for frame in range(1, FRAMES + 1):
        lines += [f"{frame},7,{frame},3,5,3,1,3,1", f"{frame},8,12,2,2,5,1,1,1"]
        image = np.full((8, 16, 3), 40 * frame, np.uint8)
        cv2.imwrite(str(tmp_path / "images" / "02" / f"{frame:06d}.png"), image)
    (tmp_path / "boxes").mkdir()
    (tmp_path / "boxes" / "02.txt").write_text("\n".join(lines) + "\n")
    return tmp_path / "boxes", tmp_path / "images"


@pytest.fixture
def video(boxes_and_images):
    """The same as a BoxVideo, with ids as the boxes' file has them."""
    frames = np.repeat(np.arange(1, FRAMES + 1), 2)
    boxes = np.array(
        [[f - 1, 2, f + 4, 5] if track == 7 else [11, 1, 13, 6] for f, track in zip(frames, [7, 8] * 4, strict=True)]
    )
    tracks = BoxTracks(frames, [7, 8] * 4, boxes.astype(float), class_ids=[1, 2] * 4, source="boxes/02.txt", name="02")
    return BoxVideo("02", tracks, 8, 16, find_images(boxes_and_images[1], "02"))
