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

import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.apis.converter_command import Renamed, convert_by_command
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights.pointtrack import convert_pointtrack
from mots_plugin.weights.torch_pickle import read_torch_tensors


def convert(weights: Path) -> Renamed:
    return convert_pointtrack(read_torch_tensors(weights))


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    return convert_by_command(__doc__, "released checkpoint of a segmenter or an embedding", convert, argv)


if __name__ == "__main__":
    sys.exit(main())
