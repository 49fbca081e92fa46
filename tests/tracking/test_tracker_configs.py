"""The trackers that configs name: they build, hold the published constants, and track."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mmdet.registry import TASK_UTILS
from mmengine.config import Config
from tracking_scenes import frame, ids_by_row, observe_masks, rectangle, run

import mots_plugin.registration  # noqa: F401

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "_base_" / "trackers"
CAR, PEDESTRIAN = 0, 1
EMPTY = observe_masks([], embeddings=np.zeros((0, 2)))


def build(name: str):
    config = Config.fromfile(CONFIGS / f"{name}.py")
    assert "tracker" in config
    return TASK_UTILS.build(config.tracker)


@pytest.mark.parametrize(
    ("name", "car", "pedestrian"),
    [
        ("track_rcnn_released", (8.0010, 0.84698, 4), (9.0900, 0.93688, 6)),
        ("track_rcnn_released_mots_challenge", (8.0010, 0.84698, 4), (8.3458, 0.97220, 9)),
    ],
)
def test_released_constants(name, car, pedestrian):
    """Limit of the distance, least score, frames kept alive: from the table of tuned thresholds."""
    tracker = build(name)
    for one_class, expected in zip(tracker.trackers, (car, pedestrian), strict=True):
        (stage,) = one_class.stages
        assert (stage.max_cost, one_class.lifecycle.min_score, one_class.lifecycle.keep_alive) == pytest.approx(
            expected, abs=5e-5
        )
        assert one_class.lifecycle.birth_score == one_class.lifecycle.min_score
    assert tracker.overlap == "score"


def test_released_tracker_links_what_is_nearer_than_its_limit():
    here, there = rectangle(0, 0, 4, 4), rectangle(4, 4, 8, 8)

    def identities(distance):
        first = observe_masks([here], [0.99], [CAR], [[0.0, 0.0]])
        second = observe_masks([there], [0.99], [CAR], [[distance, 0.0]])
        return [tracks.ids.tolist() for tracks in run(build("track_rcnn_released"), first, second)]

    assert identities(8.0009) == [[1], [1]]
    assert identities(8.0011) == [[1], [2]]


def test_algorithm1_of_the_paper():
    """A confident car is carried on by its mask, a weak one by its looks; a weak new one starts nothing."""
    left, right = rectangle(0, 0, 4, 4), rectangle(4, 0, 8, 4)
    low, high = 0.3, 0.9
    tracks = run(
        build("track_rcnn_algorithm1"),
        observe_masks([left, right], [high, low], [CAR, CAR], [[0.0], [9.0]]),
        observe_masks([left], [high], [CAR], [[5.0]]),
        observe_masks([right], [low], [CAR], [[1.0]]),
        observe_masks([right, left], [high, 0.95], [CAR, PEDESTRIAN], [[9.0], [1.0]]),
    )
    assert [ids_by_row(found) for found in tracks] == [{0: 1}, {0: 1}, {0: 1}, {0: 1, 1: 2}]


def test_every_tracker_config_takes_an_empty_frame_and_masked_ones():
    for path in sorted(CONFIGS.glob("*.py")):
        seen = observe_masks([rectangle(0, 0, 4, 4), rectangle(2, 2, 8, 8)], [0.99, 0.99], [CAR, PEDESTRIAN], np.eye(2))
        seen = replace(seen, carried_overlaps=np.eye(2), rows=np.arange(2))
        still = [frame(index, np.zeros((8, 8, 2), np.float32)) for index in range(4)]
        tracker = build(path.stem)
        tracks = [
            tracker.track(observations, at) for observations, at in zip([EMPTY, seen, seen, seen], still, strict=True)
        ]
        assert len(tracks[0]) == 0, path.name
        assert tracks[2].ids.tolist() == tracks[3].ids.tolist() == [1, 2], path.name
