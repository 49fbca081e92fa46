"""A frame in several sizes: what is resized, and how detections are put together."""

import torch
from mmengine.structures import InstanceData

from mots_plugin.ops.scale_augmentation import merge_detections, scale_image

NMS = {"type": "nms", "iou_threshold": 0.5}


def test_the_padding_is_cut_off_before_and_made_anew_after():
    image = torch.zeros(1, 1, 8, 8)
    image[..., :4, :6] = torch.tensor([2.0] * 3 + [4.0] * 3)

    scaled, size = scale_image(image, (4, 6), 0.5, divisor=4)

    assert size == (2, 3)
    expected = [[2.0, 3.0, 4.0, 0.0]] * 2 + [[0.0] * 4] * 2
    torch.testing.assert_close(scaled[0, 0], torch.tensor(expected), atol=0.2, rtol=0)
    assert scaled[0, 0, :2, 3:].eq(0).all()


def test_twice_the_size_fills_the_next_multiple():
    scaled, size = scale_image(torch.ones(1, 3, 32, 64), (20, 40), 2.0)
    assert size == (40, 80)
    assert scaled.shape == (1, 3, 64, 96)
    assert scaled.sum() == 3 * 40 * 80


def detections(*rows: tuple[list[float], float, int]) -> InstanceData:
    boxes, scores, labels = zip(*rows, strict=True)
    found = InstanceData(bboxes=torch.tensor(boxes), scores=torch.tensor(scores), labels=torch.tensor(labels))
    found.mask_logits = found.scores[:, None, None].expand(-1, 2, 2)
    return found


def test_of_one_object_found_twice_the_surer_stays():
    small = detections(([0.0, 0.0, 4.0, 4.0], 0.6, 0), ([10.0, 0.0, 14.0, 4.0], 0.5, 0))
    large = detections(([0.0, 0.0, 4.0, 5.0], 0.8, 0), ([0.0, 0.0, 4.0, 4.0], 0.7, 1))

    merged = merge_detections([small, large], NMS, max_per_image=10)

    torch.testing.assert_close(merged.scores, torch.tensor([0.8, 0.7, 0.5]))
    assert merged.labels.tolist() == [0, 1, 0]
    assert merged.bboxes[0].tolist() == [0, 0, 4, 5]
    torch.testing.assert_close(merged.mask_logits[:, 0, 0], merged.scores)
    assert len(merge_detections([small, large], NMS, max_per_image=2)) == 2


def test_nothing_found_in_any_size_is_nothing():
    empty = detections(([0.0, 0.0, 4.0, 4.0], 0.6, 0))[:0]
    assert len(merge_detections([empty, empty], NMS, max_per_image=10)) == 0
