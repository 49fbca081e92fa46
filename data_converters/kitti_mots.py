"""Convert KITTI MOTS, or data in its layout, to COCO-video json.

    python data_converters/kitti_mots.py SRC DST --split train val

SRC holds ``training/image_02/SSSS/FFFFFF.png`` (or ``image_02/…``, ``images/…``; any common image format) and, as
annotations, ``instances_txt/SSSS.txt``, else ``instances/SSSS/FFFFFF.png``. One json a split is written to DST.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mots_plugin.formats.mots_conversion import (
    Split,
    add_conversion_arguments,
    all_annotated,
    check_source,
    convert,
)
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.seqmap import read_seqmap
from mots_plugin.formats.sequence_files import find_sequences
from mots_plugin.formats.splits import KITTI_MOTS_TEST, KITTI_MOTS_TRAIN, KITTI_MOTS_VAL

LAYOUT = "instances_txt/SSSS.txt or instances/SSSS/FFFFFF.png, and training/image_02/SSSS/FFFFFF.png"
ANNOTATED = {"train": KITTI_MOTS_TRAIN, "val": KITTI_MOTS_VAL}


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_conversion_arguments(parser)
    parser.add_argument(
        "--split",
        nargs="+",
        choices=[*ANNOTATED, "test", "all"],
        default=[],
        help="official splits (test: images only), or all annotated sequences; default: all, unless --seqmap is given",
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    training = find_sequences(arguments.source, ("training", ""), ("image_02", "images"))
    testing = find_sequences(arguments.source, ("testing",), ("image_02", "images"))
    check_source(arguments.source, training | testing, LAYOUT)
    splits = [Split(path.stem, read_seqmap(path), training) for path in arguments.seqmap]
    for name in arguments.split or ([] if splits else ["all"]):
        if name == "all":
            splits.append(all_annotated(training, arguments.source))
        elif name == "test":
            splits.append(Split(name, KITTI_MOTS_TEST, testing, annotated=False))
        else:
            splits.append(Split(name, ANNOTATED[name], training))
    convert(splits, arguments)


if __name__ == "__main__":
    sys.exit(main())
