"""PointTrack's configs: segmenters step and reach every weight, whole trackers keep the contract."""

import copy

import numpy as np
import pytest
import torch
from clips import random_clip, single_frames
from leaves import LEAVES, config_of, distinct_networks
from mmdet.registry import MODELS
from mmengine.registry import init_default_scope
from pycocotools import mask as coco_mask

SEGMENTERS = [name for name in LEAVES if name.startswith("pointtrack/") and "_segmenter-" in name]
# One of each structure: classes, size and whether there are weights to begin with make no other network.
STRUCTURES = [
    name
    for name in distinct_networks(SEGMENTERS)
    if "tiny" in name or name.endswith(("s_both.py", "mots_car_released.py"))
]
TRACKERS = [name for name in LEAVES if name.startswith("pointtrack/") and config_of(name).model.type == "PointTrack"]


def build(name):
    config = copy.deepcopy(config_of(name))
    init_default_scope(config.default_scope)
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    model.init_weights()
    return model


def frames(model, classes):
    """Two frames with cars and pedestrians, an ignore region below; labelled are the model's classes."""
    clip = random_clip(2, 64, 96)
    samples = list(clip["data_samples"][0].video_data_samples)
    for sample in samples:
        if classes == 1:
            sample.gt_instances = sample.gt_instances[sample.gt_instances.labels == 0]
    return model.data_preprocessor({"inputs": list(clip["inputs"][0]), "data_samples": samples}, training=True)


@pytest.mark.parametrize("name", STRUCTURES)
def test_segmenters_train_and_find(name):
    model = build(name).train()
    batch = frames(model, model.head.num_classes)
    total, losses = model.parse_losses(model(**batch, mode="loss"))
    total.backward()
    expected = {"loss", "loss_instance", "loss_variance"}
    expected |= {"loss_seed"} if model.head.seed_decoder is not None else set()
    expected |= {"loss_semantic"} if model.head.semantic_decoder is not None else set()
    assert set(losses) == expected
    assert all(np.isfinite(value.item()) for value in losses.values())
    without = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
    assert without == []

    model.eval()
    with torch.no_grad():
        for sample in model.predict(**{f"batch_{key}": value for key, value in batch.items()}):
            found = sample.pred_instances
            assert len(found.bboxes) == len(found.scores) == len(found.labels) == len(found.masks)
            if found.masks:
                assert coco_mask.decode(found.masks).sum(axis=2).max() == 1


@pytest.mark.parametrize("name", SEGMENTERS)
def test_stages_learn_the_classes_that_their_network_has(name):
    config = config_of(name)
    data = config.train_dataloader.dataset
    for source in data.get("datasets", [data]):
        assert len(source.metainfo.classes) == config.model.head.num_classes == len(config.model.head.clustering)
        assert config.test_dataloader.dataset.metainfo.classes == source.metainfo.classes


@pytest.mark.parametrize("name", [name for name in SEGMENTERS if "stage2" in name])
def test_the_second_stage_goes_on_from_the_first(name):
    config = config_of(name)
    work_dir, checkpoint = config.load_from.removeprefix("work_dirs/").split("/")
    first = config_of(f"pointtrack/{work_dir}.py")
    assert checkpoint == f"epoch_{first.train_cfg.max_epochs}.pth"
    weights = [
        {key: value.shape for key, value in MODELS.build(part.model).state_dict().items()} for part in (first, config)
    ]
    assert weights[0] == weights[1]
    assert config.model.frozen_batch_norm
    assert not first.model.get("frozen_batch_norm", False)


def test_frozen_statistics_stay():
    model = build("pointtrack/pointtrack_segmenter-tiny_800i_toy-street.py")
    norm = model.backbone.initial_block.bn
    before = norm.running_mean.clone()
    model.frozen_batch_norm = True
    model.train()
    model._forward(torch.rand(1, 3, 32, 64))
    assert torch.equal(norm.running_mean, before)
    model.frozen_batch_norm = False
    model.train()
    model._forward(torch.rand(1, 3, 32, 64))
    assert not torch.equal(norm.running_mean, before)


class SquaresOfTwoClasses:
    """Stands for the segmenter: two squares, one of each class, that move to the right."""

    def __init__(self, segmenter):
        self.calls = 0
        self.labels = range(segmenter.head.num_classes)

    def __call__(self, images):
        from mots_plugin.models.heads.spatial_embedding_head import InstanceMap

        numbers = torch.zeros(images.shape[-2:], dtype=torch.int32)
        for label in self.labels:
            numbers[10 + 20 * label : 22 + 20 * label, 5 + self.calls : 25 + self.calls] = label + 1
        self.calls += 1
        labels = torch.tensor(list(self.labels))
        return [InstanceMap(numbers, labels, torch.full((len(labels),), 0.95))]


@pytest.mark.parametrize("name", TRACKERS)
def test_trackers_keep_identities_of_every_class(name, monkeypatch):
    """What each segmenter finds is embedded and tracked in one video; classes of later networks follow."""
    model = build(name).eval()
    for network in model.networks:
        monkeypatch.setattr(network.segmenter, "segment", SquaresOfTwoClasses(network.segmenter))
    finished = []
    with torch.no_grad():
        for frame in single_frames(random_clip(3, 64, 96)):
            (result,) = model.test_step(frame)
            finished += result.video_data_samples
    assert [frame.frame_id for frame in finished] == [0, 1, 2]
    for index, frame in enumerate(finished):
        observed, tracks = frame.pred_instances, frame.pred_track_instances
        assert observed.labels.tolist() == [0, 1]
        assert observed.embeddings.shape[1] in (32, 192)
        rows = [10, 30] if len(model.networks) == 1 else [10, 10]
        assert observed.bboxes.tolist() == [[5 + index, row, 25 + index, row + 12] for row in rows]
        if len(model.networks) == 1:
            assert tracks.instances_id.tolist() == [1, 2]
            assert coco_mask.area(tracks.masks).tolist() == [240, 240]


def test_the_whole_is_not_trained_at_once():
    with pytest.raises(NotImplementedError, match="train the segmenter and the embedding with their own configs"):
        build("pointtrack/pointtrack_tiny_toy-street.py").loss()
