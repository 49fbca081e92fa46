"""MAPT's motion and appearance heads on small maps."""

import torch
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from torch import nn

import mots_plugin.registration  # noqa: F401
from mots_plugin.models.heads import MotionAppearanceHead, MotionPropagationHead
from mots_plugin.models.heads.motion_appearance_head import fuse_carried_features

init_default_scope("mmdet")
REGIONS = {
    "type": "SingleRoIExtractor",
    "roi_layer": {"type": "RoIAlign", "output_size": 2, "sampling_ratio": 1},
    "featmap_strides": [1],
}
ASSIGNER = {"type": "MaxIoUAssigner", "pos_iou_thr": 0.5, "neg_iou_thr": 0.5, "match_low_quality": False}
SAMPLER = {"type": "RandomSampler", "num": 8, "pos_fraction": 0.25, "add_gt_as_proposals": False}


def test_the_motion_head_has_the_papers_number_of_weights():
    weights = sum(weight.numel() for weight in MotionPropagationHead(norm_cfg={"type": "BN"}).parameters())
    assert round(weights / 1e6, 2) == 0.38


def test_an_untrained_head_leaves_every_mask_where_it_was():
    torch.manual_seed(0)
    head = MotionPropagationHead(in_channels=8, stride=1)
    head.init_weights()
    masks = torch.zeros(2, 8, 8)
    masks[0, 1:4, 1:4], masks[1, 4:8, 2:7] = 1, 1

    ((features, logits),) = head(torch.randn(1, 8, 8, 8), torch.randn(1, 8, 8, 8), [masks])

    assert features.shape == (2, head.feature_channels, 8, 8)
    torch.testing.assert_close((logits > 0).float(), masks)


def test_masks_follow_the_offsets():
    head = MotionPropagationHead(in_channels=8, stride=1, dilations=(1,))
    head.init_weights()
    middle = head.offsets[0].bias.data.view(9, 2)[4]
    middle[1] = -3  # each cell looks three cells to its left
    masks = torch.zeros(1, 8, 8)
    masks[0, 2:4, 0:4] = 1

    ((_, logits),) = head(torch.zeros(1, 8, 8, 8), torch.zeros(1, 8, 8, 8), [masks])

    assert (logits[0, 2:4].sigmoid() > 0.5).tolist() == [[False] * 3 + [True] * 4 + [False]] * 2


def test_each_pair_of_a_batch_is_carried_by_itself():
    torch.manual_seed(0)
    head = MotionPropagationHead(in_channels=8, stride=1)
    for layer in head.offsets:
        nn.init.normal_(layer.weight, std=0.1)
    nn.init.normal_(head.kernels)
    before, now, masks = torch.randn(2, 8, 6, 6), torch.randn(2, 8, 6, 6), [torch.rand(2, 6, 6), torch.rand(0, 6, 6)]

    (first, second) = head(before, now, masks)

    ((features, logits),) = head(before[:1], now[:1], masks[:1])
    torch.testing.assert_close(first, (features, logits))
    assert second[0].shape == (0, head.feature_channels, 6, 6)
    assert second[1].shape == (0, 6, 6)


def test_masks_without_a_successor_cost_nothing():
    head = MotionPropagationHead(in_channels=8, stride=1)
    logits, targets = torch.full((2, 4, 4), 50.0), torch.zeros(2, 4, 4)
    targets[0] = 1
    assert head.loss(logits, targets)["loss_motion"] == 0


def test_the_head_works_on_coarser_cells_than_the_features():
    head = MotionPropagationHead(in_channels=8, stride=2)
    head.init_weights()
    features = torch.randn(1, 8, 5, 8)
    assert head.mask_size(features) == (3, 4)
    ((_, logits),) = head(features, features, [torch.ones(1, 3, 4)])
    assert logits.shape == (1, 3, 4)


def appearance_head(**options) -> MotionAppearanceHead:
    return MotionAppearanceHead(
        roi_extractor={**REGIONS, "out_channels": 1},
        motion_roi_extractor={**REGIONS, "out_channels": 1},
        in_channels=1,
        roi_feat_size=2,
        fc_channels=4,
        embed_channels=3,
        train_cfg={"assigner": ASSIGNER, "sampler": SAMPLER},
        **options,
    )


def test_what_lies_outside_the_mask_does_not_change_the_embedding():
    torch.manual_seed(0)
    head = appearance_head(motion_channels=0)
    region = torch.tensor([[0.0, 0, 0, 4, 4]])
    left = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    one, other = torch.rand(2, 1, 1, 4, 4)
    other[..., :2] = one[..., :2]

    embed = [head((features,), region, left, None) for features in (one, other)]
    torch.testing.assert_close(embed[0], embed[1])

    head.pool_masks = False
    embed = [head((features,), region, left, None) for features in (one, other)]
    assert not torch.allclose(embed[0], embed[1])


def test_attention_weighs_appearance_against_carried_features():
    head = appearance_head(motion_channels=1)
    nn.init.ones_(head.motion_projection.conv.weight)
    nn.init.zeros_(head.motion_projection.conv.bias)
    nn.init.zeros_(head.attention.weight)
    head.attention.bias.data = torch.tensor([0.0, 3.0]).log1p()  # weights 1/5 and 4/5
    appearance, region = torch.full((1, 1, 2, 2), 10.0), torch.tensor([[0.0, 0, 0, 4, 4]])
    joined = head._with_motion(appearance, region, torch.full((1, 1, 4, 4), 5.0))
    torch.testing.assert_close(joined, torch.full((1, 1, 2, 2), 10 / 5 + 5 * 4 / 5))


def test_carried_features_of_all_instances_become_one_map():
    features = torch.tensor([[[[1.0, -1.0]]], [[[0.5, -2.0]]]])
    assert fuse_carried_features(features).tolist() == [[[[1.0, 0.0]]]]
    assert fuse_carried_features(features[:0]).tolist() == [[[[0.0, 0.0]]]]


def test_objects_come_first_and_proposals_on_them_follow():
    masks = torch.zeros(2, 8, 8)
    masks[0, 0:4, 0:2], masks[1, 4:8, 4:8] = 1, 1
    frame = DetDataSample()
    frame.gt_instances = InstanceData(
        bboxes=torch.tensor([[0.0, 0, 4, 4], [4, 4, 8, 8]]),
        labels=torch.tensor([0, 1]),
        masks=BitmapMasks(masks.numpy().astype("uint8"), 8, 8),
        instances_ids=torch.tensor([7, 9]),
    )
    proposals = InstanceData(bboxes=torch.tensor([[0.0, 6, 2, 8], [4, 4, 8, 7]]))

    boxes, cells, identities = appearance_head().get_targets(proposals, frame)

    assert boxes.tolist() == [[0, 0, 4, 4], [4, 4, 8, 8], [4, 4, 8, 7]]
    assert identities.tolist() == [7, 9, 9]
    assert cells[0].tolist() == [[1, 0], [1, 0]]
