"""Panoptic tracks: stuff is tinted, things stay bright, the frame before is outlined."""

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData

from mots_plugin.formats.rle import encode
from mots_plugin.visualization import MOTSVisualizer
from mots_plugin.visualization.colours import track_colours
from mots_plugin.visualization.stuff import stuff_colours, tint_stuff

ROAD, CAR, VOID = 0, 13, 255


def test_stuff_is_tinted_by_class_and_tracks_are_left_alone():
    image = np.full((2, 3, 3), 100, np.uint8)
    class_ids = np.array([[ROAD, ROAD, CAR], [VOID, ROAD, CAR]])
    tinted = tint_stuff(image, class_ids, class_ids != CAR, opacity=0.5)
    road = np.round((100 + stuff_colours(np.array(ROAD)).astype(float)) / 2)
    assert np.abs(tinted[0, 0] - road).max() <= 1
    assert tinted[1, 0].tolist() == [50, 50, 50]
    assert tinted[:, 2].tolist() == image[:, 2].tolist()


def test_classes_of_a_street_have_colours_of_their_own():
    colours = stuff_colours(np.arange(19))
    assert len(np.unique(colours, axis=0)) == 19


def sample(index: int, left: int) -> DetDataSample:
    """A car of 20 x 20 pixels in an image of 40 x 80, track 1."""
    mask = np.zeros((40, 80), bool)
    mask[10:30, left : left + 20] = True
    found = DetDataSample(metainfo={"frame_id": index, "frame_number": index, "video_name": "street"})
    found.pred_track_instances = InstanceData(
        instances_id=np.array([1]),
        bboxes=np.array([[left, 10, left + 20, 30]], np.float32),
        scores=np.array([0.9], np.float32),
        labels=np.array([0]),
        masks=[encode(mask)],
    )
    ids = np.where(mask, CAR << 16 | 1, ROAD << 16)
    found.pred_panoptic_seg = PixelData(sem_seg=torch.from_numpy(ids)[None])
    return found


def test_the_outline_of_the_frame_before_shows_where_a_track_came_from():
    visualizer = MOTSVisualizer(min_width=80, trail_length=0)
    image = np.zeros((40, 80, 3), np.uint8)
    colour = track_colours(np.array([1]))[0]

    def outlined(picture) -> bool:
        return bool((np.abs(picture[20, 0:3].astype(int) - colour).sum(axis=-1) < 30).any())

    assert not outlined(visualizer.paint(image, sample(0, 30), ["car"]))
    visualizer.paint(image, sample(0, 1), ["car"])
    assert outlined(visualizer.paint(image, sample(1, 40), ["car"]))  # at the left, where the car was
    assert not outlined(visualizer.paint(image, sample(0, 40), ["car"]))  # another video
