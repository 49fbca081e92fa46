#!/usr/bin/env python
"""Does memory stay flat while a long video is tested?

    python tools/benchmark/memory_of_testing.py [--frames 1000] [--tracker track_rcnn_algorithm1]

Renders 40 frames of toy street and plays them to and fro as one long video, which tools/test.py then tracks, writes and
scores, data loader workers, optical flow and all. The network is the tiny TrackR-CNN with random weights, whose score
thresholds are lifted, so that 20 objects a frame pass through tracker, overlap resolution and writer. After every frame
a hook notes the memory that the process and its workers have allocated, pages that they share counted once. Code and
other pages that the kernel can read again from files are left out, since it drops them when it likes. Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil
import torch
from mmdet.registry import HOOKS, MODELS
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, set_random_seed
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.mask_tracks import MaskTracks

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "configs" / "track_rcnn" / "track_rcnn_tiny-fpn_800i_toy-street.py"
TRACKERS = ROOT / "configs" / "_base_" / "trackers"


@HOOKS.register_module()
class MemoryRecorder(Hook):
    """Writes a line a frame: megabytes in use, and tracks that were finished.

    Args:
        file: Where to.
    """

    priority = "LOWEST"

    def __init__(self, file: str) -> None:
        self.file = file
        self._lines: IO[str] | None = None

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: Sequence | None = None
    ) -> None:
        """Note one frame."""
        if self._lines is None:
            self._lines = open(self.file, "w", buffering=1)
        process = psutil.Process()
        processes = [process, *process.children(recursive=True)]
        memory = sum(allocated_megabytes(part.pid) for part in processes)
        tracks = sum(len(frame.pred_track_instances) for sample in outputs or () for frame in sample.video_data_samples)
        self._lines.write(f"{memory} {tracks}\n")


def allocated_megabytes(process: int) -> float:
    """Return a process's share of anonymous, shared and swapped-out memory; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    kilobytes = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    return sum(kilobytes[name] for name in ("Pss_Anon", "Pss_Shmem", "SwapPss")) / 1024


def write_long_video(folder: Path, frames: int) -> None:
    """Render a short video and write ``long.json``, in which it is played forwards and backwards, over and over."""
    python = [sys.executable]
    render = ["--sequences", "2", "--val-sequences", "1", "--frames", "40"]
    subprocess.run([*python, "data_converters/toy_street.py", str(folder), *render], cwd=ROOT, check=True)
    convert = [str(folder), str(folder), "--seqmap", str(folder / "val.seqmap")]
    subprocess.run([*python, "data_converters/kitti_mots.py", *convert], cwd=ROOT, check=True)
    short = read_coco_video(folder / "val.json")
    (name,) = (video["name"] for video in short.videos)
    video, tracks = short.frames(name), short.mask_tracks(name)
    count = len(video.file_names)
    cycle = [*range(count), *range(count - 2, 0, -1)]
    source = [cycle[frame % len(cycle)] for frame in range(frames)]
    rows = [np.flatnonzero(tracks.frames == video.frame_numbers[frame]) for frame in source]
    picked = np.concatenate(rows)
    long = MaskTracks(
        np.repeat(np.arange(frames), [len(part) for part in rows]),
        tracks.track_ids[picked],
        tracks.class_ids[picked],
        [tracks.masks[row] for row in picked],
        name=name,
    )
    files = [video.file_names[frame] for frame in source]
    long_video = VideoFrames(name, range(frames), files, video.height, video.width)
    write_coco_video(folder / "long.json", from_mask_tracks([(long_video, long)]))


def long_video_config(folder: Path, tracker: str | None) -> Config:
    """Return the config of the test run: the tiny TrackR-CNN, any confidence, perhaps another tracker."""
    config = Config.fromfile(CONFIG)
    if tracker is not None:
        config.model.tracker = Config.fromfile(TRACKERS / f"{tracker}.py").tracker
    for part in config.model.tracker.trackers:
        part.lifecycle.update(birth_score=0.0, min_score=0.0)
        for stage in part.stages:
            stage.pop("min_score", None)
    config.model.detector.test_cfg.rcnn.update(score_thr=0.0, max_per_img=20)
    config.test_dataloader.dataset.update(data_root=f"{folder}/", ann_file="long.json")
    config.custom_imports.imports.append(Path(__file__).stem)
    config.custom_hooks = [{"type": "MemoryRecorder", "file": str(folder / "memory.txt")}]
    return config


def save_random_weights(config: Config, file: Path) -> None:
    """Write a checkpoint of the model as it is initialised."""
    init_default_scope(config.default_scope)
    MMLogger.get_instance("memory_of_testing", log_level="WARNING")  # init_weights tells of every weight
    set_random_seed(0)
    model: Any = MODELS.build(config.model)
    model.init_weights()
    torch.save({"state_dict": model.state_dict()}, file)


def measure(folder: Path, arguments: argparse.Namespace) -> NDArray[np.float64]:
    """Run tools/test.py on the long video; return megabytes and number of tracks of each frame, ``(frames, 2)``."""
    config = long_video_config(folder, arguments.tracker)
    config.dump(folder / "config.py")
    save_random_weights(config, folder / "weights.pth")
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "tools/test.py", str(folder / "config.py"), str(folder / "weights.pth")]
    command += ["--work-dir", str(folder / "work")]
    if arguments.draw:
        command += ["--show-dir", str(folder / "pictures")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths})
    return np.loadtxt(folder / "memory.txt")


def report(memory: NDArray[np.float64], tracks: NDArray[np.float64]) -> None:
    """Print how memory develops; the last frame, at which the video is scored, is told apart."""
    while_tracking = memory[:-1]
    early, late = np.median(while_tracking[100:200]), np.median(while_tracking[-100:])
    print(f"frames {len(memory)}, tracks a frame {tracks.sum() / len(memory):.1f}")
    print("frame     " + " ".join(f"{frame:7d}" for frame in range(0, len(memory), max(len(memory) // 10, 1))))
    print("megabytes " + " ".join(f"{value:7.1f}" for value in memory[:: max(len(memory) // 10, 1)]))
    print(f"median of frames 100 to 199   {early:7.1f} MB")
    print(f"median of the last 100        {late:7.1f} MB   {late - early:+.1f} MB, ratio {late / early:.4f}")
    print(f"peak while tracking           {while_tracking.max():7.1f} MB")
    print(f"after the video was scored    {memory[-1]:7.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1000, help="length of the video (default: %(default)s)")
    parser.add_argument(
        "--tracker",
        choices=sorted(file.stem for file in TRACKERS.glob("*.py")),
        help="tracker instead of the one of the tiny config",
    )
    parser.add_argument("--draw", action="store_true", help="draw pngs and an mp4 too")
    arguments = parser.parse_args()
    if arguments.frames < 400:
        parser.error("--frames must be at least 400, to tell growth from warming up")
    with tempfile.TemporaryDirectory(prefix="memory_of_testing_") as folder:
        write_long_video(Path(folder), arguments.frames)
        report(*measure(Path(folder), arguments).T)


if __name__ == "__main__":
    main()
