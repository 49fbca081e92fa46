"""Results of each kind on their way to a page: every number of the timelines is that of the scores."""

import re

import numpy as np
import pytest

pytest.importorskip("cv2")

from mots_plugin.apis.result_report import write_report
from mots_plugin.apis.scored_results import result_of_files
from mots_plugin.apis.sequence_reports import look_at
from mots_plugin.evaluation.benchmarks import choose_benchmark
from mots_plugin.evaluation.file_scoring import find_jobs, score_files
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.step_png import panoptic_ids, write_step_png

BOXES = ["1,1,10,10,20,40,1,1,1", "1,2,60,10,20,40,1,1,1", "2,1,12,10,20,40,1,1,1", "2,2,62,10,20,40,1,1,1"]
FOUND = ["1,8,10,10,20,40,.9,-1,-1,-1", "2,9,12,10,20,40,.9,-1,-1,-1", "2,3,200,10,20,40,.9,-1,-1,-1"]


def scored(folder, name, metrics, **options):
    benchmark = choose_benchmark(name, options)
    scores = score_files(folder / "gt", folder / "pred", benchmark, metrics)
    jobs = find_jobs(folder / "gt", folder / "pred", benchmark, tuple(metrics))
    return result_of_files(jobs, scores.summary, lambda sequence: {})


@pytest.fixture
def boxes(tmp_path):
    """Two people in two frames: one changes its id, the other is missed, and someone is seen who is not there."""
    for side, lines in (("gt", BOXES), ("pred", FOUND)):
        path = tmp_path / "gt" / "TUD" / "gt" / "gt.txt" if side == "gt" else tmp_path / "pred" / "TUD.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
    return scored(tmp_path, "mot", ["clear"])


def test_boxes(boxes):
    (sequence,), pictures, causes = look_at(boxes)
    assert causes == []  # they are told from masks
    scores = boxes.summary["pedestrian"]
    assert (sequence.switches, sequence.missed, sequence.false_count) == (1, 2, 1)
    assert (scores["IDSW"], scores["FN"], scores["FP"]) == (1, 2, 1)
    (timeline,) = sequence.timelines
    assert [(row.track, dict(row.followers)) for row in timeline.rows] == [(1, {8: [(0, 0)], 9: [(1, 1)]}), (2, {})]
    assert (timeline.rows[0].switches[0].frame, timeline.false) == (2, [0, 1])
    assert [picture.title for picture in pictures] == ["TUD, frame 2: 1 missed, 1 false positive, 1 id switch"]
    assert pictures[0].description == (
        "TUD, frame 2: pedestrian 2 missed, false positive pedestrian 3, pedestrian 1 changes from id 8 to 9"
    )


def test_panoptic_maps(tmp_path):
    """A car that switches its instance on a road; things have timelines."""
    for frame, instance in enumerate((5, 5, 6)):
        car = np.zeros((32, 48), bool)
        car[8:20, 10:30] = True
        for side, number in (("gt", 1), ("pred", instance)):
            ids = panoptic_ids(np.where(car, 13, 0), np.where(car, number, 0))
            write_step_png(tmp_path / side / "0002" / f"{frame:06d}.png", ids)
    result = scored(tmp_path, "step", ["stq", "pq"])
    (sequence,), pictures, _ = look_at(result)
    assert [timeline.class_name for timeline in sequence.timelines] == ["car"]
    assert dict(sequence.timelines[0].rows[0].followers) == {5: [(0, 1)], 6: [(2, 2)]}
    assert [picture.title for picture in pictures] == ["0002, frame 2: 1 id switch"]
    page = write_report(tmp_path / "out", "maps", {}, [result]).read_text()
    assert f"<li><span>STQ</span><b>{100 * result.summary['all']['STQ']:.1f}</b></li>" in page
    captions = re.findall("<caption>([^<]*)</caption>", page)
    assert captions[0] == "STQ and more, all sequences"  # one table of both families for many classes
    assert "PQ of each sequence, from 0 to 100 %" in captions


def test_a_page_appears_whole_or_not_at_all(boxes, tmp_path):
    path = write_report(tmp_path / "out", "first", {}, [boxes])
    first = path.read_text()
    broken = {"0001": lambda: (_ for _ in ()).throw(FormatError("tracks.txt", "is gone", "test again"))}
    object.__setattr__(boxes, "sequences", broken)
    with pytest.raises(FormatError, match="is gone"):
        write_report(tmp_path / "out", "second", {}, [boxes])
    assert path.read_text() == first
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["index.html"]


def test_what_it_was_made_with_is_said(boxes, tmp_path):
    page = write_report(tmp_path, "run", {"checkpoint": "a.pth"}, [boxes], {"all/AP": "0.5"}, "lr = 1").read_text()
    for text in ("<dt>checkpoint</dt><dd>a.pth</dd>", "all/AP</th><td>0.5", "lr = 1</pre>", "<dt>mots_plugin</dt>"):
        assert text in page
