"""What a change broke and what it mended: the errors of two results of one sequence, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.error_table import ErrorTable
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs, mask_pairs
from mots_plugin.evaluation.functional.track_errors import FALSE_POSITIVE


def compare_errors(
    before: ErrorTable, pairs_before: MaskPairs, after: ErrorTable, pairs_after: MaskPairs, frames: Sequence[int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which errors of one result another one does not have, and the reverse.

    Misses, switches and fragmentations are the same if they happen to the same truth in the same frame; false positives
    if they are of the same class and their masks match (IoU above 0.5). Ids of predictions do not matter.

    Args:
        before: Errors of one result.
        pairs_before: Its masks.
        after: Errors of the other.
        pairs_after: Its masks.
        frames: Frames of the sequence.

    Returns:
        ``(E,)`` bool, errors of ``before`` that went away, and ``(F,)`` bool, errors of ``after`` that appeared.
    """
    keys_before, keys_after = _events(before), _events(after)
    went_away = np.array([key not in keys_after for key in keys_before], bool)
    appeared = np.array([key not in keys_before for key in keys_after], bool)
    rows_before, rows_after = _false_positives(before, pairs_before), _false_positives(after, pairs_after)
    alarms_before = pairs_before.predictions.select(list(rows_before))
    alarms_after = pairs_after.predictions.select(list(rows_after))
    between = mask_pairs(alarms_before, alarms_after, frames)
    same_class = alarms_before.class_ids[between.pair_gt] == alarms_after.class_ids[between.pair_prediction]
    alike = (between.ious > 0.5) & same_class
    went_away[np.array(list(rows_before.values()), np.int64)[between.pair_gt[alike]]] = False
    appeared[np.array(list(rows_after.values()), np.int64)[between.pair_prediction[alike]]] = False
    return went_away, appeared


def _events(table: ErrorTable) -> dict[tuple[str | int, ...], None]:
    """Return, in the order of the table, what makes an error one of a kind; of a false positive, the result itself."""
    own = np.where(table.kind == FALSE_POSITIVE, id(table), 0)
    columns = (table.kind, table.class_name, table.frame, table.gt_id, own, np.where(own, table.prediction_id, 0))
    return dict.fromkeys(zip(*(column.tolist() for column in columns), strict=True))


def _false_positives(table: ErrorTable, pairs: MaskPairs) -> dict[int, int]:
    """Return the places of the false positives in the table by their rows among the predictions."""
    keys = zip(pairs.predictions.frames.tolist(), pairs.predictions.track_ids.tolist(), strict=True)
    row_of = {key: row for row, key in enumerate(keys)}
    places = np.flatnonzero(table.kind == FALSE_POSITIVE).tolist()
    return {row_of[int(table.frame[place]), int(table.prediction_id[place])]: place for place in places}
