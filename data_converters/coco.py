"""Convert a COCO instance json whose annotations have track ids to COCO-video json.

    python data_converters/coco.py annotations.json DST --images DIR --val VIDEO

An image's video is its video_id, else the folder in its file_name; its frame the frame_id, else the number at the end
of its name. Masks are polygons or run-length codes; crowds and the class ignore become ignore regions. Without --val
the json is named after the source.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.class_numbers import number_classes
from mots_plugin.formats.coco_images import TRACK_KEYS, read_coco_images
from mots_plugin.formats.labelled_conversion import (
    VideoMasks,
    add_labelled_arguments,
    convert_videos,
    renamed_classes,
)
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="JSON", type=Path, help="COCO instances")
    add_labelled_arguments(parser, "folder that the json's file names are relative to; default: that of the json")
    parser.add_argument(
        "--track-key", metavar="KEY", help=f"where annotations have their identity (default: {', '.join(TRACK_KEYS)})"
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    coco = read_coco_images(arguments.source)
    root = arguments.images or arguments.source.parent
    names = coco.categories.values()
    numbers = number_classes(names, renamed_classes(arguments, names))

    def read(video: str) -> VideoMasks:
        return coco.image_files(video, root), coco.mask_tracks(video, arguments.track_key, numbers.ids)

    convert_videos(list(coco.videos), read, numbers, root, arguments, arguments.source.stem)


if __name__ == "__main__":
    sys.exit(main())
