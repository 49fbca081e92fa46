#!/usr/bin/env python
"""How long do the parts of MAPT take on a frame, and panoptic fusion beside its ancestors' loop?

    python tools/benchmark/mapt_speed.py [CONFIG] [--size 375 1242] [--instances 10 50] [--parts frame fusion]

- frame: a video of noise through the whole model, as tools/test.py runs it, part by part. Weights are random, so what
  the region head finds is replaced by drifting ellipses, which go on through fusion, both tracking heads and
  association; their share of the frame is that of "motion head" and "appearance head".
- fusion: equation 8 over drawn scenes, beside a loop over the instances with a mask of the image's size each, which is
  how EfficientPS and APSNet do it; the results are checked to be equal.

Printed are median milliseconds a frame: on a CPU processor time of one thread, which other programs hardly disturb, on
a GPU elapsed time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.structures import InstanceData
from torch import Tensor
from torch.nn import functional

from mots_plugin.formats.text_table import format_table
from mots_plugin.ops.panoptic import fuse_panoptic

DEFAULT = Path(__file__).resolve().parents[2] / "configs" / "mapt" / "mapt_regnety-8gf_50e_kitti-step.py"
PARTS = {
    "backbone": "detector.backbone.forward",
    "two-way pyramid": "detector.neck.forward",
    "proposals": "detector.rpn_head.predict",
    "instance head": "detector.roi_head.predict",
    "semantic head": "semantic_head.forward",
    "fusion": "_fuse",
    "motion head": "_carry",
    "appearance head": "appearance_head.forward",
    "association": "tracker.track",
}
"""Parts of a frame by the methods of the model that do them."""
TRACKING_HEADS = ("motion head", "appearance head")
CLASSES, THINGS = 19, (11, 13)


def now(device: str) -> float:
    """Seconds on the clock that counts."""
    if device == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def build_model(config: Config, device: str) -> Any:
    from mmdet.registry import MODELS
    from mmengine.registry import init_default_scope

    import mots_plugin.registration  # noqa: F401

    init_default_scope("mmdet")
    return revert_sync_batchnorm(MODELS.build(config.model)).to(device).eval()


def draw_instances(count: int, frame: int, size: tuple[int, int], device: str) -> InstanceData:
    """Detections of both classes that drift by some pixels a frame, on a grid, each hiding part of its neighbour."""
    generator = torch.Generator().manual_seed(0)
    centres = torch.rand(count, 2, generator=generator) * torch.tensor([size[1], size[0]])
    half = 12 + 40 * torch.rand(count, 2, generator=generator)
    centres = centres + 3.0 * frame * torch.randn(count, 2, generator=generator)
    limits = torch.tensor([size[1], size[0]] * 2)
    boxes = torch.cat([centres - half, centres + half], dim=1).clamp(min=torch.zeros(4), max=limits)
    labels, scores = torch.arange(count) % 2, torch.linspace(0.95, 0.75, count)
    return InstanceData(bboxes=boxes.to(device), scores=scores.to(device), labels=labels.to(device))


def ellipse_logits(count: int, cells: int, device: str) -> Tensor:
    """(N, s, s) logits above 0 inside the ellipse that fits a box."""
    middle = (torch.arange(cells, device=device) + 0.5) / cells * 2 - 1
    return (6 * (1 - middle[:, None] ** 2 - middle**2)).expand(count, cells, cells)


def find_drawn_instances(roi_head: Any, count: int, size: tuple[int, int], state: dict[str, int], device: str) -> None:
    """Let a region head do all its work, but find the drawn instances of the frame ``state['frame']``."""
    box_step, mask_step = roi_head.predict_bbox, roi_head.predict_mask

    def predict_bbox(*arguments: Any, **options: Any) -> list[InstanceData]:
        box_step(*arguments, **options)
        return [draw_instances(count, state["frame"], size, device)]

    def predict_mask(*arguments: Any, **options: Any) -> list[InstanceData]:
        (found,) = mask_step(*arguments, **options)
        found.mask_logits = ellipse_logits(len(found), found.mask_logits.shape[-1], device)
        return [found]

    roi_head.predict_bbox, roi_head.predict_mask = predict_bbox, predict_mask


def watch(model: Any, times: dict[str, float], device: str) -> None:
    """Let the parts of a model add the milliseconds that they take to ``times``."""
    for name, path in PARTS.items():
        *owners, method = path.split(".")
        owner = model
        for step in owners:
            owner = getattr(owner, step)
        if owner is not None and getattr(owner, method, None) is not None:
            setattr(owner, method, _timed(getattr(owner, method), name, times, device))


def _timed(work: Callable, name: str, times: dict[str, float], device: str) -> Callable:
    def run(*arguments: Any, **options: Any) -> Any:
        started = now(device)
        result = work(*arguments, **options)
        times[name] += 1000 * (now(device) - started)
        return result

    return run


def frame_parts(arguments: argparse.Namespace, device: str) -> list[list[str]]:
    config = Config.fromfile(arguments.config)
    size = tuple(arguments.size)
    padded = [-(-side // 32) * 32 for side in size]
    rows = []
    for count in arguments.instances:
        model = build_model(config, device)
        times: dict[str, float] = defaultdict(float)
        state: dict[str, int] = {}
        find_drawn_instances(model.detector.roi_head, count, size, state, device)
        watch(model, times, device)
        frames = []
        for index in range(arguments.rounds + 2):
            sample = DetDataSample(
                metainfo={
                    "frame_id": index,
                    "ori_video_length": arguments.rounds + 2,
                    "ori_shape": size,
                    "img_shape": size,
                    "batch_input_shape": tuple(padded),
                    "scale_factor": (1.0, 1.0),
                }
            )
            image = torch.randn(1, 1, 3, *padded, device=device)
            state["frame"] = index
            times.clear()
            started = now(device)
            with torch.no_grad():
                model.predict(image, [TrackDataSample(video_data_samples=[sample])])
            frames.append({**times, "frame": 1000 * (now(device) - started)})
        medians = {name: statistics.median(frame.get(name, 0.0) for frame in frames[2:]) for name in [*PARTS, "frame"]}
        whole = medians["frame"]
        medians["both tracking heads"] = sum(medians[name] for name in TRACKING_HEADS)
        for name, value in medians.items():
            rows.append([f"{name}, {count} instances", f"{value:.1f}", f"{100 * value / whole:.1f} % of the frame"])
    return rows


def fusion(arguments: argparse.Namespace, device: str) -> list[list[str]]:
    rows = []
    size, things = tuple(arguments.size), torch.tensor(THINGS, device=device)
    for count in arguments.instances:
        generator = torch.Generator().manual_seed(1)
        coarse = 3 * torch.randn(1, CLASSES, size[0] // 16, size[1] // 16, generator=generator)
        logits = functional.interpolate(coarse, size=size, mode="bilinear")[0].to(device)
        found = draw_instances(count, 0, size, device)
        masks = ellipse_logits(count, 28, device)
        scene = (logits, masks, found.bboxes, found.scores, things[found.labels])
        own, loop = fuse_panoptic(*scene, things), plain_loop(*scene, THINGS)
        if not (torch.equal(own.classes, loop[0]) and torch.equal(own.instances, loop[1])):
            raise RuntimeError("the results differ")
        times: dict[str, list[float]] = {"own": [], "loop": []}
        for _ in range(arguments.rounds + 1):
            for name, work in (
                ("own", lambda: fuse_panoptic(*scene, things)),  # noqa: B023
                ("loop", lambda: plain_loop(*scene, THINGS)),  # noqa: B023
            ):
                started = now(device)
                work()
                times[name].append(1000 * (now(device) - started))
        medians = {name: statistics.median(values[1:]) for name, values in times.items()}
        ratio = medians["loop"] / medians["own"]
        text = f"instance by instance {medians['loop']:.1f} ({ratio:.1f} times)"
        rows.append([f"fusion of {count} instances", f"{medians['own']:.1f}", text])
    return rows


def plain_loop(
    logits: Tensor, mask_logits: Tensor, boxes: Tensor, scores: Tensor, classes: Tensor, things: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """Fuse as EfficientPS does, with a mask of the image's size for one instance after the other."""
    count, height, width = logits.shape
    y, x = (torch.arange(side, device=logits.device) + 0.5 for side in (height, width))
    occupied = torch.zeros(height, width, dtype=torch.bool, device=logits.device)
    kept, fused = [], []
    for row in scores.argsort(descending=True).tolist():
        x1, y1, x2, y2 = boxes[row]
        across, down = (x - x1) / (x2 - x1) * 2 - 1, (y - y1) / (y2 - y1) * 2 - 1
        grid = torch.stack([across.expand(height, width), down[:, None].expand(height, width)], dim=-1)
        sampled = functional.grid_sample(
            mask_logits[None, None, row], grid[None], padding_mode="border", align_corners=False
        )[0, 0]
        box = ((x >= x1) & (x < x2)) & ((y >= y1) & (y < y2))[:, None]
        mask = (sampled > 0) & box
        if not mask.any() or (mask & occupied).sum() > 0.5 * mask.sum():
            continue
        occupied |= mask
        semantic = logits[classes[row]]
        fused.append(torch.where(box, (sampled.sigmoid() + semantic.sigmoid()) * (sampled + semantic), -torch.inf))
        kept.append(row)
    stuff = [index for index in range(count) if index not in things]
    winner = torch.stack([*(logits[index] for index in stuff), *fused]).argmax(dim=0)
    segment_classes = torch.tensor(stuff + [int(classes[row]) for row in kept], device=logits.device)
    return segment_classes[winner], torch.tensor([-1] * len(stuff) + kept, device=logits.device)[winner]


TASKS: dict[str, Callable[[argparse.Namespace, str], list[list[str]]]] = {"frame": frame_parts, "fusion": fusion}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", default=str(DEFAULT), help="of a MAPT model (default: the full-size one)")
    sides = ("HEIGHT", "WIDTH")
    parser.add_argument("--size", nargs=2, type=int, default=[375, 1242], metavar=sides, help="of a frame")
    parser.add_argument("--instances", nargs="+", type=int, default=[10, 50])
    parser.add_argument("--parts", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    rows = [row for part in arguments.parts for row in TASKS[part](arguments, device)]
    print(format_table(["part", f"ms ({device})", ""], rows))


if __name__ == "__main__":
    main()
