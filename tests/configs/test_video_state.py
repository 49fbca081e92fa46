"""What a network remembers lasts for one video: the next one is seen as if it were the first."""

import numpy as np
import pytest
import torch
from clips import random_clip, single_frames

from mots_plugin.structures import Tracks

CONV_LSTM = "track_rcnn/track_rcnn_tiny-fpn_800i_toy-street_conv-lstm-2x.py"
CONV3D = "track_rcnn/track_rcnn_tiny-fpn_800i_toy-street_conv3d-2x.py"


class Recorder:
    """A tracker that tracks nothing and keeps what it is shown."""

    def __init__(self):
        self.seen = []

    def reset(self):
        self.seen = []

    def track(self, observations, frame):
        self.seen.append((frame.index, observations))
        return Tracks(np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64), masks=[])


def watch(model, clip):
    """Run a video through the frame loop; return frame numbers and observations in the order of the tracker."""
    with torch.no_grad():
        for frame in single_frames(clip):
            model.test_step(frame)
    return model.tracker.seen


@pytest.fixture
def build_watched(build_model):
    def build(name):
        torch.manual_seed(0)
        model = build_model(name)
        for weight in model.temporal.parameters():
            torch.nn.init.normal_(weight, std=0.1)  # far from the identity that it starts as
        model.tracker = Recorder()
        return model.eval()

    return build


def assert_same(first, second):
    assert [index for index, _ in first] == [index for index, _ in second]
    for (_, one), (_, other) in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.embeddings, other.embeddings)


@pytest.mark.parametrize("name", [CONV_LSTM, CONV3D])
def test_a_video_is_seen_alike_whatever_came_before(name, build_watched):
    model = build_watched(name)
    street, other = random_clip(4, 96, 160), random_clip(3, 96, 160, seed=1)
    first = watch(model, street)
    watch(model, other)
    assert [index for index, _ in first] == [0, 1, 2, 3]
    assert all(len(observations) for _, observations in first)
    assert_same(first, watch(model, street))


def test_within_a_video_the_past_counts(build_watched):
    model = build_watched(CONV_LSTM)
    street, other = random_clip(2, 96, 160), random_clip(2, 96, 160, seed=1)
    _, (_, last) = watch(model, street)
    street["inputs"][0][0] = other["inputs"][0][0]  # another first frame, the same last one
    _, (_, last_after_another) = watch(model, street)
    assert last.scores.shape != last_after_another.scores.shape or not np.allclose(
        last.scores, last_after_another.scores, atol=1e-6
    )


def test_in_chunks_every_frame_still_comes_out_once_and_in_order(build_watched):
    model = build_watched(CONV3D)
    model.temporal.chunk_length = 3
    assert [index for index, _ in watch(model, random_clip(5, 96, 160))] == [0, 1, 2, 3, 4]
