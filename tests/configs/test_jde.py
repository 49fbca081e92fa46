"""JDE's configs: they learn in every weight, with every loss and weighting, and track cars and pedestrians."""

import numpy as np
import pytest
import torch
from clips import random_clip, single_frames
from leaves import LEAVES, config_of, distinct_networks
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData
from pycocotools import mask as coco_mask

JDE = [name for name in LEAVES if name.startswith("jde/") and "retrieval" not in name]
TINY = distinct_networks([name for name in JDE if "tiny" in name])
MAIN = "jde/jde_tiny_800i_toy-street.py"
# One a resolution; what differs in losses is stepped at the size of the toy street.
FULL_SIZE = [f"jde/jde_darknet53_30e_joint{size}.py" for size in ("", "_864x480", "_576x320")]
TASKS = ("box", "objectness", "identity")


def images(classes, height=96, width=160, seed=0):
    """Two images of a car, or a pedestrian, twice, and of one without identity."""
    rng = np.random.default_rng(seed)
    inputs = [torch.from_numpy(rng.integers(0, 256, (3, height, width), dtype=np.uint8)) for _ in range(2)]
    samples = []
    for _ in inputs:
        sample = DetDataSample(metainfo={"img_shape": (height, width), "ori_shape": (height, width)})
        sample.gt_instances = InstanceData(
            bboxes=torch.tensor([[16.0, 8, 60, 40], [70, 20, 92, 84], [100, 30, 150, 90], [30, 44, 46, 92]]),
            labels=torch.tensor([0, classes - 1, 0, classes - 1]),
            identities=torch.tensor([3, 1, -1, 2]),
        )
        masks = np.zeros((4, height, width), np.uint8)
        for mask, (x1, y1, x2, y2) in zip(masks, sample.gt_instances.bboxes.int().tolist(), strict=True):
            mask[y1:y2, x1 : (x1 + x2) // 2] = 1
        sample.gt_instances.masks = BitmapMasks(masks, height, width)
        sample.ignored_instances = InstanceData(bboxes=torch.tensor([[0.0, 88, 160, 96]]))
        samples.append(sample)
    return {"inputs": inputs, "data_samples": samples}


def assert_trains(model):
    model.train()
    data = model.data_preprocessor(images(model.detector.bbox_head.num_classes), training=True)
    total, logged = model.parse_losses(model(**data, mode="loss"))
    total.backward()
    assert {f"{kind}_{task}" for task in TASKS for kind in ("loss", "unweighted")} <= set(logged)
    assert all(np.isfinite(value.item()) for value in logged.values())
    assert all(logged[f"unweighted_{task}"].item() > 0 for task in TASKS)
    without = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
    assert without == []


def assert_tracks(model, height, width):
    """With every box let through, all frames come out in order, with unit embeddings and ids of their own."""
    model.eval()
    model.detector.bbox_head.test_cfg.update(score_thr=0.0, max_per_img=20)
    clip = random_clip(2, height, width)
    with torch.no_grad():
        frames = [frame for batch in single_frames(clip) for frame in model.test_step(batch)[0].video_data_samples]
    assert [frame.frame_id for frame in frames] == [0, 1]
    for frame in frames:
        found = frame.pred_instances
        assert len(found.scores) == 20
        np.testing.assert_allclose(np.linalg.norm(found.embeddings, axis=1), 1, atol=1e-5)
        ids = frame.pred_track_instances.instances_id.tolist()
        assert len(set(ids)) == len(ids)
    return frames


@pytest.mark.parametrize("name", TINY)
def test_tiny_configs_train(name, build_model):
    """Three losses of identities, five weightings."""
    torch.manual_seed(0)
    assert_trains(build_model(name))


def test_the_tiny_config_tracks(build_model):
    torch.manual_seed(0)
    assert_tracks(build_model(MAIN), 96, 160)


def test_known_objects_are_embedded(build_model):
    """By the network that tracks, from its checkpoint; identities of cars and pedestrians are kept apart."""
    model = build_model("jde/jde_tiny_800i_toy-street_retrieval.py").eval()
    assert model.state_dict().keys() == build_model(MAIN).state_dict().keys()
    with torch.no_grad():
        results = model.test_step(images(2))
    for sample in results:
        found = sample.pred_instances
        np.testing.assert_allclose(found.embeddings.norm(dim=1), 1, atol=1e-5)
        assert set(found.instances_ids.tolist()) <= {3 * 2 + 0, 1 * 2 + 1, -1, 2 * 2 + 1}
        assert len(found.instances_ids) >= 3


def test_with_masks(build_model):
    """One for each object, inside its box, and never on another's pixels."""
    torch.manual_seed(0)
    model = build_model("jde/jde_tiny_800i_toy-street_masks.py")
    for frame in assert_tracks(model, 96, 160):
        found = frame.pred_instances
        for (x1, y1, x2, y2), (x, y, width, height) in zip(found.bboxes, coco_mask.toBbox(found.masks), strict=True):
            if width:
                assert x >= int(x1)
                assert y >= int(y1)
                assert x + width <= int(np.ceil(x2))
                assert y + height <= int(np.ceil(y2))
        tracks = frame.pred_track_instances
        if len(tracks.masks) > 1:
            assert coco_mask.decode(tracks.masks).sum(axis=2).max() == 1


def test_table_2_is_whole():
    """Every loss with every weighting, at both sizes, is a network of its own."""
    for start in ("jde/jde_tiny", "jde/jde_darknet53"):
        rows = set()
        for name in (name for name in JDE if name.startswith(start)):
            head = config_of(name).model.detector.bbox_head
            loss = head.loss_identity.type if head.get("loss_identity") else "classified"
            rows.add((loss, head.weighting.type, str(head.weighting.get("weights"))))
        assert len(rows) == 3 * 5


@pytest.mark.parametrize("name", JDE)
def test_configs_name_the_dataset_they_score(name):
    config = config_of(name)
    dataset = config.test_dataloader.dataset
    evaluators = config.test_evaluator if isinstance(config.test_evaluator, list) else [config.test_evaluator]
    assert {evaluator.ann_file for evaluator in evaluators} == {(dataset.get("data_root") or "") + dataset.ann_file}


@pytest.mark.parametrize("name", JDE)
def test_anchors_are_drawn_for_the_size_of_the_images(name):
    """Four on each of three levels; a canvas of whole cells; for each class a tracker and a count of identities."""
    config = config_of(name)
    head = config.model.detector.bbox_head
    assert head.anchor_generator.strides == [32, 16, 8]
    assert [len(sizes) for sizes in head.anchor_generator.base_sizes] == [4, 4, 4]
    sources = config.train_dataloader.dataset.get("datasets", [config.train_dataloader.dataset])
    pipelines = [source.pipeline for source in sources] + [config.test_dataloader.dataset.pipeline[0].transforms]
    sizes = {tuple(step.size) for pipeline in pipelines for step in pipeline if step.type == "Letterbox"}
    assert len(sizes) == (not name.endswith("_masks.py"))  # whose images are as they are
    for width, height in sizes:
        assert width % 32 == height % 32 == 0
        assert f"{width}x{height}" in name or (width, height) in ((1088, 608), (416, 192))
    assert len(config.model.tracker.trackers) >= head.num_classes
    assert len(head.get("identity_counts") or [0] * head.num_classes) == head.num_classes


def test_mixed_precision_stays_close_to_single_precision(build_model):
    """On a CPU too; identities are classified in single precision."""
    model = build_model(MAIN).train()
    losses = []
    for enabled in (False, True):
        torch.manual_seed(0)
        data = model.data_preprocessor(images(2), training=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            total, _ = model.parse_losses(model(**data, mode="loss"))
        losses.append(total.item())
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL_SIZE)
def test_full_size_configs_train_and_track(name, build_model):
    torch.manual_seed(0)
    model = build_model(name)
    assert_trains(model)
    assert_tracks(model, 96, 160)
