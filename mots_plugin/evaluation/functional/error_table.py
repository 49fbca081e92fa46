"""Errors of many sequences as one table, grouped by any columns and into episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.error_reasons import Explanation
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs
from mots_plugin.evaluation.functional.track_errors import FALSE_POSITIVE, FRAGMENTATION, MISS, TrackErrors
from mots_plugin.formats.rle import boxes

Rows = NDArray[np.int64]
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class ErrorTable:
    """E errors; numbers are -1 where they mean nothing.

    Attributes:
        sequence: ``(E,)`` name of the sequence.
        frame: ``(E,)`` frame number.
        class_name: ``(E,)`` class of the truth, or of the false positive.
        kind: ``(E,)`` one of :data:`mots_plugin.evaluation.functional.track_errors.KINDS`.
        reason: ``(E,)`` one of :data:`mots_plugin.evaluation.functional.error_reasons.REASONS`.
        gt_id: ``(E,)`` id of the truth.
        prediction_id: ``(E,)`` id of the false positive, or of the match after the switch or gap.
        previous_frame: ``(E,)`` frame of the match before the switch or gap.
        previous_prediction_id: ``(E,)`` its id.
        candidate_id: ``(E,)`` id of what comes closest (:class:`Explanation`): a prediction, or for a false positive a
            truth.
        iou: ``(E,)`` float64 IoU with it, 0 for nothing.
        box: ``(E, 4)`` float32 xyxy of the truth, or of the false positive.
    """

    sequence: Texts
    frame: Rows
    class_name: Texts
    kind: Texts
    reason: Texts
    gt_id: Rows
    prediction_id: Rows
    previous_frame: Rows
    previous_prediction_id: Rows
    candidate_id: Rows
    iou: NDArray[np.float64]
    box: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.frame)

    def select(self, rows: NDArray[np.bool_] | Rows | Sequence[int]) -> ErrorTable:
        """Return some rows: a ``(E,)`` bool mask, or indices."""
        return ErrorTable(*(getattr(self, column.name)[rows] for column in fields(self)))

    @property
    def cost(self) -> Rows:
        """``(E,)`` what each error takes from the numerator of sMOTSA: 1, but nothing for a fragmentation."""
        return (self.kind != FRAGMENTATION).astype(np.int64)


def tabulate(
    sequence: str, pairs: MaskPairs, errors: TrackErrors, explanation: Explanation, class_names: Mapping[int, str]
) -> ErrorTable:
    """Write down the errors of a sequence, by frame.

    Args:
        sequence: Its name.
        pairs: Its masks.
        errors: Its errors.
        explanation: Why they happened.
        class_names: Names of the scored classes by id.
    """
    truth, predictions = pairs.ground_truth, pairs.predictions
    alarm = errors.kinds == FALSE_POSITIVE
    alarm_rows = np.where(alarm, errors.prediction_rows, -1)

    def of_own(column: str) -> Rows:
        """Values of the truth, or of the false positive."""
        of_alarm, of_truth = getattr(predictions, column), getattr(truth, column)
        return np.where(alarm, _at(of_alarm, alarm_rows), _at(of_truth, errors.gt_rows))

    candidate_truths = _at(truth.track_ids, np.where(alarm, explanation.candidates, -1))
    candidate_predictions = _at(predictions.track_ids, np.where(alarm, -1, explanation.candidates))
    own_rows = zip(alarm.tolist(), np.where(alarm, alarm_rows, errors.gt_rows).tolist(), strict=True)
    table = ErrorTable(
        sequence=np.full(len(errors), sequence),
        frame=of_own("frames"),
        class_name=np.array([class_names[class_id] for class_id in of_own("class_ids").tolist()], np.str_),
        kind=errors.kinds,
        reason=explanation.reasons,
        gt_id=_at(truth.track_ids, errors.gt_rows),
        prediction_id=_at(predictions.track_ids, errors.prediction_rows),
        previous_frame=_at(truth.frames, errors.previous_gt_rows),
        previous_prediction_id=_at(predictions.track_ids, _at(errors.prediction_of_gt, errors.previous_gt_rows)),
        candidate_id=np.where(alarm, candidate_truths, candidate_predictions),
        iou=explanation.ious,
        box=boxes([(predictions if is_alarm else truth).masks[row] for is_alarm, row in own_rows]),
    )
    return table.select(np.argsort(table.frame, kind="stable"))


def join(tables: Sequence[ErrorTable]) -> ErrorTable:
    """Put tables, at least one, below each other."""
    names = [column.name for column in fields(ErrorTable)]
    return ErrorTable(*(np.concatenate([getattr(table, name) for table in tables]) for name in names))


def group(table: ErrorTable, columns: Sequence[str]) -> list[tuple[tuple[str | int, ...], Rows]]:
    """Group errors that are alike, the costliest groups first, then the largest.

    Args:
        table: The errors.
        columns: Columns in which the errors of a group agree.

    Returns:
        The values that each group agrees in, and its rows.
    """
    keys = list(zip(*(getattr(table, name).tolist() for name in columns), strict=True))
    rows: dict[tuple[str | int, ...], list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    cost = table.cost
    groups = [(key, np.array(members)) for key, members in rows.items()]
    return sorted(groups, key=lambda entry: (-int(cost[entry[1]].sum()), -len(entry[1]), entry[0]))


def episodes(table: ErrorTable) -> list[Rows]:
    """Group misses, and false positives, of one track and reason that go on from frame to frame; others stand alone.

    Returns:
        The rows of each episode, in order of frame; the longest first.
    """
    track = np.where(table.kind == FALSE_POSITIVE, table.prediction_id, table.gt_id)
    columns = (track, table.reason, table.class_name, table.kind, table.sequence)
    order = np.lexsort((table.frame, *columns))
    same = np.all([column[order][1:] == column[order][:-1] for column in columns], axis=0)
    lasting = np.isin(table.kind[order][1:], (MISS, FALSE_POSITIVE))
    goes_on = same & lasting & (np.diff(table.frame[order]) == 1)
    parts = np.split(order, np.flatnonzero(~goes_on) + 1) if len(order) else []
    return sorted(parts, key=lambda rows: -len(rows))


def _at(values: NDArray[np.int64], rows: Rows) -> Rows:
    """Return the values of some rows, and -1 where the row is -1."""
    return np.append(values, -1)[rows]
