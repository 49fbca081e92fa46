"""Convolutional LSTM: gate values by hand, streaming equal to the whole clip, state that belongs to one video."""

import math

import pytest
import torch
from scipy.signal import correlate2d

from mots_plugin.models.layers import TemporalConvLSTM
from mots_plugin.models.layers.conv_lstm import ConvLSTMCell, LSTMState


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


def test_one_cell_by_hand():
    """A single pixel and 1x1 kernels, so that each gate is a weighted sum of the input 2 and the state."""
    cell = ConvLSTMCell(1, 1, kernel_size=1)
    with torch.no_grad():  # rows: write, candidate, keep, read; columns: input, hidden state
        cell.gates.weight.copy_(torch.tensor([[0.5, 1.0], [-0.25, 2.0], [0.1, 0.0], [0.3, -1.0]])[..., None, None])
        cell.gates.bias.copy_(torch.tensor([0.0, 0.1, -0.2, 0.0]))
    image = torch.full((1, 1, 1, 1), 2.0)

    first = cell(image, LSTMState.before(image, 1))
    memory = sigmoid(1.0) * math.tanh(-0.5 + 0.1)  # nothing to keep yet
    hidden = math.tanh(memory) * sigmoid(0.6)
    assert first.cell.item() == pytest.approx(memory)
    assert first.hidden.item() == pytest.approx(hidden)

    second = cell(image, first)
    write, candidate = sigmoid(1.0 + hidden), math.tanh(-0.4 + 2 * hidden)
    memory = memory * sigmoid(0.2 - 0.2 + 1.0) + write * candidate  # 1 is the forget bias
    assert second.cell.item() == pytest.approx(memory)
    assert second.hidden.item() == pytest.approx(math.tanh(memory) * sigmoid(0.6 - hidden))


def same_convolution(image, kernel):
    """(C, H, W) with (D, C, k, k) by scipy, zero padded."""
    return torch.stack(
        [
            sum(torch.from_numpy(correlate2d(plane, k, mode="same")) for plane, k in zip(image, kernels, strict=True))
            for kernels in kernel
        ]
    )


def test_a_clip_equals_an_independent_computation():
    torch.manual_seed(0)
    temporal = TemporalConvLSTM(3, hidden_channels=2, num_layers=2).double()
    torch.nn.init.normal_(temporal.cells[1].gates.bias)
    clip = torch.rand(3, 3, 6, 7, dtype=torch.float64)

    with torch.no_grad():
        (found,) = temporal([clip], clip_length=3)
        memory = [torch.zeros(2, 6, 7), torch.zeros(2, 6, 7)]
        hidden = [torch.zeros(2, 6, 7), torch.zeros(2, 6, 7)]
        for frame, output in zip(clip, found, strict=True):
            below = frame
            for layer, cell in enumerate(temporal.cells):
                stacked = torch.cat([below, hidden[layer]])
                gates = same_convolution(stacked, cell.gates.weight) + cell.gates.bias[:, None, None]
                write, candidate, keep, read = gates.split(2)
                memory[layer] = memory[layer] * torch.sigmoid(keep + 1) + torch.sigmoid(write) * torch.tanh(candidate)
                hidden[layer] = torch.tanh(memory[layer]) * torch.sigmoid(read)
                below = hidden[layer]
            context = same_convolution(below, temporal.to_features.weight).clamp(min=0)
            torch.testing.assert_close(output, frame + 0.05 * context)


def two_levels(length):
    torch.manual_seed(1)
    return [torch.rand(length, 3, 6, 8), torch.rand(length, 3, 3, 4)]


def run(stream, levels):
    frames = []
    for index in range(len(levels[0])):
        ready = stream.push([level[index : index + 1] for level in levels])
        assert len(ready) == 1  # online: no frame waits for another
        frames += ready
    assert stream.finish() == []
    return [torch.cat(level) for level in zip(*frames, strict=True)]


@pytest.mark.parametrize("num_layers", [1, 2])
def test_streaming_equals_the_whole_clip(num_layers):
    temporal, levels = TemporalConvLSTM(3, 4, num_layers), two_levels(5)
    for streamed, whole in zip(run(temporal.stream(), levels), temporal(levels, clip_length=5), strict=True):
        torch.testing.assert_close(streamed, whole)


def test_a_clip_of_a_batch_does_not_see_the_other():
    temporal, (level, _) = TemporalConvLSTM(3, 4), two_levels(6)
    (together,) = temporal([level], clip_length=3)
    torch.testing.assert_close(together[:3], temporal([level[:3]], clip_length=3)[0])
    torch.testing.assert_close(together[3:], temporal([level[3:]], clip_length=3)[0])


def test_every_stream_is_a_video_of_its_own():
    """Two streams take turns; a third starts when both have run: all answer alike."""
    temporal, levels = TemporalConvLSTM(3, 4), two_levels(3)
    first, second = temporal.stream(), temporal.stream()
    taking_turns = []
    for index in range(3):
        frame = [level[index : index + 1] for level in levels]
        taking_turns.append((first.push(frame), second.push(frame)))
    for index, later in enumerate(zip(*run(temporal.stream(), levels), strict=True)):
        for stream in (0, 1):
            ((fine, coarse),) = taking_turns[index][stream]
            torch.testing.assert_close((fine[0], coarse[0]), later)


def test_the_state_lies_outside_the_checkpoint_and_outside_the_graph():
    temporal, levels = TemporalConvLSTM(3, 4), two_levels(2)
    names = set(temporal.state_dict())
    stream = temporal.stream()
    stream.push([level[:1] for level in levels])
    ((fine, _),) = stream.push([level[1:] for level in levels])
    assert set(temporal.state_dict()) == names
    fine.sum().backward()  # reaches the weights through this frame only
    one_frame = temporal.cells[0].gates.weight.grad.clone()
    temporal.zero_grad()
    (clip, _) = temporal(levels, clip_length=2)
    clip[1].sum().backward()
    assert not torch.allclose(one_frame, temporal.cells[0].gates.weight.grad)


def test_starts_near_the_features_that_it_was_given():
    temporal, (level, _) = TemporalConvLSTM(3, 4), two_levels(4)
    (out,) = temporal([level], clip_length=4)
    assert (out - level).abs().max() < 0.2 * level.abs().max()
    temporal.combination.data[1] = 0
    torch.testing.assert_close(temporal([level], clip_length=4)[0], level)


def test_memory_stays_in_single_precision():
    temporal, (level, _) = TemporalConvLSTM(3, 4), two_levels(3)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        states = temporal.start(level[:1].bfloat16())
        for frame in level.split(1):
            output, states = temporal.step(frame.bfloat16(), states)
    assert {tensor.dtype for state in states for tensor in state} == {torch.float32}
    with torch.no_grad():
        torch.testing.assert_close(output.float(), temporal([level], 3)[0][2:], rtol=0.02, atol=0.02)
