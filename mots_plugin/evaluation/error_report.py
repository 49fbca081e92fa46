"""Errors in writing: csv files and ranked summaries."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence

import numpy as np

from mots_plugin.evaluation.functional.clear import ClearCounts
from mots_plugin.evaluation.functional.error_reasons import REASONS
from mots_plugin.evaluation.functional.error_table import ErrorTable, group
from mots_plugin.evaluation.functional.mots import mots_scores
from mots_plugin.evaluation.functional.track_errors import FALSE_POSITIVE, FRAGMENTATION, KINDS, MISS, SWITCH
from mots_plugin.evaluation.tables import format_table
from mots_plugin.formats.atomic import atomic_write

COLUMNS = (
    "sequence", "frame", "class", "kind", "reason", "gt_id", "pred_id", "previous_frame", "previous_pred_id",
    "candidate_id", "iou", "x1", "y1", "x2", "y2",
)  # fmt: skip
"""Of the csv file."""

_LONGEST = 15
"""Rows of a ranking, but of that by reasons, which is whole."""

_PLURALS = {
    SWITCH: "id switches", FRAGMENTATION: "fragmentations", MISS: "misses", FALSE_POSITIVE: "false positives",
}  # fmt: skip
_TITLES = {
    ("sequence",): "sequence",
    ("sequence", "gt_id"): "sequence and id in the ground truth",
    ("sequence", "prediction_id"): "sequence and id in the result",
}


def write_errors(path: str | os.PathLike[str], table: ErrorTable, changes: Sequence[str] | None = None) -> None:
    """Write errors as csv, one a line; numbers that mean nothing are left empty.

    Args:
        path: The file.
        table: The errors.
        changes: What became of each ("appeared", "went away"), for a first column of that name; none without.
    """
    numbers = (table.gt_id, table.prediction_id, table.previous_frame, table.previous_prediction_id, table.candidate_id)
    columns = [
        table.sequence.tolist(),
        table.frame.tolist(),
        table.class_name.tolist(),
        table.kind.tolist(),
        table.reason.tolist(),
        *(["" if value < 0 else value for value in column.tolist()] for column in numbers),
        [f"{iou:.4f}" for iou in table.iou.tolist()],
        *table.box.astype(int).T.tolist(),
    ]
    header = list(COLUMNS)
    if changes is not None:
        columns.insert(0, list(changes))
        header.insert(0, "change")
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))


def summarise_errors(table: ErrorTable, counts: Mapping[str, ClearCounts]) -> str:
    """Rank what costs most, for each class.

    sMOTSA is 1 less what misses, false positives and id switches take, and what matched masks lack in IoU; each error
    takes one part of as many as there are masks in the ground truth of its class. Fragmentations take nothing.

    Args:
        table: The errors.
        counts: Of the same result, by class, summed over sequences.

    Returns:
        Plain text: where the points of sMOTSA went, then rankings by reason, sequence and ids, and a legend.
    """
    parts = []
    for class_name, count in counts.items():
        own, masks = table.select(table.class_name == class_name), count.tp + count.fn
        losses = [
            f"{_points(found, masks):.1f} by {found} {_PLURALS[kind] if found != 1 else kind}"
            for kind in (MISS, FALSE_POSITIVE, SWITCH)
            for found in [int(np.sum(own.kind == kind))]
        ]
        losses.append(f"{_points(count.tp - count.similarity, masks):.1f} by inexact masks")
        parts.append(f"{class_name}: sMOTSA {_percent(count)} of 100; points lost: {', '.join(losses)}")
        alarms = own.select(own.kind == FALSE_POSITIVE)
        rankings = {
            "What costs most": _rank_reasons(own, masks),
            "Where": _rank(own, ("sequence",), masks),
            "Which objects": _rank(own.select(own.gt_id >= 0), ("sequence", "gt_id"), masks),
            "Which false tracks": _rank(alarms, ("sequence", "prediction_id"), masks),
        }
        parts += [f"{title}\n{ranking}" for title, ranking in rankings.items() if ranking]
    seen = [f"  {reason}: {meaning}" for reason, meaning in REASONS.items() if np.any(table.reason == reason)]
    if seen:
        parts.append("\n".join(["Reasons", *seen]))
    return "\n\n".join(parts)


def summarise_changes(
    appeared: ErrorTable,
    went_away: ErrorTable,
    counts_before: Mapping[str, ClearCounts],
    counts_after: Mapping[str, ClearCounts],
) -> str:
    """Set the errors that appeared against those that went away, for each class, the worst changes first.

    Args:
        appeared: Errors that only the new result has.
        went_away: Errors that only the old result has.
        counts_before: Of the old result, by class, summed over sequences.
        counts_after: Of the new one.
    """
    parts = []
    for class_name, count in counts_after.items():
        new = appeared.select(appeared.class_name == class_name)
        old = went_away.select(went_away.class_name == class_name)
        scores = f"sMOTSA {_percent(counts_before[class_name])} before, {_percent(count)} after"
        parts.append(f"{class_name}: {scores}; {len(new)} errors appeared, {len(old)} went away")
        if len(new) + len(old):
            parts += [
                _rank_changes(new, old, columns, count.tp + count.fn)
                for columns in (("kind", "reason"), ("sequence",), ("sequence", "kind", "reason"))
            ]
    return "\n\n".join(parts)


def _rank_reasons(table: ErrorTable, masks: int) -> str:
    cells = [
        [": ".join(map(str, key)), f"{_points(int(table.cost[rows].sum()), masks):.2f}", str(len(rows))]
        for key, rows in group(table, ("kind", "reason"))
    ]
    return format_table(["what and why", "points", "errors"], cells) if cells else ""


def _rank(table: ErrorTable, columns: Sequence[str], masks: int) -> str:
    """Rank by columns; only the first rows, and nothing for no error."""
    groups = group(table, columns)
    if not groups:
        return ""
    cells = []
    for key, rows in groups[:_LONGEST]:
        members = table.select(rows)
        kinds = [str(int(np.sum(members.kind == kind))) for kind in KINDS]
        frames = f"{members.frame.min()} to {members.frame.max()}"
        (kind, reason), _ = group(members, ("kind", "reason"))[0]
        points = f"{_points(int(members.cost.sum()), masks):.2f}"
        cells.append([" ".join(map(str, key)), points, *kinds, frames, f"{kind}: {reason}"])
    titles = [_TITLES[tuple(columns)], "points", *(_PLURALS[kind] for kind in KINDS), "frames", "mostly"]
    return _shortened(format_table(titles, cells), len(groups))


def _rank_changes(new: ErrorTable, old: ErrorTable, columns: Sequence[str], masks: int) -> str:
    """Set new against old errors, group by group, what costs most first and what gains most last."""
    changes = {key: np.array([len(rows), 0, new.cost[rows].sum()]) for key, rows in group(new, columns)}
    for key, rows in group(old, columns):
        changes[key] = changes.get(key, np.zeros(3, int)) + [0, len(rows), -old.cost[rows].sum()]
    largest = sorted(changes.items(), key=lambda change: (-abs(int(change[1][2])), change[0]))[:_LONGEST]
    cells = [
        [": ".join(map(str, key)), str(plus), str(minus), f"{0.0 - _points(cost, masks):+.2f}"]
        for key, (plus, minus, cost) in sorted(largest, key=lambda change: (-int(change[1][2]), change[0]))
    ]
    table = format_table([": ".join(columns), "appeared", "went away", "points"], cells)
    return _shortened(table, len(changes))


def _shortened(table: str, rows: int) -> str:
    return f"{table}\nand {rows - _LONGEST} more, which cost less" if rows > _LONGEST else table


def _points(errors: float, masks: int) -> float:
    return 100 * float(errors) / max(1, masks)


def _percent(count: ClearCounts) -> str:
    return f"{100 * mots_scores(count)['sMOTSA']:.1f}"
