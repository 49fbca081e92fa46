#!/usr/bin/env python
"""Train a model: ``tools/train.py CONFIG``. A run that was stopped, or killed, goes on with ``--resume``."""

from __future__ import annotations

import argparse

from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments() -> argparse.Namespace:
    from mots_plugin.apis.runs import add_run_arguments

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_arguments(parser)
    parser.add_argument(
        "--amp",
        nargs="?",
        const="on",
        choices=["on", "auto"],
        help="automatic mixed precision, on a GPU or a CPU with bfloat16 units; auto: only where there is one",
    )
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
    from mmengine.dist import is_main_process
    from mmengine.runner import Runner

    from mots_plugin.apis.checkpoints import check_fits, check_resumable, latest_readable_checkpoint, read_checkpoint
    from mots_plugin.apis.mixed_precision import use_mixed_precision
    from mots_plugin.apis.run_errors import named_run_errors
    from mots_plugin.apis.runs import check_datasets, check_writable, load_run_config, set_up_processes

    config = load_run_config(arguments)
    if arguments.amp is not None:
        use_mixed_precision(config, only_where_faster=arguments.amp == "auto")
    check_datasets(config, "train_dataloader")
    check_writable(config.work_dir)
    checkpoint = None
    if arguments.resume is not None:
        latest = latest_readable_checkpoint(config.work_dir) if arguments.resume == "auto" else arguments.resume
        if latest is None:
            print(f"note: no checkpoint in {config.work_dir} yet, so training starts from the beginning")
        else:
            config.resume, config.load_from = True, str(latest)
            checkpoint = read_checkpoint(latest)
            check_resumable(latest, checkpoint)
    set_up_processes(config)
    try:
        with named_run_errors(arguments.config):
            runner = Runner.from_cfg(config)
            runner.register_hook({"type": "DropStoredConfigHook"})
            if checkpoint is not None:
                check_fits(config.load_from, checkpoint, runner.model)
            runner.train()
    except KeyboardInterrupt:
        if is_main_process():
            print(f"\nthe same command with --resume continues from the last checkpoint in {config.work_dir}")
        raise
    if is_main_process():
        print(f"checkpoints and logs: {config.work_dir}")


if __name__ == "__main__":
    status = main()
    from mots_plugin.apis.runs import end_process

    end_process(status)
