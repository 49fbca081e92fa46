#!/usr/bin/env python
"""Write a config for data of your own: ``tools/configure.py ANNOTATIONS CONFIG --images DIR``.

ANNOTATIONS holds the train.json and val.json that a converter wrote. Classes, size of the frames and of the anchors are
taken from train.json; the rest is configs/own_data/track_rcnn_tiny-fpn_2000i_own-data.py, to be changed as you like.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

TEMPLATE = "own_data/track_rcnn_tiny-fpn_2000i_own-data.py"


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("annotations", metavar="ANNOTATIONS", type=Path, help="folder of train.json and val.json")
    parser.add_argument("config", metavar="CONFIG", type=Path, help="the config to write, such as my_config.py")
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="what the file names are relative to; default: ANNOTATIONS"
    )
    parser.add_argument(
        "--longest-side", type=int, default=512, metavar="PIXELS", help="shrink larger frames (default: %(default)s)"
    )
    parser.add_argument(
        "--configs",
        type=Path,
        default=Path(__file__).resolve().parents[1] / "configs",
        metavar="DIR",
        help="folder of this project's configs (default: beside this script)",
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    from mots_plugin.apis.own_config import look_at_data, write_own_config

    train = arguments.annotations / "train.json"
    for path in (train, arguments.annotations / "val.json"):
        if not path.is_file():
            raise FormatError(path, "not found", "convert with --val, which writes train.json and val.json")
    template = arguments.configs / TEMPLATE
    if not template.is_file():
        raise FormatError(template, "not found", "name the configs of a checkout with --configs")
    if arguments.config.suffix != ".py":
        raise FormatError(arguments.config, "is no config file", "let its name end in .py")
    facts = look_at_data(read_coco_video(train), arguments.longest_side)
    images = arguments.images or arguments.annotations
    values = {
        "annotation_root, image_root": (f"{arguments.annotations.as_posix()}/", f"{images.as_posix()}/"),
        "classes": facts.classes,
        "class_ids": facts.class_ids,
        "image_scale": facts.image_scale,
        "anchor_scale": facts.anchor_scale,
    }
    write_own_config(arguments.config, template, values)
    for name, value in values.items():
        print(f"{name}: {value}")
    print(f"config: {arguments.config}")


if __name__ == "__main__":
    sys.exit(main())
