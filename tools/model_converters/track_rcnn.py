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

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.weights import compare_shapes, convert_track_rcnn, read_archive


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the model that the weights are for")
    parser.add_argument("weights", type=Path, help=".npz file of TensorFlow variables")
    parser.add_argument("out", type=Path, help=".pth file to write: weights only")
    parser.add_argument("--partial", action="store_true", help="write what matches, also if not everything does")
    return parser.parse_args(argv)


def model_state(config_file: str) -> dict:
    """Build the config's model with random weights, nothing downloaded, and return its state."""
    from mmdet.registry import MODELS
    from mmengine.config import Config
    from mmengine.registry import init_default_scope

    from mots_plugin.apis.run_errors import named_run_errors

    config = Config.fromfile(config_file)
    config.model.detector.backbone.init_cfg = None
    init_default_scope(config.default_scope)
    with named_run_errors(config_file):
        return MODELS.build(config.model).state_dict()


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    converted, unknown = convert_track_rcnn(read_archive(arguments.weights))

    import torch

    state = model_state(arguments.config)
    counters = {name: value for name, value in state.items() if name.endswith("num_batches_tracked")}
    comparison = compare_shapes(
        {name: array.shape for name, array in converted.items()},
        {name: tuple(value.shape) for name, value in state.items() if name not in counters},
    )
    mismatches = [f"unknown variable: {name}" for name in unknown] + comparison.lines()
    print("\n".join(mismatches), end="\n" if mismatches else "")
    if mismatches and not arguments.partial:
        raise FormatError(
            arguments.weights,
            f"does not match {arguments.config} in {len(mismatches)} places, listed above",
            "choose the config of these weights, or pass --partial",
        )
    wrong = {name for name, _, _ in comparison.wrong_shape}
    weights = {
        name: torch.from_numpy(array) for name, array in converted.items() if name in state and name not in wrong
    }
    if not weights:
        raise FormatError(arguments.weights, "holds no weight of the model", "choose the config of these weights")
    checkpoint = {"state_dict": weights | counters, "meta": {"converted_from": arguments.weights.name}}
    with atomic_write(arguments.out, "wb") as file:
        torch.save(checkpoint, file)
    print(f"{len(weights)} weights lie in {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
