"""Background inside ignore regions is left out; positives in front of them stay."""

import numpy as np
import torch
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from mots_plugin.models.task_modules import IgnoreRegionAssigner

BOXES = torch.tensor([[0, 0, 4, 4], [4, 0, 8, 4], [4, 4, 8, 8], [2, 0, 6, 4]], dtype=torch.float32)


def assign(ignored):
    assigner = IgnoreRegionAssigner(ignore_coverage=0.5, pos_iou_thr=0.5, neg_iou_thr=0.5, match_low_quality=False)
    truth = InstanceData(bboxes=BOXES[:1], labels=torch.tensor([1]))
    return assigner.assign(InstanceData(priors=BOXES), truth, ignored).gt_inds.tolist()


def test_without_ignore_regions_it_is_the_base_class():
    assert assign(None) == [1, 0, 0, 0]


def test_a_mask_covers_by_its_pixels_not_by_its_box():
    top = np.zeros((1, 8, 8), np.uint8)
    top[0, :4] = 1  # all of boxes 0, 1 and 3; box 0 is positive and stays
    assert assign(InstanceData(bboxes=torch.zeros(1, 4), masks=BitmapMasks(top, 8, 8))) == [1, -1, 0, -1]


def test_half_covered_background_still_counts():
    column = np.zeros((1, 8, 8), np.uint8)
    column[0, :, 4:] = 1
    assert assign(InstanceData(bboxes=torch.zeros(1, 4), masks=BitmapMasks(column, 8, 8))) == [1, -1, -1, 0]


def test_ignored_boxes_serve_where_there_are_no_masks():
    assert assign(InstanceData(bboxes=torch.tensor([[4.0, 4.0, 8.0, 8.0]]))) == [1, 0, -1, 0]
