"""Anchors fitted to boxes: clusters by overlap, and what they catch; drawn by hand."""

import importlib.util

import numpy as np
import pytest
from command_lines import ROOT


@pytest.fixture(scope="module")
def fit_anchors():
    spec = importlib.util.spec_from_file_location("fit_anchors", ROOT / "tools" / "analysis" / "fit_anchors.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sizes_that_differ_become_anchors_of_their_own(fit_anchors):
    """Small boxes, slim people and wide cars, around three medians; by area."""
    rng = np.random.default_rng(0)
    medians = np.array([[8, 9], [20, 60], [80, 40]], float)
    sizes = np.concatenate([median + rng.uniform(-1, 1, (51, 2)) for median in medians])
    assert np.abs(fit_anchors.fit(sizes, 3) - medians).max() < 0.5


def test_a_box_between_cells_is_caught_less_well(fit_anchors):
    """Cells of 16 pixels: on a corner the anchor is the box; half a cell off, three quarters of it."""
    boxes = np.array([[16.0, 16, 48, 48], [24, 16, 56, 48], [24, 24, 56, 56]])
    overlaps = fit_anchors.best_overlaps(boxes, np.array([[32.0, 32]]), 16)
    assert overlaps.tolist() == pytest.approx([1, 24 / 40, 24 * 24 / (2 * 32 * 32 - 24 * 24)])
    assert fit_anchors.caught(boxes, [np.array([[32.0, 32]])], [16]).tolist() == [True, True, False]


def test_any_level_may_catch_a_box(fit_anchors):
    boxes = np.array([[24.0, 24, 56, 56], [0, 0, 4, 4]])
    levels = [np.array([[32.0, 32]]), np.array([[32.0, 32]])]
    assert fit_anchors.caught(boxes, levels, [16, 8]).tolist() == [True, False]
