"""Panoptic fusion: drawn by hand, and against the per-instance loop of its ancestors written out plainly."""

import pytest
import torch
from torch.nn import functional

from mots_plugin.ops.coverage import cover_cells, cover_cells_by_segments, soft_overlaps
from mots_plugin.ops.panoptic import fuse_panoptic

ROAD, SKY, CAR = 0, 1, 2


def scene(car_logit: float = 3.0) -> torch.Tensor:
    """(3, 8, 8): sky above, road below, and a car of 4 x 4 pixels in the semantic map from (2, 3) on."""
    logits = torch.full((3, 8, 8), -2.0)
    logits[SKY, :4], logits[ROAD, 4:] = 2.0, 2.0
    logits[CAR, 3:7, 2:6] = car_logit
    return logits


def fuse(logits, boxes, scores, mask_value=4.0, **options):
    masks = torch.full((len(boxes), 4, 4), mask_value)
    things = torch.tensor([CAR] * len(boxes), dtype=torch.long)
    boxes, scores = torch.tensor(boxes, dtype=torch.float32).view(-1, 4), torch.tensor(scores, dtype=torch.float32)
    return fuse_panoptic(logits, masks, boxes, scores, things, torch.tensor([CAR]), **options)


def test_an_instance_takes_the_pixels_of_its_box_where_its_class_is_likely():
    fused = fuse(scene(), [[2, 3, 6, 8]], [0.9])  # one row lower than the car of the semantic map
    expected = torch.full((8, 8), SKY)
    expected[4:] = ROAD
    expected[3:7, 2:6] = CAR
    expected[7, 2:6] = CAR  # there (s(4) + s(-2)) * (4 - 2) = 2.2 still beats the road's 2
    assert fused.classes.tolist() == expected.tolist()
    assert (fused.instances >= 0).tolist() == (expected == CAR).tolist()
    assert fused.kept.tolist() == [0]


def test_an_instance_must_beat_stuff():
    fused = fuse(scene(car_logit=-2.0), [[2, 3, 6, 7]], [0.9], mask_value=1.0)
    assert CAR not in fused.classes
    assert fused.kept.tolist() == []


def test_pixels_that_no_instance_claims_become_stuff_or_void():
    assert fuse(scene(), [], [], unclaimed="stuff").classes[3:7, 2:6].unique().tolist() == [ROAD, SKY]
    assert fuse(scene(), [], [], unclaimed="void").classes[3:7, 2:6].unique().tolist() == [255]


def test_pixels_that_no_instance_claims_stay_a_thing_where_they_are_enough():
    fused = fuse(scene(), [], [], unclaimed="thing", min_unclaimed_area=16)
    assert fused.classes[3:7, 2:6].unique().tolist() == [CAR]
    assert fused.instances.unique().tolist() == [-1]
    ragged = fuse(scene(), [[2, 3, 6, 6]], [0.9], unclaimed="thing", min_unclaimed_area=5)
    assert ragged.classes[5, 2:6].tolist() == [CAR] * 4
    assert ragged.classes[6, 2:6].tolist() == [ROAD] * 4  # these four are less than five; those claimed do not count


def test_another_fate_of_pixels_is_refused():
    with pytest.raises(ValueError, match="unclaimed is 'nothing'; it must be 'stuff', 'void' or 'thing'"):
        fuse(scene(), [], [], unclaimed="nothing")


def test_small_stuff_becomes_void():
    logits = scene()
    logits[SKY] = -3.0
    logits[SKY, 0, 0:2] = 5.0
    classes = fuse(logits, [], [], min_stuff_area=3).classes
    assert classes[0, :3].tolist() == [255, 255, ROAD]


def test_the_better_instance_goes_first_and_one_that_it_hides_is_dropped():
    same = [[2, 3, 6, 7], [2, 3, 6, 7]]
    assert fuse(scene(), same, [0.5, 0.9]).kept.tolist() == [1]
    beside = [[2, 3, 4, 7], [3, 3, 6, 7]]  # a third of the second lies under the first
    fused = fuse(scene(), beside, [0.9, 0.5])
    assert fused.kept.tolist() == [0, 1]
    assert fused.instances[3].tolist() == [-1, -1, 0, 0, 1, 1, -1, -1]  # equal scores: the better one keeps the pixel
    assert fuse(scene(), beside, [0.9, 0.5], max_hidden=0.3).kept.tolist() == [0]


def test_boxes_outside_of_the_image_and_without_a_pixel_are_dropped():
    fused = fuse(scene(), [[-9, -9, -1, -1], [4.6, 4.6, 5.4, 5.4], [2, 3, 6, 7]], [0.9, 0.8, 0.7])
    assert fused.kept.tolist() == [2]


def plain_loop(logits, mask_logits, boxes, scores, classes, things, max_hidden=0.5, factor=1.0):
    """One full-size mask after the other."""
    count, height, width = logits.shape
    y, x = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    occupied, kept, fused = torch.zeros(height, width, dtype=torch.bool), [], []
    for row in scores.argsort(descending=True).tolist():
        x1, y1, x2, y2 = boxes[row]
        across, down = (x - x1) / (x2 - x1) * 2 - 1, (y - y1) / (y2 - y1) * 2 - 1
        grid = torch.stack([across.expand(height, width), down[:, None].expand(height, width)], dim=-1)
        sampled = functional.grid_sample(
            mask_logits[None, None, row], grid[None], padding_mode="border", align_corners=False
        )[0, 0]
        box = ((x >= x1) & (x < x2)) & ((y >= y1) & (y < y2))[:, None]
        mask = (sampled > 0) & box
        if not mask.any() or (mask & occupied).sum() > max_hidden * mask.sum():
            continue
        occupied |= mask
        a, b = factor * sampled, logits[classes[row]]
        fused.append(torch.where(box, (a.sigmoid() + b.sigmoid()) * (a + b), -torch.inf))
        kept.append(row)
    stuff = [index for index in range(count) if index not in things]
    winner = torch.stack([*(logits[index] for index in stuff), *fused]).argmax(dim=0)
    return torch.tensor(stuff + [classes[row] for row in kept])[winner], torch.tensor([-1] * len(stuff) + kept)[winner]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("factor", [1.0, 4.0])
def test_the_result_is_that_of_the_plain_loop(seed, factor):
    generator = torch.Generator().manual_seed(seed)
    count, height, width = 12, 40, 70
    logits = functional.interpolate(3 * torch.randn(1, 5, 10, 18, generator=generator), (height, width))[0]
    corners = torch.rand(count, 2, generator=generator) * torch.tensor([width - 8, height - 8])
    boxes = torch.cat([corners, corners + 4 + 20 * torch.rand(count, 2, generator=generator)], dim=1)
    mask_logits = 4 * torch.randn(count, 7, 7, generator=generator) + 2
    scores = torch.rand(count, generator=generator)
    classes = torch.randint(3, 5, (count,), generator=generator)

    ours = fuse_panoptic(logits, mask_logits, boxes, scores, classes, torch.tensor([3, 4]), instance_factor=factor)
    expected_classes, expected_instances = plain_loop(
        logits, mask_logits, boxes, scores, classes.tolist(), [3, 4], factor=factor
    )

    assert torch.equal(ours.classes, expected_classes)
    assert torch.equal(ours.instances, expected_instances)
    assert set(ours.kept.tolist()) == set(expected_instances.unique().tolist()) - {-1}


def test_masks_and_segments_cover_cells_alike():
    segments = torch.full((6, 8), -1)
    segments[0:2, 0:3], segments[2:5, 4:8] = 0, 1
    masks = torch.stack([segments == 0, segments == 1])

    covered = cover_cells(masks, 2)

    expected = torch.zeros(2, 3, 4)
    expected[0, 0, 0], expected[0, 0, 1] = 1, 0.5
    expected[1, 1, 2:], expected[1, 2, 2:] = 1, 0.5
    torch.testing.assert_close(covered, expected)
    torch.testing.assert_close(cover_cells_by_segments(segments, 2, (3, 4), (0.5, 0.5)), expected)


def test_overlaps_of_soft_masks():
    a = torch.tensor([[[1.0, 1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0]]])
    b = torch.tensor([[[0.0, 1.0, 1.0, 0.0]], [[0.5, 0.5, 0.0, 0.0]]])
    torch.testing.assert_close(soft_overlaps(a, b), torch.tensor([[1 / 3, 1 / 2], [0, 0]]))
