"""Strokes on a canvas: filled masks, outlines, trails and text.

A canvas is a ``(H, W, 3)`` uint8 RGB image and is drawn on in place. Line widths and text follow its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import decode_crop
from mots_plugin.structures import RLE

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DARK = (24, 24, 24)
_LIGHT = (245, 245, 245)
Canvas = NDArray[np.uint8]
Colour = Sequence[int] | NDArray[np.uint8]
Rectangle = tuple[int, int, int, int]


def line_width(canvas: Canvas) -> int:
    """Return the width of a thin line, pixels: 1 at 640x360, 3 at full HD."""
    return max(1, round(math.hypot(*canvas.shape[:2]) / 700))


def text_height(canvas: Canvas) -> float:
    """Return the height of capital letters, pixels: 9 at 640x360, 22 at full HD."""
    return max(9.0, math.sqrt(canvas.shape[0] * canvas.shape[1]) / 64)


def scale_mask(rle: RLE, scale: tuple[float, float]) -> tuple[NDArray[np.uint8], int, int]:
    """Decode the crop of a mask at the size it has on the canvas.

    Args:
        rle: Mask in the original image.
        scale: Canvas pixels per image pixel, along x and y.

    Returns:
        crop: ``(h, w)`` uint8, 0 or 1; edges are smooth where it was enlarged.
        x0: Canvas column of the crop's first column; may be negative.
        y0: Canvas row of the crop's first row; may be negative.
    """
    crop, left, top = decode_crop(rle)
    if scale == (1.0, 1.0) or not crop.size:
        return crop.astype(np.uint8), left, top
    padded = np.pad(crop, 1).astype(np.float32)  # so that the outermost edge is interpolated as well
    left, top = left - 1, top - 1
    x0, x1 = round(left * scale[0]), round((left + padded.shape[1]) * scale[0])
    y0, y1 = round(top * scale[1]), round((top + padded.shape[0]) * scale[1])
    enlarged = cv2.resize(padded, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    return (enlarged >= 0.5).astype(np.uint8), x0, y0


def draw_mask(
    canvas: Canvas,
    crop: NDArray[np.uint8],
    x0: int,
    y0: int,
    colour: Colour,
    opacity: float = 0.45,
    outline: int | None = None,
) -> None:
    """Tint the pixels of a mask and draw its outline, in time proportional to the crop.

    Args:
        canvas: Drawn on; what lies outside is cut off.
        crop: ``(h, w)`` uint8, nonzero inside the mask.
        x0: Canvas column of the crop's first column.
        y0: Canvas row of the crop's first row.
        colour: RGB.
        opacity: Of the tint: 0 leaves the image, 1 covers it.
        outline: Width of the outline, pixels; by default that of a thin line.
    """
    height, width = canvas.shape[:2]
    left, top = max(0, -x0), max(0, -y0)
    crop = np.ascontiguousarray(crop[top : max(top, height - y0), left : max(left, width - x0)])
    if not crop.any():
        return
    x0, y0 = x0 + left, y0 + top
    region = canvas[y0 : y0 + crop.shape[0], x0 : x0 + crop.shape[1]]
    paint = np.full_like(region, np.asarray(colour, np.uint8))
    np.copyto(region, cv2.addWeighted(region, 1 - opacity, paint, opacity, 0), where=crop[:, :, None] != 0)
    contours, _ = cv2.findContours(crop, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=(x0, y0))
    cv2.drawContours(canvas, contours, -1, _tuple(colour), outline or line_width(canvas))


def draw_box(canvas: Canvas, box: Sequence[float] | NDArray[np.float32], colour: Colour) -> None:
    """Draw a box.

    Args:
        canvas: Drawn on.
        box: ``(4,)`` xyxy, canvas pixels.
        colour: RGB.
    """
    x1, y1, x2, y2 = (round(float(edge)) for edge in box)
    cv2.rectangle(canvas, (x1, y1), (x2 - 1, y2 - 1), _tuple(colour), line_width(canvas))


def draw_trail(canvas: Canvas, points: NDArray[np.float32], colour: Colour) -> None:
    """Draw where a track has been, thinner towards the past.

    Args:
        canvas: Drawn on.
        points: ``(T, 2)`` xy, canvas pixels, oldest first.
        colour: RGB.
    """
    width = line_width(canvas)
    corners = np.round(np.asarray(points)).astype(int).tolist()
    steps = list(zip(corners[:-1], corners[1:], strict=True))
    widths = [max(1, round(2 * width * step / len(corners))) for step in range(1, len(corners))]
    for (start, end), thickness in zip(steps, widths, strict=True):  # a dark rim below the whole trail
        cv2.line(canvas, start, end, _DARK, thickness + 2, cv2.LINE_AA)
    for (start, end), thickness in zip(steps, widths, strict=True):
        cv2.line(canvas, start, end, _tuple(colour), thickness, cv2.LINE_AA)
    if corners:
        cv2.circle(canvas, corners[-1], 2 * width, _tuple(colour), -1, cv2.LINE_AA)


def draw_labels(
    canvas: Canvas, texts: Sequence[str], boxes: NDArray[np.float32], colours: NDArray[np.uint8]
) -> list[Rectangle]:
    """Write one label an object, above its box, or inside or below it where another label is in the way.

    Args:
        canvas: Drawn on.
        texts: N labels.
        boxes: ``(N, 4)`` xyxy, canvas pixels.
        colours: ``(N, 3)`` RGB, the background of the labels.

    Returns:
        Where the labels are, xyxy, canvas pixels.
    """
    placed: list[Rectangle] = []
    for text, box, colour in zip(texts, boxes, colours, strict=True):
        width, height = text_size(text, canvas)
        x1, y1, _, y2 = (round(float(edge)) for edge in box)
        free = [(x1, y1 - height), (x1, y1), (x1, y2 - height), (x1, y2)]
        spots = [_inside(canvas, x, y, width, height) for x, y in free]
        spot = next((spot for spot in spots if not any(_overlap(spot, other) for other in placed)), spots[0])
        draw_text(canvas, text, spot[0], spot[1], colour)
        placed.append(spot)
    return placed


def text_size(text: str, canvas: Canvas) -> tuple[int, int]:
    """Return the width and height of a text with its background, pixels."""
    (width, _), _ = cv2.getTextSize(text, _FONT, *_font_size(canvas))
    return math.ceil(width + text_height(canvas) * 0.8), math.ceil(text_height(canvas) * 1.8)


def draw_text(canvas: Canvas, text: str, x: int, y: int, background: Colour) -> None:
    """Write text on a filled rectangle whose top left corner is ``(x, y)``, dark on light or light on dark."""
    width, height = text_size(text, canvas)
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), _tuple(background), -1)
    luminance = np.dot(np.asarray(background, float), [0.299, 0.587, 0.114])
    baseline = (x + round(text_height(canvas) * 0.4), y + round(text_height(canvas) * 1.4))
    scale, thickness = _font_size(canvas)
    cv2.putText(canvas, text, baseline, _FONT, scale, _DARK if luminance > 110 else _LIGHT, thickness, cv2.LINE_AA)


def _font_size(canvas: Canvas) -> tuple[float, int]:
    (_, unit_height), _ = cv2.getTextSize("H", _FONT, 1.0, 1)
    return text_height(canvas) / unit_height, max(1, round(text_height(canvas) / 14))


def _inside(canvas: Canvas, x: int, y: int, width: int, height: int) -> Rectangle:
    x = max(0, min(x, canvas.shape[1] - width))
    y = max(0, min(y, canvas.shape[0] - height))
    return x, y, x + width, y + height


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _tuple(colour: Colour) -> tuple[int, ...]:
    return tuple(int(channel) for channel in colour)
