"""Scenarios, frame by frame, in an image of 8 x 8 pixels."""

import subprocess
import sys

import numpy as np
import pytest
from tracking_scenes import frame, ids_by_row, observe, observe_masks, rectangle, run

from mots_plugin.formats.rle import decode
from mots_plugin.tracking import (
    BoxCentreCue,
    BoxIoUCue,
    BoxKalmanFilter,
    EmbeddingCue,
    EmbeddingGallery,
    GalleryCue,
    Lifecycle,
    MaskIoUCue,
    Stage,
    StagedTracker,
)

RED, BLUE = [1.0, 0.0], [0.0, 1.0]


def by_overlap(**lifecycle) -> StagedTracker:
    return StagedTracker([Stage([BoxIoUCue()], max_cost=0.7)], Lifecycle(**{"birth_score": 0.5, **lifecycle}))


def by_looks(**lifecycle) -> StagedTracker:
    return StagedTracker([Stage([EmbeddingCue()], max_cost=0.5)], Lifecycle(**{"birth_score": 0.5, **lifecycle}))


def algorithm1(overlap=None) -> StagedTracker:
    """The paper's two stages, confident from 0.8 on."""
    return StagedTracker(
        [
            Stage([MaskIoUCue()], max_cost=0.9, states=("tentative", "confirmed"), min_score=0.8),
            Stage([GalleryCue()], max_cost=0.5, solver="greedy"),
        ],
        Lifecycle(birth_score=0.8, keep_alive=None, max_lost=10),
        EmbeddingGallery(max_per_track=5),
        overlap,
    )


def test_static_objects_keep_their_identities_in_whatever_order_they_come():
    left, right = [0, 0, 3, 3], [5, 5, 8, 8]
    tracks = run(by_overlap(), observe([left, right]), observe([right, left]), observe([left, right]))

    assert [ids_by_row(found) for found in tracks] == [{0: 1, 1: 2}, {0: 2, 1: 1}, {0: 1, 1: 2}]
    assert tracks[1].ids.tolist() == [1, 2]  # in the order of birth
    assert tracks[1].boxes.tolist() == [left, right]


def test_crossing_objects_keep_their_identities_by_looks_and_swap_them_by_overlap():
    """They meet, and each stands next where the other was."""
    detections = [
        observe([[0, 0, 4, 4], [4, 0, 8, 4]], embeddings=[RED, BLUE]),
        observe([[1, 0, 5, 4], [3, 0, 7, 4]], embeddings=[RED, BLUE]),
        observe([[4, 0, 8, 4], [0, 0, 4, 4]], embeddings=[RED, BLUE]),
    ]
    assert [ids_by_row(found) for found in run(by_looks(), *detections)] == [{0: 1, 1: 2}] * 3
    assert ids_by_row(run(by_overlap(), *detections)[2]) == {0: 2, 1: 1}


def test_an_occluded_object_comes_back_with_its_identity():
    both = observe([[0, 0, 4, 4], [4, 0, 8, 4]], embeddings=[RED, BLUE])
    front = observe([[2, 0, 6, 4]], embeddings=[BLUE])
    tracks = run(by_looks(keep_alive=2), both, front, front, both)
    assert [found.ids.tolist() for found in tracks] == [[1, 2], [2], [2], [1, 2]]


def test_an_identity_is_never_used_again():
    here = observe([[0, 0, 4, 4]])
    tracks = run(by_overlap(), here, observe(), here, observe(), here)
    assert [found.ids.tolist() for found in tracks] == [[1], [], [2], [], [3]]


def test_a_second_video_begins_afresh():
    tracker = by_looks(keep_alive=5)
    first = run(tracker, observe([[0, 0, 4, 4], [4, 0, 8, 4]], embeddings=[RED, BLUE]))
    second = run(tracker, observe([[4, 0, 8, 4]], embeddings=[BLUE]), observe([[4, 0, 8, 4]], embeddings=[BLUE]))
    assert first[0].ids.tolist() == [1, 2]
    assert [found.ids.tolist() for found in second] == [[1], [1]]


def test_without_a_reset_between_videos_the_caller_is_told():
    tracker = by_overlap()
    run(tracker, observe(), observe())
    with pytest.raises(ValueError, match=r"frame 0 of 'street' comes after frame 1; call reset\(\)"):
        tracker.track(observe(), frame(0))


def test_two_trackers_side_by_side_know_nothing_of_each_other():
    here, there = observe([[0, 0, 4, 4]]), observe([[4, 4, 8, 8]])
    one, other = by_overlap(), by_overlap()
    assert one.track(here, frame(0)).ids.tolist() == [1]
    assert other.track(there, frame(0)).ids.tolist() == [1]
    assert one.track(there, frame(1)).ids.tolist() == [2]
    assert other.track(there, frame(1)).ids.tolist() == [1]


def test_a_video_that_begins_empty():
    tracks = run(
        algorithm1("bottom"), observe(), observe_masks([]), observe_masks([rectangle(0, 0, 4, 4)], embeddings=[RED])
    )
    assert [found.ids.tolist() for found in tracks] == [[], [], [1]]


def test_tracks_point_to_the_rows_they_came_from():
    weak_first = observe([[0, 0, 1, 1], [2, 2, 6, 6], [0, 4, 2, 6]], scores=[0.1, 0.9, 0.6])
    (tracks,) = run(by_overlap(min_score=0.3), weak_first)
    assert tracks.rows.tolist() == [1, 2]
    assert tracks.scores.tolist() == [np.float32(0.9), np.float32(0.6)]
    assert tracks.boxes.tolist() == [[2, 2, 6, 6], [0, 4, 2, 6]]


def test_later_stages_get_what_earlier_ones_left():
    """High scores first by overlap, then low scores too, within a wider gate."""
    tracker = StagedTracker(
        [Stage([BoxIoUCue()], max_cost=0.5, min_score=0.6), Stage([BoxCentreCue()], max_cost=3, max_score=0.6)],
        Lifecycle(birth_score=0.6),
    )
    tracks = run(
        tracker,
        observe([[0, 0, 2, 2], [4, 4, 6, 6]]),
        observe([[2, 0, 4, 2], [4, 4, 6, 6]], scores=[0.3, 0.9]),
        observe([[4, 0, 6, 2], [4, 4, 6, 6]], scores=[0.7, 0.9]),  # too strong for the stage with the wider gate
    )
    assert [ids_by_row(found) for found in tracks] == [{0: 1, 1: 2}, {0: 1, 1: 2}, {0: 3, 1: 2}]


def test_motion_carries_an_object_through_an_occlusion_at_its_pace():
    """Ten pixels a frame: after four frames behind a pole it is 50 pixels further, where only motion looks for it."""

    def video():
        for index in range(20):
            x = 10.0 * index
            yield observe() if 12 <= index < 16 else observe([[x, 0, x + 20, 40]])

    def identities(motion):
        tracker = StagedTracker([Stage([BoxIoUCue()], 0.7)], Lifecycle(0.5, keep_alive=8), motion=motion)
        return [tracks.ids.tolist() for tracks in run(tracker, *video())], tracker

    with_motion, tracker = identities(BoxKalmanFilter())
    assert with_motion == [[1]] * 12 + [[]] * 4 + [[1]] * 4
    np.testing.assert_allclose(tracker.bank.boxes, [[190, 0, 210, 40]], atol=0.5)  # smoothed, not as detected
    assert identities(None)[0][16:] == [[2]] * 4


def test_a_skipped_frame_counts_as_time_for_motion():
    tracker = StagedTracker([Stage([BoxIoUCue()], 0.7)], Lifecycle(0.5, keep_alive=8), motion=BoxKalmanFilter())
    seen = [tracker.track(observe([[10 * i, 0, 10 * i + 20, 40]]), frame(i)).ids.tolist() for i in (*range(12), 16)]
    assert seen == [[1]] * 13


def test_many_objects_are_matched_as_few_are():
    """Above a certain number only boxes that overlap are looked at; far groups must not change what a group does."""
    rng = np.random.default_rng(1)
    group = rng.uniform(0, 40, (10, 2))
    group = np.concatenate([group, group + rng.uniform(8, 20, (10, 2))], axis=1)
    moved = group + rng.normal(0, 3, (10, 1))
    offsets = np.arange(8)[:, None, None] * [1000.0, 0, 1000, 0]

    def partners(before, after):
        tracks = run(by_overlap(), observe(before), observe(after))[1]
        return {row: identity - 1 for row, identity in ids_by_row(tracks).items() if identity <= len(before)}

    few = partners(group, moved)
    many = partners((group + offsets).reshape(-1, 4), (moved + offsets).reshape(-1, 4))
    assert len(few) > 5
    assert many == {10 * copy + row: 10 * copy + other for copy in range(8) for row, other in few.items()}


def test_weights_trade_one_cue_against_another():
    start = observe([[0, 0, 4, 4]], embeddings=[RED])
    choice = observe([[0, 0, 4, 4], [4, 0, 8, 4]], embeddings=[BLUE, RED])  # where it was, or how it looked

    def chosen(weights):
        stage = Stage([BoxIoUCue(), EmbeddingCue()], max_cost=2.0, weights=weights)
        return ids_by_row(
            run(
                StagedTracker([stage], Lifecycle(birth_score=0.95)),
                observe(start.boxes, [0.95], embeddings=start.embeddings),
                choice,
            )[1]
        )

    assert chosen([1.0, 0.1]) == {0: 1}
    assert chosen([0.1, 1.0]) == {1: 1}


def test_algorithm1_prefers_the_propagated_mask_to_looks():
    moved = np.full((8, 8, 2), [4, 0], np.float32)
    tracker = algorithm1()
    tracker.track(observe_masks([rectangle(0, 0, 4, 4)], embeddings=[RED]), frame(0))
    tracks = tracker.track(
        observe_masks([rectangle(0, 0, 4, 4), rectangle(4, 0, 8, 4)], embeddings=[RED, BLUE]), frame(1, moved)
    )
    assert ids_by_row(tracks) == {1: 1, 0: 2}


def test_algorithm1_finds_lost_tracks_again_by_any_earlier_look_and_emits_them_once():
    """Red turned blue before it was lost; the gallery still knows it was red once. Weak detections may continue it."""
    here, there = rectangle(0, 0, 4, 4), rectangle(4, 4, 8, 8)
    tracks = run(
        algorithm1(),
        observe_masks([here], embeddings=[RED]),
        observe_masks([here], embeddings=[BLUE]),
        observe_masks([]),
        observe_masks([there], scores=[0.9], embeddings=[RED]),
        observe_masks([here], scores=[0.3], embeddings=[BLUE]),
        observe_masks([here], scores=[0.3], embeddings=[[-1.0, 0.0]]),
    )
    assert [found.ids.tolist() for found in tracks] == [[1], [1], [], [1], [1], []]


def test_algorithm1_gives_the_nearest_detection_the_track_when_two_look_alike():
    here, left, right = rectangle(0, 0, 2, 2), rectangle(4, 4, 6, 6), rectangle(6, 6, 8, 8)
    tracks = run(
        algorithm1(),
        observe_masks([here], embeddings=[[1.0, 0.0]]),
        observe_masks([left, right], embeddings=[[1.3, 0.0], [1.1, 0.0]]),
    )
    assert ids_by_row(tracks[1]) == {1: 1, 0: 2}


def test_overlap_is_resolved_in_the_report_and_not_in_the_memory():
    """The covered half of the lower score is not reported, yet the next frame is compared with all of it."""
    whole, front = rectangle(0, 0, 8, 4), rectangle(4, 0, 8, 8)
    tracker = StagedTracker([Stage([MaskIoUCue()], 0.4)], Lifecycle(birth_score=0.5), overlap="score")
    first, second = run(tracker, observe_masks([whole, front], [0.6, 0.9]), observe_masks([whole], [0.6]))
    assert [int(decode(mask).sum()) for mask in first.masks] == [16, 32]
    assert second.ids.tolist() == [1]


def test_same_input_same_output():
    rng = np.random.default_rng(3)
    video = []
    for _ in range(20):
        corners = rng.integers(0, 5, (6, 2))
        masks = [rectangle(x, y, x + 3, y + 3) for x, y in corners]
        video.append(observe_masks(masks, rng.random(6), embeddings=rng.normal(size=(6, 4))))

    first = run(algorithm1("score"), *video)
    second = run(algorithm1("score"), *video)

    assert sum(len(found) for found in first) > 20
    for a, b in zip(first, second, strict=True):
        assert a.ids.tolist() == b.ids.tolist()
        assert a.rows.tolist() == b.rows.tolist()
        assert a.masks == b.masks


def test_memory_does_not_grow_with_the_video():
    rng = np.random.default_rng(0)
    tracker = algorithm1()
    sizes = []
    for index in range(300):  # three new, unlike objects a frame
        masks = [rectangle(x, 0, x + 2, 2) for x in (0, 3, 6)]
        tracker.track(
            observe_masks(masks, embeddings=rng.normal(0, 100, (3, 2))),
            frame(index, np.full((8, 8, 2), 20, np.float32)),
        )
        sizes.append((len(tracker.bank), len(tracker.gallery._vectors)))
    assert tracker.id_allocator.take(1) == 901
    assert sizes[10:] == [sizes[10]] * 290
    assert sizes[10][0] == 13  # ten lost, three seen


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"solver": "best"}, "solver 'best' is none of hungarian, saving, greedy"),
        ({"states": ("confirmed", "removed")}, "states removed are none of tentative, confirmed, lost"),
        ({"weights": [1.0, 2.0]}, r"1 cue\(s\) with weights \[1.0, 2.0\]"),
        ({"weights": [0.0]}, "each needs one above 0"),
        ({"cues": []}, r"0 cue\(s\)"),
    ],
)
def test_wrong_settings_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        Stage(**{"cues": [BoxIoUCue()], "max_cost": 1.0, **wrong})


def test_tracking_costs_no_torch():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, mots_plugin.tracking, mots_plugin.flow; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "mots_plugin.tracking.tracker" in loaded
    assert {"torch", "mmdet", "mmcv", "mmengine", "cv2"}.isdisjoint(loaded)
