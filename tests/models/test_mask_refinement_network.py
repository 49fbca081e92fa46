"""The refinement network and its parts."""

import math

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from pycocotools import mask as coco_mask
from torch import nn

from mots_plugin.models.layers.atrous_pyramid import AtrousSpatialPyramidPooling
from mots_plugin.models.losses.bootstrapped import bootstrapped_cross_entropy
from mots_plugin.models.refinement import box_channel

LOSS = {"type": "BootstrappedCrossEntropyLoss", "fraction": 0.5}


@pytest.fixture
def network():
    """A network with a ResNet-18 of 4 channels at its stem, weights from a seed."""
    torch.manual_seed(0)
    init_default_scope("mmdet")
    backbone = {"type": "ResNet", "depth": 18, "in_channels": 4, "base_channels": 4, "stem_channels": 4}
    context = {"type": "AtrousSpatialPyramidPooling", "dilations": (1, 2)}
    head = {"type": "DeepLabMaskHead", "in_channels": [4, 32], "context": context, "losses": {"loss_mask": LOSS}}
    small = {"context_channels": 8, "fine_channels": 4, "channels": 8}
    return MODELS.build({"type": "MaskRefinementNetwork", "backbone": backbone, "mask_head": {**head, **small}})


def crop_sample(window, mask=None):
    instances = InstanceData(bboxes=torch.tensor([[8.0, 8, 24, 24]]))
    if mask is not None:
        instances.masks = BitmapMasks(mask[None].astype(np.uint8), *mask.shape)
    return DetDataSample(
        metainfo={"ori_shape": (40, 60), "img_shape": (32, 32), "crop_window": window}, gt_instances=instances
    )


def test_the_box_channel_is_the_covered_share_of_each_pixel():
    channel = box_channel(torch.tensor([[1.0, 0.5, 3.25, 2.0], [-5, -5, 9, 9]]), 3, 4)
    assert channel[0, 0].tolist() == [[0, 0.5, 0.5, 0.125], [0, 1, 1, 0.25], [0, 0, 0, 0]]
    assert channel[1].min() == 1


def test_the_hardest_pixels_count():
    logits = torch.tensor([[0.0, 20, -20, 0], [20, 20, -20, -20]])
    masks = torch.tensor([[1, 1, 0, 0], [1, 1, 0, 0]])
    assert bootstrapped_cross_entropy(logits, masks, 1.0).item() == pytest.approx(math.log(2) / 4, abs=1e-6)
    assert bootstrapped_cross_entropy(logits, masks, 0.5).item() == pytest.approx(math.log(2) / 2, abs=1e-6)
    assert bootstrapped_cross_entropy(logits[1:], masks[1:], 0.01).item() == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="fraction 0 is outside"):
        MODELS.build({**LOSS, "fraction": 0})


def test_the_pyramid_sees_the_average_of_the_map():
    pyramid = AtrousSpatialPyramidPooling(1, channels=1, dilations=(1,))
    for name, weight in pyramid.named_parameters():
        nn.init.constant_(weight, 1.0 if name in ("average.1.conv.weight", "project.conv.weight") else 0.0)
    out = pyramid(torch.tensor([[[[1.0, 2], [3, 6]]]]))
    assert out.tolist() == [[[[3, 3], [3, 3]]]]


def test_a_dilated_branch_reaches_as_far_as_its_rate():
    pyramid = AtrousSpatialPyramidPooling(1, channels=1, dilations=(2,))
    for name, weight in pyramid.named_parameters():
        nn.init.constant_(weight, 1.0 if name in ("branches.1.conv.weight", "project.conv.weight") else 0.0)
    spike = torch.zeros(1, 1, 5, 5)
    spike[0, 0, 2, 2] = 1
    assert pyramid(spike)[0, 0, 2].tolist() == [1, 0, 1, 0, 1]


def test_a_checkpoint_of_colours_leaves_the_box_without_influence(network):
    stem = network.backbone.conv1
    colours = torch.randn(4, 3, 7, 7)
    stem.load_state_dict({"weight": colours})
    assert torch.equal(stem.weight[:, :3], colours)
    assert stem.weight[:, 3].abs().max() == 0
    four = torch.randn(4, 4, 7, 7)
    stem.load_state_dict({"weight": four})
    assert torch.equal(stem.weight, four)


def test_masks_lie_where_the_crop_was(network):
    network.eval()
    nn.init.zeros_(network.mask_head.classify.weight)
    nn.init.constant_(network.mask_head.classify.bias, 9.0)
    samples = [crop_sample((10, 4, 30, 24)), crop_sample((50, 30, 60, 40))]
    with torch.no_grad():
        predicted = network.predict(torch.zeros(2, 3, 32, 32), samples)
    for sample, (x0, y0, x1, y1) in zip(predicted, ((10, 4, 30, 24), (50, 30, 60, 40)), strict=True):
        (mask,) = sample.pred_instances.masks
        expected = np.zeros((40, 60), np.uint8)
        expected[y0:y1, x0:x1] = 1
        assert (coco_mask.decode(mask) == expected).all()


@pytest.mark.slow
def test_the_network_learns_to_tell_two_objects_by_their_boxes(network):
    """Two squares in one picture: which of them is the object, only the box says."""
    image = torch.zeros(3, 32, 32)
    image[:, 4:14, 4:14] = image[:, 18:28, 18:28] = 1
    samples, masks = [], []
    for start in (4, 18):
        mask = np.zeros((32, 32), bool)
        mask[start : start + 10, start : start + 10] = True
        sample = crop_sample((0, 0, 32, 32), mask)
        sample.set_metainfo({"ori_shape": (32, 32)})
        sample.gt_instances.bboxes = torch.tensor([[start, start, start + 10, start + 10]], dtype=torch.float32)
        samples.append(sample)
        masks.append(mask)
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(80):
        optimizer.zero_grad()
        network.loss(image.expand(2, -1, -1, -1), samples)["loss_mask"].backward()
        optimizer.step()
    with torch.no_grad():
        predicted = network.predict(image.expand(2, -1, -1, -1), samples)
    for sample, mask, other in zip(predicted, masks, masks[::-1], strict=True):
        found = coco_mask.decode(sample.pred_instances.masks[0]).astype(bool)
        assert (found & mask).sum() > 50
        assert (found & other).sum() < 10
