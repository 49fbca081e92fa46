"""The segmenter around its head: edges are repeated, sizes kept, results given in the original image."""

import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.registry import init_default_scope
from pycocotools import mask as coco_mask

import mots_plugin.models  # noqa: F401
from mots_plugin.models.heads.spatial_embedding_head import InstanceMap


@pytest.fixture
def segmenter():
    init_default_scope("mmdet")
    torch.manual_seed(0)
    decoder = {"type": "ERFNetDecoder", "in_channels": 16, "channels": (8, 8), "blocks": (1, 0)}
    rules = [{"min_pixels": 2}, {"min_pixels": 2}]
    model = MODELS.build(
        {
            "type": "SpatialEmbeddingSegmenter",
            "backbone": {"type": "ERFNetEncoder", "channels": (8, 12, 16), "shallow_blocks": 1, "dilations": (2,)},
            "head": {"type": "SpatialEmbeddingHead", "num_classes": 2, "decoder": decoder, "clustering": rules},
            "pad_divisor": 16,
        }
    )
    return model.eval()


def test_images_are_enlarged_by_their_edge_and_maps_cut(segmenter):
    image = torch.rand(1, 3, 20, 30)
    by_hand = torch.cat([image, image[:, :, -1:].expand(-1, -1, 12, -1)], dim=2)
    by_hand = torch.cat([by_hand, by_hand[..., -1:].expand(-1, -1, -1, 2)], dim=3)
    with torch.no_grad():
        maps, expected = segmenter._forward(image), segmenter._forward(by_hand)
    assert maps.seeds.shape == (1, 2, 20, 30)
    torch.testing.assert_close(maps.seeds, expected.seeds[..., :20, :30])
    torch.testing.assert_close(maps.offsets, expected.offsets[..., :20, :30])


def test_results_are_those_of_the_original_image(segmenter, monkeypatch):
    """A 4x6 image that was 8x12, in a batch of 5x8: what lies in the padding is cut off, instance 2 with it."""
    numbers = torch.zeros(5, 8, dtype=torch.int32)
    numbers[1:3, 1:4] = 1
    numbers[4] = 2
    numbers[3, 4:] = 3
    found = InstanceMap(numbers, torch.tensor([1, 0, 0]), torch.tensor([0.9, 0.8, 0.7]))
    monkeypatch.setattr(segmenter, "segment", lambda images: [found])
    sample = DetDataSample(metainfo={"img_shape": (4, 6), "ori_shape": (8, 12)})
    (sample,) = segmenter.predict(torch.zeros(1, 3, 5, 8), [sample])
    result = sample.pred_instances
    assert result.bboxes.tolist() == [[2, 2, 8, 6], [8, 6, 12, 8]]
    assert result.labels.tolist() == [1, 0]
    assert result.scores.tolist() == pytest.approx([0.9, 0.7])
    assert coco_mask.area(result.masks).tolist() == [24, 8]
    assert result.masks[0]["size"] == [8, 12]


def test_an_image_without_anything(segmenter):
    sample = DetDataSample(metainfo={"img_shape": (16, 32), "ori_shape": (16, 32)})
    segmenter.head.rules = [type(rule)(seed_threshold=1.0) for rule in segmenter.head.rules]
    with torch.no_grad():
        (sample,) = segmenter.predict(torch.rand(1, 3, 16, 32), [sample])
    assert sample.pred_instances.bboxes.shape == (0, 4)
    assert sample.pred_instances.masks == []


def test_the_network_doubles_its_input_where_decoders_stop_at_half():
    init_default_scope("mmdet")
    encoder = MODELS.build({"type": "ERFNetEncoder", "channels": (8, 12, 16), "dilations": (2,), "input_scale": 2})
    decoder = {"type": "ERFNetDecoder", "in_channels": 16, "channels": (8, 8), "blocks": (0, 0), "out_channels": 3}
    (features,) = encoder(torch.rand(1, 3, 16, 24))
    assert features.shape == (1, 16, 4, 6)
    assert MODELS.build({**decoder, "half": True})(features).shape == (1, 3, 16, 24)
    assert MODELS.build(decoder)(features).shape == (1, 3, 32, 48)


def test_maps_stay_in_single_precision_where_the_rest_is_half(segmenter):
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        (features,) = segmenter.extract_feat(torch.rand(1, 3, 16, 32))
        maps = segmenter._forward(torch.rand(1, 3, 16, 32))
    assert features.dtype == torch.bfloat16
    assert {part.dtype for part in maps if part is not None} == {torch.float32}
