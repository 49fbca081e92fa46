"""MOTS metrics: sMOTSA, MOTSA, MOTSP and their kin.

Voigtlaender et al., "MOTS: Multi-Object Tracking and Segmentation", CVPR 2019, equations 1 to 5.
"""

from __future__ import annotations

import math

import numpy as np

from mots_plugin.evaluation.functional.clear import ClearCounts, IdSwitchRule, Rules, clear_counts
from mots_plugin.evaluation.functional.matching import match_keeping_identities
from mots_plugin.evaluation.functional.track_pairs import TrackPairs


def mots_counts(
    pairs: TrackPairs, rules: Rules = "trackeval", id_switch_rule: IdSwitchRule = "last_match"
) -> ClearCounts:
    """Count the hits and errors of one class in one sequence.

    Args:
        pairs: The objects of the class (:meth:`mots_plugin.evaluation.functional.mask_pairs.MaskPairs.of_class`, with
            ``strict`` for the rules of mots_tools).
        rules: ``"trackeval"`` counts as trackeval 1.3.0 does, ``"mots_tools"`` as the evaluation published with the
            paper. They differ in masks whose IoU is exactly 0.5, a match for trackeval only, and in what a
            fragmentation is (see :func:`mots_plugin.evaluation.functional.clear.clear_counts`).
        id_switch_rule: See :func:`mots_plugin.evaluation.functional.clear.clear_counts`.
    """
    if rules == "trackeval":
        matches = match_keeping_identities(pairs, 0.5)
    else:
        matches = np.flatnonzero(pairs.similarities > 0.5)
    return clear_counts(pairs, matches, rules, id_switch_rule)


def mots_scores(counts: ClearCounts, single_sequence: bool = False, rules: Rules = "trackeval") -> dict[str, float]:
    """Turn counts into metrics.

    Args:
        counts: Counts of a sequence, or summed over several.
        single_sequence: The counts are those of one sequence and class: without ground truth, trackeval then gives
            accuracies of 0, but divides by one where the sum over sequences has none.
        rules: With ``"mots_tools"``, accuracies without ground truth are minus infinity, and MOTSP is infinite without
            a match.

    Returns:
        Fractions (not percent), FAR in false positives per frame, and the counts themselves as integers; names as
        trackeval spells them, MOTSA for MOTA.
    """
    tp, fp, fn, switches, soft_tp = counts.tp, counts.fp, counts.fn, counts.id_switches, counts.similarity
    objects, hypotheses = tp + fn, tp + fp
    infinite = rules == "mots_tools"

    def accuracy(credit: float) -> float:
        if objects:
            return credit / objects
        if infinite:
            return -math.inf
        return 0.0 if single_sequence else float(credit)

    return {
        "sMOTSA": accuracy(soft_tp - fp - switches),
        "MOTSA": accuracy(tp - fp - switches),
        "MOTSP": math.inf if infinite and not tp else soft_tp / max(1, tp),
        "MODSA": accuracy(tp - fp),
        "MOTSAL": accuracy(tp - fp - (math.log10(switches) if switches else 0)),
        "recall": tp / max(1, objects),
        "precision": tp / max(1, hypotheses),
        "F1": 2 * tp / max(1, objects + hypotheses),
        "FAR": fp / max(1, counts.frames),
        "TP": tp,
        "FP": fp,
        "FN": fn,
        "IDSW": switches,
        "Frag": counts.fragmentations,
        "MT": counts.mostly_tracked,
        "PT": counts.partly_tracked,
        "ML": counts.mostly_lost,
    }
