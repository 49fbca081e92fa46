"""The paper's numbers beside ours."""

import json

import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.reproduction.paper import Row, Table
from mots_plugin.reproduction.plan import Step
from mots_plugin.reproduction.report import Outcome, as_markdown, as_text, mean_and_spread, read_scores, table_cells

COLUMNS = {"sMOTSA": ["car/sMOTSA", "pedestrian/sMOTSA"], "IDS": ["car/IDSW"]}


@pytest.fixture
def run(tmp_path):
    """Return a function that makes a run: finished, if it is given scores."""

    def make(seed: int, car: float | None = None, pedestrian: float | None = None, switches: int = 0) -> Step:
        step = Step(f"seed {seed}", tmp_path / str(seed), ())
        step.folder.mkdir()
        if car is not None:
            scores = {"car": {"sMOTSA": car, "IDSW": switches}, "pedestrian": {"sMOTSA": pedestrian}}
            step.scores.write_text(json.dumps(scores))
            step.marker.touch()
        return step

    return make


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([60.04], "60.0"),
        ([60.0, 62.0], "61.0±1.4"),  # (1² + 1²) / (2 - 1) = 2
        ([1.0, 2.0, 3.0], "2.0±1.0"),
        ([None, None], "–"),
        ([3, 5], "4.0±1.4"),
    ],
)
def test_mean_and_spread(values, text):
    assert mean_and_spread(values) == text


def test_fractions_are_percent_and_counts_stay(run):
    assert read_scores(run(0, 0.5, -0.25, switches=7), ["car/sMOTSA", "pedestrian/sMOTSA", "car/IDSW"]) == [50, -25, 7]


def test_a_score_that_is_not_there(run):
    with pytest.raises(
        FormatError, match=r"metrics.json: has no scores to read \(KeyError: 'HOTA'\); remove .*finished"
    ):
        read_scores(run(0, 0.5, 0.5), ["car/HOTA"])


def test_rows_with_runs_without_and_of_others(run):
    rows = [
        Row("ours", [71.8, 41.4, None], {"step": "track"}, "`_ours`"),
        Row("half", [70.0, 40.0, 12], {"step": "track"}, "`_half`"),
        Row("to come", [], {"step": "track"}, "`_to-come`"),
        Row("theirs", [72.6, None, None], None, "another method"),
    ]
    outcomes = [
        Outcome(rows[0], [run(0, 0.60, 0.40, 3), run(1, 0.62, 0.44, 5)]),
        Outcome(rows[1], [run(2, 0.5, 0.3, 9), run(3)]),
        Outcome(rows[2], [run(4)]),
        Outcome(rows[3]),
    ]
    header, cells = table_cells(Table("t", ["street"], rows, COLUMNS), outcomes, "toy street")
    assert header == [
        *("row", "paper: sMOTSA car / pedestrian", "IDS", "toy street: sMOTSA car / pedestrian", "IDS", "runs"),
        "config or command",
    ]
    assert cells == [
        ["ours", "71.8 / 41.4", "–", "61.0±1.4 / 42.0±2.8", "4.0±1.4", "2", "`_ours`"],
        ["half", "70.0 / 40.0", "12.0", "50.0 / 30.0", "9.0", "1", "`_half`"],
        ["to come", "–", "–", "not run", "–", "0", "`_to-come`"],
        ["theirs", "72.6 / –", "–", "–", "–", "–", "another method"],
    ]


def test_text_and_markdown():
    header, rows = ["row", "sMOTSA", "config or command"], [["ours", "61.0", "`_ours`"]]
    assert as_text(header, rows) == "row   sMOTSA\n----  ------\nours    61.0"
    assert as_markdown(header, rows).splitlines() == [
        "| row | sMOTSA | config or command |",
        "| --- | --- | --- |",
        "| ours | 61.0 | `_ours` |",
    ]
