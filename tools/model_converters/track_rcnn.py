#!/usr/bin/env python
r"""Convert the weights of the released TrackR-CNN, dumped by tensorflow_to_npz.py, to a checkpoint of this package.

    tools/model_converters/track_rcnn.py configs/track_rcnn/track_rcnn_r101-c4_5e_kitti-mots_released.py \
        conv3d_sep2.npz conv3d_sep2.pth

Names and shapes are checked against the config's model. What does not match is listed, and nothing is written; with
--partial what matches is written all the same, for example to start training from a plain Mask R-CNN.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.apis.converter_command import Renamed, convert_by_command
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights import convert_track_rcnn, read_archive


def convert(weights: Path) -> Renamed:
    return convert_track_rcnn(read_archive(weights))


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    return convert_by_command(__doc__, ".npz file of TensorFlow variables", convert, argv)


if __name__ == "__main__":
    sys.exit(main())
