"""Tracks as spans, and which frames are worst."""

from mots_plugin.reporting.report import Switch, TrackRow
from mots_plugin.reporting.timelines import spans_of, track_row
from mots_plugin.reporting.worst_frames import worst_places


def test_runs_of_consecutive_numbers_become_spans():
    assert spans_of([]) == []
    assert spans_of([4]) == [(4, 4)]
    assert spans_of([0, 1, 2, 5, 6, 9]) == [(0, 2), (5, 6), (9, 9)]


def test_a_track_that_is_missed_and_comes_back_under_another_id():
    switch = Switch(frame=14, place=4, before=7, last_frame=11, after=3)
    row = track_row(1001, places=[0, 1, 2, 4, 5], followers=[7, 7, -1, 3, 7], switches=[switch])
    assert row == TrackRow(
        track=1001,
        present=[(0, 2), (4, 5)],  # not annotated at place 3
        followers={7: [(0, 1), (5, 5)], 3: [(4, 4)]},
        switches=[switch],
        frames=5,
        found=4,
    )


def test_the_worst_frames_are_not_neighbours():
    assert worst_places([0, 1, 5, 4, 0, 3], most=3) == [2, 5]  # 1 and 3 are beside 2; 0 and 4 have none
    assert worst_places([0, 1, 5, 4, 0, 3], most=1) == [2]
    assert worst_places([2, 0, 2], most=9) == [0, 2]  # ties go to the earlier
    assert worst_places([0, 0], most=9) == []


def test_in_long_sequences_they_lie_further_apart():
    errors = [0] * 100
    errors[50], errors[54], errors[55] = 9, 8, 7
    assert worst_places(errors, most=9) == [50, 55]
