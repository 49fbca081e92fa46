"""What a report shows of the sequences: timelines with their id switches, and pictures of the worst frames."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mots_plugin.apis.error_sheets import read_frame
from mots_plugin.apis.scored_results import ComparedSequence, ScoredResult, Shapes
from mots_plugin.evaluation.functional.error_reasons import REASONS, explain
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs
from mots_plugin.evaluation.functional.track_errors import SWITCH, find_track_errors
from mots_plugin.evaluation.functional.track_history import TrackHistory, follow_tracks
from mots_plugin.reporting.report import Cause, Picture, SequenceReport, Switch, Timeline
from mots_plugin.reporting.timelines import track_row
from mots_plugin.reporting.worst_frames import worst_places
from mots_plugin.visualization.frame_errors import FrameErrors, Shape, draw_frame_errors, encode_jpeg

PICTURES = 8
"""Worst frames that a report shows of each kind of results."""

_GREY = 110


@dataclass(frozen=True)
class _Candidate:
    """A frame that may become a picture."""

    sequence: str
    frame: int
    errors: int
    shapes: FrameErrors
    words: str
    image_size: tuple[int, int]
    exact_size: bool


def look_at(result: ScoredResult) -> tuple[list[SequenceReport], list[Picture], list[Cause]]:
    """Look at all sequences, one of them in memory at a time.

    Returns:
        Timelines, the worst frames, and for masks the likely reasons of all errors.

    Raises:
        FormatError: Results or images that cannot be used.
        OSError: A file cannot be read.
    """
    reports: list[SequenceReport] = []
    candidates: list[_Candidate] = []
    causes: Counter[tuple[str, str]] = Counter()
    most = max(2, math.ceil(PICTURES / max(1, len(result.sequences))))
    for name, compare in tqdm(result.sequences.items(), desc=f"report of {result.kind}", unit="sequence"):
        sequence = compare()
        histories = {
            class_name: follow_tracks(sequence.objects, class_id, result.id_switch_rule)
            for class_name, class_id in result.class_ids.items()
        }
        reason_of_switch: dict[int, str] = {}
        if isinstance(sequence.objects, MaskPairs):
            reason_of_switch, found = _explain(sequence.objects, list(result.class_ids.values()))
            causes += found
        timelines = [
            _timeline(class_name, history, sequence.frames, reason_of_switch)
            for class_name, history in histories.items()
        ]
        occurring = [timeline for timeline in timelines if timeline.rows or any(timeline.false)]
        reports.append(SequenceReport(name, sequence.frames, occurring))
        errors = np.sum([history.errors_in(sequence.frames) for history in histories.values()], axis=0)
        candidates += [
            _candidate(sequence, histories, sequence.frames[place], int(errors[place]))
            for place in worst_places(errors.tolist(), most)
        ]
    worst = sorted(candidates, key=lambda candidate: -candidate.errors)[:PICTURES]
    pictures = [_picture(candidate, result) for candidate in tqdm(worst, desc="worst frames", unit="frame")]
    return reports, pictures, [Cause(*cause, count, REASONS[cause[1]]) for cause, count in causes.most_common()]


def _explain(pairs: MaskPairs, class_ids: Sequence[int]) -> tuple[dict[int, str], Counter[tuple[str, str]]]:
    """Return the likely reason of each id switch by row of its truth, and how often each kind of error has which."""
    errors = find_track_errors(pairs, class_ids)
    reasons = explain(pairs, errors).reasons.tolist()
    switches = np.flatnonzero(errors.kinds == SWITCH).tolist()
    of_switch = {int(errors.gt_rows[error]): reasons[error] for error in switches}
    return of_switch, Counter(zip(errors.kinds.tolist(), reasons, strict=True))


def _timeline(
    class_name: str, history: TrackHistory, frames: Sequence[int], reason_of_switch: Mapping[int, str]
) -> Timeline:
    places = np.searchsorted(frames, history.frames)
    borders = np.flatnonzero(np.diff(history.tracks)) + 1
    rows = []
    for part in np.split(np.arange(len(history.tracks)), borders) if len(history.tracks) else []:
        switches = [
            Switch(
                frame=int(history.frames[later]),
                place=int(places[later]),
                before=int(history.followers[history.before[later]]),
                last_frame=int(history.frames[history.before[later]]),
                after=int(history.followers[later]),
                reason=reason_of_switch.get(int(history.gt_rows[later]), ""),
            )
            for later in part[history.before[part] >= 0].tolist()
        ]
        track = int(history.tracks[part[0]])
        rows.append(track_row(track, places[part].tolist(), history.followers[part].tolist(), switches))
    false = np.bincount(np.searchsorted(frames, history.false_frames), minlength=len(frames))
    return Timeline(class_name, rows, false.tolist())


def _candidate(
    sequence: ComparedSequence, histories: Mapping[str, TrackHistory], frame: int, errors: int
) -> _Candidate:
    """Gather the objects of a frame, of all classes."""
    parts, words = [], []
    for class_name, history in histories.items():
        here = np.flatnonzero(history.frames == frame)
        missed, switched = here[history.missed[here]], here[history.before[here] >= 0]
        matched, steady = here[~history.missed[here]], here[~history.missed[here] & (history.before[here] < 0)]
        false = np.flatnonzero(history.false_frames == frame)
        changes = [
            f"{history.followers[history.before[place]]} -> {history.followers[place]}" for place in switched.tolist()
        ]
        parts.append(
            FrameErrors(
                missed=_labelled(
                    sequence.truth_shapes, history.gt_rows[missed], [f"missed {i}" for i in history.tracks[missed]]
                ),
                false=_labelled(
                    sequence.prediction_shapes,
                    history.false_rows[false],
                    [f"false {i}" for i in history.false_ids[false]],
                ),
                switched=_labelled(
                    sequence.prediction_shapes,
                    history.prediction_rows[switched],
                    [f"id {change}" for change in changes],
                ),
                matched_truths=sequence.truth_shapes(history.gt_rows[matched]),
                matched_results=sequence.prediction_shapes(history.prediction_rows[steady]),
            )
        )
        words += [f"{class_name} {track} missed" for track in history.tracks[missed].tolist()]
        words += [f"false positive {class_name} {number}" for number in history.false_ids[false].tolist()]
        words += [
            f"{class_name} {track} changes from id {change.replace(' -> ', ' to ')}"
            for track, change in zip(history.tracks[switched].tolist(), changes, strict=True)
        ]
    shapes = FrameErrors(*([shape for part in parts for shape in vars(part)[kind]] for kind in vars(parts[0])))
    return _Candidate(sequence.name, frame, errors, shapes, ", ".join(words), sequence.image_size, sequence.exact_size)


def _labelled(shapes: Shapes, rows: NDArray[np.int64], labels: Sequence[str]) -> list[Shape]:
    return [replace(shape, label=label) for shape, label in zip(shapes(rows), labels, strict=True)]


def _picture(candidate: _Candidate, result: ScoredResult) -> Picture:
    images = result.images(candidate.sequence)
    if images:
        image = read_frame(images, candidate.frame, candidate.image_size if candidate.exact_size else None)
    else:
        image = np.full((*candidate.image_size, 3), _GREY, np.uint8)
    found = candidate.shapes
    parts = [
        f"{len(shapes)} {one if len(shapes) == 1 else many}"
        for shapes, one, many in (
            (found.missed, "missed", "missed"),
            (found.false, "false positive", "false positives"),
            (found.switched, "id switch", "id switches"),
        )
        if shapes
    ]
    where = f"{candidate.sequence}, frame {candidate.frame}"
    jpeg = encode_jpeg(draw_frame_errors(image, found))
    return Picture(f"{where}: {', '.join(parts)}", f"{where}: {candidate.words}", jpeg)
