"""tools/test.py: tracks, scores, tables, pictures and videos of one run, which must agree with each other."""

import itertools
import json
import re
from pathlib import Path

import cv2
import pytest
from command_lines import ANY_CONFIDENCE, CONFIG, options_for_testing, python, succeed

from mots_plugin.evaluation.functional.families import METRIC_FAMILIES, count_sequence, summarise
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.mots_txt import read_mots_txt

HELD_OUT = ("0001", "0002")
CLASS_IDS = {"car": 1, "pedestrian": 2}
COLUMNS = "sMOTSA MOTSA MOTSP IDS TP FP FN Frag MT PT ML recall precision".split()


@pytest.fixture(scope="module")
def tested(street, work_dir, tmp_path_factory) -> tuple[Path, str]:
    """Folder and stdout of a test run of barely trained weights, at any confidence."""
    folder = tmp_path_factory.mktemp("tested")
    command = python("tools/test.py", CONFIG, work_dir / "iter_4.pth", "--work-dir", folder / "work")
    command += ["--eval", "smotsa", "hota", "--out", str(folder / "out"), "--show-dir", str(folder / "pictures")]
    command += ["--report", str(folder / "report")]
    return folder, succeed([*command, "--cfg-options", *options_for_testing(street), *ANY_CONFIDENCE])


@pytest.fixture
def scores(tested) -> dict:
    return json.loads((tested[0] / "out" / "metrics.json").read_text())


def test_the_files_that_were_written_give_the_numbers_that_were_reported(street, tested, scores):
    truth = read_coco_video(street / "annotations" / "val.json")
    families = {name: METRIC_FAMILIES[name] for name in ("smotsa", "hota")}
    counts = {}
    for name in HELD_OUT:
        tracks = read_mots_txt(tested[0] / "out" / "tracks" / f"{name}.txt")
        assert len(tracks) > 20  # else the numbers would be those of empty files
        frames = truth.frames(name).frame_numbers
        counts[name] = count_sequence(truth.mask_tracks(name), tracks, frames, {"car": 1, "pedestrian": 2}, families)
    assert scores == summarise(counts, families)


def test_a_row_for_every_sequence_and_class_in_the_order_of_the_issue(tested, scores):
    tables = re.split(r"\n(?=car |pedestrian |all classes )", tested[1])[1:4]
    for table, name in zip(tables, ("car", "pedestrian", "all"), strict=True):
        header, _, *rows = table.splitlines()[:5]
        assert header.split()[-len(COLUMNS) :] == COLUMNS
        assert [row.split("  ")[0] for row in rows] == ["all sequences", *HELD_OUT]
        of_rows = [scores[name], *(scores["sequences"][video][name] for video in HELD_OUT)]
        for row, of_row in zip(rows, of_rows, strict=True):
            smotsa, *_, false_positives, misses = row.split()[-len(COLUMNS) :][:7]
            assert smotsa == f"{100 * of_row['sMOTSA']:.1f}"
            assert (int(false_positives), int(misses)) == (of_row["FP"], of_row["FN"])


def test_every_frame_is_drawn_and_every_video_is_whole(tested):
    pictures = tested[0] / "pictures"
    drawn = sorted(str(path.relative_to(pictures)) for path in pictures.rglob("*") if path.is_file())
    frames = [f"{video}/{frame:06d}.png" for video in HELD_OUT for frame in range(9)]
    assert drawn == sorted([*frames, "0001.mp4", "0002.mp4"])
    assert cv2.VideoCapture(str(pictures / "0001.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 9
    plain = cv2.imread(str(pictures / "0001" / "000000.png"))
    assert plain.shape[1] == 960  # enlarged from 160, so that labels do not cover what they name


def test_the_last_lines_say_where_everything_lies(tested):
    folder, stdout = tested
    assert stdout.splitlines()[-4:] == [
        f"tracks: {folder / 'out' / 'tracks'}",
        f"metrics: {folder / 'out' / 'metrics.json'}",
        f"pictures and videos: {folder / 'pictures'}",
        f"report: {folder / 'report' / 'index.html'}",
    ]


def test_the_report_has_the_numbers_and_a_row_for_each_track(street, tested, scores):
    page = (tested[0] / "report" / "index.html").read_text()
    assert f"<li><span>sMOTSA</span><b>{100 * scores['all']['sMOTSA']:.1f}</b></li>" in page
    truth = read_coco_video(street / "annotations" / "val.json")
    for video, name in itertools.product(HELD_OUT, ("car", "pedestrian")):
        of_video = scores["sequences"][video][name]
        masks = truth.mask_tracks(video)
        tracks = len(set(masks.track_ids[masks.class_ids == CLASS_IDS[name]].tolist()))
        counts = [tracks, *(of_video[metric] for metric in ("IDSW", "FN", "FP"))]
        if any(counts):
            ((caption, rows),) = re.findall(
                rf'data-sequence="{video}" data-class="{name}">\n<caption>(.*?)</caption>.*?<tbody>(.*?)</tbody>',
                page,
                re.S,
            )
            assert list(map(int, re.findall(r"\d+", caption.partition(": ")[2]))) == counts
            assert rows.count("<tr>") == tracks
    assert page.count("<img src=") == 8
    assert "load_from" in page  # the config
