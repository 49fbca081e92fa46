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


@pytest.mark.parametrize("depthwise_separable", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_streaming_equals_the_whole_video_at_once(num_layers, length, depthwise_separable):
    torch.manual_seed(0)
    temporal = TemporalConv3D(3, num_layers, depthwise_separable)
    for layer in temporal.layers:
        torch.nn.init.normal_(layer.convolutions[0].weight, std=0.1)  # outputs about as large as inputs
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


def streamed(temporal, levels):
    """Levels as a stream gives them back, and how many frames each push, and the end, released."""
    stream, frames, released = temporal.stream(), [], []
    for index in range(len(levels[0])):
        ready = stream.push([level[index : index + 1] for level in levels])
        released.append(len(ready))
        frames += ready
    last = stream.finish()
    return [torch.cat(level) for level in zip(*frames, *last, strict=True)], [*released, len(last)]


def test_chunks_do_not_see_each_other_and_the_last_is_filled_with_its_last_frame():
    torch.manual_seed(0)
    temporal = TemporalConv3D(2, num_layers=2, depthwise_separable=True, chunk_length=3)
    for layer in temporal.layers:
        torch.nn.init.normal_(layer.convolutions[0].weight)
    levels = [torch.rand(7, 2, 4, 5), torch.rand(7, 2, 2, 3)]
    found, released = streamed(temporal, levels)
    assert released == [0, 0, 3, 0, 0, 3, 0, 1]
    for level, output in zip(levels, found, strict=True):
        chunks = [level[0:3], level[3:6], level[6:7].expand(3, -1, -1, -1)]
        expected = torch.cat([temporal([chunk], clip_length=3)[0] for chunk in chunks])[:7]
        torch.testing.assert_close(output, expected)


def test_a_full_last_chunk_leaves_nothing_to_finish():
    levels = [torch.rand(4, 2, 4, 5)]
    found, released = streamed(TemporalConv3D(2, chunk_length=2), levels)
    assert released == [0, 2, 0, 2, 0]
    torch.testing.assert_close(found[0], levels[0])  # the identity, as it starts
