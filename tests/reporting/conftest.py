"""A result whose errors are known, on disk."""

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import encode

SIZE = 60, 100  # height and width


def square(x, y=20):
    mask = np.zeros(SIZE, bool)
    mask[y : y + 16, x : x + 16] = True
    return encode(mask)


def tracks(rows):
    frames, ids, classes, masks = zip(*rows, strict=True)
    return MaskTracks(np.array(frames), np.array(ids), np.array(classes), list(masks))


@pytest.fixture(scope="session")
def hand_made(tmp_path_factory):
    """Folder with gt, pred and images of two sequences.

    0001: 8 frames of a car and a pedestrian. The car has id 1, is missed in frame 4 and has id 9 from frame 5 on; a
    ghost in frame 6. 0002: 4 frames of a pedestrian who is found all the time.
    """
    folder = tmp_path_factory.mktemp("hand_made")
    car, pedestrian, ghost = square(10), square(60), square(36, 40)
    truth = [(frame, *rest) for frame in range(8) for rest in ((1001, 1, car), (2001, 2, pedestrian))]
    found = [(frame, 1 if frame < 4 else 9, 1, car) for frame in range(8) if frame != 4]
    found += [(frame, 2, 2, pedestrian) for frame in range(8)] + [(6, 30, 1, ghost)]
    other = [(frame, 2001, 2, pedestrian) for frame in range(4)]
    for name, rows, results in (("0001", truth, sorted(found, key=lambda row: row[:2])), ("0002", other, other)):
        write_mots_txt(folder / "gt" / f"{name}.txt", tracks(rows))
        write_mots_txt(folder / "pred" / f"{name}.txt", tracks(results))
        (folder / "images" / name).mkdir(parents=True)
        for frame in range(8):
            Image.new("RGB", SIZE[::-1], (90, 120, 30)).save(folder / "images" / name / f"{frame:06d}.png")
    return folder
