"""What the masks of a sequence say about why a tracker may have gone wrong: who covers whom, who is behind whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.mask_pairs import MaskPairs
from mots_plugin.evaluation.functional.track_errors import number_tracks
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import areas, boxes

NEIGHBOURHOOD = 5
"""Frames before and after in which a track shows how large its object is when nothing hides it."""

MATCH = 0.5
"""IoU of a match, and the share of a mask that counts as covered."""

TOUCH = 0.1
"""IoU from which two masks are about the same thing."""

Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class MaskEvidence:
    """Properties of G truths, P predictions and their K pairs; rows are those of the ``MaskPairs``.

    Attributes:
        gt_areas: ``(G,)`` int64 pixels.
        prediction_areas: ``(P,)`` int64 pixels.
        gt_boxes: ``(G, 4)`` xyxy.
        prediction_boxes: ``(P, 4)`` xyxy.
        gt_at_edge: ``(G,)`` bool, the truth touches the edge of the image.
        gt_hidden: ``(G,)`` share of the truth's box inside that of one nearer object (one that reaches further down
            the image), the largest.
        gt_shrunk: ``(G,)`` share of its area that the truth lacks, compared with the largest of its track within
            :data:`NEIGHBOURHOOD` objects.
        gt_shares: ``(K,)`` share of the truth's pixels that lie in the prediction.
        prediction_shares: ``(K,)`` share of the prediction's pixels that lie in the truth.
    """

    gt_areas: NDArray[np.int64]
    prediction_areas: NDArray[np.int64]
    gt_boxes: NDArray[np.float32]
    prediction_boxes: NDArray[np.float32]
    gt_at_edge: Booleans
    gt_hidden: NDArray[np.float64]
    gt_shrunk: NDArray[np.float64]
    gt_shares: NDArray[np.float64]
    prediction_shares: NDArray[np.float64]


@dataclass(frozen=True)
class Contacts:
    """What lies on each of N masks of one side, as far as the other side's masks show it; ``(N,)`` bool each.

    Attributes:
        wrong_class: A mask of another class shares half of the pixels (IoU).
        merged: A prediction that covers half of this truth covers half of another one too; or is such a prediction.
        split: Predictions that lie mostly within this truth cover half of it, two at least; or is such a prediction.
        touched: A mask overlaps by :data:`TOUCH` (IoU), or one of the two lies mostly within the other.
    """

    wrong_class: Booleans
    merged: Booleans
    split: Booleans
    touched: Booleans


def find_contacts(pairs: MaskPairs, evidence: MaskEvidence) -> tuple[Contacts, Contacts]:
    """Return the contacts of the truths and of the predictions.

    Args:
        pairs: The sequence.
        evidence: Of the same.
    """
    gt, prediction = pairs.pair_gt, pairs.pair_prediction
    gts, predictions = len(pairs.ground_truth), len(pairs.predictions)
    other_class = pairs.ground_truth.class_ids[gt] != pairs.predictions.class_ids[prediction]
    covered, within = evidence.gt_shares >= MATCH, evidence.prediction_shares >= MATCH
    merging = np.bincount(prediction[covered], minlength=predictions) >= 2
    parts = np.bincount(gt[within], minlength=gts)
    divided = (parts >= 2) & (np.bincount(gt[within], evidence.gt_shares[within], minlength=gts) >= MATCH)
    chosen = (
        other_class & (pairs.ious >= MATCH),
        covered & merging[prediction],
        within & divided[gt],
        (pairs.ious >= TOUCH) | covered | within,
    )
    of_gt = (np.bincount(gt[some], minlength=gts) > 0 for some in chosen)
    of_prediction = (np.bincount(prediction[some], minlength=predictions) > 0 for some in chosen)
    return Contacts(*of_gt), Contacts(*of_prediction)


def gather_evidence(pairs: MaskPairs) -> MaskEvidence:
    """Measure the masks of a sequence.

    Args:
        pairs: The sequence.
    """
    gt_areas, prediction_areas = areas(pairs.ground_truth.masks), areas(pairs.predictions.masks)
    gt_boxes = boxes(pairs.ground_truth.masks)
    of_gt, of_prediction = gt_areas[pairs.pair_gt], prediction_areas[pairs.pair_prediction]
    shared = pairs.ious / (1 + pairs.ious) * (of_gt + of_prediction)
    size = np.array([mask["size"] for mask in pairs.ground_truth.masks], np.float64).reshape(-1, 2)
    at_edge = np.any(np.hstack([gt_boxes[:, :2] <= 0, gt_boxes[:, 2:] >= size[:, ::-1]]), axis=1)
    return MaskEvidence(
        gt_areas=gt_areas,
        prediction_areas=prediction_areas,
        gt_boxes=gt_boxes,
        prediction_boxes=boxes(pairs.predictions.masks),
        gt_at_edge=at_edge,
        gt_hidden=_hidden_shares(pairs.ground_truth, gt_boxes),
        gt_shrunk=_missing_shares(pairs.ground_truth, gt_areas),
        gt_shares=shared / of_gt,
        prediction_shares=shared / of_prediction,
    )


def best_pairs(rows: NDArray[np.int64], ious: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the ``(count,)`` index of each row's pair of largest IoU, -1 for a row without any.

    Args:
        rows: ``(K,)`` row of each pair.
        ious: ``(K,)``.
        count: Number of rows.
    """
    best = np.full(count, -1)
    order = np.argsort(ious, kind="stable")
    best[rows[order]] = order  # of several values for one place the last written stays
    return best


def box_overlaps(a: NDArray[np.float32], b: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ``(N,)`` IoUs of N pairs of xyxy boxes, and the share of the first box inside the second."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1).astype(np.float64)
    area_a, area_b = np.prod(a[:, 2:] - a[:, :2], axis=1), np.prod(b[:, 2:] - b[:, :2], axis=1)
    return shared / np.maximum(1, area_a + area_b - shared), shared / np.maximum(1, area_a)


def _hidden_shares(ground_truth: MaskTracks, gt_boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    objects = np.flatnonzero(ground_truth.class_ids != IGNORE_CLASS)
    frames = ground_truth.frames[objects]
    begin, end = np.searchsorted(frames, frames, side="left"), np.searchsorted(frames, frames, side="right")
    own = np.repeat(np.arange(len(objects)), end - begin)
    other = np.arange(len(own)) - np.repeat(np.cumsum(end - begin) - end, end - begin)
    own, other = objects[own], objects[other]
    nearer = gt_boxes[other, 3] > gt_boxes[own, 3]
    own, other = own[nearer], other[nearer]
    hidden = np.zeros(len(ground_truth))
    np.maximum.at(hidden, own, box_overlaps(gt_boxes[own], gt_boxes[other])[1])
    return hidden


def _missing_shares(ground_truth: MaskTracks, gt_areas: NDArray[np.int64]) -> NDArray[np.float64]:
    tracks = number_tracks(ground_truth)
    order = np.argsort(tracks, kind="stable")
    track, area = tracks[order], gt_areas[order]
    largest = area.copy()
    for step in range(1, NEIGHBOURHOOD + 1):
        same = track[step:] == track[:-step]
        for own, other in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
            largest[own] = np.where(same, np.maximum(largest[own], area[other]), largest[own])
    missing = np.empty(len(area))
    missing[order] = 1 - area / np.maximum(1, largest)
    return missing
