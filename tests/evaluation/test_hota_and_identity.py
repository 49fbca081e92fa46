"""HOTA and IDF1 on drawings whose values can be checked by hand."""

import math

import pytest

from mots_plugin.evaluation.functional.hota import hota_counts, hota_scores
from mots_plugin.evaluation.functional.identity import IdentityCounts, identity_counts, identity_scores
from mots_plugin.evaluation.functional.mask_pairs import mask_pairs
from mots_plugin.evaluation.functional.track_pairs import TrackPairs
from mots_plugin.formats.mask_tracks import MaskTracks


def cars(truth: MaskTracks, predictions: MaskTracks) -> TrackPairs:
    return mask_pairs(truth, predictions, range(int(truth.frames.max()) + 1)).of_class(1)


def test_perfect(draw) -> None:
    truth = draw("11..22..", "11..22..")
    assert set(hota_scores(hota_counts(cars(truth, truth))).values()) == {1.0}
    assert identity_counts(cars(truth, truth)) == IdentityCounts(idtp=4)
    assert identity_scores(IdentityCounts(idtp=4))["IDF1"] == 1.0


def test_a_track_split_in_two_halves_keeps_detection_and_halves_association(draw) -> None:
    pairs = cars(draw(*["11......"] * 4), draw("22......", "22......", "33......", "33......"))
    scores = hota_scores(hota_counts(pairs))
    assert scores["DetA"] == scores["AssPr"] == scores["LocA"] == 1.0
    assert scores["AssA"] == scores["AssRe"] == 0.5
    assert scores["HOTA"] == pytest.approx(math.sqrt(0.5))
    assert identity_counts(pairs) == IdentityCounts(idtp=2, idfn=2, idfp=2)
    assert identity_scores(identity_counts(pairs))["IDF1"] == 0.5


def test_two_tracks_merged_into_one_identity(draw) -> None:
    pairs = cars(draw("11......", "11......", "..22....", "..22...."), draw(*["33......"] * 2, *["..33...."] * 2))
    scores = hota_scores(hota_counts(pairs))
    assert (scores["AssRe"], scores["AssPr"]) == (1.0, 0.5)
    assert identity_counts(pairs) == IdentityCounts(idtp=2, idfn=2, idfp=2)


def test_a_mask_of_iou_three_quarters_counts_up_to_that_threshold(draw) -> None:
    scores = hota_scores(hota_counts(cars(draw("1111...."), draw("111....."))))
    assert scores["DetA"] == scores["DetRe"] == scores["DetPr"] == 15 / 19  # 0.05, 0.10, …, 0.75
    assert scores["LocA"] == pytest.approx((15 * 0.75 + 4) / 19)  # 1 where nothing matches, as in trackeval


def test_the_match_that_fits_the_whole_track_wins_over_the_larger_overlap(draw) -> None:
    """In the last frame prediction 6 covers more of the truth, but 5 has followed it all along."""
    truth = draw(*["11111111"] * 4)
    pairs = cars(truth, draw("55555555", "55555555", "55555555", "55566666"))
    counts = hota_counts(pairs)
    assert counts.tp[0] == 4
    assert counts.similarity[0] == 3 + 3 / 8


def test_misses_and_false_alarms(draw) -> None:
    scores = hota_scores(hota_counts(cars(draw("11......", "11......"), draw("11..22..", "....22.."))))
    assert (scores["DetRe"], scores["DetPr"]) == pytest.approx((1 / 2, 1 / 3))
    assert scores["DetA"] == 1 / 4


def test_nothing_predicted(draw) -> None:
    pairs = cars(draw("11......"), draw("........").select([]))
    assert hota_scores(hota_counts(pairs))["HOTA"] == 0.0
    assert identity_counts(pairs) == IdentityCounts(idfn=1)
    assert identity_scores(identity_counts(pairs))["IDF1"] == 0.0


def test_identities_are_assigned_for_the_best_total_not_greedily(draw) -> None:
    """Truth 1 shares 3 frames with 5 and 2 with 6; truth 2 shares 2 with 5: 2 + 2 beats 3."""
    truth = draw(*["11....22"] * 5)
    pairs = cars(truth, draw("55......", "55......", "55......", "66....55", "66....55"))
    assert identity_counts(pairs) == IdentityCounts(idtp=4, idfn=6, idfp=3)
