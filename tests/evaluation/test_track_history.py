"""Who followed whom: drawings, and the counts of CLEAR."""

import numpy as np
import pytest
from random_tracks import perturb, random_truth

from mots_plugin.evaluation.functional.mask_pairs import mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts
from mots_plugin.evaluation.functional.track_history import follow_tracks

CAR, PEDESTRIAN = 1, 2


def test_a_car_that_is_missed_switches_and_has_a_ghost_beside_it(draw):
    there, gone = "11....aa 11....aa", "......aa ......aa"
    truth = draw(there, there, there, there)
    other = there.replace("1", "5")
    ghost = "55.7..aa 55.7..aa"
    pairs = mask_pairs(truth, draw(there, gone, other, ghost), range(4))
    history = follow_tracks(pairs, CAR)
    assert history.tracks.tolist() == [1, 1, 1, 1]
    assert history.frames.tolist() == [0, 1, 2, 3]
    assert history.followers.tolist() == [1, -1, 5, 5]
    assert history.missed.tolist() == [False, True, False, False]
    assert history.switches.tolist() == [2]
    assert history.before.tolist() == [-1, -1, 0, -1]  # the match in frame 0
    assert (history.false_frames.tolist(), history.false_ids.tolist()) == ([3], [7])
    assert history.errors_in(range(4)).tolist() == [0, 1, 1, 1]
    assert pairs.ground_truth.track_ids[history.gt_rows].tolist() == [1, 1, 1, 1]
    assert pairs.predictions.track_ids[history.false_rows].tolist() == [7]
    # By the rule of the paper, a switch must follow at once.
    assert not len(follow_tracks(pairs, CAR, "predecessor").switches)
    # The pedestrian is followed all the time.
    assert follow_tracks(pairs, PEDESTRIAN).followers.tolist() == [101] * 4


def test_what_an_ignore_region_excuses_is_no_false_positive(draw):
    truth, found = draw("11..####"), draw("11..22..")
    assert follow_tracks(mask_pairs(truth, found, range(1)), CAR).false_ids.tolist() == []


@pytest.mark.parametrize("rule", ["last_match", "predecessor"])
@pytest.mark.parametrize("seed", range(4))
def test_there_are_as_many_errors_as_clear_counts(seed, rule):
    rng = np.random.default_rng(seed)
    truth = random_truth(rng, 12, (14, 18), 8)
    pairs = mask_pairs(truth, perturb(truth, rng, jitter=1), range(12))
    for class_id in (CAR, PEDESTRIAN):
        history, counts = follow_tracks(pairs, class_id, rule), mots_counts(pairs.of_class(class_id), "trackeval", rule)
        assert len(history.switches) == counts.id_switches
        assert int(history.missed.sum()) == counts.fn
        assert len(history.false_ids) == counts.fp
        assert int((~history.missed).sum()) == counts.tp
        assert history.errors_in(range(12)).sum() == counts.id_switches + counts.fn + counts.fp
