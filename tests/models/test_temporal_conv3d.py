"""Temporal convolution: identity at the start, no seams when streamed."""

import pytest
import torch

from mots_plugin.models.layers import TemporalConv3D


@pytest.mark.parametrize("depthwise_separable", [False, True])
def test_starts_as_the_identity_on_positive_features(depthwise_separable):
    features = torch.rand(6, 4, 5, 7)
    (out,) = TemporalConv3D(4, num_layers=2, depthwise_separable=depthwise_separable)([features], clip_length=3)
    torch.testing.assert_close(out, features)


def test_clips_of_a_batch_do_not_see_each_other():
    torch.manual_seed(0)
    temporal = TemporalConv3D(2)
    torch.nn.init.normal_(temporal.layers[0].convolutions[0].weight)
    first, second = torch.rand(3, 2, 4, 4), torch.rand(3, 2, 4, 4)
    (together,) = temporal([torch.cat([first, second])], clip_length=3)
    torch.testing.assert_close(together[:3], temporal([first], clip_length=3)[0])
    torch.testing.assert_close(together[3:], temporal([second], clip_length=3)[0])


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_streaming_equals_the_whole_video_at_once(num_layers, length):
    torch.manual_seed(0)
    temporal = TemporalConv3D(3, num_layers=num_layers)
    for layer in temporal.layers:
        torch.nn.init.normal_(layer.convolutions[0].weight)
    levels = [torch.rand(length, 3, 6, 8), torch.rand(length, 3, 3, 4)]
    stream = temporal.stream()
    streamed = []
    for frame in range(length):
        ready = stream.push([level[frame : frame + 1] for level in levels])
        assert len(streamed) + len(ready) == max(0, frame + 1 - num_layers)  # lags one frame a layer
        streamed += ready
    streamed += stream.finish()
    for level, whole in enumerate(temporal(levels, clip_length=length)):
        torch.testing.assert_close(torch.cat([frame[level] for frame in streamed]), whole)
