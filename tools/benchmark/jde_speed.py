#!/usr/bin/env python
"""Is joint detection and embedding faster? JDE beside mmdet's ByteTrack and QDTrack, and how each grows with targets.

    python tools/benchmark/jde_speed.py [--sizes 576x320 864x480 1088x608] [--targets 20] [--device cpu]

First table, at each input size, as in table 3 of the paper: frames per second of detection (FPSD; JDE's embeds, too),
of association (FPSA; QDTrack's embeds its boxes there) and of both (FPS). All systems take turns, one frame each, over
the same random images, with random weights; what is found is then replaced by ``--targets`` people who walk evenly, so
that every tracker has the same to do. Second table: milliseconds of the embedding alone for 10 to 400 targets, JDE's
three dense convolutions and the reading of as many cells, QDTrack's region features and layers. Medians of one run; one
thread on CPUs. ByteTrack needs the package ``lap`` and is left out without it.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import mmdet
import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from torch import Tensor
from tqdm import tqdm

from mots_plugin.formats.text_table import format_table
from mots_plugin.structures import Frame, Observations

JDE_CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "jde"
MMDET_CONFIGS = Path(mmdet.__file__).parent / ".mim" / "configs"
BYTE_TRACK = (
    MMDET_CONFIGS / "bytetrack" / "bytetrack_yolox_x_8xb4-amp-80e_crowdhuman-mot17halftrain_test-mot17halfval.py"
)
QDTRACK = MMDET_CONFIGS / "qdtrack" / "qdtrack_faster-rcnn_r50_fpn_8xb2-4e_mot17halftrain_test-mot17halfval.py"
JDE = {
    (1088, 608): "jde_darknet53_30e_joint.py",
    (864, 480): "jde_darknet53_30e_joint_864x480.py",
    (576, 320): "jde_darknet53_30e_joint_576x320.py",
}
TARGETS = (10, 50, 100, 200, 400)
WARM_UP = 2
Step = Callable[[Tensor, DetDataSample, Observations], tuple[float, float]]


def walking_people(count: int, size: tuple[int, int], embed_channels: int) -> Iterator[Observations]:
    """Yield the detections of frame after frame: people who walk to the right, and begin anew at the left."""
    rng = np.random.default_rng(0)
    width, height = size
    heights = rng.uniform(height / 8, height / 2, count)
    half = np.stack([heights / 3, heights], 1) / 2
    centres = rng.uniform(0, size, (count, 2))
    looks = rng.normal(size=(count, embed_channels))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    while True:
        centres[:, 0] = (centres[:, 0] + width / 400) % width
        yield Observations(
            boxes=np.concatenate([centres - half, centres + half], 1).astype(np.float32),
            scores=np.full(count, 0.9, np.float32),
            labels=np.zeros(count, np.int64),
            embeddings=looks.astype(np.float32),
        )


def now(device: torch.device) -> float:
    """Seconds, when all work that was queued is done."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def build(config_file: Path, device: torch.device) -> Any:
    """Build a config's model with random weights; nothing is downloaded."""
    config = Config.fromfile(config_file)
    init_default_scope("mmdet")
    return MODELS.build(config.model).to(device).eval()


def as_instances(people: Observations, device: torch.device) -> InstanceData:
    """Tell mmdet's trackers what was found."""
    return InstanceData(
        bboxes=torch.from_numpy(people.boxes).to(device),
        scores=torch.from_numpy(people.scores).to(device),
        labels=torch.from_numpy(people.labels).to(device),
    )


def jde_step(model: Any, device: torch.device) -> Step:
    """JDE: detections and embeddings reach the host at once, and the tracker works there."""
    # Random scores are around one half: about as many boxes as targets pass, whatever they are.
    model.detector.bbox_head.test_cfg.update(score_thr=0.0, max_per_img=100)

    def step(image: Tensor, sample: DetDataSample, people: Observations) -> tuple[float, float]:
        start = now(device)
        list(model.observe(image, sample))
        detected = now(device)
        model.tracker.track(people, Frame(sample.frame_id, sample.ori_shape, frames_per_second=30))
        return detected - start, now(device) - detected

    return step


def byte_track_step(model: Any, device: torch.device) -> Step:
    """ByteTrack of mmdet: YOLOX, then boxes alone."""

    def step(image: Tensor, sample: DetDataSample, people: Observations) -> tuple[float, float]:
        start = now(device)
        model.detector.predict(image, [sample])
        detected = now(device)
        sample.pred_instances = as_instances(people, device)
        model.tracker.track(data_sample=sample)
        return detected - start, now(device) - detected

    return step


def qdtrack_step(model: Any, device: torch.device) -> Step:
    """QDTrack of mmdet: Faster R-CNN, then embeddings of its boxes."""

    def step(image: Tensor, sample: DetDataSample, people: Observations) -> tuple[float, float]:
        start = now(device)
        features = model.detector.extract_feat(image)
        proposals = model.detector.rpn_head.predict(features, [sample])
        model.detector.roi_head.predict(features, proposals, [sample], rescale=True)
        detected = now(device)
        sample.pred_instances = as_instances(people, device)
        model.tracker.track(model=model, img=image, feats=features, data_sample=sample)
        return detected - start, now(device) - detected

    return step


def build_systems(size: tuple[int, int], device: torch.device) -> dict[str, tuple[Any, Step]]:
    """Every system that can be built, by name: its model and what it does with a frame."""
    systems: dict[str, tuple[Any, Step]] = {}
    for name, config_file, make_step in (
        ("JDE, Darknet-53", JDE_CONFIGS / JDE[size], jde_step),
        ("ByteTrack, YOLOX-x", BYTE_TRACK, byte_track_step),
        ("QDTrack, Faster R-CNN R50", QDTRACK, qdtrack_step),
    ):
        try:
            model = build(config_file, device)
        except RuntimeError as error:
            print(f"{name} left out: {error}")
        else:
            systems[name] = model, make_step(model, device)
    return systems


def sample_of(index: int, size: tuple[int, int]) -> DetDataSample:
    """The metainfo of a frame that needs no resizing."""
    shape = size[1], size[0]
    return DetDataSample(
        metainfo={
            "frame_id": index,
            "ori_shape": shape,
            "img_shape": shape,
            "batch_input_shape": shape,
            "pad_shape": shape,
            "scale_factor": (1.0, 1.0),
        }
    )


def measure_speeds(
    systems: dict[str, tuple[Any, Step]], size: tuple[int, int], targets: int, frames: int, device: torch.device
) -> list[list[Any]]:
    """Rows of the first table: name, FPSD, FPSA, FPS and the number of parameters."""
    people = walking_people(targets, size, 512)
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in systems}
    for index in tqdm(range(WARM_UP + frames), desc=f"{size[0]}x{size[1]}", unit="frame", disable=None):
        image = torch.rand(1, 3, size[1], size[0], device=device)
        found = next(people)
        for name, (_, step) in systems.items():
            seconds[name].append(step(image, sample_of(index, size), found))
    rows = []
    for name, times in seconds.items():
        detect, associate = np.median(times[WARM_UP:], axis=0)
        both = float(np.median(np.sum(times[WARM_UP:], axis=1)))
        millions = sum(weight.numel() for weight in systems[name][0].parameters()) / 1e6
        speeds = [f"{1 / value:.2f}" for value in (detect, associate, both)]
        rows.append([f"{size[0]}x{size[1]}", name, *speeds, f"{millions:.1f} M"])
    return rows


def measure_embedding(
    systems: dict[str, tuple[Any, Step]], size: tuple[int, int], rounds: int, device: torch.device
) -> list[list[Any]]:
    """Rows of the second table: system and milliseconds for each number of targets."""
    parts: dict[str, Callable[[int], Any]] = {}
    image = torch.rand(1, 3, size[1], size[0], device=device)
    for name, (model, _) in systems.items():
        if name.startswith("JDE"):
            parts[name] = _jde_embedding(model.detector, image)
        elif name.startswith("QDTrack"):
            parts[name] = _qdtrack_embedding(model, image, size)
    seconds: dict[tuple[str, int], list[float]] = {}
    for _ in tqdm(range(WARM_UP + rounds), desc="embedding", unit="round", disable=None):
        for targets in TARGETS:
            for name, embed in parts.items():
                start = now(device)
                embed(targets)
                seconds.setdefault((name, targets), []).append(now(device) - start)
    return [
        [name, *(f"{1000 * np.median(seconds[name, targets][WARM_UP:]):.1f}" for targets in TARGETS)] for name in parts
    ]


def _jde_embedding(detector: Any, image: Tensor) -> Callable[[int], Tensor]:
    head, features = detector.bbox_head, detector.extract_feat(image)
    scales = head(features)
    rows = torch.randperm(sum(scale.logits.shape[1] for scale in scales), device=image.device)

    def embed(targets: int) -> Tensor:
        parts = zip(scales, head.embeddings, features, strict=True)
        embedded = [scale._replace(embeddings=convolution(feature)) for scale, convolution, feature in parts]
        return head.embeddings_at(embedded, rows[:targets], 0)

    return embed


def _qdtrack_embedding(model: Any, image: Tensor, size: tuple[int, int]) -> Callable[[int], Tensor]:
    features = model.detector.extract_feat(image)
    boxes = torch.from_numpy(next(walking_people(max(TARGETS), size, 1)).boxes).to(image.device)
    return lambda targets: model.track_head.predict(features, [boxes[:targets]])


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["576x320", "864x480", "1088x608"], metavar="WxH")
    parser.add_argument("--targets", type=int, default=20, help="objects a frame (default 20)")
    parser.add_argument("--frames", type=int, default=10, help="timed frames a size (default 10)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    sizes = [_size(text) for text in arguments.sizes]
    unknown = [size for size in sizes if size not in JDE]
    if unknown:
        parser.error(f"JDE has configs for {', '.join(f'{w}x{h}' for w, h in JDE)}, not for {unknown[0]}")
    torch.manual_seed(0)
    device = torch.device(arguments.device)
    speeds: list[list[Any]] = []
    for size in sizes:
        systems = build_systems(size, device)
        speeds += measure_speeds(systems, size, arguments.targets, arguments.frames, device)
    embedding = measure_embedding(systems, sizes[-1], arguments.frames, device)
    print(format_table(["input", "system", "FPSD", "FPSA", "FPS", "weights"], speeds))
    print(f"\nembedding alone at {arguments.sizes[-1]}, milliseconds for so many targets")
    print(format_table(["system", *map(str, TARGETS)], embedding))


if __name__ == "__main__":
    main()
