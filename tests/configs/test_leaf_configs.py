"""Every config builds; one training step is finite and reaches every weight; predictions keep the contract."""

import copy

import numpy as np
import pytest
import torch
from clips import random_clip, single_frames
from leaves import CONFIGS, LEAVES, config_of, distinct_networks
from mmdet.registry import MODELS
from mmengine.registry import init_default_scope
from pycocotools import mask as coco_mask

TRACK_RCNN = [name for name in LEAVES if name.startswith("track_rcnn/")]
TINY = [name for name in TRACK_RCNN if "tiny" in name]
FULL_SIZE = distinct_networks([name for name in TRACK_RCNN if "tiny" not in name])
# The paper's input, clips of 8 frames at 309 x 1024; to step its variants, pairs of small frames do.
PAPER = "track_rcnn/track_rcnn_r101-c4_40e_kitti-mots.py"


@pytest.mark.parametrize("name", LEAVES)
def test_leaves_are_diffs(name):
    assert len((CONFIGS / name).read_text().splitlines()) <= 40


@pytest.mark.parametrize("name", TRACK_RCNN)
def test_configs_name_the_dataset_they_score(name):
    config = config_of(name)
    dataset = config.test_dataloader.dataset
    assert config.test_evaluator.ann_file == (dataset.get("data_root") or "") + dataset.ann_file


@pytest.mark.parametrize("name", LEAVES)
def test_every_config_builds(name):
    """Network and tracker, the former without memory for its weights."""
    config = copy.deepcopy(config_of(name))
    init_default_scope(config.default_scope)
    with torch.device("meta"):
        MODELS.build(config.model)


def step(model, clip):
    """One forward and backward pass; returns the losses by name."""
    model.train()
    data = model.data_preprocessor(clip, training=True)
    losses = model(**data, mode="loss")
    total, logged = model.parse_losses(losses)
    total.backward()
    return {name: float(value) for name, value in logged.items()}


def assert_trains(model, clip):
    losses = step(model, clip)
    assert {"loss_rpn_cls", "loss_rpn_bbox", "loss_cls", "loss_bbox", "loss_association"} <= set(losses)
    assert ("loss_mask" in losses) == model.detector.roi_head.with_mask
    assert all(np.isfinite(value) for value in losses.values())
    without = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
    assert without == []


def assert_tracks(model, clip):
    """All frames come out once, in order, each with non-overlapping masks, if any, in the original image."""
    model.eval()
    finished = []
    with torch.no_grad():
        for frame in single_frames(clip):
            (result,) = model.test_step(frame)
            finished += result.video_data_samples
    length, _, height, width = clip["inputs"][0].shape
    assert [frame.frame_id for frame in finished] == list(range(length))
    for frame in finished:
        tracks = frame.pred_track_instances
        assert len(set(tracks.instances_id.tolist())) == len(tracks.instances_id)
        assert ("masks" in tracks) == model.detector.roi_head.with_mask
        assert all(tuple(mask["size"]) == (height, width) for mask in tracks.get("masks", ()))
        if len(tracks.get("masks", ())) > 1:
            assert coco_mask.decode(tracks.masks).sum(axis=2).max() == 1


@pytest.mark.parametrize("name", distinct_networks(TINY))
def test_tiny_configs_train(name, build_model):
    """The proposal network knows one class; the ground truth that it borrows must keep both."""
    torch.manual_seed(0)
    clip = random_clip(4, 96, 160)
    assert_trains(build_model(name), clip)
    for frame in clip["data_samples"][0]:
        assert frame.gt_instances.labels.tolist() == [0, 1, 0, 1]


def test_mixed_precision_stays_close_to_single_precision(build_model):
    """On a CPU too, where RoIAlign and NMS know no bfloat16, and the 3D convolution's gradient would be NaN."""
    model = build_model("track_rcnn/track_rcnn_tiny-fpn_800i_toy-street.py")
    clip = random_clip(4, 96, 160)
    torch.manual_seed(0)
    exact = step(model, clip)
    model.zero_grad(set_to_none=True)
    torch.manual_seed(0)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = step(model, clip)
    assert mixed["loss"] != exact["loss"]
    assert mixed["loss"] == pytest.approx(exact["loss"], rel=0.02)
    assert all(weight.grad.dtype == torch.float32 and weight.grad.isfinite().all() for weight in model.parameters())


@pytest.mark.parametrize("name", TINY)
def test_tiny_configs_track(name, build_model):
    torch.manual_seed(0)
    assert_tracks(build_model(name), random_clip(4, 96, 160))


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL_SIZE)
def test_full_size_configs_train_and_track(name, build_model):
    torch.manual_seed(0)
    model = build_model(name)
    assert_trains(model, random_clip(8, 309, 1024) if name == PAPER else random_clip(2, 96, 160))
    model.zero_grad(set_to_none=True)
    assert_tracks(model, random_clip(2, 375, 1242) if name == PAPER else random_clip(2, 96, 160))
