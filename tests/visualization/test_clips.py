import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from mots_plugin.visualization import paint_clip, track_colours


def instances(*objects: tuple[int, int]) -> InstanceData:
    """Squares of 40 pixels from (identity, left edge), on a 120x700 image."""
    masks = np.zeros((len(objects), 120, 700), np.uint8)
    for mask, (_, left) in zip(masks, objects, strict=True):
        mask[40:80, left : left + 40] = 1
    return InstanceData(
        instances_ids=torch.tensor([identity for identity, _ in objects], dtype=torch.int32),
        bboxes=torch.tensor([[left, 40, left + 40, 80] for _, left in objects]).float().reshape(-1, 4),
        labels=torch.zeros(len(objects), dtype=torch.int64),
        masks=BitmapMasks(masks, 120, 700),
    )


def test_ground_truth_has_the_colour_of_its_identity_and_ignored_regions_are_grey():
    frames = []
    for number in range(2):
        frame = DetDataSample(metainfo={"video_name": "street", "frame_number": number})
        frame.gt_instances = instances((7, 100 + 40 * number))
        frame.ignored_instances = instances((9, 400))
        frames.append(frame)
    images = torch.zeros(2, 3, 120, 700, dtype=torch.uint8)
    images[:, 2] = 100  # BGR: red
    pictures = paint_clip(
        {"inputs": images, "data_samples": TrackDataSample(video_data_samples=frames)}, ("car", "pedestrian")
    )
    tint = np.round(0.55 * np.array([100, 0, 0]) + 0.45 * track_colours(np.array([7]))[0])
    assert np.abs(pictures[0][75, 105] - tint).max() <= 1
    assert np.abs(pictures[1][75, 145] - tint).max() <= 1
    grey = np.round(0.3 * np.array([100, 0, 0]) + 0.7 * 128)
    assert np.abs(pictures[0][60, 420] - grey).max() <= 1
    assert pictures[0][100, 650].tolist() == [100, 0, 0]


def test_a_single_frame_without_identities():
    """As models of images get them: the objects are numbered."""
    sample = DetDataSample(metainfo={"video_name": "street", "frame_number": 3})
    sample.gt_instances = instances((70, 100), (50, 300))
    sample.ignored_instances = instances()
    del sample.gt_instances.instances_ids
    inputs = torch.zeros(3, 120, 700, dtype=torch.uint8)
    (picture,) = paint_clip({"inputs": inputs, "data_samples": sample}, ("car", "pedestrian"))
    for identity, left in ((1, 100), (2, 300)):
        tint = np.round(0.45 * track_colours(np.array([identity]))[0])
        np.testing.assert_allclose(picture[74, left + 34], tint, atol=1)
