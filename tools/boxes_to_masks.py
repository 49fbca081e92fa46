#!/usr/bin/env python
"""Make masks of boxes: ground truth or another tracker's boxes in, masks as KITTI MOTS text out, ids kept.

    tools/boxes_to_masks.py BOXES OUT --method mask_head CONFIG CHECKPOINT --images DIR     # "+MG" of the MOTS paper
    tools/boxes_to_masks.py BOXES OUT --method ellipse --size 1242x375                      # "+Ellipse"; or filling

BOXES is a text file, or a folder of NAME.txt, label_02/NAME.txt or NAME/gt/gt.txt. Each video gives OUT/NAME.txt,
without overlaps, which appears when it is whole; those that OUT holds already are kept, so a run that was stopped goes
on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.annotation.box_shapes import fill_boxes, inscribe_ellipses
from mots_plugin.annotation.box_videos import BOX_FORMATS, BoxVideo, find_box_files, find_images, read_box_video
from mots_plugin.annotation.class_options import add_class_options, read_class_options
from mots_plugin.annotation.mask_result import without_overlaps
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.rle import RLE
from mots_plugin.formats.seqmap import read_seqmap
from mots_plugin.tracking.overlap import PRIORITIES

SHAPES = {"filling": fill_boxes, "ellipse": inscribe_ellipses}


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("boxes", metavar="BOXES", type=Path, help="text file, or folder of them")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder for one text file a video")
    parser.add_argument(
        "--format",
        choices=BOX_FORMATS,
        default="mot",
        help="of BOXES: MOTChallenge's, KITTI's, or tracks that tools/test.py wrote (default: %(default)s)",
    )
    parser.add_argument(
        "--method",
        nargs="+",
        required=True,
        metavar=("METHOD", "ARGUMENT"),
        help="'filling', 'ellipse', or 'mask_head CONFIG CHECKPOINT'",
    )
    parser.add_argument("--images", type=Path, help="images of the video, or of the data set in a known layout")
    parser.add_argument("--size", type=_size, metavar="WIDTHxHEIGHT", help="of the images, where none are at hand")
    add_class_options(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--sequences", nargs="+", metavar="NAME", help="only these; default: all")
    which.add_argument("--seqmap", type=Path, help="only the sequences that this file lists, all their frames")
    parser.add_argument(
        "--overlap",
        choices=PRIORITIES,
        default="bottom",
        help="which box keeps a shared pixel: that which reaches further down (the paper's), or has the higher score",
    )
    parser.add_argument(
        "--refine-boxes",
        action="store_true",
        help="mask_head: let the box head correct the boxes first, as the released code does",
    )
    arguments = parser.parse_args(argv)
    method, *rest = arguments.method
    if method not in (*SHAPES, "mask_head"):
        parser.error(f"--method {method} is none of {', '.join(SHAPES)}, mask_head")
    if len(rest) != (2 if method == "mask_head" else 0):
        parser.error("write --method mask_head CONFIG CHECKPOINT, or --method filling, or --method ellipse")
    if arguments.images is None and (method == "mask_head" or arguments.size is None):
        parser.error("--images is needed" + ("" if method == "mask_head" else ", or --size"))
    return arguments


def _size(text: str) -> tuple[int, int]:
    """Parse WIDTHxHEIGHT; return height, width."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not a size; write WIDTHxHEIGHT, such as 1242x375")
    return int(height), int(width)


def read_videos(arguments: argparse.Namespace) -> Iterator[BoxVideo]:
    """Yield the videos that OUT lacks."""
    class_id, own_classes = read_class_options(arguments)
    files = find_box_files(arguments.boxes)
    wanted = arguments.sequences
    if arguments.seqmap is not None:
        wanted = [entry.name for entry in read_seqmap(arguments.seqmap)]
    for name in wanted or files:
        if name not in files:
            raise FormatError(arguments.boxes, f"has no sequence {name}", f"name some of: {', '.join(files)}")
        if (arguments.out / f"{name}.txt").exists():
            print(f"{name}: kept as it is in {arguments.out}")
            continue
        images = None if arguments.images is None else find_images(arguments.images, name)
        size = arguments.size or (0, 0)
        yield read_box_video(
            files[name],
            name,
            arguments.format,
            class_id=class_id,
            own_classes=own_classes,
            images=images,
            size=size,
        )


def shapes_of(video: BoxVideo, method: str) -> Iterable[tuple[NDArray[np.intp], list[RLE]]]:
    """Return the masks of a method that sees boxes only, as rows and their masks."""
    return [(np.arange(len(video)), SHAPES[method](video.tracks.boxes, video.height, video.width))]


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    from tqdm import tqdm

    arguments = parse_arguments(argv)
    method, *model_files = arguments.method
    head = None
    if method == "mask_head":
        from mots_plugin.apis.config_files import read_config
        from mots_plugin.apis.mask_generation import MaskHeadOnBoxes

        head = MaskHeadOnBoxes(read_config(model_files[0], {}), model_files[1], arguments.refine_boxes)
    for video in read_videos(arguments):
        masks: list[RLE] = [{"size": [video.height, video.width], "counts": b""}] * len(video)
        parts = shapes_of(video, method) if head is None else head.masks(video)
        with tqdm(total=len(video), desc=video.name, unit="mask") as progress:
            for rows, made in parts:
                for row, mask in zip(rows, made, strict=True):
                    masks[row] = mask
                progress.update(len(rows))
        result = without_overlaps(video.tracks, masks, arguments.overlap)
        path = arguments.out / f"{video.name}.txt"
        write_mots_txt(path, result)
        print(f"{video.name}: {len(result)} masks of {len(video)} boxes in {path}")


if __name__ == "__main__":
    sys.exit(main())
