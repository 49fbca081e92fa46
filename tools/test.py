#!/usr/bin/env python
"""Track, score and draw: ``tools/test.py CONFIG CHECKPOINT --eval smotsa --out DIR --show-dir DIR``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mots_plugin.evaluation.benchmarks import known_metrics
from mots_plugin.evaluation.functional.families import check_metric_names
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

if TYPE_CHECKING:
    from mmengine.config import Config
    from mmengine.evaluator import BaseMetric


def parse_arguments() -> argparse.Namespace:
    from mots_plugin.apis.runs import add_run_arguments

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_arguments(parser)
    parser.add_argument("checkpoint", help="weights that tools/train.py wrote")
    parser.add_argument(
        "--eval",
        nargs="+",
        metavar="METRIC",
        help="metrics to compute (default: what the config's evaluators have, such as smotsa for masks)",
    )
    parser.add_argument("--out", help="folder for tracks (txt) and metrics.json; default WORK_DIR/test")
    parser.add_argument(
        "--save-detections",
        metavar="DIR",
        help="folder for what the tracker is given, a text file a video, for track_detections.py and tune_tracker.py",
    )
    parser.add_argument("--show-dir", help="folder for drawn frames and videos; nothing is drawn without it")
    parser.add_argument("--report", metavar="DIR", help="write scores, timelines, worst frames as a web page")
    return parser.parse_args()


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    if arguments.eval:
        check_metric_names(arguments.eval, [*known_metrics(), "ap"])
    from mmengine.dist import is_main_process
    from mmengine.runner import Runner

    from mots_plugin.apis.checkpoints import check_fits, read_checkpoint
    from mots_plugin.apis.evaluators import direct_evaluators
    from mots_plugin.apis.run_errors import named_run_errors
    from mots_plugin.apis.runs import check_datasets, check_writable, load_run_config, set_up_processes

    config = load_run_config(arguments)
    check_datasets(config, "test_dataloader")
    checkpoint = read_checkpoint(arguments.checkpoint)
    out = check_writable(arguments.out or Path(config.work_dir) / "test")
    dataset = config.test_dataloader.dataset
    annotations = Path(dataset.get("data_root") or "", dataset.ann_file)
    folders = direct_evaluators(config, annotations, out, arguments.eval)
    if arguments.save_detections is not None:
        saved = str(check_writable(arguments.save_detections))
        recorder = {"type": "DetectionRecorder", "out_dir": saved, "ann_file": str(annotations)}
        evaluators = config.test_evaluator if isinstance(config.test_evaluator, list) else [config.test_evaluator]
        config.test_evaluator = [*evaluators, recorder]
    if arguments.show_dir is not None:
        check_writable(arguments.show_dir)
        config.default_hooks.visualization.update(draw=True, show_dir=arguments.show_dir)
    if arguments.report is not None:
        check_writable(arguments.report)
    config.load_from = arguments.checkpoint
    set_up_processes(config)
    with named_run_errors(arguments.config):
        runner = Runner.from_cfg(config)
        check_fits(arguments.checkpoint, checkpoint, runner.model)
        del checkpoint
        parts = [*runner.test_evaluator.metrics, *runner.hooks]
        if is_main_process():
            for folder in folders:  # scores of an earlier run must not stand beside new tracks
                (folder / "metrics.json").unlink(missing_ok=True)
        try:
            scores = runner.test()
        except BaseException:
            for part in parts:
                if hasattr(part, "discard_unfinished"):
                    part.discard_unfinished()
            raise
    if is_main_process():
        for folder in folders:
            for results in ("tracks", "panoptic_maps"):
                if (folder / results).is_dir():
                    print(f"{results.replace('_', ' ')}: {folder / results}")
            print(f"metrics: {folder / 'metrics.json'}")
        if arguments.save_detections is not None:
            print(f"detections: {arguments.save_detections}")
        if arguments.show_dir is not None:
            print(f"pictures and videos: {arguments.show_dir}")
        if arguments.report is not None:
            print(f"report: {write_report_of_run(arguments, config, runner.test_evaluator.metrics, scores)}")


def write_report_of_run(
    arguments: argparse.Namespace, config: Config, metrics: Sequence[BaseMetric], scores: Mapping[str, float]
) -> Path:
    from mots_plugin.apis.result_report import write_report
    from mots_plugin.apis.tested_results import tested_results

    facts = {
        "config": str(arguments.config),
        "checkpoint": str(arguments.checkpoint),
        "images": str(Path(config.test_dataloader.dataset.get("data_root") or "")),
        "date": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    }
    results = tested_results(metrics, config)
    known = {name for result in results for name in result.score_names}
    others = {name: f"{value:.4g}" for name, value in scores.items() if name.rpartition("/")[2] not in known}
    title = f"Test of {Path(arguments.config).stem}"
    return write_report(Path(arguments.report), title, facts, results, others, config.pretty_text)


if __name__ == "__main__":
    status = main()
    from mots_plugin.apis.runs import end_process

    end_process(status)
