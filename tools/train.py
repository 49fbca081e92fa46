#!/usr/bin/env python
"""Train a model: ``tools/train.py CONFIG``. A run that was stopped, or killed, goes on with ``--resume``."""

from __future__ import annotations

import argparse
import sys

from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments() -> argparse.Namespace:
    from mots_plugin.apis.runs import add_run_arguments

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_arguments(parser)
    parser.add_argument("--amp", action="store_true", help="automatic mixed precision")
    parser.add_argument(
        "--resume",
        nargs="?",
        const="auto",
        metavar="CHECKPOINT",
        help="continue from the latest checkpoint of the work dir, or from the one given",
    )
    return parser.parse_args()


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    from mmengine.runner import Runner

    from mots_plugin.apis.checkpoints import check_fits
    from mots_plugin.apis.runs import check_datasets, check_writable, load_run_config, set_up_processes

    config = load_run_config(arguments)
    if arguments.amp:
        config.optim_wrapper.type = "AmpOptimWrapper"
        config.optim_wrapper.loss_scale = "dynamic"
    if arguments.resume is not None:
        config.resume = True
        config.load_from = None if arguments.resume == "auto" else arguments.resume
    check_datasets(config, "train_dataloader")
    check_writable(config.work_dir)
    set_up_processes(config)
    runner = Runner.from_cfg(config)
    if arguments.resume not in (None, "auto"):
        check_fits(arguments.resume, runner.model)
    try:
        runner.train()
    except KeyboardInterrupt:
        print(f"stopped; continue with: {sys.argv[0]} {arguments.config} --work-dir {config.work_dir} --resume")
        raise
    print(f"checkpoints and logs: {config.work_dir}")


if __name__ == "__main__":
    sys.exit(main())
