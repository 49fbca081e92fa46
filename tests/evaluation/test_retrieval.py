"""True positive rates by hand, and as JDE computes them with scikit-learn and SciPy from all pairs at once."""

from __future__ import annotations

import numpy as np
import pytest

from mots_plugin.evaluation.functional import retrieval
from mots_plugin.evaluation.functional.retrieval import FALSE_ACCEPT_RATES, true_positive_rates


def on_circle(*degrees: float) -> np.ndarray:
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1)


def test_four_directions_by_hand() -> None:
    """Pairs by falling similarity: 10° same, 25° different, 35° same, 55° and more different."""
    embeddings, identities = on_circle(0, 10, -25, 90), np.array([7, 7, 7, 8])
    # Same: 10°, 25°, 35°. Different: 90° (0 to 90), 80°, 115°; one with similarity 0 but for rounding.
    assert true_positive_rates(embeddings, identities, [1e-6, 0.5]).tolist() == [1, 1]
    # Swap roles: same are 0 and 90 (90°) and -25 with 10 (35°); different 10°, 25°, 80°, 115°.
    rates = true_positive_rates(embeddings, np.array([1, 2, 2, 1]), [0.1, 0.25, 0.5, 0.625, 0.75, 0.9, 1.0])
    # Curve: (1/4, 0) (2/4, 0) (2/4, 1/2) (3/4, 1/2) (3/4, 1) (1, 1); at a step, its upper end.
    assert rates.tolist() == pytest.approx([0, 0, 0.5, 0.5, 1, 1, 1])


def test_between_two_points_of_the_curve_the_rate_is_interpolated() -> None:
    """Three equal similarities, one of them of the same identity: a slope from (0, 0) to (1, 1)."""
    third = on_circle(0, 120, 240)
    rates = true_positive_rates(np.round(third @ third.T, 9), np.array([1, 1, 2]), [0.1, 0.5])
    assert rates.tolist() == pytest.approx([0.1, 0.5])


def test_length_unlabelled_and_orthogonal_embeddings_do_not_matter() -> None:
    embeddings, identities = on_circle(0, 10, -25, 80), np.array([1, 2, 2, 1])
    expected = true_positive_rates(embeddings, identities)
    longer = np.vstack([embeddings * [[1], [2], [3], [0.5]], on_circle(5, 6)])
    assert true_positive_rates(longer, np.append(identities, [-1, -1])).tolist() == pytest.approx(expected.tolist())
    # A third axis gives exact zeros, which JDE leaves out.
    flat = np.pad(embeddings, ((0, 1), (0, 1)))
    flat[-1, -1] = 1
    assert true_positive_rates(flat, np.append(identities, 9)).tolist() == pytest.approx(expected.tolist())


def test_pairs_of_one_kind_have_no_rate() -> None:
    assert np.isnan(true_positive_rates(on_circle(0, 10), np.array([1, 1]))).all()
    assert np.isnan(true_positive_rates(on_circle(0, 10), np.array([1, 2]))).all()
    assert np.isnan(true_positive_rates(np.zeros((0, 4)), np.zeros(0, int))).all()


def from_all_pairs(embeddings: np.ndarray, identities: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """The ROC curve of all pairs at once: a point at each distinct similarity, and linear interpolation."""
    embeddings = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    similarities = embeddings @ embeddings.T
    kept = np.triu(np.ones_like(similarities, bool), 1) & (similarities != 0)
    similarities, same = similarities[kept], (identities[:, None] == identities)[kept]
    thresholds = np.unique(similarities)[::-1]
    false_rates = [np.mean(similarities[~same] >= threshold) for threshold in thresholds]
    true_rates = [np.mean(similarities[same] >= threshold) for threshold in thresholds]
    return np.interp(rates, [0, *false_rates], [0, *true_rates])


@pytest.mark.parametrize("decimals", [0, 1, 9])
@pytest.mark.parametrize("bins", [1, 64, 2**16])
def test_blocks_and_bins_change_nothing(monkeypatch: pytest.MonkeyPatch, decimals: int, bins: int) -> None:
    """Coarse embeddings, so that many similarities tie; blocks smaller than the set; any number of bins."""
    rng = np.random.default_rng(decimals)
    identities = rng.integers(0, 6, 60)
    embeddings = np.round(rng.normal(size=(6, 4))[identities] + 0.7 * rng.normal(size=(60, 4)), decimals) + 0.01
    rates = np.concatenate([FALSE_ACCEPT_RATES, np.linspace(0.001, 1, 50)])
    expected = from_all_pairs(embeddings, identities, rates)
    monkeypatch.setattr(retrieval, "_BLOCK", 17)
    monkeypatch.setattr(retrieval, "_BINS", bins)
    np.testing.assert_allclose(true_positive_rates(embeddings, identities, rates), expected, atol=1e-12)


def test_numbers_of_scikit_learn() -> None:
    """Made with ``roc_curve`` of scikit-learn 1.9.1 and ``interp1d`` of SciPy 1.17.1, as in JDE's ``test_emb``."""
    angles = np.arange(480) ** 1.7
    identities = np.arange(480) % 6
    embeddings = np.stack(
        [np.cos(0.3 * identities), np.sin(0.3 * identities), 0.8 * np.cos(angles), 0.8 * np.sin(angles)], axis=1
    )
    rates = true_positive_rates(embeddings, identities)
    assert rates.tolist() == pytest.approx(
        [*[0.11824894514767932] * 3, 0.11830168776371308, 0.12178270042194093, 0.26228902953586497]
    )
