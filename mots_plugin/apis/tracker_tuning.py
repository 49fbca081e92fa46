"""Searching a tracker's parameters on saved detections: trials are spread over processes, studies survive a kill.

No torch and no network; Optuna keeps the study. A trial tracks and scores all videos with one choice of parameters.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mots_plugin.apis.detection_tracking import (
    DetectedDataset,
    VideoDetections,
    as_mask_tracks,
    build_flow,
    track_video,
)
from mots_plugin.apis.search_space import SearchSpace
from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.evaluation.functional.families import choose_families, count_sequence, summarise
from mots_plugin.flow import FlowProvider
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks

if TYPE_CHECKING:
    import optuna

ALL_CLASSES = "all"
SAMPLERS = ("random", "tpe")


@dataclass(frozen=True)
class Study:
    """One search.

    Attributes:
        name: Name of a class, or ``"all"`` for all classes together.
        classes: Names of the classes that are tracked and scored.
        spaces: Search space of each of them; parameters are called ``<class>.<parameter>``.
    """

    name: str
    classes: tuple[str, ...]
    spaces: Mapping[str, SearchSpace]

    def tracker(self, template: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
        """Return the config of the tracker of all classes, of which those of the study have their settings changed.

        Args:
            template: Config of a ``PerClassTracker`` with one tracker a space, in the same order.
            values: Value of every parameter.
        """
        trackers = list(template["trackers"])
        for label, (name, space) in enumerate(self.spaces.items()):
            if name in self.classes:
                own = {parameter: values[f"{name}.{parameter}"] for parameter in space.parameters}
                trackers[label] = space.apply(trackers[label], own)
        return {**template, "trackers": trackers}

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return lowest and highest value of every parameter."""
        return {
            f"{name}.{parameter}": bounds
            for name in self.classes
            for parameter, bounds in self.spaces[name].parameters.items()
        }


class TrialScorer:
    """Tracks and scores all videos of a data set, which it holds in memory.

    Args:
        dataset: Detections and ground truth.
        metric: Name of a metric family; its first column is the score.
    """

    def __init__(self, dataset: DetectedDataset, metric: str) -> None:
        self.class_ids = dataset.class_ids
        self.families = choose_families([metric])
        self.column = self.families[metric].columns[0]
        self.flow: FlowProvider | None = build_flow(dataset.flow_config)
        self.videos: list[tuple[VideoDetections, MaskTracks]] = [
            (dataset.video(name), dataset.annotations.mask_tracks(name)) for name in dataset.video_names
        ]

    def summary(self, tracker: dict[str, Any], classes: tuple[str, ...]) -> dict[str, Any]:
        """Track with the given classes alone, and score them.

        Args:
            tracker: Config of a ``PerClassTracker``.
            classes: Names of the classes whose detections are tracked.

        Returns:
            As :func:`mots_plugin.evaluation.functional.families.summarise` does.
        """
        labels = [list(self.class_ids).index(name) for name in classes]
        wanted = {name: self.class_ids[name] for name in classes}
        ids_by_label = np.fromiter(self.class_ids.values(), np.int64)
        built = build_torch_free(tracker)
        counts = {}
        for video, truth in self.videos:
            observations = [found.select(np.isin(found.labels, labels)) for found in video.observations]
            alone = VideoDetections(
                video.name, video.frame_numbers, video.image_shape, observations, video.flow_queries
            )
            tracked = list(track_video(built, alone, self.flow))
            predictions = as_mask_tracks(tracked, ids_by_label, video.name)
            counts[video.name] = count_sequence(truth, predictions, video.frame_numbers, wanted, self.families)
        return summarise(counts, self.families)

    def score(self, tracker: dict[str, Any], classes: tuple[str, ...]) -> float:
        """Return the metric of the classes together."""
        return float(self.summary(tracker, classes)[ALL_CLASSES][self.column])


_scorer: TrialScorer  # of a worker process, which reads the detections once


def _start_worker(dataset: DetectedDataset, metric: str) -> None:
    global _scorer
    _scorer = TrialScorer(dataset, metric)


def _score(tracker: dict[str, Any], classes: tuple[str, ...]) -> float:
    return _scorer.score(tracker, classes)


@contextmanager
def scoring_processes(dataset: DetectedDataset, metric: str, workers: int) -> Iterator[Executor]:
    """Start processes that each hold the detections of a data set, and end them.

    Args:
        dataset: Detections and ground truth.
        metric: As of :class:`TrialScorer`.
        workers: Number of processes.
    """
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (dataset, metric))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class StudyRunner:
    """Runs studies in a file, and goes on with those that were interrupted.

    Trials are drawn and told in order, with at most ``workers`` in between, so a study depends on its seed and, with
    the sampler ``tpe``, on the number of workers, but never on which trial ends first. The sampler is seeded anew for
    each trial, so that a study which was killed goes on as if it had not been.

    Attributes:
        storage: SQLite file.
        template: Config of the tracker whose settings are searched.
        sampler: ``"random"``, or ``"tpe"`` for the tree-structured Parzen estimator.
        seed: Of the sampler.
        workers: Trials at a time.
    """

    storage: Path
    template: Mapping[str, Any]
    sampler: str
    seed: int
    workers: int

    def run(
        self, study: Study, trials: int, pool: Executor, on_trial: Callable[[int, float], None]
    ) -> tuple[float, dict[str, float]]:
        """Search until the study has a number of trials, those of earlier runs included.

        Args:
            study: What is searched.
            trials: Number of trials.
            pool: Of :func:`scoring_processes`.
            on_trial: Called with the number of trials done, and the best score so far, after each.

        Returns:
            Score and parameters of the best trial.

        Raises:
            FormatError: The file holds a study of another search space, tracker, sampler or seed.
        """
        import optuna

        stored = self._open(study)
        distributions = {name: _distribution(*bounds) for name, bounds in study.ranges().items()}
        under_way: deque[tuple[optuna.Trial, Future[float]]] = deque()
        done = len(stored.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,)))
        if done:
            on_trial(done, stored.best_value)
        while done < trials:
            while len(under_way) < self.workers and done + len(under_way) < trials:
                stored.sampler = self._sampler(done + len(under_way))
                trial = stored.ask(distributions)
                tracker = study.tracker(self.template, trial.params)
                under_way.append((trial, pool.submit(_score, tracker, study.classes)))
            trial, score = under_way.popleft()
            stored.tell(trial, score.result())
            done += 1
            on_trial(done, stored.best_value)
        return stored.best_value, stored.best_params

    def _open(self, study: Study) -> optuna.Study:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = optuna.storages.RDBStorage(f"sqlite:///{self.storage}", engine_kwargs={"creator": self._connect})
        stored = optuna.create_study(storage=storage, study_name=study.name, direction="maximize", load_if_exists=True)
        described = json.dumps(
            [study.ranges(), {name: dict(study.spaces[name].settings) for name in study.classes}]
            + [self.template, self.sampler, self.seed],
            sort_keys=True,
        )
        if stored.user_attrs.setdefault("search", described) != described:
            problem = f"holds the study '{study.name}' of another tracker, search space, sampler or seed"
            raise FormatError(self.storage, problem, "choose another --out, or remove the file to start anew")
        stored.set_user_attr("search", described)
        for trial in stored.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
            # A run that was killed left it; its parameters come next again.
            stored.tell(trial.number, state=optuna.trial.TrialState.FAIL)
            stored.enqueue_trial(trial.params)
        return stored

    def _connect(self) -> sqlite3.Connection:
        """Connect so that a commit does not wait for the disk: a killed process loses nothing, a power cut little."""
        connection = sqlite3.connect(self.storage, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _sampler(self, trial: int) -> optuna.samplers.BaseSampler:
        import optuna

        seed = int(np.random.SeedSequence([self.seed, trial]).generate_state(1)[0])
        if self.sampler == "random":
            return optuna.samplers.RandomSampler(seed)
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _distribution(low: float, high: float) -> optuna.distributions.BaseDistribution:
    import optuna

    if isinstance(low, int) and isinstance(high, int):
        return optuna.distributions.IntDistribution(low, high)
    return optuna.distributions.FloatDistribution(low, high)
