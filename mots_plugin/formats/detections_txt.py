"""TrackR-CNN's text format of detections, which lets anyone's detections be tracked and tuned without a network.

One detection a line, separated by blanks, with masks and without::

    frame x1 y1 x2 y2 score class_id height width rle e1 … eD
    frame x1 y1 x2 y2 score class_id e1 … eD

Frames are positions in the video, from 0, for MOTSChallenge too. Boxes are in pixels of the original image, classes 1
car and 2 pedestrian, or those of a data set of one's own, D is 128 in the released files; it may be 0. See
``TrackingForwarder_util.py`` of TrackR-CNN.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS
from mots_plugin.formats.rle import RLE, find_broken, validate

_NUMBERS = ("frame", "x1", "y1", "x2", "y2", "score", "class_id")
_WITH_MASK = (*_NUMBERS, "height", "width")
_CURE = "write 'frame x1 y1 x2 y2 score class_id [height width rle] e1 … eD', alike in every line"
_LARGEST = np.finfo(np.float32).max
_LARGEST_WHOLE = 2.0**53


@dataclass(frozen=True)
class Detections:
    """N detections of one video, one row each, in order of frame.

    Attributes:
        frames: ``(N,)`` int64 position in the video, from 0, ascending.
        boxes: ``(N, 4)`` float32 xyxy.
        scores: ``(N,)`` float32 confidence in [0, 1].
        class_ids: ``(N,)`` int64, 1 car, 2 pedestrian, others of one's own.
        masks: N run-length codes, or None for boxes alone.
        embeddings: ``(N, D)`` float32 association vectors, or None.
        source: File the rows came from.
    """

    frames: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    boxes: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    scores: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    class_ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    masks: list[RLE] | None = None
    embeddings: NDArray[np.float32] | None = None
    source: str = ""

    def __len__(self) -> int:
        return len(self.frames)


def format_detections(
    frame: int,
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    masks: Sequence[RLE] | None,
    embeddings: NDArray[np.float32] | None,
) -> list[str]:
    """Return the lines of one frame, without line ends; single precision survives to the last bit.

    Args:
        frame: Position in the video, from 0.
        boxes: ``(N, 4)`` xyxy.
        scores: ``(N,)``.
        class_ids: ``(N,)``.
        masks: N run-length codes, or None.
        embeddings: ``(N, D)``, or None.
    """
    lines = []
    for row in range(len(boxes)):
        box = " ".join(map(_nine_digits, boxes[row].tolist()))
        fields = [f"{frame} {box} {scores[row]:.9g} {class_ids[row]}"]
        if masks is not None:
            height, width = masks[row]["size"]
            fields.append(f"{height} {width} {masks[row]['counts'].decode('ascii')}")
        if embeddings is not None:
            fields.extend(map(_nine_digits, embeddings[row].tolist()))
        lines.append(" ".join(fields))
    return lines


_nine_digits = "{:.9g}".format  # enough to tell any two single-precision numbers apart


def read_detections_txt(path: str | os.PathLike[str], own_classes: Mapping[str, int] | None = None) -> Detections:
    """Read the detections of one video.

    Args:
        path: The text file; an empty one is a video without detections.
        own_classes: Ids, by name, of classes that there are besides car and pedestrian.

    Raises:
        FormatError: At the first fault: fields, numbers, classes, masks, order of frames; names the line.
        OSError: The file cannot be read.
    """
    source = os.fspath(path)
    rows = [(number, line.split()) for number, line in enumerate(Path(path).read_bytes().split(b"\n"), 1)]
    rows = [(number, tokens) for number, tokens in rows if tokens]
    if not rows:
        return Detections(source=source)
    lines = np.array([number for number, _ in rows])
    with_masks = _has_mask(rows[0][1])
    width = len(rows[0][1])
    least = len(_WITH_MASK) + 1 if with_masks else len(_NUMBERS)
    for number, tokens in rows:
        if len(tokens) != width or width < least:
            expected = f"{width}, as in the first line," if width >= least else f"at least {least}"
            problem = f"{len(tokens)} field{'s' * (len(tokens) != 1)} where {expected} are expected"
            raise FormatError(source, problem, _CURE, number)
    strings = [tokens.pop(len(_WITH_MASK)) for _, tokens in rows] if with_masks else []
    table = _numbers(rows, source)
    _check_table(table, with_masks, lines, source, {**MOTS_CLASS_IDS, **(own_classes or {})})
    head = len(_WITH_MASK) if with_masks else len(_NUMBERS)
    masks = None
    if with_masks:
        sizes = table[:, 7:9].astype(np.int64)
        masks = [RLE(size=size, counts=string) for size, string in zip(sizes.tolist(), strings, strict=True)]
        _check_masks(masks, sizes, lines, source)
    return Detections(
        frames=table[:, 0].astype(np.int64),
        boxes=table[:, 1:5].astype(np.float32),
        scores=table[:, 5].astype(np.float32),
        class_ids=table[:, 6].astype(np.int64),
        masks=masks,
        embeddings=table[:, head:].astype(np.float32) if table.shape[1] > head else None,
        source=source,
    )


def _has_mask(tokens: list[bytes]) -> bool:
    """Return whether a line holds a mask: where one would be, a code must cover the image that is stated before it."""
    if len(tokens) <= len(_WITH_MASK) or not (tokens[7].isdigit() and tokens[8].isdigit()):
        return False
    try:
        float(tokens[len(_WITH_MASK)])
    except ValueError:
        return True  # not a number, so at most a broken code
    return validate({"size": [int(tokens[7]), int(tokens[8])], "counts": tokens[len(_WITH_MASK)]}) is None


def _numbers(rows: list[tuple[int, list[bytes]]], source: str) -> NDArray[np.float64]:
    """Read lines of equally many numbers, all at once."""
    width = len(rows[0][1])
    text = b" ".join(b" ".join(tokens) for _, tokens in rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # said of text that is not all numbers
        try:
            values = np.fromstring(text, sep=" ")
        except ValueError:
            values = np.zeros(0)
    if len(values) == len(rows) * width and np.isfinite(values).all():
        return values.reshape(len(rows), width)
    for number, tokens in rows:
        for token in tokens:
            try:
                sound = np.isfinite(float(token))
            except ValueError:
                sound = False
            if not sound:
                shown = token[:40].decode("ascii", "backslashreplace")
                raise FormatError(source, f"'{shown}' is not a finite number", _CURE, number)
    raise FormatError(source, "numbers are not plain decimals", _CURE)


def _check_table(
    table: NDArray[np.float64], with_masks: bool, lines: NDArray[np.int64], source: str, classes: Mapping[str, int]
) -> None:
    whole = [0, 6, 7, 8] if with_masks else [0, 6]
    known = [class_id for class_id in classes.values() if class_id != IGNORE_CLASS]
    unknown = f"the class id is not {' or '.join(map(str, known))}"
    named = ", ".join(f"{class_id} for {name}" for name, class_id in classes.items() if class_id in known)
    faults = (
        ((np.abs(table) > _LARGEST).any(axis=1), "a number is beyond single precision", _CURE),
        (
            ((table[:, whole] % 1 != 0) | (np.abs(table[:, whole]) > _LARGEST_WHOLE)).any(axis=1),
            "frame, class, height or width is not a whole number",
            _CURE,
        ),
        (table[:, 0] < 0, "the frame is below 0", "count frames from 0"),
        (np.diff(table[:, 0], prepend=0) < 0, "the frame is earlier than that of the line before", "sort by frame"),
        (~np.isin(table[:, 6], known), unknown, f"use {named}"),
    )
    for wrong, problem, cure in faults:
        if wrong.any():
            raise FormatError(source, problem, cure, int(lines[wrong.argmax()]))


def _check_masks(masks: list[RLE], sizes: NDArray[np.int64], lines: NDArray[np.int64], source: str) -> None:
    broken = find_broken(masks)
    if broken:
        row, problem = min(broken.items())
        raise FormatError(source, f"run-length code {problem}", "write the line anew from the mask", int(lines[row]))
    other = np.any(sizes != sizes[0], axis=1)
    if other.any():
        row = int(other.argmax())
        problem = f"image size {sizes[row, 0]} x {sizes[row, 1]} differs from {sizes[0, 0]} x {sizes[0, 1]} before"
        raise FormatError(source, problem, "all masks of a video must have its image size", int(lines[row]))
