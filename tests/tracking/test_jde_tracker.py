"""JDE's association: what it needs beyond stages of cues, and the decisions of the official tracker."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from jde_streams import real_stream, street_stream
from mmengine.config import Config
from tracking_scenes import frame, ids_by_row, observe, run

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking import (
    BoxIoUCue,
    BoxKalmanFilter,
    DuplicateRule,
    EmbeddingCue,
    Lifecycle,
    Stage,
    StagedTracker,
)

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "_base_" / "trackers" / "jde.py"
OFFICIAL = json.loads((Path(__file__).parent / "jde_decisions.json").read_text())
RED, BLUE = [1.0, 0.0], [0.0, 1.0]
HERE, THERE = [0, 0, 40, 80], [200, 0, 240, 80]


def jde(**lifecycle):
    config = copy.deepcopy(Config.fromfile(CONFIG).tracker.to_dict())
    config["trackers"][0]["lifecycle"].update(lifecycle)
    return build_torch_free(config)


def decisions(stream, frames_per_second=30.0) -> list[list[int]]:
    """Identities reported in each frame, ascending."""
    tracker, found = jde(), []
    for index, (boxes, scores, embeddings) in enumerate(stream):
        labels = np.zeros(len(boxes), np.int64)
        at = Frame(index, (300, 400), "street", frames_per_second=frames_per_second)
        found.append(sorted(tracker.track(Observations(boxes, scores, labels, None, embeddings), at).ids.tolist()))
    return found


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_generated_boxes_get_the_identities_of_the_official_tracker(seed):
    official = OFFICIAL[f"generated {seed}"]
    assert len({identity for ids in official for identity in ids}) > 12
    assert decisions(street_stream(seed)) == official


@pytest.mark.parametrize("sequence", ["TUD-Campus", "TUD-Stadtmitte"])
def test_real_boxes_get_the_identities_of_the_official_tracker(shared_data, sequence):
    assert decisions(real_stream(shared_data / "mot15_tud" / sequence), 25.0) == OFFICIAL[sequence]


def test_a_track_is_reported_from_its_second_frame_on():
    seen = observe([HERE, THERE], embeddings=[RED, BLUE])
    assert [tracks.ids.tolist() for tracks in run(jde(), seen, seen, seen)] == [[], [1, 2], [1, 2]]


def test_looks_count_only_near_where_motion_leads():
    """They swap looks: each stays with its place by overlap, since the other place is beyond the gate."""
    before, after = observe([HERE, THERE], embeddings=[RED, BLUE]), observe([HERE, THERE], embeddings=[BLUE, RED])
    assert ids_by_row(run(jde(), before, before, after)[-1]) == {0: 1, 1: 2}


def test_a_lost_track_is_found_by_its_looks_and_a_stranger_in_its_place_is_not_it():
    seen = [observe([HERE], embeddings=[RED])] * 3
    gap = [observe(embeddings=np.zeros((0, 2)))] * 5
    assert run(jde(), *seen, *gap, seen[0])[-1].ids.tolist() == [1]
    stranger = observe([HERE], embeddings=[BLUE])
    assert run(jde(), *seen, *gap, stranger, stranger)[-1].ids.tolist() == []  # a duplicate of the track that is lost


@pytest.mark.parametrize(("frames_per_second", "missed", "found"), [(10, 10, True), (10, 11, False), (30, 11, True)])
def test_lost_tracks_are_kept_for_a_second_of_video(frames_per_second, missed, found):
    tracker = jde(keep_alive_seconds=1.0, confirm_hits=1)
    seen, nothing = observe([HERE], embeddings=[RED]), observe(embeddings=np.zeros((0, 2)))
    video = [seen, *[nothing] * missed, seen]
    tracks = [
        tracker.track(observations, Frame(index, (300, 400), frames_per_second=frames_per_second))
        for index, observations in enumerate(video)
    ]
    assert tracks[-1].ids.tolist() == ([1] if found else [2])


def test_parts_of_a_second_are_rounded_down_to_frames():
    lifecycle = Lifecycle(birth_score=0.5, keep_alive_seconds=0.1)
    assert lifecycle._frames_alive(Frame(0, (8, 8), frames_per_second=30)) == 3
    assert lifecycle._frames_alive(Frame(0, (8, 8), frames_per_second=29)) == 2


def test_embeddings_are_smoothed_as_unit_vectors():
    tracker = StagedTracker([Stage([EmbeddingCue()], max_cost=9.0)], Lifecycle(birth_score=0.5), embedding_momentum=0.9)
    run(tracker, observe([HERE], embeddings=[[5.0, 0.0]]), observe([HERE], embeddings=[[0.0, 0.2]]))
    np.testing.assert_allclose(tracker.bank.embeddings, np.array([[0.9, 0.1]]) / np.hypot(0.9, 0.1), rtol=1e-6)


def test_without_momentum_the_last_embedding_is_kept_as_it_was():
    tracker = StagedTracker([Stage([EmbeddingCue()], max_cost=9.0)], Lifecycle(birth_score=0.5))
    run(tracker, observe([HERE], embeddings=[[5.0, 0.0]]), observe([HERE], embeddings=[[0.0, 0.2]]))
    np.testing.assert_allclose(tracker.bank.embeddings, [[0.0, 0.2]])


def test_tracks_seen_once_may_stay_where_they_are_until_they_are_believed():
    """Without a prediction in between, the second box tells nothing of the velocity yet."""

    def after_two_frames(moving_states):
        tracker = StagedTracker(
            [Stage([BoxIoUCue()], max_cost=0.9)],
            Lifecycle(birth_score=0.5, confirm_hits=2),
            motion=BoxKalmanFilter(),
            moving_states=moving_states,
        )
        run(tracker, observe([[0, 0, 40, 80]]), observe([[10, 0, 50, 80]]))
        return tracker.bank.motion[0, 1, 0]  # velocity along x

    assert after_two_frames(("confirmed", "lost")) == 0
    assert after_two_frames(("tentative", "confirmed", "lost")) > 1
    with pytest.raises(ValueError, match="StagedTracker: states removed are none of tentative, confirmed, lost"):
        after_two_frames(("removed",))


@pytest.mark.parametrize(("seen_frames", "left"), [(2, [1]), (3, [1]), (4, [2])])
def test_of_two_tracks_in_one_place_the_one_followed_longer_stays(seen_frames, left):
    """Track 1 is seen in three frames and lost; track 2 appears beside it, and in the end where it was."""
    duplicates = DuplicateRule(BoxIoUCue(), max_cost=0.15)
    tracker = StagedTracker(
        [Stage([BoxIoUCue()], max_cost=0.9, states=("tentative", "confirmed"))],
        Lifecycle(birth_score=0.5, keep_alive=20),
        duplicates=duplicates,
    )
    beside = [[20, 0, 60, 80]] * (seen_frames - 1)
    boxes = [[HERE]] * 3 + [[]] + [[box] for box in beside] + [[HERE]]
    run(tracker, *(observe(found) for found in boxes))
    assert tracker.bank.ids.tolist() == left


def test_the_last_pixel_makes_boxes_larger():
    """Boxes of 4x4 that share 2x4: an overlap of 1/3; with the last pixels 5x5 that share 3x5: 3/7."""
    tracker = StagedTracker([Stage([BoxIoUCue()], max_cost=1.0)], Lifecycle(birth_score=0.5))
    run(tracker, observe([[0, 0, 4, 4]]))
    shifted = observe([[2, 0, 6, 4]])
    assert BoxIoUCue().cost(tracker.bank, shifted, frame(1)) == pytest.approx(1 - 1 / 3)
    assert BoxIoUCue(last_pixel=True).cost(tracker.bank, shifted, frame(1)) == pytest.approx(1 - 3 / 7)


def test_on_the_street_tracks_are_reported_at_once():
    config = Config.fromfile(CONFIG.with_name("jde_toy_street.py")).tracker.to_dict()
    tracker = build_torch_free(config)
    seen = observe([HERE, THERE], labels=[0, 1], embeddings=[RED, BLUE])
    assert [tracks.ids.tolist() for tracks in run(tracker, seen, seen)] == [[1, 2], [1, 2]]
    assert [stage.max_cost for stage in tracker.trackers[1].stages] == [0.7, 0.8, 0.8]
