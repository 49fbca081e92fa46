"""The whole released model, from a checkpoint's arrays to its outputs: tool, config and layers together."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures.bbox import bbox2roi
from mmengine.config import Config
from mmengine.registry import init_default_scope
from tensorflow_layers import RandomVariables, backbone, conv2d, group, relu, roi_align, separable_conv3d

from mots_plugin.apis.checkpoints import check_fits, read_checkpoint

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "configs" / "track_rcnn" / "track_rcnn_r101-c4_5e_kitti-mots_released.py"
BLOCKS = (3, 4, 23)


@pytest.fixture(scope="module")
def variables():
    drawn = RandomVariables(0)
    drawn.backbone(BLOCKS)
    drawn.separable_conv3d("conv3d_1", 1024)
    drawn.separable_conv3d("conv3d_2", 1024)
    drawn.heads()
    drawn.training_leftovers()
    return drawn


@pytest.fixture(scope="module")
def model(variables, tmp_path_factory):
    """The config's model with the checkpoint that the tool wrote."""
    folder = tmp_path_factory.mktemp("weights")
    np.savez(folder / "released.npz", **variables)
    tool = str(ROOT / "tools" / "model_converters" / "track_rcnn.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [tool, str(CONFIG), str(folder / "released.npz"), str(folder / "released.pth")])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(tool, run_name="__main__")
    assert end.value.code == 0

    config = Config.fromfile(CONFIG)
    config.model.detector.backbone.init_cfg = None
    init_default_scope(config.default_scope)
    built = MODELS.build(config.model)
    checkpoint = read_checkpoint(folder / "released.pth")
    check_fits(folder / "released.pth", checkpoint, built)
    built.load_state_dict(checkpoint["state_dict"])
    built.eval()
    return built


def assert_close(found, expected):
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-4, atol=1e-4 * abs(expected).max())


@pytest.mark.slow
def test_every_output_equals_the_definition_of_the_layers(model, variables):
    """Five frames of 59 x 83 pixels: features, proposal scores and deltas, and all heads on three regions."""
    clip = np.random.default_rng(1).normal(size=(5, 59, 83, 3)).astype(np.float32)
    features = backbone(clip, variables, BLOCKS)
    features = separable_conv3d(separable_conv3d(features, variables, "conv3d_1"), variables, "conv3d_2")

    images = torch.from_numpy(np.moveaxis(clip, -1, 1).copy())
    stream = model.temporal.stream()
    with torch.no_grad():
        frames = [out for image in images for out in stream.push(model.detector.extract_feat(image[None]))]
    found = torch.cat([level for (level,) in frames])
    assert_close(found, np.moveaxis(features, -1, 1))

    hidden = relu(conv2d(features, variables["frcnn/rpn/conv0/W"]) + variables["frcnn/rpn/conv0/b"])
    with torch.no_grad():
        (scores,), (deltas,) = model.detector.rpn_head((found,))
    for output, name in ((scores, "class"), (deltas, "box")):
        expected = conv2d(hidden, variables[f"frcnn/rpn/{name}/W"]) + variables[f"frcnn/rpn/{name}/b"]
        assert_close(output, np.moveaxis(expected, -1, 1))

    boxes = np.array([[3.0, 5.0, 40.0, 50.0], [20.5, 1.25, 83.0, 59.0], [0.0, 0.0, 16.0, 9.0]], np.float32)
    regions = roi_align(features[2], boxes, size=14)
    regions = group(regions, variables, "frcnn/group3", blocks=3, stride=2)
    pooled = regions.mean((1, 2))
    outputs = {
        name: pooled @ variables[f"frcnn/fastrcnn/{name}/W"] + variables[f"frcnn/fastrcnn/{name}/b"]
        for name in ("class", "box", "reid")
    }
    with torch.no_grad():
        head = model.detector.roi_head
        box_results = head._bbox_forward((found[2:3],), bbox2roi([torch.from_numpy(boxes)]))
        embeddings = head.association_head(box_results["bbox_feats"])
        masks = head.mask_head(box_results["bbox_feats"])
    assert_close(box_results["cls_score"], outputs["class"][:, [1, 2, 0]])  # background last
    assert_close(box_results["bbox_pred"], outputs["box"])
    assert_close(embeddings, outputs["reid"])

    # A transposed convolution whose stride is its size: every cell becomes a block of 2 x 2.
    deconvolved = np.einsum("nyxc,ijdc->nyixjd", regions, variables["frcnn/maskrcnn/deconv/W"])
    deconvolved = relu(deconvolved.reshape(3, 14, 14, 256) + variables["frcnn/maskrcnn/deconv/b"])
    expected = conv2d(deconvolved, variables["frcnn/maskrcnn/conv/W"]) + variables["frcnn/maskrcnn/conv/b"]
    assert_close(masks, np.moveaxis(expected, -1, 1))
