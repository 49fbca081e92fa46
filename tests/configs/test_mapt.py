"""Every config of MAPT trains on pairs, and gives one panoptic map a frame."""

import copy
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from clips import random_clip, single_frames
from leaves import LEAVES, config_of
from mmdet.registry import MODELS
from mmengine.model import revert_sync_batchnorm
from mmengine.structures import PixelData

MAPT = [name for name in LEAVES if name.startswith("mapt/")]
TINY = [name for name in MAPT if "tiny" in name]
HEADS = {"motion_head": "loss_motion", "appearance_head": "loss_appearance"}


def panoptic_pair(thing_ids: Sequence[int] = (13, 11)) -> dict:
    """Two frames; things in the semantic map too, over a road, beside a strip of void."""
    clip = random_clip(2, 96, 160, seed=0)
    for frame in clip["data_samples"][0]:
        frame.gt_instances.labels %= len(thing_ids)
        classes = torch.zeros(1, 96, 160, dtype=torch.uint8)
        classes[..., :10] = 255
        for label, mask in zip(frame.gt_instances.labels, frame.gt_instances.masks.masks, strict=True):
            classes[0][torch.from_numpy(mask) > 0] = thing_ids[label]
        frame.gt_sem_seg = PixelData(sem_seg=classes)
    return clip


@pytest.mark.parametrize(
    "name", [*TINY, *(pytest.param(name, marks=pytest.mark.slow) for name in MAPT if name not in TINY)]
)
def test_configs_train(name, build_model):
    torch.manual_seed(0)
    model = revert_sync_batchnorm(build_model(name)).train()  # the synchronised kind knows no CPU
    losses = model(
        **model.data_preprocessor(panoptic_pair(config_of(name).model.thing_ids), training=True), mode="loss"
    )
    total, logged = model.parse_losses(losses)
    total.backward()
    wanted = {loss for head, loss in HEADS.items() if config_of(name).model.get(head) is not None}
    assert {"loss_rpn_cls", "loss_cls", "loss_bbox", "loss_mask", "loss_semantic"} | wanted <= set(losses)
    assert all(np.isfinite(float(value)) for value in logged.values())
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


@pytest.mark.parametrize("name", TINY)
def test_tiny_configs_give_a_panoptic_map_a_frame(name, build_model):
    """Untrained, every region is a thing of low score; the tracker lets all of them in."""
    torch.manual_seed(0)
    model = build_model(name).eval()
    model.detector.roi_head.test_cfg.score_thr = 0.0
    for tracker in model.tracker.trackers:
        tracker.lifecycle.birth_score = tracker.lifecycle.min_score = 0.0
        tracker.lifecycle.confirm_hits = 1
    model.semantic_head.classify.bias.data.view(19, -1)[[11, 13]] = 5.0
    model.detector.roi_head.mask_head.conv_logits.bias.data[:] = 5.0
    clip = panoptic_pair()
    with torch.no_grad():
        frames = [model.test_step(frame)[0].video_data_samples[0] for frame in single_frames(clip)]
    for frame in frames:
        ids = frame.pred_panoptic_seg.sem_seg[0].numpy()
        classes, identities = ids >> 16, ids & 0xFFFF
        assert ids.shape == (96, 160)
        assert set(np.unique(identities[~np.isin(classes, [11, 13])])) <= {0}
        assert set(np.unique(identities)) - {0} == set(frame.pred_track_instances.instances_id.tolist())
        assert "segments" not in frame
    assert len(frames[0].pred_track_instances.instances_id) > 1


def test_a_second_video_begins_without_memory_of_the_first(build_model):
    model = build_model(TINY[0]).eval()
    with torch.no_grad():
        twice = [
            [model.test_step(frame)[0].video_data_samples[0] for frame in single_frames(copy.deepcopy(panoptic_pair()))]
            for _ in range(2)
        ]
    for first, second in zip(*twice, strict=True):
        assert torch.equal(first.pred_panoptic_seg.sem_seg, second.pred_panoptic_seg.sem_seg)


def test_the_same_size_looked_at_again_changes_nothing(build_model):
    """Class scores are averaged with their equals; every detection is suppressed by its equal."""
    model = build_model("mapt/mapt_tiny_1200i_toy-street.py").eval()
    model.detector.roi_head.test_cfg.score_thr = 0.0
    once, again = [], []
    with torch.no_grad():
        for seen, scales in ((once, ()), (again, (1.0, 1.0))):
            model.test_scales = scales
            seen += [model.test_step(frame)[0].video_data_samples[0] for frame in single_frames(panoptic_pair())]
    for first, second in zip(once, again, strict=True):
        assert torch.equal(first.pred_panoptic_seg.sem_seg, second.pred_panoptic_seg.sem_seg)


@pytest.mark.parametrize("factor", [0, -1.0, float("inf")])
def test_a_size_that_is_none_is_refused(factor):
    model = copy.deepcopy(config_of("mapt/mapt_tiny_1200i_toy-street.py").model)
    with pytest.raises(ValueError, match=r"test_scales \(.*\) are not all positive numbers"):
        MODELS.build({**model, "test_scales": (factor,)})
