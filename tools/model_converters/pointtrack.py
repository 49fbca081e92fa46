#!/usr/bin/env python
r"""Convert the released weights of PointTrack or PointTrack++ to a checkpoint of this package.

    tools/model_converters/pointtrack.py configs/pointtrack/pointtrack_segmenter-stage2-frames_100e_kitti-mots_car.py \
        best_seed_model.pthCar car_segmenter.pth
    tools/model_converters/pointtrack.py configs/pointtrack/pointtrack_embedding_34e_kitti-mots_car.py \
        PointTrack.pthCar car_embedding.pth

The files are pickles with loggers and optimisers in them; weights are read, nothing else is looked at, and nothing is
run. Names and shapes are checked against the config's model. What does not match is listed, and nothing is written;
with --partial what matches is written all the same. tools/join_checkpoints.py puts the networks together.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights.pointtrack import convert_pointtrack
from mots_plugin.weights.torch_pickle import read_torch_tensors


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the model that the weights are for")
    parser.add_argument("weights", type=Path, help="released checkpoint of a segmenter or an embedding")
    parser.add_argument("out", type=Path, help=".pth file to write: weights only")
    parser.add_argument("--partial", action="store_true", help="write what matches, also if not everything does")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    converted, unknown = convert_pointtrack(read_torch_tensors(arguments.weights))

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
