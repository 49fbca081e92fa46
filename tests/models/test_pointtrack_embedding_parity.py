"""The instance embedding against numbers of the official networks (PointTrack, and CCP for PointTrack++).

pointtrack_embedding_numbers.npz and pointtrack_pp_embedding_numbers.npz hold, made on a CPU by running the official
modules of detectRecog/PointTrack and detectRecog/CCP, all weights drawn by ``weight(name, shape)``, on ``points()``:

- ``keys``: names and shapes of the network's weights;
- ``embeddings``, ``loss``: TrackerOffsetEmb(num_points=20, margin=0.2, env_points=10, outputD=32) in eval mode, and its
  batch-hard triplet loss with ``IDENTITIES``; ``position``: its LocationEmbedding;
- ``training_loss``: the same in training mode; ``first_gradient``, ``last_gradient``, ``running_mean``: the gradient of
  the first and the last layer, and a statistic after the step;
- in the second file ``embeddings``: PoseNetFeatOffsetEmbRandLA(output_dim=32) with its point networks, which are others
  than the paper's, replaced by ``features()``.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from torch import nn

import mots_plugin.models  # noqa: F401
from mots_plugin.ops.points import embed_positions
from mots_plugin.weights.pointtrack import convert_pointtrack

FILES = {"PointTrack": "pointtrack_embedding_numbers.npz", "PointTrack++": "pointtrack_pp_embedding_numbers.npz"}
IDENTITIES = torch.tensor([1, 1, 1, 2, 2, 2, 3, 3])
LOSS = {"type": "BatchHardTripletLoss", "margin": 0.2}


def numbers(method):
    return np.load(Path(__file__).parent / FILES[method])


def weight(name, shape):
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("running_var"):
        return generator.uniform(0.5, 1.5, shape).astype(np.float32)
    values = generator.uniform(-1, 1, shape).astype(np.float32)
    if "_bn." in name and name.endswith("weight"):
        return (1 + 0.3 * values).astype(np.float32)
    if len(shape) > 1:
        return (values * 2.0 / np.sqrt(shape[1])).astype(np.float32)
    return (0.1 * values).astype(np.float32)


def official_weights(method):
    shapes = {
        name: tuple(map(int, shape)) for name, *shape in (key.split() for key in numbers(method)["keys"].tolist())
    }
    return {name: weight(name, shape) for name, shape in shapes.items() if "num_batches" not in name}


def points():
    """Foreground (8, 20, 5), environment (8, 10, 8) and boxes (8, 4) as shares of the image."""
    generator = np.random.default_rng(0)
    foreground = generator.uniform(-0.5, 1, (8, 20, 5))
    environment = generator.uniform(-0.5, 1, (8, 10, 8))
    corners = generator.uniform(0, 0.6, (8, 2))
    boxes = np.concatenate([corners, corners + generator.uniform(0.05, 0.4, (8, 2))], axis=1)
    return [torch.from_numpy(array.astype(np.float32)) for array in (foreground, environment, boxes)]


def features():
    generator = np.random.default_rng(1)
    return [torch.from_numpy(generator.uniform(-1, 1, (8, width)).astype(np.float32)) for width in (640, 256)]


@pytest.fixture
def head():
    head = MODELS.build({"type": "InstanceEmbedding", "loss": LOSS})
    converted, unknown = convert_pointtrack(official_weights("PointTrack"))
    assert unknown == []
    state = {name.removeprefix("embedding."): torch.from_numpy(array) for name, array in converted.items()}
    missing, superfluous = head.load_state_dict(state, strict=False)
    assert superfluous == []
    assert all(name.endswith("num_batches_tracked") for name in missing)
    return head


def embed(head):
    foreground, environment, boxes = points()
    return head(foreground, environment, embed_positions(boxes))


def close(found, expected):
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5, atol=1e-5)


def test_embeddings_and_loss(head):
    expected = numbers("PointTrack")
    embeddings = embed(head.eval())
    close(embeddings, expected["embeddings"])
    close(head.loss_embedding(embeddings, IDENTITIES), expected["loss"])
    close(embed_positions(points()[2]), expected["position"])


def test_a_training_step(head):
    """Normalisation by the batch, and what flows back to the first layer."""
    expected = numbers("PointTrack")
    loss = head.loss_embedding(embed(head.train()), IDENTITIES)
    loss.backward()
    close(loss, expected["training_loss"])
    close(head.fuse[2].bias.grad, expected["last_gradient"])
    close(head.foreground.place.linear[0].weight.grad, expected["first_gradient"])
    close(head.foreground.place.norm[2].running_mean, expected["running_mean"])


def test_heads_of_the_branches_and_their_fusion():
    """PointTrack++: linear layers behind each branch, and the order of what is concatenated."""
    head = MODELS.build({"type": "StagedInstanceEmbedding", "loss": LOSS}).eval()
    official = official_weights("PointTrack++")
    foreground, environment = features()
    head.foreground[0], head.environment[0] = (Constant(values) for values in (foreground, environment))
    parts = {"FG": head.foreground[1], "ENV": head.environment[1], "POS": head.position}
    for part, layers in {"": head.aggregate, **{f"_{name}": layers for name, layers in parts.items()}}.items():
        layers.load_state_dict(
            {
                f"{layer}.{kind}": torch.from_numpy(official[f"last_emb{part}.{layer}.{kind}"])
                for layer in (0, 2)
                for kind in ("weight", "bias")
            }
        )
    close(embed(head), numbers("PointTrack++")["embeddings"])


class Constant(nn.Module):
    def __init__(self, values):
        super().__init__()
        self.values = values

    def forward(self, _):
        return self.values
