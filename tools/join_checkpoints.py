#!/usr/bin/env python
r"""Put the weights of networks that were trained apart into one checkpoint, each below a name of the whole model.

    tools/join_checkpoints.py configs/pointtrack/pointtrack_erfnet_kitti-mots.py pointtrack.pth \
        networks.0.segmenter=car_segmenter.pth networks.0=car_embedding.pth \
        networks.1.segmenter=pedestrian_segmenter.pth networks.1=pedestrian_embedding.pth

A training of an embedding saves it as ``embedding``, so it goes below ``networks.0``. The result is checked against the
config's model: nothing may be missing, left over or of another shape.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the whole model")
    parser.add_argument("out", type=Path, help=".pth file to write: weights only")
    parser.add_argument("parts", nargs="+", metavar="NAME=CHECKPOINT", help="where the weights of a checkpoint go")
    return parser.parse_args()


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    from mots_plugin.apis.joined_checkpoints import join_checkpoints

    parts = []
    for part in arguments.parts:
        name, equals, file = part.partition("=")
        if not (name and equals and file):
            raise FormatError(part, "does not say where weights go", "write NAME=CHECKPOINT")
        parts.append((name, file))
    count = join_checkpoints(arguments.config, parts, arguments.out)
    print(f"{count} weights lie in {arguments.out}")


if __name__ == "__main__":
    sys.exit(main())
