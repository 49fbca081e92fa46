"""Convert data sets in JDE's label form to COCO-video json.

    python data_converters/labels_with_ids.py ROOT DST LIST [LIST …]

ROOT holds the data sets, as JDE's data set zoo has them (``MOT17/images/…``, ``MOT17/labels_with_ids/…``); a LIST names
images below it, one a line (``mot17.train``, ``caltech.train``, ``citypersons.train``, ``cuhksysu.train``,
``prw.train``, ``eth.train`` of the official repository). One json a list is written to DST: ``mot17_train.json``.
Identities count through a whole data set, so a data set reads it with ``identities='dataset'``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from mots_plugin.formats.coco_video import write_coco_video
from mots_plugin.formats.coco_video_boxes import from_box_videos, summarise_boxes
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labels_with_ids import PEDESTRIAN, read_listed_videos
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", metavar="ROOT", type=Path, help="folder of all data sets")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder for the json files, created if need be")
    parser.add_argument("lists", metavar="LIST", nargs="+", type=Path, help="list of images")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    if not arguments.root.is_dir():
        raise FormatError(arguments.root, "is not a folder", "give the folder that the lists are relative to")
    for path in arguments.lists:
        videos = read_listed_videos(path, arguments.root)
        coco = from_box_videos(tqdm(videos, desc=f"reading {path.name}", unit="video"), {"pedestrian": PEDESTRIAN})
        target = arguments.destination / f"{path.name.replace('.', '_')}.json"
        write_coco_video(target, coco)
        print(summarise_boxes(path.name, coco, identities_by_video=False))
        print(f"  written to {target}; its file names are relative to {arguments.root}")


if __name__ == "__main__":
    sys.exit(main())
