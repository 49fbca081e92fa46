"""Numbers of the evaluation published with the paper, obtained by running it.

github.com/VisualComputingInstitute/mots_tools, ``compute_MOTS_metrics_per_sequence`` and ``compute_prec_rec_clearmot``
in ``mots_eval/MOTS_metrics.py`` with ``mask_iou`` of ``mots_eval/eval.py``, over the sequence below. (The same
comparison was run over 1,500 random sequences, and agreed in every count.)
"""

import numpy as np
import pytest
from random_tracks import perturb, random_truth

from mots_plugin.evaluation.functional.mask_pairs import mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts, mots_scores

CARS = {
    "sMOTSA": -0.2813727728500455,
    "MOTSA": -0.23484848484848486,
    "MOTSP": 0.8746692649753874,
    "MODSA": -0.18181818181818188,
    "MOTSAL": -0.1882204396970777,
    "recall": 0.3712121212121212,
    "precision": 0.4016393442622951,
    "F1": 0.38582677165354334,
    "FAR": 1.825,
    "TP": 49,
    "FP": 73,
    "FN": 83,
    "IDSW": 7,
    "Frag": 14,
    "MT": 0,
    "PT": 4,
    "ML": 0,
}
PEDESTRIANS = {
    "sMOTSA": -0.25608295429932865,
    "MOTSA": -0.22222222222222232,
    "MOTSP": 0.9137509654639743,
    "MODSA": -0.1333333333333333,
    "MOTSAL": -0.1413272684892417,
    "recall": 0.3925925925925926,
    "precision": 0.4274193548387097,
    "F1": 0.4092664092664092,
    "FAR": 1.775,
    "TP": 53,
    "FP": 71,
    "FN": 82,
    "IDSW": 12,
    "Frag": 15,
    "MT": 0,
    "PT": 4,
    "ML": 0,
}


@pytest.mark.parametrize(("class_id", "expected"), [(1, CARS), (2, PEDESTRIANS)])
def test_numbers_of_mots_tools(class_id: int, expected: dict[str, float]) -> None:
    rng = np.random.default_rng(7)
    truth = random_truth(rng, 40, (12, 12), 8)
    pairs = mask_pairs(truth, perturb(truth, rng, jitter=1), range(40))
    scores = mots_scores(mots_counts(pairs.of_class(class_id, strict=True), "mots_tools"), rules="mots_tools")
    assert {name: scores[name] for name in expected} == pytest.approx(expected, abs=1e-12)


def test_trackeval_counts_otherwise_on_the_same_sequence() -> None:
    """So that the comparison above is one of the rules, not of what both have in common."""
    rng = np.random.default_rng(7)
    truth = random_truth(rng, 40, (12, 12), 8)
    pairs = mask_pairs(truth, perturb(truth, rng, jitter=1), range(40))
    scores = mots_scores(mots_counts(pairs.of_class(1)))
    assert scores["Frag"] != CARS["Frag"]
    assert scores["TP"] != CARS["TP"]
