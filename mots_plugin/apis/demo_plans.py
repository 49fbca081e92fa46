"""What `make demo` runs for each method: a list of commands over a rendered street.

A method is a function from a folder to a :class:`Demo`, named in :data:`DEMOS`. Commands run from a checkout's root.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

PROCESSES = 2  # fixed, since the size of a training step depends on it; the cores are shared out among them


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        title: What it does, in a few words.
        command: Program and arguments.
        result: The file whose presence says that it has finished.
        afterwards: What is left to do once the command has succeeded, if anything.
    """

    title: str
    command: list[str]
    result: Path
    afterwards: Callable[[], None] | None = None


@dataclass(frozen=True)
class Demo:
    """A method's whole way from nothing to scores.

    Attributes:
        steps: In order.
        scores: The json file that ``tools/test.py`` writes.
        shown: Names of the scores to print for each class, fractions in the file.
        written: What lies where, for the reader.
        classes: Whose scores to print.
    """

    steps: list[Step]
    scores: Path
    shown: tuple[str, ...]
    written: dict[str, Path]
    classes: tuple[str, ...] = ("car", "pedestrian")


def street_steps(data: Path) -> list[Step]:
    """Render the street of every demo below ``data`` and convert it: 64 videos to train on, 8 held out."""
    return [
        Step(
            "render a street",
            [sys.executable, "data_converters/toy_street.py", str(data)]
            + ["--sequences", "72", "--val-sequences", "8", "--frames", "20"],
            data / "val.seqmap",
        ),
        Step(
            "convert it to COCO-video",
            [sys.executable, "data_converters/kitti_mots.py", str(data), str(data / "annotations")]
            + ["--seqmap", str(data / "train.seqmap"), str(data / "val.seqmap")],
            data / "annotations" / "val.json",
        ),
    ]


def training_step(title: str, config: str, work_dir: Path, options: list[str]) -> Step:
    """Train a config; its last checkpoint is then ``work_dir/latest.pth``.

    Args:
        title: What is trained.
        config: Config file.
        work_dir: Where checkpoints and logs go; a stopped training continues there.
        options: Overrides of the config, ``key=value``.
    """

    def mark_trained() -> None:
        last = Path((work_dir / "last_checkpoint").read_text().strip())
        (work_dir / "latest.pth").unlink(missing_ok=True)
        (work_dir / "latest.pth").symlink_to(last.name)
        (work_dir / "finished").touch()

    command = ["bash", "tools/dist_train.sh", config, str(PROCESSES), "--work-dir", str(work_dir), "--resume"]
    return Step(
        title, [*command, "--amp", "auto", "--cfg-options", *options], work_dir / "finished", afterwards=mark_trained
    )


def testing_step(config: str, checkpoint: Path, work_dir: Path, metrics: list[str], options: list[str]) -> Step:
    """Track, score and draw; scores and tracks go to ``work_dir/test``, videos to ``work_dir/pictures``.

    Args:
        config: Config file.
        checkpoint: Weights.
        work_dir: Where results go.
        metrics: What ``--eval`` names.
        options: Overrides of the config, ``key=value``.
    """
    return Step(
        "track, score and draw the held-out sequences",
        [sys.executable, "tools/test.py", config, str(checkpoint), "--work-dir", str(work_dir)]
        + ["--eval", *metrics, "--out", str(work_dir / "test"), "--show-dir", str(work_dir / "pictures")]
        + ["--cfg-options", *options],
        work_dir / "test" / "metrics.json",
    )


def _demo(
    data: Path, work_dir: Path, weights: Path, steps: list[Step], shown: tuple[str, ...], results: str = "tracks"
) -> Demo:
    """A method whose last step tests it: scores, ``results`` and videos lie where :func:`testing_step` puts them."""
    scores = work_dir / "test" / "metrics.json"
    written = {"data": data, "weights": weights, results.split("_")[-1]: work_dir / "test" / results}
    return Demo(steps, scores, shown, {**written, "scores": scores, "videos": work_dir / "pictures"})


def _one_training(folder: Path, name: str, config: str, metrics: list[str], shown: tuple[str, ...]) -> Demo:
    """A method whose networks are trained together: train and test one config."""
    data, work_dir = folder / "data", folder / name
    options = [f"{loader}.dataset.data_root={data}/" for loader in ("train_dataloader", "test_dataloader")]
    weights = work_dir / "latest.pth"
    steps = [
        *street_steps(data),
        training_step("train", config, work_dir, options),
        testing_step(config, weights, work_dir, metrics, options),
    ]
    return _demo(data, work_dir, weights, steps, shown)


def track_rcnn(folder: Path) -> Demo:
    """TrackR-CNN: one training, scored by sMOTSA."""
    config = "configs/track_rcnn/track_rcnn_tiny-fpn_800i_toy-street.py"
    return _one_training(folder, "track_rcnn", config, ["smotsa"], ("sMOTSA", "MOTSA", "MOTSP"))


def jde(folder: Path) -> Demo:
    """JDE: one training, scored by MOTA and IDF1 of boxes."""
    config = "configs/jde/jde_tiny_800i_toy-street.py"
    return _one_training(folder, "jde", config, ["clear", "idf1", "hota", "ap"], ("MOTA", "IDF1", "HOTA"))


def mapt(folder: Path) -> Demo:
    """MAPT: one training, scored over all pixels; the metrics need the panoptic maps of the street."""
    config, data, work_dir = "configs/mapt/mapt_tiny_1200i_toy-street.py", folder / "data", folder / "mapt"
    testing = [f"test_dataloader.dataset.data_root={data}/"]
    testing += [f"test_evaluator.0.panoptic_maps={data / 'panoptic_maps' / 'val'}"]
    weights = work_dir / "latest.pth"
    steps = [
        *street_steps(data),
        Step(
            "read things from its panoptic maps",
            [sys.executable, "data_converters/step.py", str(data), str(data / "annotations_step")]
            + ["--images", "training/image_02"],
            data / "annotations_step" / "val.json",
        ),
        training_step("train", config, work_dir, [f"train_dataloader.dataset.data_root={data}/"]),
        testing_step(config, weights, work_dir, ["stq", "pat", "pq"], testing),
    ]
    demo = _demo(data, work_dir, weights, steps, ("STQ", "PAT", "PQ", "TQ"), "panoptic_maps")
    return replace(demo, classes=("all",))


def pointtrack(folder: Path) -> Demo:
    """PointTrack: segmenter and embedding trained apart, put together, scored by sMOTSA."""
    configs, data, work_dir = "configs/pointtrack", folder / "data", folder / "pointtrack"
    crops, crops_built = work_dir / "crops", work_dir / "crops_built"
    segmenter, embedding, checkpoint = work_dir / "segmenter", work_dir / "embedding", work_dir / "pointtrack.pth"
    tracker = f"{configs}/pointtrack_tiny_toy-street.py"
    steps = [
        *street_steps(data),
        training_step(
            "train the segmenter",
            f"{configs}/pointtrack_segmenter-tiny_800i_toy-street.py",
            segmenter,
            [f"train_dataloader.dataset.data_root={data}/"],
        ),
        Step(
            "cut out the objects to train the embedding on",
            [sys.executable, "tools/build_crop_database.py"]
            + [str(data / "annotations" / "train.json"), str(data), str(crops)],
            crops_built,
            afterwards=crops_built.touch,
        ),
        training_step(
            "train the embedding",
            f"{configs}/pointtrack_embedding-tiny_300i_toy-street.py",
            embedding,
            [f"train_dataloader.dataset.database={crops}"],
        ),
        Step(
            "put the two together",
            [sys.executable, "tools/join_checkpoints.py", tracker, str(checkpoint)]
            + [f"networks.0.segmenter={segmenter / 'latest.pth'}", f"networks.0={embedding / 'latest.pth'}"],
            checkpoint,
        ),
        testing_step(tracker, checkpoint, work_dir, ["smotsa"], [f"test_dataloader.dataset.data_root={data}/"]),
    ]
    return _demo(data, work_dir, checkpoint, steps, ("sMOTSA", "MOTSA", "MOTSP"))


DEMOS: dict[str, Callable[[Path], Demo]] = {
    "jde": jde,
    "mapt": mapt,
    "pointtrack": pointtrack,
    "track_rcnn": track_rcnn,
}
