#!/usr/bin/env python
r"""Convert an ImageNet RegNetY of pycls, torchvision or timm to the backbone of a MAPT checkpoint, to train from.

    tools/model_converters/regnet_y.py configs/mapt/mapt_regnety-8gf_50e_kitti-step.py RegNetY-8.0GF_dds_8gpu.pyth \
        backbone.pth
    tools/train.py configs/mapt/mapt_regnety-8gf_50e_kitti-step.py --cfg-options load_from=backbone.pth

Names and shapes are checked against the config's backbone. torchvision's RegNetY-8.0GF begins with 224 channels where
that of the paper has 168: give the config's backbone keep_width=True for it. The dilated twin of the last stage gets
that stage's weights. Files are read as weights only: nothing in them is run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights.regnet_y import convert_regnet_y
from mots_plugin.weights.torch_pickle import read_torch_tensors

BACKBONE = "detector.backbone."


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the model that the weights are for")
    parser.add_argument("weights", type=Path, help="released checkpoint of a classifier")
    parser.add_argument("out", type=Path, help=".pth file to write: weights of the backbone only")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    tensors = read_torch_tensors(arguments.weights)

    from mots_plugin.apis.weight_conversion import model_state, write_converted

    state = {name: weight for name, weight in model_state(arguments.config).items() if name.startswith(BACKBONE)}
    has_twin = any(name.startswith(BACKBONE + "dilated_twin.") for name in state)
    converted, unknown = convert_regnet_y(tensors, BACKBONE, has_twin)
    write_converted(
        converted,
        unknown,
        state,
        config_file=arguments.config,
        source=arguments.weights,
        out=arguments.out,
        partial=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
