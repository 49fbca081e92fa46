#!/usr/bin/env python
"""Export the networks of a tracker to ONNX: ``tools/export_onnx.py CONFIG CHECKPOINT OUT``.

OUT gets detector.onnx (JDE), or segmenter.onnx and embedding.onnx (PointTrack). Each is run by onnxruntime on inputs
of several sizes before it is written, and the difference from torch is printed. The tracker stays Python; OUT takes
the place of a checkpoint there: ``tools/track_video.py CONFIG OUT street.mp4``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    from mots_plugin.apis.overrides import add_override_argument

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of a JDE or PointTrack tracker")
    parser.add_argument("checkpoint", help="its weights")
    parser.add_argument("out", type=Path, help="folder")
    add_override_argument(parser, "model.detector.test_cfg.score_thr=0.3")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    from mots_plugin.apis.onnx_export import export_onnx

    for file in export_onnx(arguments.config, arguments.checkpoint, arguments.out, arguments.cfg_options):
        print(f"written: {file.path}, {file.path.stat().st_size / 1e6:.1f} MB, {file.weights / 1e6:.2f} M weights")
        differences = ", ".join(f"{name} {value:.1e}" for name, value in file.differences.items())
        print(f"  greatest difference from torch: {differences}")


if __name__ == "__main__":
    sys.exit(main())
