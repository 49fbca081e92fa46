"""Table files: what they say, and what is wrong with them."""

from pathlib import Path

import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.reproduction.paper import find_papers, read_paper
from mots_plugin.reproduction.plan import Planner

ROOT = Path(__file__).resolve().parents[2]
PAPERS = find_papers(ROOT / "configs")


def test_a_table_with_its_rows(paper_file):
    table = read_paper(paper_file).tables["table1"]
    assert (table.title, table.data) == ("trackers", ["street", "kitti"])
    assert table.columns == {"sMOTSA": ["car/sMOTSA", "pedestrian/sMOTSA"], "IDSW": ["car/IDSW"]}
    assert [row.row for row in table.rows] == ["one", "two", "filled", "theirs", "differs"]
    assert table.rows[0].paper == [71.8, 41.4, None]


def test_a_row_has_a_result_where_it_can_be_run(paper_file):
    _, _, filled, theirs, differs = read_paper(paper_file).tables["table1"].rows
    assert filled.result_on("street") is None
    assert filled.result_on("kitti") == {"step": "fill", "of": "labels"}
    assert theirs.result_on("kitti") is None
    assert differs.result_on("street")["step"] == "train"
    assert differs.result_on("kitti")["step"] == "track"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("title: trackers", "titel: trackers", "table1: cannot be understood .*unexpected keyword argument 'titel'"),
        ("[71.3, 41.3, 95]", "[71.3, 41.3]", "table1, row 2: has 2 numbers of the paper, its table has 3"),
        ("columns:\n", "columns: [\n", "is no YAML"),
        ("{step: fill, of", "{step: fell, of", "table1, row 3: its result is step fell; known are: train, track"),
        ("data: [kitti]}", "data: [kiti]}", "table1, row 3: is for data set kiti; known are: street, kitti"),
        ("cure: download it", "", "data kitti: cannot be understood .*missing 1 required positional argument: 'cure'"),
    ],
)
def test_faults_are_named_with_their_place(paper_file, old, new, complaint):
    text = paper_file.read_text()
    assert old in text
    paper_file.write_text(text.replace(old, new))
    with pytest.raises(FormatError, match=complaint):
        read_paper(paper_file)


@pytest.mark.parametrize("name", PAPERS)
def test_every_row_of_every_paper_is_planned_from_files_that_exist(name):
    """Scripts and configs are those of this checkout, for each data set of each table."""
    paper = read_paper(PAPERS[name])
    planned = 0
    for table in paper.tables.values():
        for data_name in table.data:
            planner = Planner(paper, data_name, Path("out"))
            results = [row.result_on(data_name) for row in table.rows]
            waiting = [planner.plan(result, 0) for result in results if result is not None]
            while waiting:
                step = waiting.pop()
                waiting += step.after
                files = [word for word in step.command if word.startswith(("configs/", "tools/", "data_converters/"))]
                assert [file for file in files if not (ROOT / file).is_file()] == []
                planned += 1
    assert planned > 0
