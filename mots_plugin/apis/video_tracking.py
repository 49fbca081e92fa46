"""Tracking of any video with a trained model, frame by frame, in memory that does not grow."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.registry import DATASETS, MODELS
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from numpy.typing import NDArray

from mots_plugin.apis.checkpoints import check_fits, read_checkpoint
from mots_plugin.apis.config_files import read_config
from mots_plugin.apis.frame_pipeline import FramePipeline
from mots_plugin.apis.run_errors import named_run_errors
from mots_plugin.apis.video_sources import FrameSource, SourceFrame, open_source
from mots_plugin.formats import rle
from mots_plugin.formats.class_numbers import number_classes
from mots_plugin.formats.errors import FormatError
from mots_plugin.models.mot.online import OnlineMOT
from mots_plugin.structures import RLE, Tracks


@dataclass(frozen=True)
class TrackedFrame:
    """One frame with its M tracks, in pixels of the original image.

    Attributes:
        index: Position among the tracked frames, from 0.
        number: Number in the source; larger steps where frames were left out or dropped.
        seconds: Since the first frame; NaN where time is not known.
        image: ``(H, W, 3)`` uint8 RGB.
        ids: ``(M,)`` int64 identities, the same over the whole video.
        boxes: ``(M, 4)`` float32 xyxy.
        scores: ``(M,)`` float32.
        labels: ``(M,)`` int64 index into ``classes``.
        masks: M run-length codes that share no pixel; None for trackers of boxes.
        panoptic: ``(H, W)`` uint32, class << 16 | identity; None for models without.
        classes: Names of the labels.
        class_ids: Their numbers in text files and PNGs.
    """

    index: int
    number: int
    seconds: float
    image: NDArray[np.uint8]
    ids: NDArray[np.int64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]
    masks: list[RLE] | None
    panoptic: NDArray[np.uint32] | None
    classes: tuple[str, ...]
    class_ids: tuple[int, ...]

    @property
    def tracks(self) -> Tracks:
        """The tracks as painters and writers take them."""
        return Tracks(self.ids, self.boxes, self.scores, self.labels, self.masks)

    def mask_arrays(self) -> NDArray[np.bool_]:
        """Return the masks as ``(M, H, W)`` bool.

        Raises:
            ValueError: The tracker has none.
        """
        if self.masks is None:
            raise ValueError("this model tracks boxes, without masks")
        arrays = [rle.decode(mask).astype(bool) for mask in self.masks]
        return np.stack(arrays) if arrays else np.zeros((0, *self.image.shape[:2]), bool)


def init_model(
    config: str | os.PathLike[str] | Config,
    checkpoint: str | os.PathLike[str] | None = None,
    device: str | torch.device | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> OnlineMOT:
    """Build a model, ready to track; its config is its attribute ``cfg``.

    Args:
        config: A config file, or a config, of a tracker.
        checkpoint: Its weights, or the folder of the ONNX files that ``tools/export_onnx.py`` wrote, which onnxruntime
            then runs; without either the model keeps random weights.
        device: By default a GPU if there is one. Not for ONNX files: onnxruntime finds its own.
        overrides: Values of the config by dotted key.

    Raises:
        FormatError: The config or the checkpoint cannot be used; says why and how to mend it.
    """
    if not isinstance(config, Config):
        config = read_config(os.fspath(config), dict(overrides or {}))
    import mots_plugin.registration  # noqa: F401

    name = config.filename or "config"
    init_default_scope(config.get("default_scope", "mmdet"))
    with named_run_errors(name):
        model = MODELS.build(config.model)
    if not isinstance(model, OnlineMOT):
        raise FormatError(name, f"{type(model).__name__} does not track", "pass the config of a tracker")
    if checkpoint is not None and os.path.isdir(checkpoint):
        if device is not None:
            raise FormatError(os.fspath(checkpoint), f"cannot be put on {device}", "leave the device to onnxruntime")
        from mots_plugin.export.stand_ins import run_from_files

        run_from_files(model, Path(checkpoint))
        device = "cpu"
    elif checkpoint is not None:
        content = read_checkpoint(os.fspath(checkpoint))
        check_fits(os.fspath(checkpoint), content, model)
        model.load_state_dict(content["state_dict"])
    model.cfg = config
    return model.to(device or ("cuda" if torch.cuda.is_available() else "cpu")).eval()


def track_video(
    model: OnlineMOT,
    source: FrameSource | str | int | os.PathLike[str],
    *,
    stride: int = 1,
    max_frames: int | None = None,
) -> Iterator[TrackedFrame]:
    """Track a video, and yield each frame as soon as it is done.

    Optical flow is computed between the frames if the model's tracker asks for it: by OpenCV's DIS where the config has
    stored flow. Whoever stops early lets the video go by closing the generator, as the end of a ``for`` loop does.

    Args:
        model: From :func:`init_model`. It tracks one video at a time.
        source: A video file, a folder of images, the number or address of a camera, or an opened source.
        stride: Track every so many frames; without effect on an opened source.
        max_frames: Stop after so many; likewise.

    Raises:
        FormatError: The source cannot be opened or read, or the model takes more than images.
    """
    frames = open_source(source, stride, max_frames) if isinstance(source, (str, int, os.PathLike)) else source
    classes, class_ids = class_names(model.cfg), class_numbers(model.cfg)
    pipeline = FramePipeline(model.cfg.test_dataloader.dataset.pipeline, model.cfg.filename or "config")
    waiting: deque[SourceFrame] = deque()
    index = 0
    with frames:
        for position, frame in enumerate(frames):
            waiting.append(frame)
            batch = pipeline(frame.image, position, frame.number, frames.name, frames.frame_rate)
            for sample in _advance(model, batch):
                yield _tracked(sample, waiting.popleft(), index, classes, class_ids)
                index += 1
        for sample in _finish(model) if waiting else ():
            yield _tracked(sample, waiting.popleft(), index, classes, class_ids)
            index += 1


def class_names(config: Config) -> tuple[str, ...]:
    """Return the names of the classes that a config's model tells apart."""
    dataset = config.test_dataloader.dataset
    return tuple(dataset.get("metainfo", {}).get("classes") or DATASETS.get(dataset.type).METAINFO["classes"])


def class_numbers(config: Config) -> tuple[int, ...]:
    """Return the number of each class that a config's model tells apart.

    The config states them as ``class_ids`` of the test data's metainfo, as ``tools/configure.py`` writes it. Otherwise
    those of MOTS are taken, a person being a pedestrian, and further classes numbered as the converters number them.

    Raises:
        FormatError: The config does not state one a class.
    """
    names = class_names(config)
    stated = config.test_dataloader.dataset.get("metainfo", {}).get("class_ids")
    if stated is not None and len(stated) != len(names):
        problem = f"metainfo has {len(names)} classes but {len(stated)} class_ids"
        raise FormatError(config.filename or "config", problem, "give each class its number, or leave class_ids out")
    if stated is not None:
        return tuple(stated)
    numbers = number_classes(names, {} if "pedestrian" in names else {"person": "pedestrian"})
    return tuple(numbers.ids[name] for name in names)


@torch.no_grad()
def _advance(model: OnlineMOT, batch: dict[str, Any]) -> list[DetDataSample]:
    return list(model.test_step(batch)[0])


@torch.no_grad()
def _finish(model: OnlineMOT) -> list[DetDataSample]:
    return model.flush()


def _tracked(
    sample: DetDataSample, frame: SourceFrame, index: int, classes: tuple[str, ...], class_ids: tuple[int, ...]
) -> TrackedFrame:
    found = sample.pred_track_instances
    panoptic = sample.get("pred_panoptic_seg")
    return TrackedFrame(
        index=index,
        number=frame.number,
        seconds=frame.seconds,
        image=np.ascontiguousarray(frame.image[..., ::-1]),
        ids=found.instances_id,
        boxes=found.bboxes,
        scores=found.scores,
        labels=found.labels,
        masks=found.get("masks"),
        panoptic=None if panoptic is None else panoptic.sem_seg[0].cpu().numpy().astype(np.uint32),
        classes=classes,
        class_ids=class_ids,
    )
