#!/usr/bin/env python
"""Fit the anchors of a dense detector to its training data, and say how many boxes they would catch.

    python tools/analysis/fit_anchors.py configs/jde/jde_darknet53_30e_joint.py --samples 2000

Boxes are taken as training sees them, after all transforms. Widths and heights are clustered by their overlap (k-means
with the median), the clusters sorted by area and dealt out to the levels of the config's anchor generator, smallest to
the finest. A box is caught if an anchor of some cell overlaps it by more than half; one that is not, teaches the head
nothing. The share is printed a class, for the config's own anchors and for the fitted ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

Array = NDArray[np.floating]
ROUNDS = 100


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    from mots_plugin.apis.overrides import add_override_argument

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config with train_dataloader and an anchor generator in model.detector")
    parser.add_argument("--samples", type=int, default=1000, help="training images to look at (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of images and of their augmentation")
    add_override_argument(parser, "train_dataloader.dataset.data_root=FOLDER/")
    return parser.parse_args(argv)


def training_boxes(dataset_config: dict, samples: int, seed: int) -> tuple[Array, NDArray[np.int64], tuple[str, ...]]:
    """Return boxes (N, 4) xyxy in input pixels and labels (N,) of some training images, and the classes' names."""
    from mmdet.registry import DATASETS
    from mmengine.runner import set_random_seed
    from tqdm import tqdm

    set_random_seed(seed)
    dataset = DATASETS.build(dataset_config)
    chosen = np.random.default_rng(seed).permutation(len(dataset))[:samples]
    truths = [dataset[int(index)]["data_samples"].gt_instances for index in tqdm(chosen, unit="image", disable=None)]
    boxes = np.concatenate([np.asarray(truth.bboxes.numpy()) for truth in truths])
    return boxes, np.concatenate([truth.labels.numpy() for truth in truths]), tuple(dataset.metainfo["classes"])


def overlaps_of_sizes(sizes: Array, anchors: Array) -> Array:
    """IoU (N, K) of boxes with anchors of the same centre; both (…, 2) widths and heights."""
    shared = np.minimum(sizes[:, None], anchors[None]).prod(-1)
    return shared / (sizes.prod(-1)[:, None] + anchors.prod(-1)[None] - shared)


def fit(sizes: Array, count: int) -> Array:
    """Cluster sizes (N, 2) into ``count`` anchors (K, 2), smallest area first."""
    by_area = sizes[np.argsort(sizes.prod(-1))]
    anchors = by_area[((np.arange(count) + 0.5) / count * len(by_area)).astype(int)]
    for _ in range(ROUNDS):
        nearest = overlaps_of_sizes(sizes, anchors).argmax(1)
        moved = np.stack(
            [np.median(sizes[nearest == k], axis=0) if (nearest == k).any() else anchors[k] for k in range(count)]
        )
        if np.allclose(moved, anchors):
            break
        anchors = moved
    return anchors[np.argsort(anchors.prod(-1))]


def best_overlaps(boxes: Array, anchors: Array, stride: int) -> Array:
    """Largest IoU (N,) of boxes with the anchors (K, 2) of any cell, cells being centred on multiples of the stride."""
    centres, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    away = np.abs(centres - np.round(centres / stride) * stride)[:, None]
    half = (sizes[:, None] + anchors[None]) / 2
    extent = np.clip(np.minimum(half - away, np.minimum(sizes[:, None], anchors[None])), 0, None)
    shared = extent.prod(-1)
    return (shared / (sizes.prod(-1)[:, None] + anchors.prod(-1)[None] - shared)).max(1)


def caught(boxes: Array, levels: Sequence[Array], strides: Sequence[int]) -> NDArray[np.bool_]:
    """Which boxes (N,) an anchor of some level overlaps by more than half."""
    best = [best_overlaps(boxes, anchors, stride) for anchors, stride in zip(levels, strides, strict=True)]
    return np.max(best, axis=0) > 0.5


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    from mmengine.registry import init_default_scope

    from mots_plugin.apis.config_files import read_config

    config = read_config(arguments.config, arguments.cfg_options)
    head = config.model.get("detector", {}).get("bbox_head", {})
    if "anchor_generator" not in head:
        raise FormatError(arguments.config, "has no model.detector.bbox_head.anchor_generator", "choose another config")
    init_default_scope(config.default_scope)
    boxes, labels, classes = training_boxes(config.train_dataloader.dataset, arguments.samples, arguments.seed)
    strides = list(head.anchor_generator.strides)
    own = [np.array(sizes, float) for sizes in head.anchor_generator.base_sizes]
    anchors = fit(boxes[:, 2:] - boxes[:, :2], sum(map(len, own))).round()
    by_stride = np.argsort(strides)
    fitted = [np.empty(0)] * len(strides)
    for level, sizes in zip(by_stride, np.split(anchors, len(strides)), strict=True):
        fitted[level] = sizes
    for name, levels in (("config", own), ("fitted", fitted)):
        hit = caught(boxes, levels, strides)
        shares = "  ".join(
            f"{title} {hit[labels == k].mean():.3f}" for k, title in enumerate(classes) if (labels == k).any()
        )
        print(f"{name} anchors catch of {len(boxes)} boxes: {shares}")
    rows = ",\n        ".join(str([tuple(anchor) for anchor in level.astype(int).tolist()]) for level in fitted)
    print(f"strides={strides},\nbase_sizes=[\n        {rows}]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
