"""Convert exports of CVAT ("CVAT for images 1.1", "CVAT for video 1.1") to COCO-video json.

    python data_converters/cvat.py SRC DST --images DIR --val VIDEO

SRC is an XML file, the zip file that CVAT gives, or a folder of these; DIR has a folder of images a video. In an export
of images the video is the folder in the images' names, else the file's name; in one of a video it is the file's name,
and frame 0 is the first image of the folder. Polygons, boxes and masks are read; the label ignore marks ignore regions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mots_plugin.formats.class_numbers import number_classes
from mots_plugin.formats.cvat import counts_frames, cvat_classes, read_cvat
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labelled_conversion import (
    VideoMasks,
    add_labelled_arguments,
    convert_videos,
    renamed_classes,
)
from mots_plugin.formats.labelled_videos import list_numbered_images
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SRC", type=Path, help="XML, zip, or a folder of them")
    add_labelled_arguments(parser, "folder with a folder of images a video; default: that of SRC")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    source: Path = arguments.source
    files = [source]
    if source.is_dir():
        files = sorted(path for path in source.iterdir() if path.suffix.lower() in (".xml", ".zip"))
    if not files:
        raise FormatError(source, "holds no export of CVAT", "put the XML or zip files there")
    root = arguments.images or (source if source.is_dir() else source.parent)
    found = sorted({name for path in files for name in cvat_classes(path)})
    numbers = number_classes(found, renamed_classes(arguments, found))
    exports: dict[str, tuple[Path, MaskTracks]] = {}
    for path in files:
        for video, tracks in read_cvat(path, numbers.ids).items():
            if video in exports:
                problem = f"video {video} is in {exports[video][0]}, too"
                raise FormatError(path, problem, "export it once, or rename a file or the folder in its images' names")
            exports[video] = path, tracks

    def read(video: str) -> VideoMasks:
        path, tracks = exports[video]
        if not (root / video).is_dir():
            raise FormatError(root, f"has no folder {video} of images, for {path}", "add it, or correct --images")
        images = list_numbered_images(root / video)
        return images, _numbered_as(images, tracks) if counts_frames(path) else tracks

    convert_videos(sorted(exports), read, numbers, root, arguments)


def _numbered_as(images: dict[int, Path], tracks: MaskTracks) -> MaskTracks:
    """Turn positions of frames into their numbers.

    Raises:
        FormatError: A position beyond the last image.
    """
    numbers = np.fromiter(images, np.int64)
    last = int(tracks.frames.max(initial=-1))
    if last >= len(numbers):
        folder = next(iter(images.values())).parent
        problem = f"has frame {last} of video {tracks.name}, but {folder} holds {len(numbers)} images"
        raise FormatError(tracks.source, problem, "extract all frames of the video there, in order")
    return replace(tracks, frames=numbers[tracks.frames])


if __name__ == "__main__":
    sys.exit(main())
