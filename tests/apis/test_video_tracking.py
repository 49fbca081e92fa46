"""The loop over a video's frames, around a network that looks one frame ahead and sees grey levels."""

import subprocess
import sys
from collections import deque

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.video_tracking import init_model, track_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.models.mot.online import OnlineMOT
from mots_plugin.structures import Observations, Tracks

IMAGES = [{"type": "TransformBroadcaster", "transforms": [{"type": "LoadFrameImage"}]}]
FLOW = [{"type": "TransformBroadcaster", "transforms": [{"type": "LoadFlow", "provider": {"type": "DISFlow"}}]}]
PACK = [{"type": "PackMOTSInputs"}]


class CountingTracker:
    """Gives the objects of a frame the ids 1, 2, … and remembers the frames."""

    def __init__(self) -> None:
        self.frames, self.resets = [], 0

    def reset(self) -> None:
        self.resets += 1

    def track(self, observations: Observations, frame) -> Tracks:
        self.frames.append(frame)
        ids = np.arange(len(observations)) + 1
        return Tracks(ids, observations.boxes, observations.scores, observations.labels)


class LookingAhead(OnlineMOT):
    """Finds one object a frame, whose left edge is the grey level, when it has seen the next frame."""

    def __init__(self, pipeline: list[dict]) -> None:
        super(OnlineMOT, self).__init__(data_preprocessor={"type": "TrackDataPreprocessor"})
        self.tracker = CountingTracker()
        self.cfg = Config({"test_dataloader": {"dataset": {"type": "MOTSVideoDataset", "pipeline": pipeline}}})
        self.reset_network()

    def reset_network(self) -> None:
        self.waiting = deque()

    def observe(self, image, sample):
        level = float(image.mean())
        boxes = np.array([[level, 0, level + 1, 1]], np.float32)
        self.waiting.append((sample, Observations(boxes, np.ones(1, np.float32), np.zeros(1, np.int64))))
        if len(self.waiting) > 1:
            yield self.waiting.popleft()

    def finish(self):
        yield from self.waiting

    def loss(self, inputs, data_samples, **kwargs):
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope("mmdet")


@pytest.fixture
def folder(tmp_path):
    for number in range(5):
        image = np.full((32, 48, 3), 10 * number, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number + 1:06d}.png"), image)
    return tmp_path


def test_every_frame_comes_out_once_with_its_own_image(folder):
    model = LookingAhead(IMAGES + PACK)
    frames = list(track_video(model, folder))
    assert [(frame.index, frame.number) for frame in frames] == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
    assert [frame.boxes[0, 0] for frame in frames] == [0, 10, 20, 30, 40]
    assert [frame.image[0, 0, 0] for frame in frames] == [0, 10, 20, 30, 40]
    assert frames[0].classes == ("car", "pedestrian")
    assert frames[0].masks is None
    assert model.tracker.resets == 1
    list(track_video(model, folder, stride=2))
    assert model.tracker.resets == 2


def test_flow_is_computed_where_the_config_asks_for_it(folder):
    model = LookingAhead(IMAGES + PACK)
    list(track_video(model, folder, max_frames=2))
    assert [frame.flow for frame in model.tracker.frames] == [None, None]
    model = LookingAhead(FLOW + IMAGES + PACK)
    list(track_video(model, folder, max_frames=3))
    assert [None if frame.flow is None else frame.flow.shape for frame in model.tracker.frames] == [
        None, (16, 24, 2), (16, 24, 2),
    ]  # fmt: skip


def test_a_loop_left_early_lets_the_source_go(folder):
    source = Source(folder)
    for frame in track_video(LookingAhead(IMAGES + PACK), source):
        if frame.index == 1:
            break
    del frame
    assert (source.given, source.is_closed) == (3, True)  # one ahead


class Source:
    name, frame_rate, length, live = "source", 25.0, None, False

    def __init__(self, folder) -> None:
        from mots_plugin.apis.video_sources import open_source

        self.images, self.given, self.is_closed = open_source(folder), 0, False

    def __iter__(self):
        for frame in self.images:
            self.given += 1
            yield frame

    def __enter__(self):
        return self

    def __exit__(self, *error) -> None:
        self.is_closed = True


def test_a_config_that_needs_more_than_images(folder):
    pipeline = [{"type": "TransformBroadcaster", "transforms": [{"type": "LoadGivenMasks"}]}] + PACK
    with pytest.raises(FormatError, match="is tested with LoadGivenMasks, which a bare video cannot serve"):
        list(track_video(LookingAhead(pipeline), folder))


def test_a_model_that_does_not_track():
    config = Config({"model": {"type": "TrackDataPreprocessor"}})
    with pytest.raises(FormatError, match="TrackDataPreprocessor does not track; pass the config of a tracker"):
        init_model(config)


def test_entry_points_cost_nothing_before_they_are_used():
    code = "import sys, mots_plugin.apis; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
