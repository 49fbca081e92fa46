"""Two classes, one source of identities, one resolution of overlaps."""

import numpy as np
import pytest
from tracking_scenes import frame, ids_by_row, observe, observe_masks, rectangle, run

from mots_plugin.formats.rle import decode
from mots_plugin.tracking import BoxIoUCue, Lifecycle, PerClassTracker, Stage, StagedTracker

CAR, PEDESTRIAN = 0, 1


def one_class(birth_score: float, keep_alive: int = 0) -> StagedTracker:
    return StagedTracker([Stage([BoxIoUCue()], 0.9)], Lifecycle(birth_score, keep_alive=keep_alive))


def both_classes(overlap=None) -> PerClassTracker:
    """Cars need 0.5 and are not kept alive; pedestrians need 0.8 and are, for two frames."""
    return PerClassTracker([one_class(0.5), one_class(0.8, keep_alive=2)], overlap)


def test_classes_never_match_each_other_and_share_the_identities():
    here = [0, 0, 4, 4]
    tracks = run(
        both_classes(),
        observe([here, here], labels=[PEDESTRIAN, CAR]),
        observe([here], labels=[CAR]),
        observe([here, [4, 4, 8, 8]], labels=[PEDESTRIAN, CAR]),
    )
    assert [ids_by_row(found) for found in tracks] == [{1: 1, 0: 2}, {0: 1}, {0: 2, 1: 3}]
    assert tracks[0].labels.tolist() == [CAR, PEDESTRIAN]


def test_each_class_has_its_own_constants():
    boxes = [[0, 0, 4, 4], [4, 4, 8, 8]]
    tracks = run(
        both_classes(),
        observe(boxes, scores=[0.6, 0.6], labels=[CAR, PEDESTRIAN]),
        observe(boxes, scores=[0.6, 0.9], labels=[CAR, PEDESTRIAN]),
        observe(),
        observe(boxes, labels=[CAR, PEDESTRIAN]),
    )
    assert [ids_by_row(found) for found in tracks] == [{0: 1}, {0: 1, 1: 2}, {}, {0: 3, 1: 2}]


def test_identities_start_again_in_the_next_video():
    tracker = both_classes()
    seen = observe([[0, 0, 4, 4], [4, 4, 8, 8]], labels=[PEDESTRIAN, CAR])
    assert [run(tracker, seen)[0].ids.tolist() for _ in range(2)] == [[1, 2], [1, 2]]


def test_two_of_them_side_by_side_count_apart():
    here = observe([[0, 0, 4, 4]], labels=[PEDESTRIAN])
    one, other = both_classes(), both_classes()
    assert one.track(here, frame(0)).ids.tolist() == [1]
    assert other.track(here, frame(0)).ids.tolist() == [1]


def test_overlap_is_resolved_between_classes():
    car, pedestrian = rectangle(0, 2, 8, 6), rectangle(2, 0, 4, 8)
    seen = observe_masks([car, pedestrian], scores=[0.95, 0.9], labels=[CAR, PEDESTRIAN])

    def pixels(overlap):
        (tracks,) = run(both_classes(overlap), seen)
        return [int(decode(mask).sum()) for mask in tracks.masks]

    assert pixels("score") == [32, 16 - 8]
    assert pixels("bottom") == [32 - 8, 16]
    assert pixels(None) == [32, 16]


def test_a_detection_that_no_track_took_carves_nothing():
    car, weak_pedestrian = rectangle(0, 2, 8, 6), rectangle(2, 0, 4, 8)
    (tracks,) = run(both_classes("bottom"), observe_masks([car, weak_pedestrian], [0.9, 0.7], [CAR, PEDESTRIAN]))
    assert [int(decode(mask).sum()) for mask in tracks.masks] == [32]


def test_a_covered_mask_is_not_reported_but_its_track_lives_on():
    hidden, front = rectangle(2, 2, 4, 4), rectangle(0, 0, 8, 8)
    seen = observe_masks([hidden, front], labels=[CAR, PEDESTRIAN])
    first, second = run(both_classes("bottom"), seen, observe_masks([hidden], labels=[CAR]))
    assert ids_by_row(first) == {1: 2}
    assert ids_by_row(second) == {0: 1}


def test_an_empty_frame_is_empty():
    (tracks,) = run(both_classes("score"), observe_masks([]))
    assert len(tracks) == 0
    assert tracks.masks == []
    assert tracks.boxes.shape == (0, 4)
    assert tracks.ids.dtype == tracks.rows.dtype == tracks.labels.dtype == np.int64


def test_a_label_without_a_tracker_is_named():
    with pytest.raises(ValueError, match=r"observations of labels \[1, 2\], but there are trackers for 0 to 1 only"):
        run(both_classes(), observe([[0, 0, 1, 1]] * 2, labels=[1, 2]))
