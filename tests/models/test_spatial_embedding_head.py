"""The head of PointTrack's segmenter: targets drawn by hand, what is learnt where, and instances of two classes."""

import math

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData

import mots_plugin.models  # noqa: F401
from mots_plugin.models.heads.spatial_embedding_head import IGNORED, PixelMaps, pixel_coordinates

RULES = [{"seed_threshold": 0.9, "min_pixels": 2}, {"seed_threshold": 0.9, "min_pixels": 2}]
DECODER = {"type": "ERFNetDecoder", "in_channels": 8, "channels": (8, 4), "blocks": (1, 0)}


def head(**settings):
    init_default_scope("mmdet")
    return MODELS.build(
        {"type": "SpatialEmbeddingHead", "num_classes": 2, "decoder": DECODER, "clustering": RULES, **settings}
    )


def mask(drawing, letter):
    return np.array([[pixel == letter for pixel in row] for row in drawing], np.uint8)


def annotated(drawing, labels, ignored="", img_shape=None):
    """An image whose instances are the letters of a drawing, with the given class each."""
    shape = len(drawing), len(drawing[0])
    masks = [mask(drawing, letter) for letter in labels]
    sample = DetDataSample(metainfo={"img_shape": img_shape or shape})
    sample.gt_instances = InstanceData(
        masks=BitmapMasks(masks, *shape), labels=torch.tensor(list(labels.values()), dtype=torch.long)
    )
    sample.ignored_instances = InstanceData(masks=BitmapMasks([mask(drawing, letter) for letter in ignored], *shape))
    return sample


STREET = [
    "aaaa....",
    "aaaa.bb.",
    ".....bb.",
    "xxx..bb.",
]


def test_targets_of_a_drawing():
    (target,) = head().get_targets([annotated(STREET, {"a": 0, "b": 1}, "x")], (4, 8), torch.device("cpu"))
    assert target.areas.tolist() == [8, 6]
    assert target.instances.view(4, 8).tolist() == [
        [0, 0, 0, 0, -1, -1, -1, -1],
        [0, 0, 0, 0, -1, 1, 1, -1],
        [-1, -1, -1, -1, -1, 1, 1, -1],
        [-1, -1, -1, -1, -1, 1, 1, -1],
    ]
    labels = target.labels.view(4, 8)
    assert labels[0].tolist() == [0, 0, 0, 0, -1, -1, -1, -1]
    assert labels[3].tolist() == [IGNORED, IGNORED, IGNORED, -1, -1, 1, 1, -1]


def test_ignore_regions_as_background_on_demand():
    sample = annotated(STREET, {"a": 0, "b": 1}, "x")
    (target,) = head(ignore_as_background=True).get_targets([sample], (4, 8), torch.device("cpu"))
    assert target.labels.view(4, 8)[3].tolist() == [-1, -1, -1, -1, -1, 1, 1, -1]


def test_padding_is_not_learnt():
    (target,) = head().get_targets([annotated(["aa.", "aa."], {"a": 1})], (4, 4), torch.device("cpu"))
    assert target.labels.view(4, 4).tolist() == [
        [1, 1, -1, IGNORED],
        [1, 1, -1, IGNORED],
        [IGNORED] * 4,
        [IGNORED] * 4,
    ]


def test_instances_without_pixels_leave_no_gap():
    sample = annotated(["bb..", "bb.."], {"a": 0, "b": 1})
    (target,) = head().get_targets([sample], (2, 4), torch.device("cpu"))
    assert target.areas.tolist() == [4]
    assert target.instances.view(2, 4)[0].tolist() == [0, 0, -1, -1]


def perfect_maps(drawing, labels, seeds=(0.95, 0.95)):
    """Maps from which a drawing's instances can be read: every pixel points to the mean of its instance."""
    height, width = len(drawing), len(drawing[0])
    coordinates = pixel_coordinates(torch.empty(height, width))
    offsets = torch.full((1, 2, height, width), -3.0)
    scores = torch.full((1, 2, height, width), 0.01)
    for letter, label in labels.items():
        inside = torch.from_numpy(mask(drawing, letter)).bool()
        centre = coordinates[:, inside].mean(1, keepdim=True)
        offsets[0][:, inside] = torch.atanh(centre - coordinates[:, inside])
        scores[0, label][inside] = seeds[label]
    return PixelMaps(offsets, torch.full((1, 2, height, width), 1.5), scores.logit(), None)


def test_perfect_maps_cost_what_their_seeds_miss():
    maps = perfect_maps(STREET, {"a": 0, "b": 1}, seeds=(1 - 1e-6, 1 - 1e-6))
    losses = head().loss(maps, [annotated(STREET, {"a": 0, "b": 1}, "x")])
    assert losses["loss_instance"].item() == pytest.approx(0, abs=1e-4)
    assert losses["loss_variance"].item() == pytest.approx(0, abs=1e-9)
    background = 2 * 32 - 14 - 2 * 3  # both maps, without each class's own pixels and without what is ignored
    assert losses["loss_seed"].item() == pytest.approx(background * 0.01**2 / 32, rel=1e-3)


def test_nothing_is_learnt_in_ignore_regions_and_another_class_is_background():
    maps = perfect_maps(STREET, {"a": 0, "b": 1})
    maps = PixelMaps(*(None if part is None else part.clone().requires_grad_() for part in maps))
    head(foreground_weight=1.0).loss(maps, [annotated(STREET, {"a": 0, "b": 1}, "x")])["loss_seed"].backward()
    gradient = maps.seeds.grad[0]
    assert gradient[:, 3, :3].abs().max() == 0
    assert (gradient[0][mask(STREET, "a") > 0] < 0).all()  # up to 1
    assert (gradient[1][mask(STREET, "a") > 0] > 0).all()  # down to 0


def test_an_image_without_instances_teaches_background_alone():
    maps = perfect_maps(["....", "...."], {})
    losses = head().loss(maps, [annotated(["....", "...."], {})])
    assert losses["loss_instance"] == losses["loss_variance"] == 0
    assert losses["loss_seed"].item() == pytest.approx(2 * 0.01**2)


def test_two_classes_are_read_from_their_seed_maps():
    (found,) = head().predict(perfect_maps(STREET, {"a": 0, "b": 1}))
    assert found.labels.tolist() == [0, 1]
    assert found.scores.tolist() == pytest.approx([0.95, 0.95], abs=1e-4)
    assert (found.numbers.numpy() == mask(STREET, "a") + 2 * mask(STREET, "b")).all()


def test_the_semantic_decoder_replaces_the_seed_decoder():
    """PointTrack++: background and two classes; instances grow from the confidence of the class."""
    semantic = head(with_seeds=False, semantic_loss={"type": "SemanticFocalLoss"})
    assert semantic.seed_decoder is None
    maps = perfect_maps(STREET, {"a": 0, "b": 1})
    logits = torch.cat([-maps.seeds.amax(1, keepdim=True), maps.seeds], dim=1)
    maps = PixelMaps(maps.offsets, maps.sigmas, None, logits)
    (found,) = semantic.predict(maps)
    assert found.labels.tolist() == [0, 1]
    losses = semantic.loss(maps, [annotated(STREET, {"a": 0, "b": 1}, "x")])
    assert set(losses) == {"loss_instance", "loss_variance", "loss_semantic"}
    wrong = PixelMaps(maps.offsets, maps.sigmas, None, -logits)
    assert semantic.loss(wrong, [annotated(STREET, {"a": 0, "b": 1}, "x")])["loss_semantic"] > losses["loss_semantic"]


def test_softmax_and_sigmoid_are_two_confidences():
    logits = torch.tensor([0.5, 2.0, -1.0])[None, :, None, None]
    maps = PixelMaps(torch.zeros(1, 2, 1, 1), torch.zeros(1, 2, 1, 1), None, logits)
    loss = {"type": "SemanticFocalLoss"}
    sigmoid = head(semantic_loss=loss).seed_scores(maps).flatten().tolist()
    assert sigmoid == pytest.approx([1 / (1 + math.exp(-2)), 1 / (1 + math.exp(1))])
    softmax = head(semantic_loss=loss, semantic_score="softmax").seed_scores(maps).flatten().tolist()
    total = math.exp(0.5) + math.exp(2) + math.exp(-1)
    assert softmax == pytest.approx([math.exp(2) / total, math.exp(-1) / total])


def test_gaussians_start_wide_and_offsets_at_zero():
    fresh = head()
    fresh.init_weights()
    maps = fresh(torch.randn(2, 8, 2, 3), (16, 24))
    assert maps.offsets.shape == (2, 2, 16, 24)
    assert maps.offsets.abs().max() == 0
    assert maps.sigmas.unique().tolist() == [1.0]
    assert fresh(torch.randn(2, 8, 2, 3), (32, 48)).seeds.shape == (2, 2, 32, 48)  # interpolated


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_classes": 1}, "clustering has rules for 2 classes, num_classes is 1"),
        ({"with_seeds": False}, "there must be a semantic one"),
        ({"semantic_score": "tanh"}, "'tanh' is none of sigmoid, softmax"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        head(**settings)
