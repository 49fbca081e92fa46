"""The state machine, frame by frame."""

import numpy as np
import pytest
from tracking_scenes import frame, ids_by_row, observe, observe_masks, rectangle, run

from mots_plugin.tracking import BoxIoUCue, Lifecycle, Stage, StagedTracker, TrackState

HERE = [[0, 0, 4, 4]]
THERE = [[4, 4, 8, 8]]


def tracker(**lifecycle) -> StagedTracker:
    return StagedTracker([Stage([BoxIoUCue()], max_cost=0.7)], Lifecycle(**{"birth_score": 0.5, **lifecycle}))


def reported(*detections, **lifecycle) -> list[list[int]]:
    """Identities reported in each frame."""
    return [tracks.ids.tolist() for tracks in run(tracker(**lifecycle), *detections)]


def test_birth_needs_its_score_but_going_on_does_not():
    weak, strong = observe(HERE, scores=[0.4]), observe(HERE, scores=[0.5])
    assert reported(weak, strong, weak, strong) == [[], [1], [1], [1]]


def test_observations_below_the_least_score_are_not_seen():
    weak, strong = observe(HERE, scores=[0.4]), observe(HERE, scores=[0.5])
    assert reported(strong, weak, strong, min_score=0.45) == [[1], [], [2]]


def test_masks_of_too_few_pixels_are_not_seen():
    ten, eleven = rectangle(0, 0, 5, 2), rectangle(0, 0, 1, 11, height=12)
    assert reported(observe_masks([ten]), min_mask_area=11) == [[]]
    assert reported(observe_masks([eleven]), min_mask_area=11) == [[1]]


@pytest.mark.parametrize(("keep_alive", "found_again"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_track_survives_as_many_missed_frames_as_it_is_kept_alive(keep_alive, found_again):
    first, *_, last = reported(observe(HERE), observe(), observe(), observe(HERE), keep_alive=keep_alive)
    assert (last == first) == found_again


def test_without_keep_alive_the_next_frame_still_matches():
    assert reported(observe(HERE), observe(HERE), keep_alive=0) == [[1], [1]]


def test_a_frame_without_observations_ages_tracks_like_any_other():
    empty = reported(observe(HERE), observe(), observe(), observe(HERE), keep_alive=1)
    elsewhere = reported(observe(HERE), observe(THERE), observe(THERE), observe(HERE), keep_alive=1)
    assert empty == [[1], [], [], [2]]
    assert elsewhere == [[1], [2], [2], [3]]


def test_tracks_are_reported_once_confirmed_and_a_miss_before_ends_them():
    assert reported(observe(HERE), observe(HERE), observe(HERE), confirm_hits=3) == [[], [], [1]]
    assert reported(observe(HERE), observe(), observe(HERE), observe(HERE), confirm_hits=2, keep_alive=5) == [
        [],
        [],
        [],
        [2],
    ]


def test_states_of_a_life():
    tracked = tracker(confirm_hits=2, keep_alive=1)
    states = []
    for index, detections in enumerate([observe(HERE), observe(HERE), observe(), observe(HERE), observe(), observe()]):
        tracked.track(detections, frame(index))
        states.append([TrackState(state).name for state in tracked.bank.states])
    assert states == [["TENTATIVE"], ["CONFIRMED"], ["LOST"], ["CONFIRMED"], ["LOST"], []]


def test_the_longest_lost_ends_first_when_too_many_are_lost():
    apart = [[0, 0, 2, 2], [3, 0, 5, 2], [6, 0, 8, 2]]
    tracks = run(
        tracker(keep_alive=None, max_lost=1),
        observe(apart[:1]),
        observe(apart[1:2]),  # 1 is lost
        observe(apart[2:]),  # 1 and 2 are lost: 1 was lost first
        observe(apart),
    )
    assert ids_by_row(tracks[3]) == {0: 4, 1: 2, 2: 3}


def test_memory_has_to_be_bounded():
    with pytest.raises(ValueError, match="set keep_alive or max_lost"):
        Lifecycle(birth_score=0.5, keep_alive=None)


def test_states_by_age_and_hits():
    bank = tracker().bank
    bank.add(np.arange(1, 5), observe([[0, 0, 1, 1]] * 4), 0)
    bank.last_seen[:] = [7, 7, 6, 4]
    bank.hits[:] = [1, 2, 1, 2]
    states = Lifecycle(birth_score=0.5, confirm_hits=2, keep_alive=3).states(bank, 7)
    assert [TrackState(state).name for state in states] == ["TENTATIVE", "CONFIRMED", "REMOVED", "LOST"]
