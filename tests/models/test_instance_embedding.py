"""Heads over point clouds: what embeddings depend on, which parts learn in which stage, and one call for all."""

import copy

import pytest
import torch
from mmdet.registry import MODELS

import mots_plugin.models  # noqa: F401
from mots_plugin.models.layers.point_branches import ForegroundBranch

LOSS = {"type": "BatchHardTripletLoss", "margin": 0.2}
STAGES = ("foreground", "environment", "position", "aggregate")
CAR, PEDESTRIAN = 0, 1


def head(kind="InstanceEmbedding", **settings):
    torch.manual_seed(0)
    points = {"foreground_points": 40, "environment_points": 20, "image_size": (32, 16)}
    return MODELS.build({"type": kind, "loss": LOSS, **points, **settings})


@pytest.fixture(scope="module")
def frame():
    """Twelve instances of 4 x 4 pixels, three rows of four, on an image of noise."""
    image = torch.randint(0, 256, (3, 16, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    instances = torch.zeros(16, 32, dtype=torch.long)
    for number in range(12):
        top, left = 1 + 5 * (number // 4), 2 + 7 * (number % 4)
        instances[top : top + 4, left : left + 4] = number + 1
    return image, instances, torch.arange(12) % 2


def crops():
    """A batch of two tracks with two crops each: 3 x 4 pixels, the object in the middle two."""
    pixels = torch.randint(0, 256, (4 * 12, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    pixels[:, 3] = torch.tensor([[0, 0, 0, 0], [0, 1, 1, 0], [2, 0, 0, 0]], dtype=torch.uint8).flatten().repeat(4)
    return {
        "pixels": pixels,
        "sizes": torch.tensor([[3, 4]] * 4),
        "corners": torch.tensor([[2, 3], [2, 4], [9, 20], [9, 19]]),
        "identities": torch.tensor([5, 5, 7, 7]),
        "labels": torch.tensor([CAR, CAR, PEDESTRIAN, PEDESTRIAN]),
    }


@pytest.mark.parametrize(("kind", "dimensions"), [("InstanceEmbedding", 32), ("StagedInstanceEmbedding", 192)])
def test_one_call_embeds_all_instances(kind, dimensions, frame):
    embeddings = head(kind).eval().embed(*frame)
    assert embeddings.shape == (12, dimensions)
    assert embeddings.dtype == torch.float32
    assert not embeddings.requires_grad
    distances = torch.cdist(embeddings, embeddings)
    assert distances[~torch.eye(12, dtype=torch.bool)].min() > 1e-4


@pytest.mark.parametrize("kind", ["InstanceEmbedding", "StagedInstanceEmbedding"])
def test_without_colour_only_the_masks_count(kind, frame):
    image, *masks = frame
    network = head(kind, use_colour=False).eval()
    assert torch.equal(network.embed(image, *masks), network.embed(torch.zeros_like(image), *masks))
    assert not any("colour" in name for name in network.state_dict())
    narrower = masks[0].masked_fill(torch.arange(32) % 7 == 2, 0)  # the left column of each instance
    changed = (network.embed(image, narrower, masks[1]) - network.embed(image, *masks)).abs().amax(1)
    assert changed.min() > 1e-4


@pytest.mark.parametrize("kind", ["InstanceEmbedding", "StagedInstanceEmbedding"])
def test_the_same_frame_gives_the_same_embeddings(kind, frame):
    """Points are drawn by the head's own seed, whatever was drawn before."""
    network = head(kind).eval()
    first = network.embed(*frame)
    torch.rand(3)
    assert torch.equal(network.embed(*frame), first)
    network.seed = 1
    assert not torch.equal(network.embed(*frame), first)


def test_an_instance_is_embedded_alike_among_many_and_few(frame):
    """Chunks change nothing; points do, as they are drawn for all instances from one seed."""
    image, instances, labels = frame
    network = head(foreground_points=800, environment_points=400).eval()
    among_many = network.embed(image, torch.where(instances < 4, instances, 0), labels[:3])[0]
    alone = network.embed(image, torch.where(instances == 1, 1, 0), labels[:1])[0]
    other = network.embed(image, torch.where(instances == 2, 1, 0), labels[1:2])[0]
    assert torch.dist(among_many, alone) < 0.3 * torch.dist(among_many, other)


def test_a_frame_without_instances(frame):
    image, instances, labels = frame
    for kind, dimensions in (("InstanceEmbedding", 32), ("StagedInstanceEmbedding", 192)):
        assert head(kind).eval().embed(image, torch.zeros_like(instances), labels[:0]).shape == (0, dimensions)


def test_colour_place_and_neighbours_all_matter(frame):
    image, instances, labels = frame
    network = head().eval()
    before = network.embed(image, instances, labels)
    recoloured = image.clone()
    recoloured[:, instances == 1] = 255 - image[:, instances == 1]
    assert not torch.allclose(network.embed(recoloured, instances, labels)[0], before[0], atol=1e-5)
    moved = torch.roll(image, 3, dims=2), torch.roll(instances, 3, dims=1)
    assert not torch.allclose(network.embed(*moved, labels)[0], before[0], atol=1e-5)


def test_the_box_of_the_position_is_a_choice(frame):
    by_mask, by_window = head(margin=0.5), head(margin=0.5, position_box="window")
    assert not torch.equal(by_mask.eval().embed(*frame), by_window.eval().embed(*frame))
    with pytest.raises(ValueError, match="position_box 'image' is neither 'mask' nor 'window'"):
        head(position_box="image")


def test_importance_weights_the_points():
    """A point that the weighting ignores has no part in the weighted features."""
    branch = ForegroundBranch().eval()
    points = torch.rand(1, 3, 5)
    with torch.no_grad():
        features = torch.cat([branch.place(points[0, :, 3:]), branch.colour(points[0, :, :3])], dim=1)
        averaged, peaked = branch.mean_path(features), branch.max_path(features)
        weights = branch.importance(torch.cat([averaged, peaked], dim=1))[:, 0].softmax(0)
        expected = torch.cat([averaged.mean(0), peaked.amax(0), weights @ features])
        assert torch.allclose(branch(points)[0], expected, atol=1e-6)


def test_loss_is_the_batch_hard_triplet_of_the_crops():
    network = head().eval()  # without the noise of normalising by the batch
    network.jitter = 0.0
    torch.manual_seed(3)
    losses = network.loss(**crops())
    assert set(losses) == {"loss_embedding"}
    assert 0 < losses["loss_embedding"].item() < 1
    torch.manual_seed(3)
    assert network.loss(**crops())["loss_embedding"] == losses["loss_embedding"]
    alone = {**crops(), "identities": torch.tensor([5, 5, 5, 5])}
    assert network.loss(**alone)["loss_embedding"].item() == 0  # nobody to be told from


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_trains_its_part_and_nothing_else(stage):
    """Weights and statistics of the other parts stay as they are."""
    network = head("StagedInstanceEmbedding", stage=stage).train()
    before = copy.deepcopy(network.state_dict())
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01, weight_decay=0.1)
    network.loss(**crops())["loss_embedding"].backward()
    optimiser.step()
    changed = {name.split(".")[0] for name, value in network.state_dict().items() if not value.equal(before[name])}
    assert changed == {stage}
    assert all(weight.grad is not None for weight in getattr(network, stage).parameters())


def test_branches_are_trained_on_their_own_vectors(frame):
    """The embedding at test time holds, behind M_A, exactly what each branch was trained on."""
    network = head("StagedInstanceEmbedding", stage="environment").eval()
    points = torch.rand(2, 40, 5), torch.rand(2, 20, 8), torch.rand(2, 64)
    with torch.no_grad():
        whole = network(*points)
        network.train()
        assert torch.equal(network(*points), whole[:, 160:])
        network.stage = "position"
        assert torch.equal(network.train()(*points), whole[:, 128:160])


def test_unknown_stages_are_refused():
    with pytest.raises(ValueError, match="stage 'colour' is none of foreground, environment, position, aggregate"):
        head("StagedInstanceEmbedding", stage="colour")
