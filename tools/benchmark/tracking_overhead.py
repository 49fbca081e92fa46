#!/usr/bin/env python
"""What does tracking cost? Frames per second of TrackR-CNN's test loop over those of its detector alone.

    python tools/benchmark/tracking_overhead.py [CONFIG --checkpoint FILE --cfg-options test_dataloader.dataset.…]

The test loop is that of tools/test.py: data loader with optical flow, network, masks to run lengths, association,
overlap resolution, writing and scoring. The network alone gets the same frames from the same loader without flow; its
masks stay as small as the mask head gives them, and nothing is done with its output. The detector alone is that without
the temporal block: other features, hence other detections and, trained with the block, fewer. They take turns over the
same videos, of which the first only warms up. By default two short ones are rendered, and the weights are random; then
thresholds are lifted, so that twelve objects a frame are tracked. The target is a ratio of 0.9 to the detector.

Beside frames per second, processor time is told, of the main process, to which neither other work on the machine nor
the loader's workers add. `make demo` sets OMP_NUM_THREADS=1 on two cores: there the workers have a core of their own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_checkpoint, set_random_seed

from mots_plugin.apis.config_files import read_config
from mots_plugin.apis.overrides import add_override_argument
from mots_plugin.evaluation.metrics import MOTSMetric

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "configs" / "track_rcnn" / "track_rcnn_tiny-fpn_800i_toy-street.py"


def render(folder: Path, frames: int) -> None:
    """Render two videos, of the size that the demo has, and convert them."""
    street = ["--sequences", "3", "--val-sequences", "2", "--frames", str(frames)]
    subprocess.run([sys.executable, "data_converters/toy_street.py", str(folder), *street], cwd=ROOT, check=True)
    convert = [str(folder), str(folder / "annotations"), "--seqmap", str(folder / "val.seqmap")]
    subprocess.run([sys.executable, "data_converters/kitti_mots.py", *convert], cwd=ROOT, check=True)


def track_anything(config: Config, objects: int) -> None:
    """Lift all thresholds, since a network that has learnt nothing is sure of nothing."""
    config.model.detector.test_cfg.rcnn.update(score_thr=0.0, max_per_img=objects)
    for part in config.model.tracker.trackers:
        part.lifecycle.update(birth_score=0.0, min_score=0.0)
        for stage in part.stages:
            stage.pop("min_score", None)


def without_flow(config: Config) -> dict:
    """Return the config of a loader that reads images and nothing else."""
    loader = config.test_dataloader.copy()
    pipeline = [step for step in loader.dataset.pipeline if "LoadFlow" not in str(step)]
    loader.dataset = {**loader.dataset, "pipeline": pipeline}
    return loader


class Stopwatch:
    """Frames per second, and processor time a frame, of all videos but the first."""

    def __init__(self) -> None:
        self._frames = 0
        self._start: tuple[float, float] | None = None

    def count(self, batch: dict[str, Any]) -> None:
        """Count a frame that has been through; with its last one, a video is wholly done, held back frames included."""
        sample = batch["data_samples"][0][0]
        if self._start is not None:
            self._frames += 1
        elif sample.frame_id == sample.ori_video_length - 1:
            self._start = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return frames per second and milliseconds of the processor."""
        if self._start is None or not self._frames:
            raise SystemExit("error: give at least two videos, since the first one warms up")
        wall, processor = time.perf_counter() - self._start[0], time.process_time() - self._start[1]
        return self._frames / wall, 1000 * processor / self._frames


def time_test_loop(model: Any, loader: Any, annotations: str) -> tuple[float, float]:
    """Time tracking, writing and scoring."""
    metric = MOTSMetric(annotations)
    metric.dataset_meta = loader.dataset.metainfo
    watch = Stopwatch()
    for batch in loader:
        (result,) = model.test_step(batch)
        metric.process(None, [result.to_dict()])
        watch.count(batch)
    times = watch.read()
    metric.discard_unfinished()
    return times


def time_network(model: Any, loader: Any, temporal: bool) -> tuple[float, float]:
    """Time the network alone, with its temporal block or without."""
    detector = model.detector
    stream: Any = None
    watch = Stopwatch()
    for batch in loader:
        data = model.data_preprocessor(batch, False)
        sample = data["data_samples"][0][0]
        ready = [detector.extract_feat(data["inputs"][:, 0])]
        if temporal:
            stream = model.temporal.stream() if sample.frame_id == 0 else stream
            ready = stream.push(*ready)
            if sample.frame_id == sample.ori_video_length - 1:
                ready += stream.finish()
        for features in ready:
            proposals = detector.rpn_head.predict(features, [sample], rescale=False)
            detector.roi_head.predict(features, proposals, [sample], rescale=True)
        watch.count(batch)
    return watch.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", default=str(CONFIG), help="default: the tiny TrackR-CNN of the toy street")
    parser.add_argument("--checkpoint", help="weights; random ones without it")
    parser.add_argument("--frames", type=int, default=60, help="length of a rendered video (default 60)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (default 3)")
    add_override_argument(parser, "test_dataloader.dataset.data_root=FOLDER/")
    arguments = parser.parse_args()
    config = read_config(arguments.config, arguments.cfg_options)
    init_default_scope(config.default_scope)
    MMLogger.get_instance("tracking_overhead", log_level="WARNING")
    with tempfile.TemporaryDirectory(prefix="tracking_overhead_") as folder:
        if not any(key.startswith("test_dataloader.dataset") for key in arguments.cfg_options):
            render(Path(folder), arguments.frames)
            config.test_dataloader.dataset.data_root = f"{folder}/"
        if arguments.checkpoint is None:
            track_anything(config, objects=12)
        measure(config, arguments.checkpoint, arguments.rounds)


@torch.no_grad()
def measure(config: Config, checkpoint: str | None, rounds: int) -> None:
    """Build the model and time all loops, taking turns."""
    from mmdet.registry import MODELS

    set_random_seed(0)
    model: Any = MODELS.build(config.model)
    model.init_weights()
    if checkpoint is not None:
        load_checkpoint(model, checkpoint, map_location="cpu")
    model.eval()
    dataset = config.test_dataloader.dataset
    annotations = str(Path(dataset.get("data_root") or "", dataset.ann_file))
    tracking_loader = Runner.build_dataloader(config.test_dataloader)
    detection_loader = Runner.build_dataloader(without_flow(config))
    contenders: dict[str, Callable[[], tuple[float, float]]] = {
        "test loop": lambda: time_test_loop(model, tracking_loader, annotations),
        "detector": lambda: time_network(model, detection_loader, temporal=False),
    }
    if model.temporal is not None:
        contenders["network"] = lambda: time_network(model, detection_loader, temporal=True)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, measure_once in contenders.items():
            times[name].append(measure_once())
        print(
            f"turn {turn + 1}: " + ", ".join(f"{name} {values[-1][0]:.2f} frames/s" for name, values in times.items())
        )
    medians = {name: np.median(values, axis=0) for name, values in times.items()}
    tracked = medians["test loop"]
    for name, (rate, processor) in medians.items():
        ratios = f"the test loop's ratio to it {tracked[0] / rate:.3f}, by processor time {processor / tracked[1]:.3f}"
        print(f"{name}: {rate:.2f} frames/s, {processor:.1f} ms of the processor; {ratios}")


if __name__ == "__main__":
    main()
