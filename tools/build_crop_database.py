#!/usr/bin/env python
"""Cut all objects of a COCO-video file out of its images: ``tools/build_crop_database.py ANNOTATIONS IMAGES OUT``.

Where there are masks without images: ``tools/build_crop_database.py ANNOTATIONS OUT --no-images``.

Instance embeddings are trained from the result (configs/pointtrack). A build that was stopped, or killed, goes on with
the same command.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.crop_building import CropDatabaseBuilder
from mots_plugin.formats.crop_database import CropDatabase
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("annotations", help="COCO-video json with masks")
    parser.add_argument("images", nargs="?", help="folder that its file names start from")
    parser.add_argument("out", help="folder of the database")
    parser.add_argument("--no-images", action="store_true", help="masks alone, for embeddings with use_colour=False")
    parser.add_argument("--classes", nargs="+", metavar="NAME", help="classes to take (default: all but ignored)")
    parser.add_argument(
        "--margin", type=float, default=0.2, help="surroundings on each side, as a share of the side (default 0.2)"
    )
    parser.add_argument(
        "--shard-pixels", type=int, default=2**24, metavar="N", help="pixels a shard, 4 bytes each (default 2**24)"
    )
    arguments = parser.parse_args(argv)
    if (arguments.images is None) != arguments.no_images:
        parser.error("name both IMAGES and OUT, or OUT alone with --no-images")
    if arguments.margin < 0 or arguments.shard_pixels < 1:
        parser.error("--margin must not be negative, and --shard-pixels at least 1")
    return arguments


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    from tqdm import tqdm

    builder = CropDatabaseBuilder(
        read_coco_video(arguments.annotations),
        arguments.images,
        arguments.out,
        arguments.classes,
        arguments.margin,
        arguments.shard_pixels,
    )
    with tqdm(total=len(builder), unit="image") as progress:
        for images in builder.build():
            progress.update(images)
    database = CropDatabase(arguments.out)
    tracks = len({(row["video"], row["instance_id"]) for row in database.crops})
    print(f"{len(database)} crops of {tracks} tracks in {len(database.header.shards)} shard(s): {arguments.out}")


if __name__ == "__main__":
    sys.exit(main())
