"""Crops around the errors of a tracker: ground truth and result in two colours, one panel a frame, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import RLE
from mots_plugin.visualization import drawing

TRUTH_COLOUR, RESULT_COLOUR = (70, 235, 110), (255, 120, 40)
_DARK, _PAPER, _OUTSIDE = (24, 24, 24), (245, 245, 245), (60, 60, 60)
_MARGIN = 0.5  # of the object's size, on each side
_SMALLEST = 64  # pixels of the image that a panel shows at least


@dataclass(frozen=True)
class MarkedMask:
    """A mask to be outlined.

    Attributes:
        mask: In the original image.
        box: ``(4,)`` xyxy of the mask.
        label: Written beside it; empty for none.
        focus: The panel is about it: its outline is bold, and the crop is laid around it.
    """

    mask: RLE
    box: NDArray[np.float32]
    label: str = ""
    focus: bool = False


@dataclass(frozen=True)
class Panel:
    """One frame.

    Attributes:
        caption: Written above it.
        image: ``(H, W, 3)`` uint8 RGB.
        truths: Masks of the ground truth.
        results: Masks of the tracker.
    """

    caption: str
    image: NDArray[np.uint8]
    truths: Sequence[MarkedMask] = field(default_factory=list)
    results: Sequence[MarkedMask] = field(default_factory=list)


def draw_error(title: str, panels: Sequence[Panel], size: tuple[int, int] = (340, 255)) -> NDArray[np.uint8]:
    """Draw the frames around an error side by side; all show the same part of the image.

    Args:
        title: Written across the top.
        panels: At least one, with masks in focus in one at least.
        size: Width and height of a panel, pixels.

    Returns:
        ``(h, w, 3)`` uint8 RGB.
    """
    boxes = [mark.box for panel in panels for mark in (*panel.truths, *panel.results) if mark.focus]
    height, width = panels[0].image.shape[:2]
    region = _region(np.array(boxes), size, (width, height))
    gap = np.full((size[1], 2, 3), 255, np.uint8)
    row = np.hstack([part for panel in panels for part in (_draw_panel(panel, region, size), gap)][:-1])
    bar = np.full((drawing.text_size(title, row)[1] + 2, row.shape[1], 3), _DARK, np.uint8)
    picture = np.vstack([bar, row])
    drawing.draw_text(picture, title, 0, 0, _DARK)
    return picture


def legend(width: int) -> NDArray[np.uint8]:
    """Return a strip of that width, pixels, that tells the two colours apart."""
    strip = np.full((24, width, 3), 255, np.uint8)
    x = 0
    for text, colour in (("ground truth", TRUTH_COLOUR), ("result", RESULT_COLOUR)):
        drawing.draw_text(strip, text, x, 3, colour)
        x += drawing.text_size(text, strip)[0] + 6
    return strip


def _region(boxes: NDArray[np.float32], panel: tuple[int, int], image: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the part of the image around boxes, xyxy, of the panel's shape; beyond the image only if need be.

    Args:
        boxes: ``(N, 4)`` xyxy.
        panel: Width and height of a panel.
        image: Width and height of the image.
    """
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    ratio = panel[0] / panel[1]
    width = max((right - left) * (1 + 2 * _MARGIN), (bottom - top) * (1 + 2 * _MARGIN) * ratio, _SMALLEST)
    width = min(width, max(image[0], image[1] * ratio))
    x0 = _within((left + right - width) / 2, width, image[0])
    y0 = _within((top + bottom - width / ratio) / 2, width / ratio, image[1])
    return x0, y0, x0 + round(width), y0 + round(width / ratio)


def _within(start: float, length: float, available: int) -> int:
    """Move a stretch inside what is available, or centre it where that is shorter."""
    if length >= available:
        return round((available - length) / 2)
    return round(min(max(start, 0), available - length))


def _draw_panel(panel: Panel, region: tuple[int, int, int, int], size: tuple[int, int]) -> NDArray[np.uint8]:
    canvas = _cut_out(panel.image, region, size)
    scale = size[0] / (region[2] - region[0]), size[1] / (region[3] - region[1])
    origin = round(region[0] * scale[0]), round(region[1] * scale[1])
    sides = ((panel.truths, TRUTH_COLOUR, 4), (panel.results, RESULT_COLOUR, 2))
    for focus in (False, True):
        for marks, colour, outline in sides:
            for mark in marks:
                if mark.focus == focus:
                    crop, x, y = drawing.scale_mask(mark.mask, scale)
                    drawing.draw_mask(canvas, crop, x - origin[0], y - origin[1], colour, 0.0, outline if focus else 1)
    texts, boxes, colours = [], [], []
    for marks, colour, _ in sides:
        for mark in marks:
            box = mark.box * np.array([*scale, *scale]) - np.array([*origin, *origin])
            if mark.label and np.all(box[2:] > 0) and np.all(box[:2] < size):
                texts.append(mark.label)
                boxes.append(box)
                colours.append(colour)
    drawing.draw_labels(canvas, texts, np.array(boxes, np.float32).reshape(-1, 4), np.array(colours, np.uint8))
    drawing.draw_text(canvas, panel.caption, 0, size[1] - drawing.text_size(panel.caption, canvas)[1], _PAPER)
    return canvas


def _cut_out(image: NDArray[np.uint8], region: tuple[int, int, int, int], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a part of an image at the size of a panel; what lies beyond the image is dark."""
    x0, y0, x1, y1 = region
    height, width = image.shape[:2]
    part = np.full((y1 - y0, x1 - x0, 3), _OUTSIDE, np.uint8)
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    part[top - y0 : bottom - y0, left - x0 : right - x0] = image[top:bottom, left:right]
    interpolation = cv2.INTER_AREA if size[0] < x1 - x0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, size, interpolation=interpolation), np.uint8)
