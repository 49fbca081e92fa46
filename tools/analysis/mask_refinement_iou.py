#!/usr/bin/env python
"""Measure semi-automatic annotation: how good are masks made of boxes and of a few given masks an object?

    tools/analysis/mask_refinement_iou.py CONFIG CHECKPOINT JSON --images ROOT [--given 2] [--boxes MOT_FOLDER]

Ground truth (COCO-video json) plays the annotator: it gives the masks that tools/annotate_masks.py would ask for. All
others are predicted and overlaps resolved; IoU with ground truth is averaged over the masks that were not given. Boxes
are those of the masks, or, with --boxes, of MOTChallenge text (whole silhouettes, on the rendered street).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pycocotools.mask import iou as box_iou

from mots_plugin.annotation.box_videos import BoxVideo, find_box_files, read_box_video
from mots_plugin.annotation.mask_result import without_overlaps
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.rle import boxes as tight_boxes
from mots_plugin.formats.rle import iou


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of a refinement network")
    parser.add_argument("checkpoint", help="its weights")
    parser.add_argument("annotation", type=Path, help="COCO-video json with the true masks")
    parser.add_argument("--images", type=Path, required=True, help="folder that the json's file names are relative to")
    parser.add_argument("--given", type=int, default=2, help="masks given an object (default 2); 0: no fine-tuning")
    parser.add_argument("--boxes", type=Path, help="MOTChallenge text of all videos; default: the masks' own boxes")
    return parser.parse_args(argv)


def video_of_masks(coco: CocoVideo, name: str, images: Path) -> tuple[BoxVideo, MaskTracks]:
    """Return a video with the boxes of its masks, and the masks, row by row."""
    frames, truth = coco.frames(name), coco.mask_tracks(name)
    truth = truth.select(truth.class_ids != IGNORE_CLASS)
    files = {number: images / file for number, file in zip(frames.frame_numbers, frames.file_names, strict=True)}
    boxes = tight_boxes(truth.masks).astype(np.float64)
    tracks = BoxTracks(truth.frames, truth.track_ids, boxes, class_ids=truth.class_ids, name=name)
    return BoxVideo(name, tracks, frames.height, frames.width, files), truth


def take_boxes(tracks: BoxTracks, others: BoxTracks) -> BoxTracks:
    """Give each track the boxes of the track that overlaps it most over all frames; frames without one keep theirs."""
    boxes = tracks.boxes.copy()
    for track_id in np.unique(tracks.track_ids):
        rows = np.flatnonzero(tracks.track_ids == track_id)
        overlaps: dict[int, float] = defaultdict(float)
        candidates = {row: np.flatnonzero(others.frames == tracks.frames[row]) for row in rows}
        for row, there in candidates.items():
            values = (
                box_iou(_xywh(tracks.boxes[[row]]), _xywh(others.boxes[there]), [0] * len(there))[0]
                if len(there)
                else []
            )
            for other, value in zip(others.track_ids[there].tolist(), values, strict=True):
                overlaps[other] += value
        partner = max(overlaps, key=lambda other: overlaps[other], default=-1)
        for row, there in candidates.items():
            for other_row in there[others.track_ids[there] == partner]:
                boxes[row] = others.boxes[other_row]
    return replace(tracks, boxes=boxes)


def _xywh(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    from tqdm import tqdm

    from mots_plugin.apis.annotation_rounds import first_boxes
    from mots_plugin.apis.config_files import read_config
    from mots_plugin.apis.object_refinement import ObjectRefiner
    from mots_plugin.apis.track_refinement import TrackRefiner

    coco = read_coco_video(arguments.annotation)
    box_files = find_box_files(arguments.boxes) if arguments.boxes else {}
    refiner = TrackRefiner(ObjectRefiner(read_config(arguments.config, {}), arguments.checkpoint))
    ious: dict[int, list[float]] = defaultdict(list)
    objects, started = 0, time.perf_counter()
    for name in [video["name"] for video in coco.videos]:
        video, truth = video_of_masks(coco, name, arguments.images)
        if box_files:
            if name not in box_files:
                raise FormatError(arguments.boxes, f"has no boxes of {name}", "give boxes of all videos of the json")
            others = read_box_video(box_files[name], name, "mot").tracks
            first = min(video.images) - 1  # MOTChallenge counts frames from 1
            video = replace(video, tracks=take_boxes(video.tracks, replace(others, frames=others.frames + first)))
        given = first_boxes(video, arguments.given)
        track_ids = np.unique(truth.track_ids)
        masks = list(truth.masks)
        for rows, made in tqdm(
            refiner.refine(video, truth.select(given)), total=len(track_ids), desc=name, unit="object"
        ):
            for row, mask in zip(rows, made, strict=True):
                masks[row] = mask
        objects += len(track_ids)
        result = without_overlaps(video.tracks, masks, given=given)
        kept = dict(zip(zip(result.frames.tolist(), result.track_ids.tolist(), strict=True), result.masks, strict=True))
        for row in np.flatnonzero(~given).tolist():
            mask = kept.get((int(truth.frames[row]), int(truth.track_ids[row])))
            value = 0.0 if mask is None else float(iou([mask], [truth.masks[row]])[0, 0])
            ious[int(truth.class_ids[row])].append(value)
    for class_id, part in sorted(ious.items()):
        print_line(CLASS_NAMES[class_id], part)
    print_line("all", [value for part in ious.values() for value in part])
    print(f"{objects} objects in {time.perf_counter() - started:.0f} s")


def print_line(name: str, ious: Sequence[float]) -> None:
    good = 100 * np.mean(np.array(ious) > 0.5)
    print(
        f"{name:<12} mean IoU {100 * np.mean(ious):5.1f} over {len(ious)} masks not given; {good:5.1f} % above one half"
    )


if __name__ == "__main__":
    sys.exit(main())
