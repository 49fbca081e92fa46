#!/usr/bin/env python
r"""Convert released JDE weights, or darknet's own, to a checkpoint of this package.

    tools/model_converters/jde.py configs/jde/jde_darknet53_30e_joint.py jde.1088x608.uncertainty.pt jde_1088x608.pth
    tools/model_converters/jde.py configs/jde/jde_darknet53_30e_joint.py darknet53.conv.74 darknet53.pth

Files that end in .weights or .conv.74 are darknet's: a whole network, or its backbone alone, to start training from
with load_from; --backbone takes the backbone of a file that goes on, as that of YOLOv3 for COCO. All others are torch
checkpoints, read without running anything in them. Names and shapes are checked against the config's model. What does
not match is listed, and nothing is written; with --partial what matches is written all the same.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights import convert_darknet, convert_jde, read_darknet
from mots_plugin.weights.torch_pickle import read_torch_tensors


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the model that the weights are for")
    parser.add_argument("weights", type=Path, help="released .pt file, or darknet's .weights or .conv.74")
    parser.add_argument("out", type=Path, help=".pth file to write: weights only")
    parser.add_argument("--backbone", action="store_true", help="take the backbone of a longer darknet file")
    parser.add_argument("--partial", action="store_true", help="write what matches, also if not everything does")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    is_darknet = arguments.weights.suffix == ".weights" or arguments.weights.name.endswith(".conv.74")

    from mots_plugin.apis.weight_conversion import model_state, shapes_of, write_converted

    unknown: list[str] = []
    if is_darknet:
        numbers = read_darknet(arguments.weights)
        state = model_state(arguments.config)
        converted = convert_darknet(numbers, shapes_of(state), arguments.weights, arguments.backbone)
    else:
        converted, unknown = convert_jde(read_torch_tensors(arguments.weights))
        state = model_state(arguments.config)
    write_converted(
        converted,
        unknown,
        state,
        config_file=arguments.config,
        source=arguments.weights,
        out=arguments.out,
        # Darknet knows neither identities nor uncertainties, and how long its files are has been checked.
        partial=arguments.partial or is_darknet,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
