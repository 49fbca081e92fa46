"""The state machine, frame by frame."""

import numpy as np
import pytest
from tracking_scenes import frame, ids_by_row, observe, observe_masks, rectangle, run

from mots_plugin.tracking import BorderRule, BoxIoUCue, Lifecycle, Stage, StagedTracker, TrackState

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
    states = Lifecycle(birth_score=0.5, confirm_hits=2, keep_alive=3).states(bank, frame(7))
    assert [TrackState(state).name for state in states] == ["TENTATIVE", "CONFIRMED", "REMOVED", "LOST"]


@pytest.mark.parametrize(
    ("box", "near"),
    [
        ([40, 0, 50, 20], False),  # centre 45, 4.5 widths from the left
        ([14, 0, 24, 20], False),  # 1.9 widths
        ([10, 0, 20, 20], False),  # 1.5 widths, and the left edge where the outermost tenth ends
        ([9, 0, 18, 20], True),  # 1.5 widths too, but the edge is inside the outermost tenth
        ([12, 0, 24, 20], False),
        ([11, 0, 25, 20], True),  # 1.3 widths
        ([80, 0, 90, 20], False),
        ([81, 0, 91, 20], True),
        ([75, 0, 89, 20], True),
        ([0, 0, 100, 20], True),
    ],
)
def test_what_is_near_the_border(box, near):
    """In an image 100 pixels wide."""
    rule = BorderRule(keep_alive=1, box_widths=1.5, image_share=0.1)
    assert rule.is_near(np.array([box], np.float32), 100).tolist() == [near]


@pytest.mark.parametrize(("gap", "found_again"), [(1, [1, 2]), (2, [2, 3]), (3, [2, 3]), (4, [3, 4])])
def test_a_track_near_the_border_ends_sooner(gap, found_again):
    """One car at the left border, one in the middle, both gone for some frames."""
    both = observe([[0, 0, 2, 2], [4, 0, 5, 2]])
    frames = [both, *[observe()] * gap, both]
    rule = BorderRule(keep_alive=1, box_widths=1.0, image_share=0.05)
    assert reported(*frames, keep_alive=3, border=rule)[-1] == found_again


def test_near_the_border_is_where_it_was_last_seen():
    """It came in at the border and was lost in the middle; the other one went the opposite way."""
    rule = BorderRule(keep_alive=0, box_widths=1.0, image_share=0.05)
    tracks = run(
        tracker(keep_alive=2, border=rule),
        observe([[0, 0, 2, 2], [4, 4, 6, 6]]),
        observe([[1, 0, 3, 2], [5, 4, 7, 6]]),
        observe([[2, 0, 4, 2], [6, 4, 8, 6]]),
        observe(),
        observe([[2, 0, 4, 2], [6, 4, 8, 6]]),
    )
    assert ids_by_row(tracks[2]) == {0: 1, 1: 2}
    assert ids_by_row(tracks[4]) == {0: 1, 1: 3}


def test_the_border_rule_shortens_a_memory_bounded_by_number_too():
    at_border, in_the_middle = [0, 0, 2, 2], [4, 0, 5, 2]
    both = observe([at_border, in_the_middle])
    rule = BorderRule(keep_alive=0, box_widths=1.0, image_share=0.05)
    assert reported(both, observe(), both, keep_alive=None, max_lost=9, border=rule) == [[1, 2], [], [2, 3]]
