"""Convert KITTI-STEP, MOTChallenge-STEP or data in their layout to COCO-video json.

    python data_converters/step.py SRC DST --split train val

SRC holds ``images/<split>/SSSS/FFFFFF.png`` (any common image format) and ``panoptic_maps/<split>/SSSS/FFFFFF.png``.
One json a split is written to DST: masks and identities of the things. All other classes are read from the maps
(``data_prefix=dict(seg_map_path='panoptic_maps/train')`` in a config). Classes: --class-list.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from mots_plugin.formats.coco_video import from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.step_classes import CLASS_LISTS, read_class_list
from mots_plugin.formats.step_conversion import read_step_video, thing_categories
from mots_plugin.formats.step_sequences import find_step_sequences


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder with images/ and panoptic_maps/")
    parser.add_argument("destination", type=Path, help="folder for the json files")
    parser.add_argument("--split", nargs="+", default=["train", "val"], help="folders of both (default: train val)")
    parser.add_argument(
        "--class-list",
        default="kitti_step",
        help=f"{', '.join(CLASS_LISTS)}, or a json file of your own (default: kitti_step)",
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    classes = CLASS_LISTS.get(arguments.class_list) or read_class_list(arguments.class_list)
    categories = thing_categories(classes)
    for split in arguments.split:
        images = arguments.source / "images" / split
        if not images.is_dir():
            raise FormatError(images, "not found", "name the folder that holds images/ and panoptic_maps/")
        maps = find_step_sequences(arguments.source / "panoptic_maps" / split)
        videos = []
        for folder in tqdm(
            sorted(path for path in images.iterdir() if path.is_dir()), f"reading {split}", unit="video"
        ):
            if folder.name not in maps:
                raise FormatError(folder, "has no panoptic maps", f"expected panoptic_maps/{split}/{folder.name}/")
            videos.append(read_step_video(maps[folder.name], folder, arguments.source, classes))
        if not videos:
            raise FormatError(images, "holds no sequence", f"expected images/{split}/SSSS/FFFFFF.png")
        out = arguments.destination / f"{split}.json"
        write_coco_video(out, from_mask_tracks(videos, class_names=categories))
        masks = Counter(categories[class_id] for _, tracks in videos for class_id in tracks.class_ids.tolist())
        found = ", ".join(f"{count} {name}" for name, count in sorted(masks.items())) or "none"
        print(f"{split}: {len(videos)} videos; masks: {found}")
        print(f"  written to {out}; its file names are relative to {arguments.source}")


if __name__ == "__main__":
    sys.exit(main())
