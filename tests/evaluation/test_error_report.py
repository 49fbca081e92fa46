"""Errors as tables, rankings, episodes and comparisons."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mots_plugin.evaluation.error_report import summarise_changes, summarise_errors, write_errors
from mots_plugin.evaluation.functional.clear import ClearCounts
from mots_plugin.evaluation.functional.error_comparison import compare_errors
from mots_plugin.evaluation.functional.error_reasons import explain
from mots_plugin.evaluation.functional.error_table import ErrorTable, episodes, group, join, tabulate
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs, mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts
from mots_plugin.evaluation.functional.track_errors import find_track_errors
from mots_plugin.formats.mask_tracks import MaskTracks

NOTHING = "........ ........ ........ ........"
CAR_1 = ".1111... .1111... .1111... ........"
CAR_2 = CAR_1.replace("1", "2")
SHIFTED_1 = "........ ...1111. ...1111. ...1111."
BOTH = ".111..aa .111..aa .111..aa ........"
CLASSES = {1: "car", 2: "pedestrian"}


def table_of(
    truth: MaskTracks, predictions: MaskTracks, frames: int, name: str = "0002"
) -> tuple[ErrorTable, MaskPairs]:
    pairs = mask_pairs(truth, predictions, range(frames))
    errors = find_track_errors(pairs, list(CLASSES))
    return tabulate(name, pairs, errors, explain(pairs, errors, 0), CLASSES), pairs


@pytest.fixture
def scene(draw) -> tuple[ErrorTable, dict[str, ClearCounts]]:
    """A car that is lost, misplaced and found under a new id; a pedestrian who is never seen, and a false one."""
    truth = draw(BOTH, CAR_1, CAR_1, CAR_1)
    predictions = draw(BOTH.replace("a", "."), NOTHING, SHIFTED_1, CAR_2.replace("...", ".bb", 1))
    table, pairs = table_of(truth, predictions, 4)
    return table, {name: mots_counts(pairs.of_class(class_id)) for class_id, name in CLASSES.items()}


def test_columns_of_the_csv(tmp_path: Path, scene) -> None:
    write_errors(tmp_path / "errors.csv", scene[0])
    with open(tmp_path / "errors.csv") as file:
        rows = list(csv.DictReader(file))
    summary = [" ".join([row["frame"], row["class"], row["kind"], row["reason"]]) for row in rows]
    assert summary == [
        "0 pedestrian miss entered",
        "1 car miss not detected",
        "2 car miss low IoU",
        "2 car false positive low IoU",
        "3 car id switch low IoU",
        "3 car fragmentation low IoU",
        "3 pedestrian false positive background",
    ]
    assert rows[4] == {
        "sequence": "0002", "frame": "3", "class": "car", "kind": "id switch", "reason": "low IoU", "gt_id": "1",
        "pred_id": "2", "previous_frame": "0", "previous_pred_id": "1", "candidate_id": "2", "iou": "1.0000",
        "x1": "1", "y1": "0", "x2": "5", "y2": "3",
    }  # fmt: skip
    # Of a miss there is no prediction, but one that comes closest; of a false positive, a truth that does.
    low_iou = [[row[name] for name in ("gt_id", "pred_id", "candidate_id", "iou")] for row in rows[2:4]]
    assert low_iou == [["1", "", "1", "0.2000"], ["", "1", "1", "0.2000"]]
    assert [rows[1][name] for name in ("candidate_id", "iou", "previous_frame")] == ["", "0.0000", ""]


def test_lost_points_add_up(scene) -> None:
    text = summarise_errors(*scene)
    # Four cars: two misses, a false positive, an id switch; both matches cover the car exactly.
    assert (
        "car: sMOTSA 0.0 of 100; points lost: 50.0 by 2 misses, 25.0 by 1 false positive, 25.0 by 1 id switch" in text
    )
    assert "pedestrian: sMOTSA -100.0 of 100; points lost: 100.0 by 1 miss, 100.0 by 1 false positive, 0.0 by 0" in text
    assert "0002 1                                75.00            1               1       2" in text
    legend = text.rpartition("Reasons\n")[2].splitlines()
    reasons = [line.partition(":")[0].strip() for line in legend]
    assert reasons == ["low IoU", "entered", "not detected", "background"]


def test_groups_are_ranked_by_cost_then_number(scene) -> None:
    cars = scene[0].select(scene[0].class_name == "car")
    ranked = [(key, len(rows)) for key, rows in group(cars, ("kind",))]
    assert ranked == [(("miss",), 2), (("false positive",), 1), (("id switch",), 1), (("fragmentation",), 1)]


def test_an_episode_is_one_reason_of_one_track_without_a_gap(draw) -> None:
    truth = draw(*[BOTH] * 6)
    both_missed, car_found = BOTH.replace("1", ".").replace("a", "."), BOTH.replace("a", ".")
    table, _ = table_of(truth, draw(both_missed, both_missed, car_found, both_missed, both_missed, both_missed), 6)
    found = [
        (str(table.class_name[rows[0]]), str(table.reason[rows[0]]), table.frame[rows].tolist())
        for rows in episodes(table)
    ]
    assert found[0] == ("pedestrian", "entered", [0, 1, 2, 3, 4])
    assert found[1] == ("car", "not detected", [3, 4, 5])
    assert sorted(found[2:]) == [("car", "entered", [0, 1]), ("pedestrian", "not detected", [5])]


def test_tables_are_joined(scene) -> None:
    assert join([scene[0], scene[0]]).frame.tolist() == scene[0].frame.tolist() * 2


# Comparison of two results.


def changes(truth: MaskTracks, before: MaskTracks, after: MaskTracks, frames: int) -> tuple[list, list]:
    """Kind, class and frame of the errors that went away, and of those that appeared."""
    old, new = table_of(truth, before, frames), table_of(truth, after, frames)
    went_away, appeared = compare_errors(*old, *new, range(frames))
    parts = old[0].select(went_away), new[0].select(appeared)
    return tuple(
        list(zip(part.kind.tolist(), part.class_name.tolist(), part.frame.tolist(), strict=True)) for part in parts
    )


def test_a_result_differs_from_itself_in_nothing(draw) -> None:
    truth, result = draw(CAR_1, BOTH, CAR_1), draw(CAR_2, SHIFTED_1, CAR_1)
    assert changes(truth, result, result, 3) == ([], [])


def test_ids_of_the_result_do_not_matter(draw) -> None:
    truth = draw(CAR_1, NOTHING)
    assert changes(truth, draw(NOTHING, CAR_1), draw(NOTHING, CAR_2), 2) == ([], [])


def test_what_appeared_and_what_went_away(draw) -> None:
    truth = draw(BOTH, BOTH, BOTH)
    before = draw(BOTH, BOTH.replace("a", "."), BOTH.replace("1", "2"))
    after = draw(BOTH, BOTH, BOTH.replace("1", "."))
    assert changes(truth, before, after, 3) == (
        [("miss", "pedestrian", 1), ("id switch", "car", 2)],
        [("miss", "car", 2)],
    )


def test_false_positives_are_told_apart_by_their_masks_and_classes(draw) -> None:
    truth = draw(NOTHING)
    moved = CAR_1.replace(".1111", "...11")
    assert changes(truth, draw(CAR_1), draw(moved), 1) == (
        [("false positive", "car", 0)],
        [("false positive", "car", 0)],
    )
    assert changes(truth, draw(CAR_1), draw(CAR_1.replace("1", "a")), 1) == (
        [("false positive", "car", 0)],
        [("false positive", "pedestrian", 0)],
    )


def test_summary_of_changes(draw) -> None:
    truth = draw(BOTH, BOTH)
    sides = [table_of(truth, draw(BOTH, scene), 2) for scene in (BOTH.replace("a", "."), BOTH.replace("1", "2"))]
    went_away, appeared = compare_errors(*sides[0], *sides[1], range(2))
    counts = [{name: mots_counts(pairs.of_class(class_id)) for class_id, name in CLASSES.items()} for _, pairs in sides]
    text = summarise_changes(sides[1][0].select(appeared), sides[0][0].select(went_away), *counts)
    assert "car: sMOTSA 100.0 before, 50.0 after; 1 errors appeared, 0 went away" in text
    assert "pedestrian: sMOTSA 50.0 before, 100.0 after; 0 errors appeared, 1 went away" in text
    rows = [line.split() for line in text.splitlines() if line.startswith("0002: ")]
    assert rows == [
        ["0002:", "id", "switch:", "new", "id", "1", "0", "-50.00"],
        ["0002:", "miss:", "not", "detected", "0", "1", "+50.00"],
    ]


def test_empty_tables_are_written_and_summarised(tmp_path: Path, draw) -> None:
    table, pairs = table_of(draw(CAR_1), draw(CAR_1), 1)
    write_errors(tmp_path / "errors.csv", table, [])
    assert (tmp_path / "errors.csv").read_text().startswith("change,sequence,frame,class,kind,reason,")
    counts = {"car": mots_counts(pairs.of_class(1))}
    lost = "points lost: 0.0 by 0 misses, 0.0 by 0 false positives, 0.0 by 0 id switches, 0.0 by inexact masks"
    assert summarise_errors(table, counts) == f"car: sMOTSA 100.0 of 100; {lost}"
    text = summarise_changes(table, table, counts, counts)
    assert text == "car: sMOTSA 100.0 before, 100.0 after; 0 errors appeared, 0 went away"
    assert np.array(compare_errors(table, pairs, table, pairs, range(1))).size == 0
