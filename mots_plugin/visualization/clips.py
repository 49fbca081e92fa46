"""Pictures of what a model is trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmdet.structures import DetDataSample
from numpy.typing import NDArray

from mots_plugin.formats.rle import encode
from mots_plugin.structures import Frame, Tracks
from mots_plugin.visualization.drawing import draw_mask
from mots_plugin.visualization.painter import TrackPainter

_IGNORED = (128, 128, 128)


def paint_clip(packed: dict[str, Any], classes: Sequence[str]) -> list[NDArray[np.uint8]]:
    """Paint the ground truth of a clip over its images, both as the transforms left them; ignored regions are grey.

    Args:
        packed: What ``PackMOTSInputs`` returns, of T frames loaded as BGR, or ``PackDetInputs`` of one.
        classes: Names of the labels.

    Returns:
        T RGB pictures.
    """
    painter = TrackPainter(min_width=640, boxes=True)
    pictures = []
    inputs, samples = packed["inputs"], packed["data_samples"]
    if isinstance(samples, DetDataSample):
        inputs, samples = inputs[None], [samples]
    images = inputs.numpy().transpose(0, 2, 3, 1)[..., ::-1]
    for index, (bgr, sample) in enumerate(zip(images, samples, strict=True)):
        image = np.ascontiguousarray(bgr)
        for mask in sample.ignored_instances.get("masks", ()):
            draw_mask(image, mask, 0, 0, _IGNORED, opacity=0.7)
        frame = Frame(index, image.shape[:2], sample.video_name)
        title = f"{sample.video_name}   frame {sample.frame_number}"
        pictures.append(painter.paint(image, _ground_truth(sample), frame, classes, title))
    return pictures


def _ground_truth(sample: DetDataSample) -> Tracks:
    found = sample.gt_instances
    return Tracks(
        # An image without its video has no identities: its objects are numbered, so that their colours differ.
        ids=found.instances_ids.numpy().astype(np.int64) if "instances_ids" in found else np.arange(len(found)) + 1,
        boxes=found.bboxes.numpy().reshape(-1, 4),
        scores=np.full(len(found), np.nan, np.float32),
        labels=found.labels.numpy(),
        masks=[encode(mask) for mask in found.masks],
    )
