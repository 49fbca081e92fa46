"""Where objects stand: the relation of height and row, fitted to boxes."""

import numpy as np
import pytest

from mots_plugin.datasets.ground import Ground, fit_grounds
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode


def standing(feet, horizon=10, slope=0.5, centre=20):
    """Boxes of objects half as tall as the camera is high."""
    feet = np.asarray(feet, float)
    top = feet - slope * (feet - horizon)
    return np.stack([np.full(len(feet), centre - 1), top, np.full(len(feet), centre + 1), feet], axis=1)


def test_horizon_and_slope_in_spite_of_odd_boxes():
    """One in five is half hidden, by a hedge."""
    boxes = standing(np.arange(12, 112))
    boxes[::5, 1] = boxes[::5, 3] - 1
    ground = Ground.fit(boxes)
    assert ground.horizon == pytest.approx(10, abs=1e-9)
    assert ground.slope == pytest.approx(0.5)
    assert ground.foot(20) == pytest.approx(50)  # 20 = 0.5 (50 - 10)


def test_boxes_that_tell_no_ground():
    assert Ground.fit(standing([30])) is None
    assert Ground.fit(standing([30, 30])) is None
    birds = standing([20, 30, 40], slope=-0.5)
    assert Ground.fit(birds) is None


def test_columns_are_those_of_objects_about_as_far_away():
    """The far ones walk on the left, the near ones on the right."""
    far, near = standing(np.linspace(20, 30, 40), centre=5), standing(np.linspace(60, 70, 40), centre=35)
    ground = Ground.fit(np.concatenate([near, far]))
    rng = np.random.default_rng(0)
    assert {ground.draw_centre(22, rng) for _ in range(20)} == {5}
    assert {ground.draw_centre(500, rng) for _ in range(20)} == {35}
    assert {ground.draw_centre(45, rng) for _ in range(50)} == {5, 35}  # the 16 nearest on each side


def video(name, boxes, class_id=2, size=(60, 40)):
    """A video of one box a frame."""
    masks = []
    for x0, y0, x1, y1 in np.round(boxes).astype(int):
        mask = np.zeros(size, bool)
        mask[y0:y1, x0:x1] = True
        masks.append(encode(mask))
    count = len(boxes)
    frames = VideoFrames(name, range(count), [f"{name}/{frame}.png" for frame in range(count)], *size)
    return frames, MaskTracks(range(count), [2001] * count, [class_id] * count, masks, name=name)


def test_each_video_with_many_objects_has_its_own_ground(monkeypatch):
    monkeypatch.setattr("mots_plugin.datasets.ground._FEWEST_BOXES", 10)
    low = video("low", standing(np.arange(12, 52, 2), horizon=10))
    high = video("high", standing(np.arange(32, 58, 2), horizon=30))
    few = video("few", standing([40, 50], horizon=0))
    ignored = video("ignored", standing(np.arange(12, 52, 2), horizon=-100, slope=0.1), class_id=10)
    everywhere, grounds = fit_grounds(from_mask_tracks([low, high, few, ignored]), "pedestrian")
    assert list(grounds) == ["low", "high"]
    assert grounds["low"].horizon == pytest.approx(10)
    assert grounds["high"].horizon == pytest.approx(30)
    assert len(everywhere.feet) == 20 + 13 + 2


def test_boxes_cut_by_the_image_tell_no_height():
    """Whose feet are below the image, and whose head is above it."""
    whole = standing(np.arange(12, 52, 2))
    cut = np.array([[19, 5, 21, 60], [19, 0, 21, 30]] * 20)
    ground, _ = fit_grounds(from_mask_tracks([video("a", np.concatenate([whole, cut]))]), "pedestrian")
    assert ground.feet.tolist() == whole[:, 3].tolist()
    assert ground.slope == pytest.approx(0.5)


def test_too_few_objects_are_said():
    with pytest.raises(FormatError, match="too few objects of class car to tell how tall they are in which row"):
        fit_grounds(from_mask_tracks([video("a", standing([20, 30]))]), "car")
