"""Convert MOTSChallenge (MOTS20) to COCO-video json.

    python data_converters/mots_challenge.py SRC DST --split train
    python data_converters/mots_challenge.py SRC DST --leave-out 2 5 9 11

SRC holds ``[train/]MOTS20-SS/{img1/FFFFFF.jpg,gt/gt.txt,seqinfo.ini}``, or the layout of the first release,
``[train/]{images/SSSS/FFFFFF.jpg,instances_txt/SSSS.txt,instances/SSSS/FFFFFF.png}``. One json a split is written to
DST. ``--leave-out 2`` writes ``leave_out_2_train.json`` and ``leave_out_2_val.json``, one fold of the leave-one-out
evaluation of the MOTS paper (section 6).
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
from mots_plugin.formats.splits import MOTS_CHALLENGE_TEST, MOTS_CHALLENGE_TRAIN, leave_one_out

LAYOUT = "train/MOTS20-SS/{img1,gt/gt.txt,seqinfo.ini}, or train/{images,instances_txt}/SSSS"
LEAVE_OUT = ("2", "5", "9", "11")


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_conversion_arguments(parser)
    parser.add_argument(
        "--split",
        nargs="+",
        choices=["train", "test", "all"],
        default=[],
        help="official splits (test: images only), or all annotated sequences; default: all, unless others are named",
    )
    parser.add_argument(
        "--leave-out",
        nargs="+",
        choices=LEAVE_OUT,
        default=[],
        help="of the official training sequences, train on all but this one and validate on it",
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    train = find_sequences(arguments.source, ("train", "training", ""), ("images", "image_02"))
    test = find_sequences(arguments.source, ("test", "testing", ""), ("images", "image_02"))
    check_source(arguments.source, train | test, LAYOUT)
    splits = [Split(path.stem, read_seqmap(path), train) for path in arguments.seqmap]
    for held_out in arguments.leave_out:
        fold = leave_one_out(MOTS_CHALLENGE_TRAIN, held_out)
        for part, ranges in zip(("train", "val"), fold, strict=True):
            splits.append(Split(f"leave_out_{held_out}_{part}", ranges, train))
    for name in arguments.split or ([] if splits else ["all"]):
        if name == "all":
            splits.append(all_annotated(train, arguments.source))
        elif name == "test":
            splits.append(Split(name, MOTS_CHALLENGE_TEST, test, annotated=False))
        else:
            splits.append(Split(name, MOTS_CHALLENGE_TRAIN, train))
    convert(splits, arguments)


if __name__ == "__main__":
    sys.exit(main())
