"""A search on a drawn video whose best thresholds are known, interrupted and repeated."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

optuna = pytest.importorskip("optuna")

from mots_plugin.apis import tracker_tuning  # noqa: E402
from mots_plugin.apis.detection_tracking import DetectedDataset  # noqa: E402
from mots_plugin.apis.search_space import SearchSpace  # noqa: E402
from mots_plugin.apis.tracker_tuning import Study, StudyRunner, TrialScorer  # noqa: E402
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video  # noqa: E402
from mots_plugin.formats.detections_txt import format_detections  # noqa: E402
from mots_plugin.formats.errors import FormatError  # noqa: E402
from mots_plugin.formats.mask_tracks import MaskTracks  # noqa: E402
from mots_plugin.formats.rle import boxes, encode_crop  # noqa: E402

CAR, PEDESTRIAN = 1, 2
LENGTH = 6
TEMPLATE = {
    "type": "PerClassTracker",
    "overlap": "score",
    "trackers": [
        {
            "type": "StagedTracker",
            "stages": [{"type": "Stage", "cues": [{"type": "BoxIoUCue"}], "max_cost": 0.5}],
            "lifecycle": {"type": "Lifecycle", "birth_score": 0.5, "min_score": 0.5},
        }
    ]
    * 2,
}


def square(x: int, y: int) -> dict:
    return encode_crop(np.ones((4, 4), bool), x, y, 24, 48)


@pytest.fixture
def dataset(tmp_path) -> DetectedDataset:
    """A car moves two pixels a frame (IoU 1/3), a pedestrian stands; ghosts of cars score 0.3, of pedestrians 0.6."""
    objects = [(frame, CAR, square(4 * 0 + 2 * frame, 0)) for frame in range(LENGTH)]
    objects += [(frame, PEDESTRIAN, square(30, 10)) for frame in range(LENGTH)]
    truth = MaskTracks(
        frames=np.array([frame for frame, _, _ in objects]),
        track_ids=np.array([1000 * class_id for _, class_id, _ in objects]),
        class_ids=np.array([class_id for _, class_id, _ in objects]),
        masks=[mask for _, _, mask in objects],
        name="0000",
    )
    frames = VideoFrames("0000", range(LENGTH), [f"{frame:06d}.png" for frame in range(LENGTH)], 24, 48)
    write_coco_video(tmp_path / "train.json", from_mask_tracks([(frames, truth)]))
    lines = []
    for frame in range(LENGTH):
        masks = [square(2 * frame, 0), square(30, 10), square(20, 18), square(40, 18)]
        scores = np.array([0.7, 0.9, 0.3, 0.6], np.float32)
        class_ids = np.array([CAR, PEDESTRIAN, CAR, PEDESTRIAN])
        lines += format_detections(frame, boxes(masks), scores, class_ids, masks, None)
    (tmp_path / "detections").mkdir()
    (tmp_path / "detections" / "0000.txt").write_text("\n".join(lines) + "\n")
    source = {"ann_file": str(tmp_path / "train.json"), "metainfo": {"classes": ("car", "pedestrian")}}
    return DetectedDataset.from_config(source, tmp_path / "detections", None)


SETTINGS = {"lifecycle.birth_score": "confidence", "lifecycle.min_score": "confidence", "stages.0.max_cost": "limit"}
SPACE = SearchSpace({"confidence": (0.0, 1.0), "limit": (0.1, 1.0)}, SETTINGS, "config.py")
SPACES = {"car": SPACE, "pedestrian": SPACE}
CARS = Study("car", ("car",), SPACES)
BOTH = Study("all", ("car", "pedestrian"), SPACES)


@pytest.fixture
def pool(dataset):
    """Scoring in this process, as a worker process does it."""
    with ThreadPoolExecutor(1, initializer=tracker_tuning._start_worker, initargs=(dataset, "smotsa")) as pool:
        yield pool


def runner(folder, **changes) -> StudyRunner:
    return StudyRunner(
        **{"storage": folder / "study.db", "template": TEMPLATE, "sampler": "random", "seed": 3, "workers": 2} | changes
    )


def trials(folder, name: str) -> list[tuple[dict, float]]:
    study = optuna.load_study(study_name=name, storage=f"sqlite:///{folder / 'study.db'}")
    return [(trial.params, trial.value) for trial in study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))]


def quiet(done: int, best: float) -> None:
    pass


def test_a_trial_is_scored_as_its_tracks_deserve(dataset):
    def score(confidence, limit, *classes):
        values = {
            f"{name}.{key}": value for name in SPACES for key, value in (("confidence", confidence), ("limit", limit))
        }
        return TrialScorer(dataset, "smotsa").score(BOTH.tracker(TEMPLATE, values), classes)

    assert score(0.65, 0.7, "car") == 1.0
    assert score(0.65, 0.6, "car") == pytest.approx(1 - 5 / 6)  # 2/3 is not below 0.6: a new identity every frame
    assert score(0.2, 0.7, "car") == 0.0  # six ghosts
    assert score(0.8, 0.7, "car") == 0.0  # nothing tracked
    assert score(0.65, 0.6, "pedestrian") == 1.0
    assert score(0.65, 0.6, "car", "pedestrian") == pytest.approx(1 - 5 / 12)


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_the_best_thresholds_are_found(tmp_path, pool, sampler):
    score, values = runner(tmp_path, sampler=sampler).run(CARS, 40, pool, quiet)
    assert score == 1.0
    assert 0.3 < values["car.confidence"] <= 0.7
    assert values["car.limit"] > 2 / 3
    assert set(values) == {"car.confidence", "car.limit"}


def test_an_interrupted_study_goes_on_as_if_it_had_not_been(tmp_path, pool):
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    told = []
    best = runner(whole).run(BOTH, 9, pool, lambda done, score: told.append(done))
    assert told == list(range(1, 10))

    runner(parts).run(BOTH, 4, pool, quiet)
    stored = optuna.load_study(study_name="all", storage=f"sqlite:///{parts / 'study.db'}")
    stored.sampler = runner(parts)._sampler(4)
    stored.ask({name: tracker_tuning._distribution(*bounds) for name, bounds in BOTH.ranges().items()})  # then: kill -9
    told.clear()
    assert runner(parts).run(BOTH, 9, pool, lambda done, score: told.append(done)) == best
    assert told == list(range(4, 10))
    assert trials(parts, "all") == trials(whole, "all")


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_the_same_seed_draws_the_same_trials(tmp_path, pool, sampler):
    drawn = []
    for name, changes in {"one": {}, "again": {}, "other": {"seed": 4}}.items():
        (tmp_path / name).mkdir()
        runner(tmp_path / name, sampler=sampler, **changes).run(CARS, 14, pool, quiet)
        drawn.append(trials(tmp_path / name, "car"))
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert len({params["car.limit"] for params, _ in drawn[0]}) == 14


def test_random_trials_do_not_depend_on_the_number_of_workers(tmp_path, pool):
    for workers in (1, 5):
        (tmp_path / str(workers)).mkdir()
        runner(tmp_path / str(workers), workers=workers).run(CARS, 8, pool, quiet)
    assert trials(tmp_path / "1", "car") == trials(tmp_path / "5", "car")


def test_a_study_of_something_else_is_refused(tmp_path, pool):
    runner(tmp_path).run(CARS, 1, pool, quiet)
    for changes in ({"seed": 4}, {"sampler": "tpe"}, {"template": {**TEMPLATE, "overlap": "bottom"}}):
        with pytest.raises(
            FormatError, match=r"study.db: holds the study 'car' of another tracker.*choose another --out"
        ):
            runner(tmp_path, **changes).run(CARS, 2, pool, quiet)
