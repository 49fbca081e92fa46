"""What a config's evaluators score, and where each leaves its results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmdet.registry import METRICS
from mmengine.config import Config

from mots_plugin.formats.errors import FormatError


def direct_evaluators(config: Config, annotations: Path, out: Path, metrics: Sequence[str] | None) -> list[Path]:
    """Tell the evaluators of a test what to score, and where to write.

    Those that write share out the wanted metrics: each takes the ones it knows, and one that knows none of them is
    left out. From the second on, the names of their metrics get a prefix. Evaluators that have no choice of metrics
    stay as they are.

    Args:
        config: Whose ``test_evaluator``, one or a list, is changed.
        annotations: Ground truth, COCO-video json.
        out: Folder for the results of the first evaluator that writes; a further one gets a folder of its own in it,
            named by its first metric.
        metrics: Names of metric families; None for those that each evaluator has in the config.

    Returns:
        The folders, in order.

    Raises:
        FormatError: A metric that none of the evaluators knows.
    """
    evaluators = config.test_evaluator if isinstance(config.test_evaluator, list) else [config.test_evaluator]
    known = [getattr(METRICS.get(evaluator["type"]), "known_metrics", ()) for evaluator in evaluators]
    for name in metrics or ():
        if not any(name in names for names in known):
            problem = f"metric {name} is none of those that this config's evaluators know"
            everything = dict.fromkeys(metric for names in known for metric in names)
            raise FormatError("--eval", problem, f"choose from {', '.join(everything)}")
    chosen = []
    folders: list[Path] = []
    for evaluator, names in zip(evaluators, known, strict=True):
        wanted = [name for name in metrics if name in names] if metrics and names else []
        if metrics and names and not wanted:
            continue
        chosen.append(evaluator)
        if not names:
            continue
        if wanted:
            evaluator["metric"] = wanted
        if folders:
            evaluator.setdefault("prefix", _first_metric(evaluator, names))  # or names of metrics would clash
        folders.append(out / _first_metric(evaluator, names) if folders else out)
        evaluator.update(ann_file=str(annotations), out_dir=str(folders[-1]))
    config.test_evaluator = chosen if len(chosen) > 1 else chosen[0]
    return folders


def _first_metric(evaluator: dict, known: Sequence[str]) -> str:
    metric = evaluator.get("metric") or known[0]
    return metric if isinstance(metric, str) else metric[0]
