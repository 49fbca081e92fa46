"""OC-SORT's motion: re-update after a loss, and directions between observations."""

import numpy as np
import pytest

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking import (
    BoxIoUCue,
    BoxKalmanFilter,
    DirectionCue,
    LastSeenBoxIoUCue,
    Lifecycle,
    ObservationCentricFilter,
    Stage,
    StagedTracker,
    TrackBank,
)

SEEN, UNSEEN = np.array([False]), np.array([True])


def boxes(*lefts: float, top: float = 0.0) -> np.ndarray:
    """10 x 20 boxes by their left edges."""
    return np.array([[left, top, left + 10, top + 20] for left in lefts], np.float32)


def observed(array: np.ndarray, scores: float = 1.0) -> Observations:
    return Observations(array, np.full(len(array), scores, np.float32), np.zeros(len(array), np.int64))


def test_seen_in_every_frame_it_is_the_plain_filter():
    plain, centric = BoxKalmanFilter(), ObservationCentricFilter()
    expected, states = plain.initiate(boxes(0)), centric.initiate(boxes(0))
    for left in (4, 9, 12):
        expected = plain.update(plain.predict(expected, SEEN), boxes(left))
        states = centric.update(centric.predict(states, SEEN), boxes(left))
    np.testing.assert_allclose(centric.boxes(states), plain.boxes(expected))


def test_found_again_it_is_as_if_it_had_moved_evenly():
    """Lost for two frames between 4 and 19: the filter is that of a track seen at 9 and 14."""
    lost, even = ObservationCentricFilter(), ObservationCentricFilter()
    states, seen = lost.initiate(boxes(0)), even.initiate(boxes(0))
    states, seen = (model.update(model.predict(s, SEEN), boxes(4)) for model, s in ((lost, states), (even, seen)))
    for unseen in (SEEN, UNSEEN, UNSEEN):
        states = lost.predict(states, unseen)
    states = lost.update(states, boxes(19))
    for left in (9, 14, 19):
        seen = even.update(even.predict(seen, SEEN), boxes(left))
    np.testing.assert_allclose(states[:, :5], seen[:, :5])


def test_directions_reach_three_frames_back_where_the_track_was_seen_then():
    model = ObservationCentricFilter(frames=3)
    states = model.initiate(boxes(0))
    assert np.isnan(model.directions(states)).all()
    for left in (1, 2, 3, 4):
        states = model.update(model.predict(states, SEEN), boxes(left))
    states = model.predict(states, SEEN)
    assert model.reference_boxes(states).tolist() == boxes(2).tolist()  # now is frame 5, three before is frame 2
    assert model.directions(states).tolist() == [[1, 0]]
    for _ in range(3):
        states = model.predict(states, UNSEEN)
    assert model.reference_boxes(states).tolist() == boxes(4).tolist()  # no other is left: the last one


def test_turning_round_costs_more_than_going_on():
    bank = TrackBank.empty(motion_model=ObservationCentricFilter())
    bank.add(np.array([1]), observed(boxes(0)), 0)
    bank.predict(1, 1)
    around = observed(np.concatenate([boxes(10), boxes(-10), boxes(0, top=10)]), scores=0.5)
    assert DirectionCue().cost(bank, around, Frame(1, (40, 80))).tolist() == [[0, 0, 0]]  # no course yet
    bank.see(np.array([0]), observed(boxes(2)), 1)
    bank.predict(2, 1)
    np.testing.assert_allclose(DirectionCue().cost(bank, around, Frame(2, (40, 80)))[0, :2], [-0.25, 0.25], atol=0.01)


def test_a_track_that_stopped_is_found_where_it_was_last_seen():
    """It moves by 4, hides behind something and waits there: the filter believes it far away by then."""
    parts = {"lifecycle": Lifecycle(birth_score=0.5, keep_alive=9), "motion": ObservationCentricFilter()}
    first = Stage([BoxIoUCue()], max_cost=0.7)
    trackers = {
        "overlap": StagedTracker([first], **parts),
        "recovery": StagedTracker([first, Stage([LastSeenBoxIoUCue()], max_cost=0.7)], **parts),
    }
    last = {}
    for name, tracker in trackers.items():
        for index, left in enumerate((0, 4, 8, 12, None, None, None, 13)):
            seen = observed(boxes(*([] if left is None else [left])))
            last[name] = tracker.track(seen, Frame(index, (40, 200))).ids.tolist()
    assert last == {"overlap": [2], "recovery": [1]}


def test_cues_without_their_motion_model_say_which_one():
    bank = TrackBank.empty(motion_model=BoxKalmanFilter())
    bank.add(np.array([1]), observed(boxes(0)), 0)
    for cue in (DirectionCue(), LastSeenBoxIoUCue()):
        with pytest.raises(ValueError, match="ObservationCentricFilter"):
            cue.cost(bank, observed(boxes(0)), Frame(1, (40, 80)))


def test_configs_name_its_parts():
    config = {"type": "Stage", "cues": [{"type": "BoxIoUCue"}, {"type": "DirectionCue"}], "max_cost": 0.7}
    assert [type(cue) for cue in build_torch_free(config).cues] == [BoxIoUCue, DirectionCue]
    with pytest.raises(ValueError, match="directions over 0 frames"):
        build_torch_free({"type": "ObservationCentricFilter", "frames": 0})
