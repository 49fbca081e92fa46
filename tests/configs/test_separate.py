"""Separate detection and embedding: every config learns in every weight, and tracks by what it cuts out."""

import numpy as np
import pytest
import torch
from clips import random_clip, single_frames
from leaves import LEAVES
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from mots_plugin.apis.tracking_time import frame_times

SEPARATE = [name for name in LEAVES if name.startswith("separate/")]


def images(height=96, width=160):
    rng = np.random.default_rng(0)
    inputs = [torch.from_numpy(rng.integers(0, 256, (3, height, width), dtype=np.uint8)) for _ in range(2)]
    samples = []
    for _ in inputs:
        sample = DetDataSample(metainfo={"img_shape": (height, width), "ori_shape": (height, width)})
        sample.gt_instances = InstanceData(
            bboxes=torch.tensor([[16.0, 8, 60, 40], [70, 20, 92, 84], [100, 30, 150, 90]]),
            labels=torch.tensor([0, 1, 0]),
            identities=torch.tensor([3, 1, -1]),
        )
        samples.append(sample)
    return {"inputs": inputs, "data_samples": samples}


@pytest.mark.parametrize("name", SEPARATE)
def test_both_networks_learn_and_what_is_found_is_embedded(name, build_model):
    torch.manual_seed(0)
    model = build_model(name).train()
    total, logged = model.parse_losses(model(**model.data_preprocessor(images(), training=True), mode="loss"))
    total.backward()
    assert {"loss_bbox", "loss_cls"} <= set(logged)
    assert {"loss_identity", "loss_triplet"} & set(logged)
    assert all(np.isfinite(value.item()) for value in logged.values())
    without = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
    assert without == []

    model.eval()
    model.detector.test_cfg.score_thr = model.detector.bbox_head.test_cfg.score_thr = 0.0
    model.detector.bbox_head.test_cfg.max_per_img = 10
    with torch.no_grad():
        clip = random_clip(2, 96, 160)
        frames = [frame for batch in single_frames(clip) for frame in model.test_step(batch)[0].video_data_samples]
    assert [frame.frame_id for frame in frames] == [0, 1]
    for frame in frames:
        assert len(frame.pred_instances.scores) > 0
        np.testing.assert_allclose(np.linalg.norm(frame.pred_instances.embeddings, axis=1), 1, atol=1e-5)


def test_time_of_separate_embedding_grows_with_the_targets_and_jdes_does_not(build_model):
    batch = single_frames(random_clip(1, 96, 160))[0]
    separate = build_model("separate/separate_yolox-tiny_ide_800i_toy-street.py")
    few, many = frame_times(separate, batch, [2, 60], rounds=3)
    assert many.embedding > 2 * few.embedding > 0
    assert many.network == few.network
    assert many.whole == many.network + many.embedding + many.association
    jde = build_model("jde/jde_tiny_800i_toy-street.py")
    assert [times.embedding < few.embedding for times in frame_times(jde, batch, [2, 60], rounds=3)] == [True, True]
