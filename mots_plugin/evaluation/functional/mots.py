"""MOTS metrics: sMOTSA, MOTSA, MOTSP and their kin.

Voigtlaender et al., "MOTS: Multi-Object Tracking and Segmentation", CVPR 2019, equations 1 to 5.
"""

from __future__ import annotations

import numpy as np

from mots_plugin.evaluation.functional.clear import ClearCounts, IdSwitchRule, Rules, clear_counts, clear_scores
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


_NAMES = {"sMOTA": "sMOTSA", "MOTA": "MOTSA", "MOTP": "MOTSP", "MODA": "MODSA", "MOTAL": "MOTSAL"}
"""What the metrics of CLEAR are called on masks."""


def mots_scores(counts: ClearCounts, single_sequence: bool = False, rules: Rules = "trackeval") -> dict[str, float]:
    """Turn counts into metrics.

    Args:
        counts: Counts of a sequence, or summed over several.
        single_sequence: See :func:`mots_plugin.evaluation.functional.clear.clear_scores`.
        rules: Likewise.

    Returns:
        As :func:`mots_plugin.evaluation.functional.clear.clear_scores`, with MOTSA for MOTA.
    """
    scores = clear_scores(counts, single_sequence, rules)
    return {_NAMES.get(name, name): value for name, value in scores.items()}
