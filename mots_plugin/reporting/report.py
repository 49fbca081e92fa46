"""What a report says, before it is a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """A table of scores.

    Attributes:
        caption: What it shows.
        columns: Titles, that of the rows' names first.
        rows: Name and cells of each row.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Bar:
    """One number as a bar.

    Attributes:
        series: What it belongs to, such as a class.
        fraction: Length, of the full width; below 0 no bar is drawn.
        text: The number.
    """

    series: str
    fraction: float
    text: str


@dataclass(frozen=True)
class BarChart:
    """Bars of one metric.

    Attributes:
        metric: Its name.
        total: Its value over all sequences and classes.
        groups: Bars of each sequence, by its name.
    """

    metric: str
    total: str
    groups: Mapping[str, Sequence[Bar]]


@dataclass(frozen=True)
class Switch:
    """An id switch.

    Attributes:
        frame: Number of the frame from which on the track has the new id.
        place: Place of that frame among all frames of the sequence.
        before: The id that it had.
        last_frame: Number of the frame in which it last had it.
        after: The new id.
        reason: The likely one; empty if none is known.
    """

    frame: int
    place: int
    before: int
    last_frame: int
    after: int
    reason: str = ""


@dataclass(frozen=True)
class TrackRow:
    """A ground-truth track over time; spans are places of a first and a last frame among all frames of the sequence.

    Attributes:
        track: Its id.
        present: Spans in which it is annotated.
        followers: Spans in which it is matched to each predicted id, in order of their first frames.
        switches: Its id switches, by frame.
        frames: Number of frames in which it is annotated.
        found: Number of those in which it is matched.
    """

    track: int
    present: Sequence[tuple[int, int]]
    followers: Mapping[int, Sequence[tuple[int, int]]]
    switches: Sequence[Switch]
    frames: int
    found: int


@dataclass(frozen=True)
class Timeline:
    """The tracks of one class in one sequence.

    Attributes:
        class_name: The class.
        rows: One a track.
        false: Number of false positives in each frame.
    """

    class_name: str
    rows: Sequence[TrackRow]
    false: Sequence[int]

    @property
    def missed(self) -> int:
        """Number of objects, over all frames, that nothing is matched to."""
        return sum(row.frames - row.found for row in self.rows)

    @property
    def switches(self) -> int:
        """Number of id switches."""
        return sum(len(row.switches) for row in self.rows)


@dataclass(frozen=True)
class SequenceReport:
    """One sequence.

    Attributes:
        name: Its name.
        frames: Number of each frame, ascending.
        timelines: One a class.
    """

    name: str
    frames: Sequence[int]
    timelines: Sequence[Timeline]

    @property
    def switches(self) -> int:
        """Number of id switches, of all classes."""
        return sum(timeline.switches for timeline in self.timelines)

    @property
    def missed(self) -> int:
        """Number of objects, over all frames, that nothing is matched to."""
        return sum(timeline.missed for timeline in self.timelines)

    @property
    def false_count(self) -> int:
        """Number of false positives."""
        return sum(sum(timeline.false) for timeline in self.timelines)


@dataclass(frozen=True)
class Picture:
    """A frame with its errors drawn.

    Attributes:
        title: Which frame, and how many errors.
        description: What can be seen, for those who cannot.
        jpeg: The picture.
    """

    title: str
    description: str
    jpeg: bytes


@dataclass(frozen=True)
class Cause:
    """Errors of one kind that have one likely reason.

    Attributes:
        kind: What went wrong.
        reason: Why.
        errors: How often.
        meaning: The reason in full.
    """

    kind: str
    reason: str
    errors: int
    meaning: str


@dataclass(frozen=True)
class Section:
    """All about one kind of results: masks, boxes or panoptic maps.

    Attributes:
        title: Which kind.
        tables: Over all sequences, one or more.
        sequence_tables: With a row for each sequence.
        charts: The main metrics by sequence.
        sequences: Timelines and id switches.
        pictures: The worst frames, the worst first.
        causes: Of all errors, the most frequent first; none if they are not known.
        remark: How objects were matched for what is not the score itself; empty for nothing to say.
    """

    title: str
    tables: Sequence[Table]
    sequence_tables: Sequence[Table] = field(default_factory=list)
    charts: Sequence[BarChart] = field(default_factory=list)
    sequences: Sequence[SequenceReport] = field(default_factory=list)
    pictures: Sequence[Picture] = field(default_factory=list)
    causes: Sequence[Cause] = field(default_factory=list)
    remark: str = ""


@dataclass(frozen=True)
class Report:
    """A page.

    Attributes:
        title: What was scored.
        facts: By name, such as the checkpoint and the date.
        sections: One a kind of results.
        picture_colours: CSS colour of what is drawn in pictures, by what it means.
        other_scores: Further metrics, by name.
        versions: Of the software, by name.
        config: Text of the config; empty for none.
    """

    title: str
    facts: Mapping[str, str]
    sections: Sequence[Section]
    picture_colours: Mapping[str, str] = field(default_factory=dict)
    other_scores: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
