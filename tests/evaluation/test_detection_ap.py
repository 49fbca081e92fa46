"""Average precision by hand, as COCOeval computes it, and as JDE's test.py does."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mots_plugin.evaluation.functional.detection_ap import (
    PerImageScores,
    match_greedily,
    pair_boxes,
    per_image_average_precision,
    pooled_average_precision,
)

THRESHOLDS = (0.3, 0.5, 0.75, 0.95)
# Two truths in image 0, one in image 1.
TRUTHS = np.array([[0, 0, 4, 4], [8, 0, 12, 4], [0, 0, 4, 4]], float)
TRUTH_IMAGES = np.array([0, 0, 1])


def pairs_of(boxes: list[list[float]], scores: list[float], images: list[int], ignored: np.ndarray | None = None):
    boxes = np.array(boxes, float).reshape(-1, 4)
    return pair_boxes(boxes, np.array(scores, float), np.array(images, int), TRUTHS, TRUTH_IMAGES, ignored)


def test_hits_and_a_false_alarm_between_them() -> None:
    # By score: hit (recall 1/3, precision 1), false alarm, hit (recall 2/3, precision 2/3).
    pairs = pairs_of([[0, 0, 4, 4], [20, 20, 24, 24], [0, 0, 4, 4]], [0.9, 0.8, 0.7], [0, 0, 1])
    assert pooled_average_precision(pairs, area="exact").tolist() == pytest.approx([1 / 3 + 1 / 3 * 2 / 3])
    # Of the recalls 0, 0.01, …, 1, 34 are up to 1/3 and 33 more up to 2/3.
    assert pooled_average_precision(pairs).tolist() == pytest.approx([(34 + 33 * 2 / 3) / 101])


def test_an_iou_of_exactly_the_threshold_hits_in_coco_but_not_in_jde() -> None:
    pairs = pairs_of([[0, 0, 4, 2]], [0.9], [0])
    assert pooled_average_precision(pairs, (0.5, 0.51), "exact").tolist() == pytest.approx([1 / 3, 0])
    assert per_image_average_precision(pairs) == PerImageScores(ap=0, recall=0, precision=0, images=1)


def test_coco_gives_a_detection_the_next_best_free_truth() -> None:
    truths = np.array([[0, 0, 4, 4], [0, 0, 4, 5]], float)
    boxes, scores, images = np.array([[0, 0, 4, 4], [0, 0, 4, 4]], float), np.array([0.9, 0.8]), np.zeros(2, int)
    pairs = pair_boxes(boxes, scores, images, truths, np.zeros(2, int))
    assert match_greedily(pairs, 0.5)[0].tolist() == [True, True]
    # JDE asks for the nearest truth alone, which is taken.
    assert per_image_average_precision(pairs) == PerImageScores(ap=0.5, recall=0.5, precision=0.5, images=1)


def test_detections_on_ignored_truths_count_neither_way() -> None:
    pairs = pairs_of([[8, 0, 9, 1], [0, 0, 4, 4]], [0.9, 0.8], [0, 0], np.array([False, True, False]))
    assert [rows.tolist() for rows in match_greedily(pairs, 0.5)] == [[False, True], [True, False]]
    assert pooled_average_precision(pairs, area="exact").tolist() == [0.5]
    with pytest.raises(ValueError, match="knows no ignored truths"):
        per_image_average_precision(pairs)


def test_per_image_form_drops_images_without_truth_or_without_detection() -> None:
    # Image 0: one of two truths found, with precision 1. Image 1: missed altogether. Image 2: a false alarm.
    pairs = pairs_of([[0, 0, 4, 4], [0, 0, 4, 4]], [0.9, 0.8], [0, 2])
    assert per_image_average_precision(pairs) == PerImageScores(ap=0.5, recall=0.5, precision=1, images=1)
    assert pooled_average_precision(pairs, area="exact").tolist() == pytest.approx([1 / 3])


def test_nothing_to_find_or_nothing_found() -> None:
    nothing = np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)
    assert np.isnan(pooled_average_precision(pair_boxes(TRUTHS, np.ones(3), TRUTH_IMAGES, nothing[0], nothing[2])))
    missed = pair_boxes(*nothing, TRUTHS, TRUTH_IMAGES)
    assert pooled_average_precision(missed).tolist() == [0]
    assert per_image_average_precision(missed).images == 0


def random_case(seed: int, images: int, detections: int, truths: int, crowds: float) -> tuple[np.ndarray, ...]:
    """Boxes on a coarse grid and scores of two digits, so that overlaps and scores tie."""
    rng = np.random.default_rng(seed)
    gt_images = np.sort(rng.integers(0, images, images * truths))
    corner = rng.integers(0, 12, (len(gt_images), 2))
    gt_boxes = np.hstack([corner, corner + rng.integers(1, 8, corner.shape)]).astype(float)
    source = rng.integers(0, len(gt_images), images * detections)
    boxes = gt_boxes[source] + rng.integers(-1, 2, (len(source), 4))
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    scores = np.round(rng.random(len(source)), 2)
    return boxes, scores, gt_images[source], gt_boxes, gt_images, rng.random(len(gt_images)) < crowds


def cocoeval(boxes, scores, images, gt_boxes, gt_images, ignored) -> np.ndarray:
    def xywh(box: np.ndarray) -> list[float]:
        return [*box[:2].tolist(), *(box[2:] - box[:2]).tolist()]

    truths = [
        {"id": row + 1, "image_id": int(image), "category_id": 1, "bbox": xywh(box), "area": 1.0, "iscrowd": int(crowd)}
        for row, (box, image, crowd) in enumerate(zip(gt_boxes, gt_images, ignored, strict=True))
    ]
    found = [
        {"image_id": int(image), "category_id": 1, "bbox": xywh(box), "score": float(score)}
        for box, score, image in zip(boxes, scores, images, strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"images": [{"id": int(image)} for image in np.unique(gt_images)], "annotations": truths}
        coco.dataset["categories"] = [{"id": 1}]
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.params.iouThrs = np.array(THRESHOLDS)
        evaluation.params.maxDets = [10_000]
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation.eval["precision"][:, :, 0, 0, 0].mean(axis=1)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("images", "detections", "truths"), [(1, 5, 3), (10, 10, 5), (3, 60, 9)])
def test_pooled_form_is_that_of_cocoeval(seed: int, images: int, detections: int, truths: int) -> None:
    case = random_case(seed, images, detections, truths, crowds=0.15)
    np.testing.assert_allclose(pooled_average_precision(pair_boxes(*case), THRESHOLDS), cocoeval(*case), atol=1e-12)


def jde_per_image(boxes, scores, images, gt_boxes, gt_images) -> list[float]:
    """What ``test`` of JDE's test.py does, one image and one detection after the other."""
    values = []
    for image in np.intersect1d(images, gt_images):
        found, truths = boxes[images == image], gt_boxes[gt_images == image]
        taken: list[int] = []
        hits = []
        for box in found[np.argsort(-scores[images == image], kind="stable")]:
            shared = np.clip(np.minimum(box[2:], truths[:, 2:]) - np.maximum(box[:2], truths[:, :2]), 0, None).prod(1)
            union = (box[2:] - box[:2]).prod() + (truths[:, 2:] - truths[:, :2]).prod(1) - shared
            best = int(np.argmax(shared / union))
            hits.append(bool(shared[best] / union[best] > 0.5) and best not in taken)
            taken += [best] * hits[-1]
        found_so_far = np.cumsum(hits)
        recall = np.concatenate([[0], found_so_far / len(truths), [1]])
        precision = np.concatenate([[0], found_so_far / np.arange(1, len(hits) + 1), [0]])
        for place in range(len(precision) - 1, 0, -1):
            precision[place - 1] = max(precision[place - 1], precision[place])
        ap = float(np.sum(np.diff(recall) * precision[1:]))
        values.append([ap, found_so_far[-1] / len(truths), found_so_far[-1] / len(hits)])
    return [*np.mean(values, axis=0), len(values)]


@pytest.mark.parametrize(("images", "detections", "truths"), [(4, 4, 3), (30, 1, 1), (20, 30, 8)])
def test_per_image_form_is_that_of_jde(images: int, detections: int, truths: int) -> None:
    case = random_case(0, images, detections, truths, crowds=0)[:5]
    scores = per_image_average_precision(pair_boxes(*case))
    expected = jde_per_image(*case)
    assert [scores.ap, scores.recall, scores.precision, scores.images] == pytest.approx(expected, abs=1e-12)
