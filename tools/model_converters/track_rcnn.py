#!/usr/bin/env python
r"""Convert the weights of the released TrackR-CNN, dumped by tensorflow_to_npz.py, to a checkpoint of this package.

    tools/model_converters/track_rcnn.py configs/track_rcnn/track_rcnn_r101-c4_5e_kitti-mots_released.py \
        conv3d_sep2.npz conv3d_sep2.pth

Names and shapes are checked against the config's model. What does not match is listed, and nothing is written; with
--partial what matches is written all the same, for example to start training from a plain Mask R-CNN.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights import convert_track_rcnn, read_archive


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the model that the weights are for")
    parser.add_argument("weights", type=Path, help=".npz file of TensorFlow variables")
    parser.add_argument("out", type=Path, help=".pth file to write: weights only")
    parser.add_argument("--partial", action="store_true", help="write what matches, also if not everything does")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    converted, unknown = convert_track_rcnn(read_archive(arguments.weights))

    from mots_plugin.apis.weight_conversion import model_state, write_converted

    write_converted(
        converted,
        unknown,
        model_state(arguments.config),
        config_file=arguments.config,
        source=arguments.weights,
        out=arguments.out,
        partial=arguments.partial,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
