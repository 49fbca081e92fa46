"""Panoptic maps drawn by hand, and random panoptic videos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.panoptic_overlaps import PanopticOverlaps, count_overlaps
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import panoptic_ids

ROAD, SKY, CAR, PERSON, VOID = 0, 1, 2, 3, 255
CLASSES = PanopticClasses(("road", "sky", "car", "person"), frozenset({CAR, PERSON}))

# Stuff, void and crowds by their symbols; digits are cars, letters from a on people.
_SYMBOLS = {"_": (ROAD, 0), "~": (SKY, 0), "#": (VOID, 0), "C": (CAR, 0), "P": (PERSON, 0)}


def draw(drawing: str) -> NDArray[np.uint32]:
    """``_`` road, ``~`` sky, ``#`` void, ``C`` crowd of cars, ``P`` of people, ``1`` car 1, ``a`` person 1."""
    canvas = [list(line) for line in drawing.split()]
    pixels = [[_SYMBOLS.get(symbol) or _object(symbol) for symbol in line] for line in canvas]
    classes, instances = np.moveaxis(np.array(pixels), -1, 0)
    return panoptic_ids(classes, instances)


def _object(symbol: str) -> tuple[int, int]:
    return (CAR, int(symbol)) if symbol.isdigit() else (PERSON, 1 + ord(symbol) - ord("a"))


def overlaps(truth: str, prediction: str) -> PanopticOverlaps:
    return count_overlaps(draw(truth), draw(prediction))


def random_panoptic_video(
    seed: int, frames: int = 6, size: tuple[int, int] = (24, 40), objects: int = 7
) -> tuple[list[NDArray[np.uint32]], list[NDArray[np.uint32]]]:
    """Truth and prediction of a video of :data:`CLASSES`: moving boxes before stuff, with every kind of error.

    The truth has void, crowds and empty frames; the prediction misses and invents objects, moves their outlines,
    confuses classes, swaps ids, and leaves pixels void. Ids are numbered over all classes.
    """
    rng = np.random.default_rng(seed)
    height, width = size
    kinds, speeds = rng.choice([CAR, PERSON], objects), rng.integers(-2, 3, (objects, 2))
    corners = rng.integers(0, [height - 4, width - 4], (objects, 2))
    extents = rng.integers(3, [height // 2, width // 3], (objects, 2))
    crowd = rng.random(objects) < 0.15
    predicted_ids = rng.permutation(objects) + 1
    truths, predictions = [], []
    for _ in range(frames):
        horizon = int(rng.integers(height // 3, height // 2))
        truth_class, truth_instance = np.full(size, ROAD), np.zeros(size, int)
        truth_class[:horizon] = SKY
        prediction_class, prediction_instance = truth_class.copy(), truth_instance.copy()
        prediction_class[horizon : horizon + int(rng.integers(0, 3))] = SKY
        if rng.random() < 0.6:
            first, second = rng.choice(objects, 2, replace=False)
            predicted_ids[[first, second]] = predicted_ids[[second, first]]
        corners = corners + speeds
        for number in rng.permutation(objects):
            if rng.random() < 0.1:
                continue  # not in view
            box = _window(corners[number], extents[number])
            truth_class[box], truth_instance[box] = kinds[number], 0 if crowd[number] else number + 1
            if rng.random() < 0.15:
                continue  # missed
            box = _window(corners[number] + rng.integers(-1, 2, 2), extents[number] + rng.integers(-1, 2, 2))
            kind = ROAD if rng.random() < 0.05 else PERSON if rng.random() < 0.1 else kinds[number]
            prediction_class[box] = kind
            prediction_instance[box] = 0 if kind == ROAD or rng.random() < 0.05 else predicted_ids[number]
        if rng.random() < 0.5:
            box = _window(rng.integers(0, [height, width]), rng.integers(2, 9, 2))
            prediction_class[box], prediction_instance[box] = CAR, objects + 1 + int(rng.integers(0, 3))
        box = _window(rng.integers(0, [height, width]), rng.integers(2, 12, 2))
        truth_class[box], truth_instance[box] = VOID, 0
        if rng.random() < 0.3:
            box = _window(rng.integers(0, [height, width]), rng.integers(1, 4, 2))
            prediction_class[box], prediction_instance[box] = VOID, 0
        truths.append(panoptic_ids(truth_class, truth_instance))
        predictions.append(panoptic_ids(prediction_class, prediction_instance))
    return truths, predictions


def _window(corner: NDArray[np.int64], extent: NDArray[np.int64]) -> tuple[slice, slice]:
    top, left = np.maximum(corner, 0)
    bottom, right = np.maximum(corner + extent, 0)
    return slice(top, bottom), slice(left, right)
