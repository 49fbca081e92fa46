"""A whole frame with what a tracker got wrong in it: ground truth against result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import RLE
from mots_plugin.visualization import drawing
from mots_plugin.visualization.error_crops import RESULT_COLOUR, TRUTH_COLOUR

SWITCH_COLOUR = (200, 120, 255)
_SMALLEST, _LARGEST = 640, 960  # width of a picture, pixels


@dataclass(frozen=True)
class Shape:
    """Where an object is, in the original image.

    Attributes:
        box: ``(4,)`` xyxy.
        mask: Its mask; None if only the box is known.
        label: Written beside it; empty for none.
    """

    box: NDArray[np.floating]
    mask: RLE | None = None
    label: str = ""


@dataclass(frozen=True)
class FrameErrors:
    """The objects of one frame.

    Attributes:
        missed: Truths that nothing is matched to.
        false: Results that are matched to nothing.
        switched: Results with another id than their truth had before.
        matched_truths: Truths that are matched, for context.
        matched_results: The results that they are matched to, those that switch left out.
    """

    missed: Sequence[Shape] = field(default_factory=list)
    false: Sequence[Shape] = field(default_factory=list)
    switched: Sequence[Shape] = field(default_factory=list)
    matched_truths: Sequence[Shape] = field(default_factory=list)
    matched_results: Sequence[Shape] = field(default_factory=list)


def draw_frame_errors(image: NDArray[np.uint8], errors: FrameErrors) -> NDArray[np.uint8]:
    """Draw a frame: errors filled and labelled, what is right in thin outlines.

    Args:
        image: ``(H, W, 3)`` uint8 RGB; stays as it is.
        errors: Its objects.

    Returns:
        ``(h, w, 3)`` uint8 RGB, 640 to 960 pixels wide.
    """
    height, width = image.shape[:2]
    wanted = min(max(width, _SMALLEST), _LARGEST)
    size = wanted, round(height * wanted / width)
    shrinks = wanted < width
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    canvas = np.asarray(resized, np.uint8).copy()
    scale = size[0] / width, size[1] / height
    thin, bold = 1, 2 * drawing.line_width(canvas)
    strokes = (
        (errors.matched_truths, TRUTH_COLOUR, 0.0, thin),
        (errors.matched_results, RESULT_COLOUR, 0.0, thin),
        (errors.missed, TRUTH_COLOUR, 0.4, bold),
        (errors.false, RESULT_COLOUR, 0.4, bold),
        (errors.switched, SWITCH_COLOUR, 0.4, bold),
    )
    labels, boxes, colours = [], [], []
    for shapes, colour, opacity, outline in strokes:
        for shape in shapes:
            box = np.asarray(shape.box, np.float64) * [*scale, *scale]
            if shape.mask is not None:
                drawing.draw_mask(canvas, *drawing.scale_mask(shape.mask, scale), colour, opacity, outline)
            else:
                _draw_box(canvas, box, colour, opacity, outline)
            if shape.label:
                labels.append(shape.label)
                boxes.append(box)
                colours.append(colour)
    drawing.draw_labels(canvas, labels, np.array(boxes, np.float32).reshape(-1, 4), np.array(colours, np.uint8))
    return canvas


def encode_jpeg(picture: NDArray[np.uint8], quality: int = 80) -> bytes:
    """Return a ``(H, W, 3)`` uint8 RGB image as the bytes of a JPEG file."""
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()


def _draw_box(
    canvas: NDArray[np.uint8], box: NDArray[np.float64], colour: Sequence[int], opacity: float, outline: int
) -> None:
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = (int(edge) for edge in np.clip(np.round(box), 0, [width, height, width, height]))
    filled = np.ones((max(0, y2 - y1), max(0, x2 - x1)), np.uint8)
    drawing.draw_mask(canvas, filled, x1, y1, colour, opacity, outline)
