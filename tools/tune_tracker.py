#!/usr/bin/env python
"""Search a tracker's thresholds on saved detections: ``tools/tune_tracker.py CONFIG --detections DIR --trials 250``.

CONFIG names the tracker and, as ``tracker_search_space``, the ranges of its parameters. DIR holds detections of the
training videos, saved once by::

    tools/test.py CONFIG CHECKPOINT --save-detections DIR --cfg-options test_dataloader.dataset.ann_file=TRAIN_JSON

A run that was killed goes on where it stopped. The outcome, OUT/best.py, is a config that tools/test.py and
tools/track_detections.py take.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from mots_plugin.apis.detection_tracking import DetectedDataset, find_flow_provider
from mots_plugin.apis.search_space import SearchSpace, read_search_spaces
from mots_plugin.apis.tracker_tuning import ALL_CLASSES, SAMPLERS, Study, StudyRunner, TrialScorer, scoring_processes
from mots_plugin.evaluation.functional.families import check_metric_names
from mots_plugin.evaluation.tables import format_summary
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    from mots_plugin.apis.overrides import add_override_argument

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="config file with a tracker and its tracker_search_space")
    parser.add_argument("--detections", type=Path, required=True, help="folder with one text file a video")
    parser.add_argument("--trials", type=int, default=250, help="trials of each study (default 250, as in the paper)")
    parser.add_argument("--sampler", choices=SAMPLERS, default="random", help="how trials are drawn (default random)")
    parser.add_argument("--metric", default="smotsa", help="metric to maximise (default smotsa)")
    parser.add_argument(
        "--per-class",
        action="store_true",
        help="one study a class, in which it is tracked alone; by default one study of all classes, scored together",
    )
    parser.add_argument("--annotations", help="COCO-video json of the videos; default that of train_dataloader")
    parser.add_argument("--out", type=Path, help="folder for best.py and the study; default work_dirs/CONFIG/tuning")
    parser.add_argument("--seed", type=int, default=0, help="of the sampler (default 0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    add_override_argument(parser, "train_dataloader.dataset.data_root=FOLDER/")
    arguments = parser.parse_args(argv)
    if arguments.trials < 1 or arguments.workers < 1:
        parser.error("--trials and --workers must be at least 1")
    return arguments


def studies(spaces: Mapping[str, SearchSpace], per_class: bool) -> list[Study]:
    """Return the searches that make up a run."""
    if per_class:
        return [Study(name, (name,), spaces) for name in spaces]
    return [Study(ALL_CLASSES, tuple(spaces), spaces)]


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    check_metric_names([arguments.metric])
    try:
        import optuna  # noqa: F401
    except ImportError:
        raise FormatError(
            "optuna", "is not installed", "pip install 'mots_plugin[tune]', or pip install optuna"
        ) from None
    from mots_plugin.apis.config_files import read_config
    from mots_plugin.apis.tuned_config import with_stored_flow, write_tuned_config

    config = read_config(str(arguments.config), arguments.cfg_options, import_custom_modules=False).to_dict()
    out = arguments.out or Path("work_dirs") / arguments.config.stem / "tuning"
    out.mkdir(parents=True, exist_ok=True)
    source, template = config["train_dataloader"]["dataset"], config["model"]["tracker"]
    if arguments.annotations is not None:
        source["ann_file"] = str(Path(arguments.annotations).absolute())
    spaces = read_search_spaces(config, list(source["metainfo"]["classes"]), str(arguments.config))
    flow = find_flow_provider(config["test_dataloader"]["dataset"]["pipeline"], template)
    dataset = DetectedDataset.from_config(source, arguments.detections, flow)
    dataset = with_stored_flow(dataset, out / "flow", arguments.workers)
    tuned, lines = template, []
    runner = StudyRunner(out / "study.db", template, arguments.sampler, arguments.seed, arguments.workers)
    with scoring_processes(dataset, arguments.metric, arguments.workers) as pool:
        for study in studies(spaces, arguments.per_class):
            score, values = search(runner, study, arguments.trials, pool)
            tuned = study.tracker(tuned, values)
            lines.append(f"{study.name}: {arguments.metric} {100 * score:.2f} after {arguments.trials} trials, ")
            lines[-1] += ", ".join(f"{name} {value:.6g}" for name, value in values.items())
    scorer = TrialScorer(dataset, arguments.metric)
    summary = scorer.summary(tuned, tuple(spaces))
    remark = f"Written by tools/tune_tracker.py from {dataset.annotations.source} and {arguments.detections}."
    write_tuned_config(out / "best.py", arguments.config, tuned, "\n".join([remark, *lines]))
    print(f"\n{format_summary(summary, scorer.families[arguments.metric].columns)}\n")
    print("\n".join(lines))
    print(f"study: {runner.storage}\nbest tracker: {out / 'best.py'}")


def search(runner: StudyRunner, study: Study, trials: int, pool: Executor) -> tuple[float, dict[str, float]]:
    """Run a study, a progress bar showing the best score so far."""
    from tqdm import tqdm

    with tqdm(total=trials, desc=study.name, unit="trial") as progress:

        def show(done: int, best: float) -> None:
            progress.set_postfix_str(f"best {100 * best:.2f}", refresh=False)
            progress.update(done - progress.n)

        return runner.run(study, trials, pool, show)


if __name__ == "__main__":
    sys.exit(main())
