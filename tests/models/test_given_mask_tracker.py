"""Masks from elsewhere through the frame loop: embedded by their pixels, tracked, and given back as they were."""

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.registry import init_default_scope
from pycocotools import mask as coco_mask
from torch import nn

import mots_plugin.registration  # noqa: F401

CAR, PEDESTRIAN = 0, 1
STAGE = {"type": "Stage", "cues": [{"type": "EmbeddingCue"}], "max_cost": 20.0}
TRACKER = {"type": "StagedTracker", "stages": [STAGE], "lifecycle": {"type": "Lifecycle", "birth_score": 0.5}}


class MeanColour(nn.Module):
    """An embedding anyone can check: the mean colour of an instance."""

    def embed(self, image, instance_map, labels):
        vectors = [image[:, instance_map == row + 1].float().mean(1) for row in range(len(labels))]
        return torch.stack(vectors) if vectors else torch.zeros(0, 3)


@pytest.fixture
def model():
    init_default_scope("mmdet")
    if "MeanColour" not in MODELS.module_dict:
        MODELS.register_module(module=MeanColour)
    config = {"type": "GivenMaskTracker", "embedding": {"type": "MeanColour"}, "tracker": TRACKER}
    return MODELS.build({**config, "data_preprocessor": {"type": "TrackDataPreprocessor"}}).eval()


def square(left):
    mask = np.zeros((8, 16), np.uint8, order="F")
    mask[2:6, left : left + 4] = 1
    return mask


def frame(number, objects, length=3):
    """Objects are (left edge, grey value, label); squares of 4 x 4 pixels."""
    image = torch.zeros(1, 3, 8, 16, dtype=torch.uint8)
    for left, grey, _ in objects:
        image[..., 2:6, left : left + 4] = grey
    sample = DetDataSample(
        metainfo={
            "img_shape": (8, 16),
            "ori_shape": (8, 16),
            "frame_id": number,
            "ori_video_length": length,
            "given_masks": {
                "masks": [coco_mask.encode(square(left)) for left, _, _ in objects],
                "labels": np.array([label for *_, label in objects], np.int64),
                "scores": np.full(len(objects), 0.9, np.float32),
            },
        }
    )
    return {"inputs": [image], "data_samples": [TrackDataSample(video_data_samples=[sample])]}


def track(model, data):
    (result,) = model.test_step(data)
    (sample,) = result.video_data_samples
    return sample


def test_objects_that_swap_places_keep_their_identities(model):
    track(model, frame(0, [(0, 200, CAR), (10, 50, CAR)]))
    second = track(model, frame(1, [(0, 52, CAR), (10, 198, CAR)]))
    tracks = second.pred_track_instances
    assert dict(zip(tracks.bboxes[:, 0].tolist(), tracks.instances_id.tolist(), strict=True)) == {10.0: 1, 0.0: 2}
    assert second.pred_instances.embeddings[:, 0].tolist() == [52.0, 198.0]


def test_masks_boxes_labels_and_scores_come_back_as_given(model):
    found = track(model, frame(0, [(10, 50, PEDESTRIAN)])).pred_instances
    assert found.bboxes.tolist() == [[10.0, 2.0, 14.0, 6.0]]
    assert found.labels.tolist() == [PEDESTRIAN]
    assert found.scores.tolist() == pytest.approx([0.9])
    assert np.array_equal(coco_mask.decode(found.masks[0]), square(10))


def test_a_frame_without_masks_passes(model):
    track(model, frame(0, [(0, 200, CAR)]))
    empty = track(model, frame(1, []))
    assert len(empty.pred_track_instances.instances_id) == 0
    assert empty.pred_instances.bboxes.shape == (0, 4)


def test_resized_images_are_refused(model):
    data = frame(0, [(0, 200, CAR)])
    data["data_samples"][0][0].set_metainfo({"img_shape": (4, 8)})
    with pytest.raises(ValueError, match="leave Resize out"):
        model.test_step(data)
