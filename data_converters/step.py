"""Convert KITTI-STEP, MOTChallenge-STEP or data in their layout to COCO-video json.

    python data_converters/step.py SRC DST --split train val

SRC holds ``images/<split>/SSSS/FFFFFF.png`` (any common image format) and ``panoptic_maps/<split>/SSSS/FFFFFF.png``.
KITTI-STEP's images are those of KITTI's tracking benchmark, which can stay as they are: ``--images training/image_02``.
One json a split is written to DST: masks and identities of the things. All other classes are read from the maps
(``data_prefix=dict(seg_map_path='panoptic_maps/train')`` in a config). Classes: --class-list.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
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
        "--images",
        help="folder below SRC with the sequences of all splits, such as training/image_02 (default: images/<split>)",
    )
    parser.add_argument(
        "--class-list",
        default="kitti_step",
        help=f"{', '.join(CLASS_LISTS)}, or a json file of your own (default: kitti_step)",
    )
    return parser.parse_args(argv)


def image_folders(source: Path, split: str, images: str | None, sequences: Iterable[str]) -> dict[str, Path]:
    """Return the image folders of a split's sequences by name.

    Args:
        source: Root of the data set.
        split: Its name.
        images: Folder below ``source`` with the sequences of all splits; None for ``images/<split>``, where every
            sequence belongs to the split.
        sequences: Names of the split's sequences.

    Raises:
        FormatError: A folder is not there, or images have no maps.
    """
    root = source / (images or f"images/{split}")
    if not root.is_dir():
        cure = "name the folder that holds panoptic_maps/ and images/, or where the images are by --images"
        raise FormatError(root, "not found", cure)
    present = {path.name: path for path in root.iterdir() if path.is_dir()}
    without_images = sorted(set(sequences) - set(present))
    if without_images:
        raise FormatError(root / without_images[0], "not found", "restore the images, or remove the panoptic maps")
    without_maps = sorted(set(present) - set(sequences))
    if images is None and without_maps:
        cure = f"expected panoptic_maps/{split}/{without_maps[0]}/"
        raise FormatError(present[without_maps[0]], "has no panoptic maps", cure)
    return {name: present[name] for name in sequences}


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    classes = CLASS_LISTS.get(arguments.class_list) or read_class_list(arguments.class_list)
    categories = thing_categories(classes)
    for split in arguments.split:
        maps = find_step_sequences(arguments.source / "panoptic_maps" / split)
        folders = image_folders(arguments.source, split, arguments.images, maps)
        progress = tqdm(sorted(folders.items()), f"reading {split}", unit="video")
        videos = [read_step_video(maps[name], folder, arguments.source, classes) for name, folder in progress]
        out = arguments.destination / f"{split}.json"
        write_coco_video(out, from_mask_tracks(videos, class_names=categories))
        masks = Counter(categories[class_id] for _, tracks in videos for class_id in tracks.class_ids.tolist())
        found = ", ".join(f"{count} {name}" for name, count in sorted(masks.items())) or "none"
        print(f"{split}: {len(videos)} videos; masks: {found}")
        print(f"  written to {out}; its file names are relative to {arguments.source}")


if __name__ == "__main__":
    sys.exit(main())
