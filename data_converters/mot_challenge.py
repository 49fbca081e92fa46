"""Convert MOT15, MOT16, MOT17 or MOT20 (boxes) to COCO-video json.

    python data_converters/mot_challenge.py SRC DST.json [--sequences 'MOT17-*-SDP']

SRC holds ``[train/]NAME/{img1/FFFFFF.jpg,gt/gt.txt,seqinfo.ini}``. Distractors (static people, reflections, …) become
categories of their own, so that they can excuse predictions; pedestrians marked as not to be scored are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from tqdm import tqdm

from mots_plugin.formats.coco_video import write_coco_video
from mots_plugin.formats.coco_video_boxes import from_box_videos, summarise_boxes
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mot_videos import CATEGORIES, read_mot_video
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.sequence_files import find_sequences


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SRC", type=Path, help="root of the data set")
    parser.add_argument("destination", metavar="DST.json", type=Path, help="file to write")
    parser.add_argument(
        "--sequences", nargs="+", default=["*"], metavar="PATTERN", help="names to convert; * stands for anything"
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    if not arguments.source.is_dir():
        raise FormatError(arguments.source, "is not a folder", "give the root of the data set")
    if arguments.destination.suffix != ".json":
        raise FormatError(arguments.destination, "is no name of a json", "name the file to write, as in train.json")
    found = find_sequences(arguments.source, ("train", ""), ())
    chosen = [files for name, files in found.items() if any(fnmatch(name, pattern) for pattern in arguments.sequences)]
    if not chosen:
        problem = f"holds no sequence named {' or '.join(arguments.sequences)}"
        raise FormatError(arguments.source, problem, f"there are: {', '.join(found) or 'none with gt/gt.txt'}")
    videos = [read_mot_video(files) for files in tqdm(chosen, desc="reading", unit="sequence")]
    used = {category for video in videos for image in video.images for category in image.category_ids.tolist()}
    names = {name: number for name, number in CATEGORIES.items() if number in used or name == "pedestrian"}
    coco = from_box_videos(videos, names)
    write_coco_video(arguments.destination, coco)
    print(summarise_boxes(arguments.destination.stem, coco, identities_by_video=True))
    print(f"  written to {arguments.destination}; its file names are relative to {arguments.source}")


if __name__ == "__main__":
    sys.exit(main())
