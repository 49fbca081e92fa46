"""Convert labelme's annotations of videos to COCO-video json.

    python data_converters/labelme.py SRC DST --val VIDEO

SRC holds a folder a video, with one json a frame (``000012.json``, ``frame_12.json``) beside its image; frames without
objects need no json. A shape's identity is its group_id, or a number at the end of its label (``cow_5``). Polygons,
rectangles, circles and masks are read; the class ignore marks ignore regions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.class_numbers import number_classes
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labelled_conversion import (
    VideoMasks,
    add_labelled_arguments,
    convert_videos,
    renamed_classes,
)
from mots_plugin.formats.labelled_videos import list_numbered_images
from mots_plugin.formats.labelme import labelme_classes, read_labelme_folder
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SRC", type=Path, help="folder with a folder of json files a video")
    add_labelled_arguments(parser, "folder with a folder of images a video; default: SRC")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    source: Path = arguments.source
    if not source.is_dir():
        raise FormatError(source, "is not a folder", "give the folder that holds a folder a video")
    videos = [folder.name for folder in sorted(source.iterdir()) if folder.is_dir() and any(folder.glob("*.json"))]
    if not videos:
        raise FormatError(source, "holds no folder with labelme json", "give the folder that holds a folder a video")
    root = arguments.images or source
    found = sorted({name for video in videos for name in labelme_classes(source / video)})
    numbers = number_classes(found, renamed_classes(arguments, found))

    def read(video: str) -> VideoMasks:
        if not (root / video).is_dir():
            raise FormatError(root, f"has no images of video {video}", f"add the folder {video}, or correct --images")
        return list_numbered_images(root / video), read_labelme_folder(source / video, class_ids=numbers.ids)

    convert_videos(videos, read, numbers, root, arguments)


if __name__ == "__main__":
    sys.exit(main())
