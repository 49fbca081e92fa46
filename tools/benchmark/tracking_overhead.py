#!/usr/bin/env python
"""What does tracking cost? Frames per second of TrackR-CNN's test loop over those of its detector alone.

    python tools/benchmark/tracking_overhead.py [CONFIG --checkpoint FILE --cfg-options test_dataloader.dataset.…]

The test loop is that of tools/test.py: data loader with optical flow, network, masks to run lengths, association,
overlap resolution, writing and scoring. The detector alone is the same network without temporal block, on the same
frames from the same loader without flow; its masks stay as small as the mask head gives them, and nothing is done with
its output. Both take turns over the same video. By default a short toy street is rendered, and the weights are random;
then thresholds are lifted, so that twelve objects a frame are tracked. The target is a ratio of 0.9.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_checkpoint, set_random_seed

from mots_plugin.apis.config_files import read_config
from mots_plugin.apis.overrides import KeyValueAction
from mots_plugin.evaluation.metrics import MOTSMetric

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "configs" / "track_rcnn" / "track_rcnn_tiny-fpn_800i_toy-street.py"
WARM_UP = 5


def render(folder: Path, frames: int) -> None:
    """Render a video, of the size that the demo has, and convert it."""
    street = ["--sequences", "2", "--val-sequences", "1", "--frames", str(frames)]
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


def time_test_loop(model: Any, loader: Any, metric: MOTSMetric) -> float:
    """Return the frames per second of tracking, writing and scoring."""
    metric.dataset_meta = loader.dataset.metainfo
    frames, start = 0, time.perf_counter()
    for batch in loader:
        (result,) = model.test_step(batch)
        metric.process(None, [result.to_dict()])
        frames += 1
        if frames == WARM_UP:
            start = time.perf_counter()
    rate = (frames - WARM_UP) / (time.perf_counter() - start)
    metric.discard_unfinished()
    return rate


def time_detector(model: Any, loader: Any) -> float:
    """Return the frames per second of the detector alone."""
    frames, start = 0, time.perf_counter()
    for batch in loader:
        data = model.data_preprocessor(batch, False)
        model.detector.predict(data["inputs"][:, 0], [data["data_samples"][0][0]], rescale=True)
        frames += 1
        if frames == WARM_UP:
            start = time.perf_counter()
    return (frames - WARM_UP) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", default=str(CONFIG), help="default: the tiny TrackR-CNN of the toy street")
    parser.add_argument("--checkpoint", help="weights; random ones without it")
    parser.add_argument("--frames", type=int, default=60, help="length of the rendered video (default 60)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (default 3)")
    parser.add_argument("--cfg-options", nargs="+", action=KeyValueAction, default={}, metavar="KEY=VALUE")
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
    """Build the model and time both loops, taking turns."""
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
    rates: dict[str, list[float]] = {"test loop": [], "detector alone": []}
    for turn in range(rounds):
        rates["detector alone"].append(time_detector(model, detection_loader))
        rates["test loop"].append(time_test_loop(model, tracking_loader, MOTSMetric(annotations)))
        print(f"turn {turn + 1}: " + ", ".join(f"{name} {values[-1]:.2f} frames/s" for name, values in rates.items()))
    tracked, detected = (float(np.median(values)) for values in rates.values())
    print(f"medians: test loop {tracked:.2f}, detector alone {detected:.2f} frames/s, ratio {tracked / detected:.3f}")


if __name__ == "__main__":
    main()
