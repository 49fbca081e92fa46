"""The segmenter against numbers of the official networks, losses and clustering (PointTrack, and CCP for PointTrack++).

pointtrack_segmenter_numbers.npz and pointtrack_pp_segmenter_numbers.npz hold, made on a CPU by running the official
modules of detectRecog/PointTrack and detectRecog/CCP on inputs drawn as below:

- ``keys``: names and shapes of the network's weights;
- ``forward``: BranchedERFNet([4, 1]) and BranchedERFNetUp4([4, 1, 2]) in eval mode on ``image()``, all weights drawn by
  ``weight(name, shape)``;
- ``losses``: MOTSSeg2Loss(n_sigma=2, foreground_weight=10) and MOTSSegClsLoss0904(foreground_weight=20, cls_ratio=0.5)
  on ``prediction()`` and ``instances()``, each term alone, and ``gradient`` of their sum with weights 1, 10, 1;
- ``clusters``: Cluster.cluster_mots_wo_points(threshold=0.94, min_pixel=60), ClusterSeedClsWithFilter(threshold=0.9,
  min_pixel=60, inst_ratio=0.6, avg_seed=0.6) and, ``clusters_unfiltered``, ClusterSeedClsOld(threshold=0.95,
  min_pixel=40, inst_ratio=0.8, avg_seed=0.6), the latter two with 0.4 and 0.41 for candidates and members, on
  ``crowded_maps()``.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData

import mots_plugin.models  # noqa: F401
from mots_plugin.models.heads.spatial_embedding_head import SIGMA_SCALE, VARIANCE_WEIGHT, PixelMaps, pixel_coordinates
from mots_plugin.ops.clustering import ClusteringRule, cluster_pixels
from mots_plugin.weights.pointtrack import convert_pointtrack

FILES = {"PointTrack": "pointtrack_segmenter_numbers.npz", "PointTrack++": "pointtrack_pp_segmenter_numbers.npz"}


def numbers(method):
    return np.load(Path(__file__).parent / FILES[method])


def weight(name, shape):
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("running_var"):
        return generator.uniform(0.5, 1.5, shape).astype(np.float32)
    values = generator.uniform(-1, 1, shape).astype(np.float32)
    if ".bn" in name and name.endswith("weight"):
        return (1 + 0.3 * values).astype(np.float32)
    if len(shape) == 4:
        return (values * 2.0 / np.sqrt(shape[1] * shape[2] * shape[3])).astype(np.float32)
    return (0.1 * values).astype(np.float32)


def image():
    return torch.from_numpy(np.random.default_rng(0).uniform(0, 1, (1, 3, 16, 24)).astype(np.float32))


def prediction(seeds):
    generator = np.random.default_rng(1)
    parts = [0.02 * generator.standard_normal((2, 24, 40)), 0.8 + 0.1 * generator.standard_normal((2, 24, 40))]
    parts.append(generator.standard_normal((seeds, 24, 40)))
    return torch.from_numpy(np.concatenate(parts).astype(np.float32))[None].requires_grad_()


def instances():
    drawn = np.zeros((24, 40), np.uint8)
    drawn[4:14, 3:12] = 1
    drawn[8:20, 15:31] = 2
    drawn[2:6, 20:38] = 3
    drawn[10:12, 14:20] = 0
    drawn[13:22, 5:10] = 4
    return drawn


def crowded_maps():
    """Offsets (2, H, W), sigmas (2, H, W) and seed logits (H, W) of sixteen ellipses that overlap."""
    height, width = 64, 160
    generator = np.random.default_rng(3)
    rows, columns = np.mgrid[:height, :width]
    offsets = np.zeros((2, height, width))
    sigmas = np.full((2, height, width), 0.9) + 0.02 * generator.standard_normal((2, height, width))
    seeds = np.full((height, width), -4.0) + generator.standard_normal((height, width))
    for _ in range(16):
        x, y = generator.uniform(8, width - 8), generator.uniform(6, height - 6)
        across, down = generator.uniform(8, 18), generator.uniform(7, 13)
        distance = ((columns - x) / across) ** 2 + ((rows - y) / down) ** 2
        inside = distance < 1
        to_x = (x - columns) * 2 / 2047 + 0.003 * generator.standard_normal((height, width))
        to_y = (y - rows) / 1023 + 0.003 * generator.standard_normal((height, width))
        offsets[0][inside] = np.arctanh(to_x)[inside]
        offsets[1][inside] = np.arctanh(to_y)[inside]
        seeds[inside] = (5 - 4 * distance + 0.6 * generator.standard_normal((height, width)))[inside]
    return tuple(torch.from_numpy(part.astype(np.float32)) for part in (offsets, sigmas, seeds))


def segmenter(plus_plus, **head):
    init_default_scope("mmdet")
    decoder = {"type": "ERFNetDecoder", "half": plus_plus}
    settings = {"type": "SpatialEmbeddingHead", "num_classes": 1, "decoder": decoder, "clustering": [{}], **head}
    if plus_plus:
        settings["semantic_loss"] = {"type": "SemanticFocalLoss", "hardest": 0.5, "loss_weight": 0.5}
    return MODELS.build(
        {
            "type": "SpatialEmbeddingSegmenter",
            "backbone": {"type": "ERFNetEncoder", "input_scale": 2 if plus_plus else 1},
            "head": settings,
            "pad_divisor": 8,
        }
    )


@pytest.mark.parametrize("method", FILES)
def test_forward_with_converted_weights(method):
    expected = numbers(method)
    shapes = {name: tuple(map(int, shape)) for name, *shape in (key.split() for key in expected["keys"].tolist())}
    official = {name: weight(name, shape) for name, shape in shapes.items() if "num_batches" not in name}
    weights, unknown = convert_pointtrack(official)
    assert unknown == []
    model = segmenter(method == "PointTrack++")
    state = {name: torch.from_numpy(array) for name, array in weights.items()}
    missing, superfluous = model.load_state_dict(state, strict=False)
    assert superfluous == []
    assert all(name.endswith("num_batches_tracked") for name in missing)
    model.eval()
    with torch.no_grad():
        maps = model._forward(image())
    ours = torch.cat([part[0] for part in maps if part is not None])
    np.testing.assert_allclose(ours.numpy(), expected["forward"], atol=1e-5)


@pytest.mark.parametrize("method", FILES)
def test_losses_and_their_gradient(method):
    expected = numbers(method)
    plus_plus = method == "PointTrack++"
    drawn = instances()
    sample = DetDataSample(metainfo={"img_shape": drawn.shape})
    masks = BitmapMasks(np.stack([drawn == number for number in (1, 2, 3, 4)]).astype(np.uint8), *drawn.shape)
    sample.gt_instances = InstanceData(masks=masks, labels=torch.zeros(4, dtype=torch.long))
    predicted = prediction(3 if plus_plus else 1)
    parts = [predicted[:, :2], predicted[:, 2:4], predicted[:, 4:5], predicted[:, 5:] if plus_plus else None]
    head = segmenter(plus_plus, foreground_weight=20.0 if plus_plus else 10.0).head
    losses = head.loss(PixelMaps(*parts), [sample])
    if plus_plus:  # its pixels to leave out differ by loss there: the semantic one honours them, the others do not
        valid = torch.from_numpy(expected["label"] < 2).flatten()
        labels = torch.from_numpy(expected["label"].astype(np.int64)).flatten()
        losses["loss_semantic"] = head.loss_semantic(predicted[0, 5:].flatten(1)[:, valid], labels[valid])
        left_out = predicted[0, 4].sigmoid().square()[torch.from_numpy(expected["label"] == 254)].sum()
        losses["loss_seed"] = losses["loss_seed"] - left_out / drawn.size
    values = [losses[name].item() for name in ("loss_instance", "loss_variance", "loss_seed")]
    values[1] /= VARIANCE_WEIGHT
    if plus_plus:
        values.append(losses["loss_semantic"].item())
    np.testing.assert_allclose(values, expected["losses"], rtol=1e-5)
    sum(losses.values()).backward()
    np.testing.assert_allclose(predicted.grad[0].numpy(), expected["gradient"], atol=1e-5)


RULES = {
    ("PointTrack", "clusters"): ClusteringRule(seed_threshold=0.94, min_pixels=60),
    ("PointTrack++", "clusters"): ClusteringRule(
        seed_threshold=0.9,
        min_pixels=60,
        candidate_threshold=0.4,
        membership_threshold=0.41,
        min_unclustered=0.6,
        min_mean_seed=0.6,
        min_survivor=0.6,
        max_instances=199,
    ),
    ("PointTrack++", "clusters_unfiltered"): ClusteringRule(
        seed_threshold=0.95,
        min_pixels=40,
        candidate_threshold=0.4,
        membership_threshold=0.41,
        min_unclustered=0.8,
        min_mean_seed=0.6,
    ),
}


@pytest.mark.parametrize(("method", "name"), RULES)
def test_clusters(method, name):
    """The later clustering numbers instances as they are found, holes included; here the numbers are compact."""
    expected = numbers(method)[name].astype(np.int32)
    offsets, sigmas, logits = crowded_maps()
    seeds = logits.sigmoid()
    if name == "clusters":
        seeds = torch.stack([-0.5 * logits, 0.5 * logits]).softmax(0)[1] if method == "PointTrack++" else seeds
    else:
        seeds = (0.5 * logits).sigmoid()
    embeddings = offsets.tanh() + pixel_coordinates(offsets)
    found, scores = cluster_pixels(embeddings, (SIGMA_SCALE * sigmas).exp(), seeds, RULES[method, name])
    assert len(np.unique(expected)) > 8
    compact = np.unique(expected, return_inverse=True)[1].reshape(expected.shape)
    np.testing.assert_array_equal(found.numpy(), compact)
    assert len(scores) == found.max()
