"""Converted weights give the numbers that TensorFlow's layers give, computed in numpy from their definitions."""

import numpy as np
import pytest
import torch
from mmdet.models.backbones import ResNet
from tensorflow_layers import RandomVariables, backbone, conv2d, conv3d, relu, separable_conv3d

from mots_plugin.models.backbones import TensorFlowResNet
from mots_plugin.models.layers import TemporalConv3D, TemporalConvLSTM
from mots_plugin.weights import convert_track_rcnn

# ResNet-50 up to C4, a sixteenth as wide.
BLOCKS = (3, 4, 6)
THIN = {
    "depth": 50,
    "num_stages": 3,
    "strides": (1, 2, 2),
    "dilations": (1, 1, 1),
    "out_indices": (2,),
    "base_channels": 4,
    "stem_channels": 4,
}


def load(module, variables, prefix):
    weights, unknown = convert_track_rcnn(variables)
    assert unknown == []
    state = {name.removeprefix(prefix): torch.from_numpy(array) for name, array in weights.items()}
    counters = {name: value for name, value in module.state_dict().items() if name.endswith("num_batches_tracked")}
    module.load_state_dict(state | counters)
    module.eval()  # mmdet's ResNet returns nothing here
    return module


def channels_first(array):
    return torch.from_numpy(np.moveaxis(array, -1, 1).astype(np.float32))


def assert_equal(found, expected):
    """Close up to float32, on a scale of the features' size."""
    expected = np.moveaxis(expected, -1, 1)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-4, atol=1e-4 * abs(expected).max())


@pytest.mark.parametrize(("height", "width"), [(64, 96), (61, 90), (75, 98)], ids=["even", "odd", "odd at every stage"])
def test_backbone(height, width):
    """Stem, pooling, bottlenecks and shortcuts, at every rounding of the size."""
    variables = RandomVariables(0)
    variables.backbone(BLOCKS, width=4)
    module = TensorFlowResNet(**THIN)
    image = np.random.default_rng(1).normal(size=(2, height, width, 3))
    with torch.no_grad():
        (found,) = load(module, variables, "detector.backbone.")(channels_first(image))
    assert_equal(found, backbone(image, variables, BLOCKS))


def test_symmetric_padding_gives_other_features():
    """The reason for TensorFlowResNet: the same weights in mmdet's ResNet look half a stride off."""
    variables = RandomVariables(0)
    variables.backbone(BLOCKS, width=4)
    module = ResNet(**THIN)
    image = np.random.default_rng(1).normal(size=(1, 64, 96, 3))
    with torch.no_grad():
        (found,) = load(module, variables, "detector.backbone.")(channels_first(image))
    expected = np.moveaxis(backbone(image, variables, BLOCKS), -1, 1)
    assert abs(found.numpy() - expected).mean() > 0.1 * abs(expected).mean()


@pytest.mark.parametrize("scopes", [("conv3d",), ("conv3d_1", "conv3d_2")])
def test_separable_conv3d(scopes):
    variables = RandomVariables(0)
    for scope in scopes:
        variables.separable_conv3d(scope, channels=12)
    clip = expected = np.random.default_rng(1).normal(size=(5, 6, 7, 12))
    for scope in scopes:
        expected = separable_conv3d(expected, variables, scope)
    module = load(TemporalConv3D(12, len(scopes), depthwise_separable=True), variables, "temporal.")
    assert_equal(module([channels_first(clip)], clip_length=5)[0], expected)


def test_dense_conv3d():
    variables = RandomVariables(0)
    variables.kernel("conv3d/W", 3, 3, 3, 4, 4)
    clip = np.random.default_rng(1).normal(size=(5, 6, 7, 4))
    module = load(TemporalConv3D(4), variables, "temporal.")
    assert_equal(module([channels_first(clip)], clip_length=5)[0], relu(conv3d(clip, variables["conv3d/W"])))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("layers", [1, 2])
def test_conv_lstm(layers):
    variables = RandomVariables(0)
    variables.conv_lstm(layers, channels=6, hidden=4)
    clip = np.random.default_rng(1).normal(size=(3, 6, 7, 6))
    memory, hidden = [np.zeros((2, layers, 1, 6, 7, 4))[i] for i in (0, 1)]
    expected = []
    for frame in clip[:, None]:
        below = frame
        for layer in range(layers):
            stacked = np.concatenate([below, hidden[layer]], axis=-1)
            gates = conv2d(stacked, variables[f"lstm{layer}/W_lstm"]) + variables[f"lstm{layer}/b_lstm"]
            i, j, f, o = np.split(gates, 4, axis=-1)
            memory[layer] = memory[layer] * sigmoid(f + 1) + sigmoid(i) * np.tanh(j)
            below = hidden[layer] = np.tanh(memory[layer]) * sigmoid(o)
        expected.append(0.9 * frame + 0.4 * relu(conv2d(below, variables["conv0/W"])))
    module = load(TemporalConvLSTM(6, 4, layers), variables, "temporal.")
    assert_equal(module([channels_first(clip)], clip_length=3)[0], np.concatenate(expected))


def test_classes_count_background_last():
    variables = RandomVariables(0)
    variables["frcnn/fastrcnn/class/W"] = np.array([[10, 11, 12], [20, 21, 22]], np.float32)
    variables["frcnn/fastrcnn/class/b"] = np.array([1, 2, 3], np.float32)
    weights, _ = convert_track_rcnn(variables)
    head = "detector.roi_head.bbox_head.fc_cls"
    assert weights[f"{head}.weight"].tolist() == [[11, 21], [12, 22], [10, 20]]  # car, pedestrian, background
    assert weights[f"{head}.bias"].tolist() == [2, 3, 1]


def test_training_leftovers_are_passed_over_and_strangers_named():
    variables = RandomVariables(0)
    variables.heads(channels=8, width=4, embed=3)
    variables.training_leftovers()
    names, unknown = convert_track_rcnn(variables)
    assert unknown == []
    assert not any("Adam" in name for name in names)
    strangers = ["frcnn/rpn/conv1/W", "resnetconv4/group0/block0/conv1/b", "resnetconv4/conv0/bn/moving", "fpn/W"]
    _, unknown = convert_track_rcnn({name: np.zeros((1, 1), np.float32) for name in strangers})
    assert unknown == strangers
