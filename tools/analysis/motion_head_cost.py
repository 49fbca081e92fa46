#!/usr/bin/env python
"""Count the weights and operations of a MAPT config's motion head, beside those of FlowNet2 (table V of the paper).

    python tools/analysis/motion_head_cost.py configs/mapt/mapt_regnety-8gf_50e_kitti-step.py

A multiplication with its addition counts as one operation, as is usual where "FLOPs" of networks are given. The paper
names neither the size of the images nor the number of instances: --size and --instances.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mots_plugin.formats.one_line_errors import report_errors_in_one_line

STRIDE = 4  # of the semantic features
PUBLISHED = (("MAPT motion, paper", 0.38, 3.50), ("FlowNet2, paper", 162.51, 993.13))


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of a MAPT model with a motion head")
    sides = ("HEIGHT", "WIDTH")
    help_size = "of the network's input (default: 384 1280)"
    parser.add_argument("--size", nargs=2, type=int, metavar=sides, default=(384, 1280), help=help_size)
    parser.add_argument(
        "--instances", type=int, default=100, help="carried at once (default: 100, the most of a frame)"
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    import torch
    from mmdet.registry import MODELS
    from mmengine.config import Config
    from mmengine.registry import init_default_scope
    from torch.utils.flop_counter import FlopCounterMode

    import mots_plugin.registration  # noqa: F401
    from mots_plugin.formats.errors import FormatError

    config = Config.fromfile(arguments.config)
    if config.model.get("motion_head") is None:
        raise FormatError(arguments.config, "has no motion head", "name a config of MAPT that has one")
    init_default_scope(config.default_scope)
    with torch.device("meta"):
        head = MODELS.build({**config.model.motion_head, "norm_cfg": None})  # normalisation folds into convolutions
        features = torch.empty(1, config.model.motion_head.in_channels, *(side // STRIDE for side in arguments.size))
        masks = torch.empty(arguments.instances, *head.mask_size(features))
        with FlopCounterMode(display=False) as counter:
            head(features, features, [masks])
    weights = sum(weight.numel() for weight in head.parameters())
    rows = [("this config", weights / 1e6, counter.get_total_flops() / 2e9), *PUBLISHED]
    print(f"{'':<20}{'weights (M)':>12}{'operations (G)':>16}")
    for name, millions, billions in rows:
        print(f"{name:<20}{millions:>12.2f}{billions:>16.2f}")


if __name__ == "__main__":
    sys.exit(main())
