"""Average precision of detections: pooled over images as COCO has it, and image by image as JDE reports it.

Boxes are xyxy in pixels. One class at a time: give the detections and truths of that class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256
"""Images whose boxes are compared at once."""

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class DetectionPairs:
    """D detections and G truths of many images, and the K pairs of them that share an image and overlap.

    Attributes:
        detection_images: ``(D,)`` image of each detection, ascending.
        scores: ``(D,)`` confidence of each.
        gt_images: ``(G,)`` image of each truth, ascending.
        gt_ignored: ``(G,)`` bool, regions in which detections count neither way.
        pair_detection: ``(K,)`` int64 detection row of each pair.
        pair_gt: ``(K,)`` int64 truth row of each pair.
        overlaps: ``(K,)`` float64 in (0, 1]: the IoU, or for ignored truths the share of the detection inside.
    """

    detection_images: Integers
    scores: Floats
    gt_images: Integers
    gt_ignored: Booleans
    pair_detection: NDArray[np.int64]
    pair_gt: NDArray[np.int64]
    overlaps: NDArray[np.float64]


@dataclass(frozen=True)
class PerImageScores:
    """Means over the images that have both a truth and a detection; NaN when there is none.

    Attributes:
        ap: Average precision.
        recall: Share of the image's truths that were found.
        precision: Share of the image's detections that found one.
        images: How many images that are.
    """

    ap: float
    recall: float
    precision: float
    images: int


def pair_boxes(
    detection_boxes: Floats,
    scores: Floats,
    detection_images: Integers,
    gt_boxes: Floats,
    gt_images: Integers,
    gt_ignored: Booleans | None = None,
) -> DetectionPairs:
    """Compare the boxes of each image.

    Args:
        detection_boxes: ``(D, 4)`` xyxy. COCO keeps the 100 best of each image; whoever wants that cuts them before.
        scores: ``(D,)``.
        detection_images: ``(D,)`` number of the image each lies in.
        gt_boxes: ``(G, 4)`` xyxy.
        gt_images: ``(G,)``.
        gt_ignored: ``(G,)`` COCO's crowds; none by default.
    """
    if gt_ignored is None:
        gt_ignored = np.zeros(len(gt_boxes), bool)
    by_image = np.argsort(detection_images, kind="stable")
    detection_boxes = np.asarray(detection_boxes, np.float64).reshape(-1, 4)[by_image]
    scores, detection_images = scores[by_image], detection_images[by_image]
    by_image = np.argsort(gt_images, kind="stable")
    gt_boxes = np.asarray(gt_boxes, np.float64).reshape(-1, 4)[by_image]
    gt_images, gt_ignored = gt_images[by_image], gt_ignored[by_image]
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    first_of_image = np.flatnonzero(np.append(True, detection_images[1:] != detection_images[:-1])[: len(scores)])
    for block in range(0, len(first_of_image), _BLOCK):
        stop = block + _BLOCK
        last = first_of_image[stop] if stop < len(first_of_image) else len(scores)
        rows = np.arange(first_of_image[block], last)
        begin = np.searchsorted(gt_images, detection_images[rows], side="left")
        count = np.searchsorted(gt_images, detection_images[rows], side="right") - begin
        detection = np.repeat(rows, count)
        gt = np.arange(len(detection)) + np.repeat(begin - np.cumsum(count) + count, count)
        overlaps = _overlaps(detection_boxes[detection], gt_boxes[gt], gt_ignored[gt])
        meet = overlaps > 0
        found.append((detection[meet], gt[meet], overlaps[meet]))
    columns = (np.concatenate(column) for column in zip(*found, strict=True))
    return DetectionPairs(detection_images, scores, gt_images, gt_ignored, *columns)


def pooled_average_precision(
    pairs: DetectionPairs,
    thresholds: tuple[float, ...] = (0.5,),
    area: Literal["101_points", "exact"] = "101_points",
) -> NDArray[np.float64]:
    """Return the average precision over the detections of all images together.

    Args:
        pairs: The detections.
        thresholds: T least IoUs of a hit.
        area: Under the precision envelope: its mean at recalls 0, 0.01, …, 1 (COCOeval), or the whole of it (PASCAL VOC
            since 2010).

    Returns:
        ``(T,)`` in [0, 1], NaN without a truth.
    """
    truths = int(np.sum(~pairs.gt_ignored))
    if not truths:
        return np.full(len(thresholds), np.nan)
    order = np.argsort(-pairs.scores, kind="stable")
    values = np.zeros(len(thresholds))
    for row, threshold in enumerate(thresholds):
        hits, ignored = match_greedily(pairs, threshold)
        hits = hits[order][~ignored[order]]
        found = np.cumsum(hits)
        envelope = _falling_envelope(found / np.arange(1, len(hits) + 1))
        if area == "exact":
            values[row] = np.sum(envelope[hits]) / truths
        else:
            places = np.searchsorted(found / truths, np.linspace(0, 1, 101), side="left")
            values[row] = np.sum(envelope[places[places < len(hits)]]) / 101
    return values


def per_image_average_precision(pairs: DetectionPairs, threshold: float = 0.5) -> PerImageScores:
    """Return what JDE's ``test.py`` reports as AP: that of each image on its own, averaged.

    Images without a truth or without a detection are left out, even those where every truth was missed, so the number
    is not comparable with :func:`pooled_average_precision`. A detection hits the truth that it overlaps most, if the
    IoU is above the threshold and no better detection has hit it.

    Args:
        pairs: The detections, no ignored truths; JDE keeps those of a confidence above 0.3.
        threshold: Least IoU of a hit, exclusive.

    Raises:
        ValueError: There are ignored truths, which JDE's form does not know.
    """
    if pairs.gt_ignored.any():
        raise ValueError("the per-image average precision knows no ignored truths")
    order = np.lexsort((-pairs.scores, pairs.detection_images))
    images, first, detections = np.unique(pairs.detection_images, return_index=True, return_counts=True)
    truths = np.searchsorted(pairs.gt_images, images, side="right") - np.searchsorted(pairs.gt_images, images)
    row = np.repeat(np.arange(len(images)), detections)
    column = np.arange(len(order)) - np.repeat(first, detections)
    hits = np.zeros((len(images), detections.max(initial=0)), bool)  # one row an image, best detections first
    hits[row, column] = _match_nearest(pairs, threshold)[order]
    both = truths > 0
    hits, truths, detections = hits[both], truths[both], detections[both]
    if not len(truths):
        return PerImageScores(np.nan, np.nan, np.nan, 0)
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    ap = np.sum(_falling_envelope(precision) * hits, axis=1) / truths  # behind the last detection nothing is a hit
    found = hits.sum(axis=1)
    return PerImageScores(
        float(np.mean(ap)), float(np.mean(found / truths)), float(np.mean(found / detections)), len(truths)
    )


def match_greedily(pairs: DetectionPairs, threshold: float) -> tuple[Booleans, Booleans]:
    """Match as COCOeval does: by descending score, each detection takes the free truth that it overlaps most.

    That is a stable matching, for all truths prefer the higher score; so all images are solved at once, in as many
    rounds as detections are turned away one after the other: everyone asks for the best truth that has not refused.

    Args:
        pairs: The detections.
        threshold: Least IoU of a hit.

    Returns:
        ``(D,)`` bool, detections that hit a truth, and ``(D,)`` bool, others that ignored truths excuse.
    """
    rank = _ranks(pairs.scores)
    near = pairs.overlaps >= min(threshold, 1 - 1e-10)
    wanted = np.flatnonzero(near & ~pairs.gt_ignored[pairs.pair_gt])
    # Of equal overlaps, COCOeval takes the last.
    wanted = wanted[np.lexsort((-pairs.pair_gt[wanted], -pairs.overlaps[wanted], pairs.pair_detection[wanted]))]
    detection, gt = pairs.pair_detection[wanted], pairs.pair_gt[wanted]
    asking = np.flatnonzero(np.append(True, detection[1:] != detection[:-1])[: len(detection)])
    end = np.append(asking[1:], len(detection))
    while len(asking):
        best = np.full(len(pairs.gt_images), len(rank))
        np.minimum.at(best, gt[asking], rank[detection[asking]])
        refused = best[gt[asking]] != rank[detection[asking]]
        if not refused.any():
            break
        asking = asking + refused
        asking, end = asking[asking < end], end[asking < end]
    hits, ignored = np.zeros(len(rank), bool), np.zeros(len(rank), bool)
    hits[detection[asking]] = True
    ignored[pairs.pair_detection[near & pairs.gt_ignored[pairs.pair_gt]]] = True
    return hits, ignored & ~hits


def _match_nearest(pairs: DetectionPairs, threshold: float) -> Booleans:
    """Return the ``(D,)`` detections that are the best of those whose nearest truth is the same."""
    rank = _ranks(pairs.scores)
    order = np.lexsort((pairs.pair_gt, -pairs.overlaps, pairs.pair_detection))
    detection = pairs.pair_detection[order]
    nearest = order[np.append(True, detection[1:] != detection[:-1])[: len(order)]]
    nearest = nearest[pairs.overlaps[nearest] > threshold]
    detection, gt = pairs.pair_detection[nearest], pairs.pair_gt[nearest]
    best = np.full(len(pairs.gt_images), len(rank))
    np.minimum.at(best, gt, rank[detection])
    hits = np.zeros(len(rank), bool)
    hits[detection[rank[detection] == best[gt]]] = True
    return hits


def _ranks(scores: Floats) -> NDArray[np.int64]:
    """Return the ``(D,)`` place of each detection by descending score."""
    ranks = np.empty(len(scores), np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _falling_envelope(precision: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest precision at this or any higher recall, along the last axis."""
    return np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]


def _overlaps(detections: Floats, truths: Floats, ignored: Booleans) -> NDArray[np.float64]:
    """Return the ``(K,)`` IoUs of K pairs of boxes, or of ignored truths the share of the detection inside."""
    sides = np.minimum(detections[:, 2:], truths[:, 2:]) - np.maximum(detections[:, :2], truths[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    areas = np.prod(detections[:, 2:] - detections[:, :2], axis=1)
    union = areas + np.prod(truths[:, 2:] - truths[:, :2], axis=1) - shared
    whole = np.where(ignored, areas, union)
    return np.divide(shared, whole, out=np.zeros(len(shared)), where=shared > 0)
