"""Convert Cityscapes, to pretrain on, to panoptic maps in KITTI-STEP's layout and COCO-video json.

    python data_converters/cityscapes.py SRC [--split train val]

SRC holds ``leftImg8bit/`` and ``gtFine/`` as published. Written beside them are ``panoptic_maps/<split>/`` and
``annotations/<split>.json``: each image a video of one frame, people and cars with masks, groups as ignore regions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mots_plugin.formats.cityscapes import find_cityscapes_images, read_cityscapes_map
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.step_classes import CLASS_LISTS
from mots_plugin.formats.step_conversion import thing_categories, things_of_map
from mots_plugin.formats.step_png import write_step_png


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder with leftImg8bit/ and gtFine/")
    parser.add_argument("--split", nargs="+", default=["train", "val"], help="folders of both (default: train val)")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    classes = CLASS_LISTS["kitti_step"]
    for split in arguments.split:
        videos = []
        for found in tqdm(list(find_cityscapes_images(arguments.source, split)), f"reading {split}", unit="image"):
            ids = read_cityscapes_map(found.annotation)
            things = list(things_of_map(ids, np.unique(ids), classes))
            frames, numbers, categories = (
                np.array([(found.frame, *thing[:2]) for thing in things], np.int64).reshape(-1, 3).T
            )
            name = found.image.relative_to(arguments.source).as_posix()
            videos.append(
                (
                    VideoFrames(found.video, [found.frame], [name], *ids.shape),
                    MaskTracks(
                        frames,
                        numbers,
                        categories,
                        [thing[2] for thing in things],
                        source=str(found.annotation),
                        name=found.video,
                    ),
                )
            )
            folder = arguments.source / "panoptic_maps" / split / found.video
            write_step_png(folder / f"{found.frame:06d}.png", ids)
        out = arguments.source / "annotations" / f"{split}.json"
        write_coco_video(out, from_mask_tracks(videos, class_names=thing_categories(classes)))
        print(f"{split}: {len(videos)} images; written to {out}, their maps to {folder.parent}")


if __name__ == "__main__":
    sys.exit(main())
