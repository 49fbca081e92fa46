"""Zips for the servers: what goes in, and every fault that keeps them from being made."""

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mots_plugin.evaluation import submission
from mots_plugin.evaluation.submission import SERVERS, MapServer, MaskServer
from mots_plugin.formats import rle
from mots_plugin.formats.mots_txt import format_mots_line
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.splits import KITTI_STEP_TEST
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import panoptic_ids, write_step_png

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def line(frame: int, track: int, class_id: int, x: int, size: int = 3) -> str:
    mask = rle.encode_crop(np.ones((size, size), bool), x, 1, 8, 12)
    return format_mots_line(frame, track, class_id, mask) + "\n"


@pytest.fixture
def submit(monkeypatch, capsys):
    """The tool, for a server of masks in two sequences of frames 1 and 2, and one of maps in the first of them."""
    split = (SequenceRange("0001", 1, 2), SequenceRange("0006", 1, 2))
    masks = MaskServer(split, "MOTS20-{number:02d}.txt", (2,))
    maps = MapServer(split[:1], "{number:04d}/{frame:06d}.png", PanopticClasses(("road", "car"), frozenset({1})))
    monkeypatch.setitem(submission.SERVERS, "mots_challenge", masks)
    monkeypatch.setitem(submission.SERVERS, "kitti_step", maps)
    monkeypatch.syspath_prepend(str(TOOLS))
    sys.modules.pop("submit", None)
    import submit

    def run(*arguments: str | Path) -> tuple[int, list[str]]:
        code = submit.main([*map(str, arguments)])
        return code, capsys.readouterr().out.splitlines()

    return run


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "0001.txt").write_text(line(2, 5, 2, 4) + line(1, 5, 2, 0) + line(1, 6, 2, 5))
    (folder / "0006.txt").write_text("")
    return folder


def test_masks_are_packed_under_the_servers_names_in_order_of_frames(submit, results, tmp_path):
    (results / "0002.txt").write_text(line(1, 1, 2, 0))  # of the training set: left out
    code, printed = submit("mots_challenge", results, "--out", tmp_path / "out.zip")
    assert (code, printed[-1]) == (0, f"to be uploaded: {tmp_path / 'out.zip'} (0.0 MB)")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["MOTS20-01.txt", "MOTS20-06.txt"]
        assert archive.read("MOTS20-01.txt").decode() == line(1, 5, 2, 0) + line(1, 6, 2, 5) + line(2, 5, 2, 4)
        assert archive.read("MOTS20-06.txt") == b""
    assert submit("mots_challenge", tmp_path / "out.zip") == (0, [f"nothing wrong with {tmp_path / 'out.zip'}"])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (line(1, 5, 2, 0) + line(1, 6, 2, 2), "0001.txt:2: mask of track 6 shares 3 pixels in frame 1"),
        (line(1, 5, 2, 0) + line(1, 5, 2, 5), "0001.txt:2: track id 5 occurs twice in frame 1"),
        (line(1, 5, 1, 0), "0001.txt:1: class id 1 is not scored; hand in 2 (pedestrian) only"),
        (
            line(1, 5, 3, 0) + line(2, 5, 3, 0) + line(2, 6, 3, 5),
            "0001.txt:1: class id 3 is not scored (3 masks); hand in 2 (pedestrian) only",
        ),
        (line(1, 10_000, 10, 0), "0001.txt:1: class id 10 is not scored"),
        (line(0, 5, 2, 0), "0001.txt:1: frame 0 is out of range: sequence 0001 has frames 1 to 2"),
        (line(3, 5, 2, 0), "0001.txt:1: frame 3 is out of range"),
        (line(1, 5, 2, 0) + "1 6 2 8 12\n", "0001.txt:2: 5 fields where 6 are expected"),
    ],
)
def test_faults_of_masks(submit, results, tmp_path, text, fault):
    (results / "0001.txt").write_text(text)
    code, printed = submit("mots_challenge", results, "--out", tmp_path / "out.zip")
    assert code == 1
    assert printed[0].startswith(f"{results}/{fault}")
    assert printed[1:] == ["1 fault, so there is nothing to be uploaded"]
    assert not (tmp_path / "out.zip").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_every_sequence_must_be_there(submit, results):
    (results / "0006.txt").unlink()
    code, printed = submit("mots_challenge", results)
    assert (code, printed[0].split(";")[0]) == (1, f"{results}: has no result of sequence 0006")


@pytest.fixture
def maps(tmp_path):
    """Return a function that writes maps, given classes and instances of their pixels by frame; it returns the root."""

    def write(**frames: tuple[list, list]) -> Path:
        for name, (classes, instances) in frames.items():
            path = tmp_path / "maps" / "0001" / f"{int(name[1:]):06d}.png"
            write_step_png(path, panoptic_ids(classes, instances))
        return tmp_path / "maps"

    return write


ROAD, CAR, NONE = [[0, 0, 0], [0, 0, 0]], [[0, 0, 1], [0, 1, 1]], [[0, 0, 0], [0, 0, 0]]
NUMBERED = [[0, 0, 7], [0, 7, 7]]


def test_maps_are_packed_as_they_are(submit, maps, tmp_path):
    root = maps(f1=(CAR, NUMBERED), f2=(ROAD, NONE))
    assert submit("kitti_step", root, "--out", tmp_path / "out.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["0001/000001.png", "0001/000002.png"]
        assert archive.read("0001/000001.png") == (root / "0001" / "000001.png").read_bytes()
    assert submit("kitti_step", tmp_path / "out.zip")[0] == 0


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        ({"f1": (ROAD, NONE)}, "maps: sequence 0001 has no map of frame 2"),
        ({"f1": (ROAD, NONE), "f2": (ROAD, NONE), "f3": (ROAD, NONE)}, "000003.png: frame 3 is out of range"),
        ({"f1": ([[0, 0, 9]], [[0, 0, 0]]), "f2": ([[0, 0, 0]], [[0, 0, 0]])}, "000001.png: class id 9 is unknown"),
        ({"f1": (ROAD, NUMBERED), "f2": (ROAD, NONE)}, "000001.png: has instances of road (class 0), which is not"),
        ({"f1": (CAR, [[0, 0, 1000], [0, 0, 0]]), "f2": (ROAD, NONE)}, "000001.png: holds instance 1000"),
        ({"f1": (ROAD, NONE), "f2": ([[0]], [[0]])}, "000002.png: is 1 x 1, its sequence 2 x 3 (height x width)"),
    ],
)
def test_faults_of_maps(submit, maps, frames, fault):
    code, printed = submit("kitti_step", maps(**frames))
    assert (code, printed[-1]) == (1, "1 fault, so there is nothing to be uploaded")
    assert fault in printed[0]


def test_the_servers_of_the_four_benchmarks():
    assert {name: len(server.split) for name, server in SERVERS.items()} == {
        "kitti_mots": 29, "mots_challenge": 4, "kitti_step": 29, "motchallenge_step": 2,
    }  # fmt: skip
    assert sum((entry.last_frame or 0) + 1 for entry in KITTI_STEP_TEST) == 11_095  # as the data set's paper has it
    names = [server.member.format(number=7, frame=12) for server in SERVERS.values()]
    assert names == ["0007.txt", "MOTS20-07.txt", "0007/000012.png", "0007/000012.png"]
