"""Embedding of crops, with backbones that do nothing so that numbers can be told by hand."""

import pytest
import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule

from mots_plugin.models.mot import SeparateDetectionEmbedding
from mots_plugin.models.reid import CropEmbedder


@MODELS.register_module(force=True)
class UnchangedImage(BaseModule):
    def forward(self, image):
        return (image,)


def embedder(**arguments) -> CropEmbedder:
    """Embeds the mean colour of each stripe as it is."""
    network = CropEmbedder({"type": "UnchangedImage"}, in_channels=3, embed_channels=3, **arguments)
    for layer in network.embeddings:
        torch.nn.init.eye_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    return network


def person(top, bottom):
    """A crop of 4x2 in two colours."""
    image = torch.tensor([top, top, bottom, bottom], dtype=torch.float32)
    return image.T[:, :, None].expand(3, 4, 2)


RED, BLUE = [2.0, 0, 0], [0, 0, 3.0]


def test_stripes_are_embedded_from_top_to_bottom():
    crops = torch.stack([person(RED, BLUE)])
    assert embedder(stripes=2, identity_counts=[2])(crops).tolist() == [[[1, 0, 0], [0, 0, 1]]]
    whole = embedder(identity_counts=[2]).embed(crops)
    assert whole.tolist()[0] == pytest.approx([2 / 13**0.5, 0, 3 / 13**0.5])


def test_the_embedding_of_all_stripes_is_a_unit_vector():
    (embedding,) = embedder(stripes=2, identity_counts=[2]).embed(torch.stack([person(RED, BLUE)]))
    assert embedding.tolist() == pytest.approx([0.5**0.5, 0, 0, 0, 0, 0.5**0.5])


def test_no_crops_give_no_embeddings_and_no_loss():
    network = embedder(stripes=2, identity_counts=[2, 0])
    nothing = torch.zeros(0, 3, 4, 2)
    assert network.embed(nothing).shape == (0, 6)
    loss = network.loss(nothing, torch.zeros(0).long(), torch.zeros(0).long())["loss_identity"]
    assert loss.item() == 0


def test_objects_of_two_classes_with_one_number_are_two_to_the_triplet_loss():
    """Person 0 and car 0 look alike: the margin is missed between them, and met when both are person 0."""
    network = embedder(loss_triplet={"type": "TripletLoss", "margin": 0.3})
    crops = torch.stack([person(RED, RED), person(RED, RED), person(BLUE, BLUE)])
    numbers = torch.tensor([0, 0, 1])
    same, apart = (network.loss(crops, numbers, torch.tensor(c))["loss_triplet"] for c in ([0, 0, 0], [0, 1, 0]))
    assert same.item() == pytest.approx(0, abs=1e-4)
    assert apart.item() == pytest.approx(0.2, abs=1e-4)  # the two alike miss the margin of 0.3, the third does not


def test_something_must_be_learnt():
    with pytest.raises(ValueError, match="give identity_counts, loss_triplet, or both"):
        embedder()


def test_objects_are_cut_out_of_their_own_image():
    """Of two images of 8x8, each a horizontal ramp, boxes of 4x4 are scaled to 2x2."""
    ramp = torch.arange(8.0).expand(1, 3, 8, 8)
    model = SeparateDetectionEmbedding.__new__(SeparateDetectionEmbedding)
    model.crop_size = (2, 2)
    boxes = [torch.tensor([[2.0, 0, 6, 4]]), torch.tensor([[0.0, 0, 4, 4], [4, 4, 8, 8]])]
    crops = model.cut_out(torch.cat([ramp, ramp + 10]), boxes)
    assert crops.shape == (3, 3, 2, 2)
    assert crops[:, 0, 0].tolist() == [[2.5, 4.5], [10.5, 12.5], [14.5, 16.5]]
