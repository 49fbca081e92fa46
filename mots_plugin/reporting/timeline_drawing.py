"""Timelines as vector graphics: what the rows of a timeline look like, in few bytes for many frames."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mots_plugin.reporting.report import SequenceReport, Timeline, TrackRow

ROW_HEIGHT = 16
_WIDTH = 880  # of a timeline whose frames are neither too narrow nor too wide
_NARROWEST, _WIDEST = 3.0, 44.0  # of a frame
_DIGIT, _PADDING = 6.2, 6.0  # room that an id takes within its bar
_MOST_SPANS = 8  # that a title lists
_TICK_DISTANCE = 64  # least, between labels of frames
_PRINTED_WIDTH, _PRINTED_TICK_DISTANCE = 560, 36  # on paper, into whose width rows are squeezed
_GOLDEN_RATIO = (5**0.5 - 1) / 2
_SATURATIONS, _VALUES = (0.80, 0.55, 0.95), (1.00, 0.95, 0.85)


@dataclass(frozen=True)
class Label:
    """A text within a drawing.

    Attributes:
        x: Its left edge.
        text: What it says.
        light: It stands on a dark ground.
    """

    x: float
    text: str
    light: bool = False


@dataclass(frozen=True)
class Stroke:
    """A line for each span, as the data of an SVG path.

    Attributes:
        path: The path.
        title: What it means.
        colour: Of the line; empty for that of the style sheet.
        opacity: Of the line.
    """

    path: str
    title: str
    colour: str = ""
    opacity: float = 1.0


@dataclass(frozen=True)
class Mark:
    """Where a track switches its id.

    Attributes:
        x: Left edge of the frame.
        frame: Its number.
        title: What it means.
    """

    x: float
    frame: int
    title: str


@dataclass(frozen=True)
class DrawnRow:
    """A row of a timeline.

    Attributes:
        track: Id of the track.
        present: Path where it is annotated.
        strokes: Where it is matched, one a predicted id.
        labels: Predicted ids, where there is room.
        marks: Id switches.
        found: Part of its frames in which it is matched, percent.
        description: The row in words.
    """

    track: int
    present: str
    strokes: Sequence[Stroke]
    labels: Sequence[Label]
    marks: Sequence[Mark]
    found: str
    description: str


@dataclass(frozen=True)
class DrawnTimeline:
    """The timeline of one class.

    Attributes:
        class_name: The class.
        width: Of all rows, pixels.
        ticks: Numbers of frames along the top.
        squeeze: How many times narrower rows are on paper; 1 where they fit.
        printed_ticks: Every how many of the ticks have room on paper.
        rows: One a track.
        false: Strokes for the false positives, from few to many a frame.
        missed: Number of objects, over all frames, that nothing is matched to.
        false_count: Number of false positives.
        switches: Number of id switches.
    """

    class_name: str
    width: float
    ticks: Sequence[Label]
    squeeze: float
    printed_ticks: int
    rows: Sequence[DrawnRow]
    false: Sequence[Stroke]
    missed: int
    false_count: int
    switches: int


def draw_timelines(sequence: SequenceReport) -> list[DrawnTimeline]:
    """Lay out the timelines of a sequence.

    Args:
        sequence: At least one frame.
    """
    frames = sequence.frames
    step = min(max(_WIDTH / len(frames), _NARROWEST), _WIDEST)
    ticks = _ticks(frames, step)
    squeeze = max(1.0, len(frames) * step / _PRINTED_WIDTH)
    distance = ticks[1].x / squeeze if len(ticks) > 1 else _PRINTED_TICK_DISTANCE
    return [
        DrawnTimeline(
            class_name=timeline.class_name,
            width=_short(len(frames) * step),
            ticks=ticks,
            squeeze=_short(squeeze),
            printed_ticks=math.ceil(_PRINTED_TICK_DISTANCE / distance),
            rows=[_draw_row(row, frames, step) for row in timeline.rows],
            false=_draw_false(timeline, step),
            missed=timeline.missed,
            false_count=sum(timeline.false),
            switches=timeline.switches,
        )
        for timeline in sequence.timelines
    ]


def id_colour(number: int) -> str:
    """Return the CSS colour of an identity: that of ``mots_plugin.visualization.colours``, so that videos agree."""
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in _channels(number))


def _channels(number: int) -> tuple[float, float, float]:
    hue, kind = number * _GOLDEN_RATIO % 1, number % 3
    return colorsys.hsv_to_rgb(hue, _SATURATIONS[kind], _VALUES[kind])


def _is_dark(number: int) -> bool:
    """Return whether light text reads better on the colour of an identity (relative luminance of WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(number)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.179


def _draw_row(row: TrackRow, frames: Sequence[int], step: float) -> DrawnRow:
    strokes, labels = [], []
    for number, spans in row.followers.items():
        strokes.append(Stroke(_path(spans, step), f"id {number}: {_in_words(spans, frames)}", id_colour(number)))
        room = len(str(number)) * _DIGIT + _PADDING
        labels += [
            Label(_short(first * step + 3), str(number), _is_dark(number))
            for first, last in spans
            if (last + 1 - first) * step >= room
        ]
    marks = [
        Mark(
            _short(switch.place * step),
            switch.frame,
            f"frame {switch.frame}: id {switch.before} (until frame {switch.last_frame}) → {switch.after}",
        )
        for switch in row.switches
    ]
    ids = ", ".join(map(str, row.followers)) or "none"
    words = [f"predicted id: {ids}", f"missed in {row.frames - row.found} of {row.frames} frames"]
    words += [f"id switch at {mark.title}" for mark in marks]
    return DrawnRow(
        track=row.track,
        present=_path(row.present, step),
        strokes=strokes,
        labels=labels,
        marks=marks,
        found=f"{100 * row.found / row.frames:.0f}",
        description="; ".join(words),
    )


def _draw_false(timeline: Timeline, step: float) -> list[Stroke]:
    """Group frames by their number of false positives; more of them are darker."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for place, count in enumerate(timeline.false):
        if not count:
            continue
        known = spans.setdefault(count, [])
        if known and known[-1][1] == place - 1:
            known[-1] = (known[-1][0], place)
        else:
            known.append((place, place))
    most = max(spans, default=1)
    return [
        Stroke(
            _path(spans[count], step),
            f"{count} false positive{'s' * (count > 1)}",
            opacity=round(0.3 + 0.7 * count / most, 2),
        )
        for count in sorted(spans)
    ]


def _ticks(frames: Sequence[int], step: float) -> list[Label]:
    every = next(size for power in range(12) for size in (10**power, 2 * 10**power, 5 * 10**power)
                 if size * step >= _TICK_DISTANCE or size >= len(frames))  # fmt: skip
    return [Label(_short(place * step), str(frames[place])) for place in range(0, len(frames), every)]


def _path(spans: Sequence[tuple[int, int]], step: float) -> str:
    middle = ROW_HEIGHT // 2
    return "".join(f"M{_short(first * step):g} {middle}h{_short((last + 1 - first) * step):g}" for first, last in spans)


def _in_words(spans: Sequence[tuple[int, int]], frames: Sequence[int]) -> str:
    several = len(spans) > 1 or spans[0][0] != spans[0][1]
    shown = spans if len(spans) <= _MOST_SPANS else spans[: _MOST_SPANS - 1]
    parts = [f"{frames[first]}" if first == last else f"{frames[first]} to {frames[last]}" for first, last in shown]
    if len(shown) < len(spans):
        parts.append(f"and on, until {frames[spans[-1][1]]}")
    return f"frame{'s' * several} {', '.join(parts)}"


def _short(value: float) -> float:
    return round(value, 1)
