"""tools/boxes_to_masks.py as users call it."""

import pytest
from command_lines import error_line, python, run, succeed

from mots_plugin.formats import read_mots_txt
from mots_plugin.formats.rle import areas

TOOL = "tools/boxes_to_masks.py"
BOXES = "1,7,1,1,4,4,1,1,1\n1,8,3,3,4,4,1,3,1\n2,7,1,1,4,4,1,1,1\n"


@pytest.fixture
def boxes(tmp_path):
    """A person (track 7), partly hidden by a car (track 8) which reaches further down."""
    for name in ("01", "02"):
        (tmp_path / "mot" / name / "gt").mkdir(parents=True)
        (tmp_path / "mot" / name / "gt" / "gt.txt").write_text(BOXES)
    return tmp_path / "mot"


def test_filling_keeps_ids_and_resolves_overlaps(boxes, tmp_path):
    said = succeed(python(TOOL, boxes, tmp_path / "out", "--method", "filling", "--size", "10x8"))
    assert f"01: 3 masks of 3 boxes in {tmp_path / 'out' / '01.txt'}" in said
    tracks = read_mots_txt(tmp_path / "out" / "01.txt")
    assert tracks.frames.tolist() == [1, 1, 2]
    assert tracks.track_ids.tolist() == [7, 8, 7]
    assert tracks.class_ids.tolist() == [2, 1, 2]
    assert areas(tracks.masks).tolist() == [12, 16, 16]
    assert tracks.masks[0]["size"] == [8, 10]


def test_what_is_done_is_kept(boxes, tmp_path):
    command = python(TOOL, boxes, tmp_path / "out", "--method", "ellipse", "--size", "10x8")
    succeed([*command, "--sequences", "01"])
    before = (tmp_path / "out" / "01.txt").stat().st_mtime_ns
    assert "01: kept as it is" in succeed(command)
    assert (tmp_path / "out" / "01.txt").stat().st_mtime_ns == before
    assert areas(read_mots_txt(tmp_path / "out" / "02.txt").masks).tolist()[1] == 12  # a 4x4 box without its corners


def test_classes_of_ones_own(boxes, tmp_path):
    """Number 3, a car in MOTChallenge, is what one says it is."""
    masks = ["--method", "filling", "--size", "10x8", "--classes", "cow=3"]
    succeed(python(TOOL, boxes, tmp_path / "out", *masks))
    assert read_mots_txt(tmp_path / "out" / "01.txt", check=False).class_ids.tolist() == [2, 3, 2]


def test_a_seqmap_says_which_sequences(boxes, tmp_path):
    (tmp_path / "val.seqmap").write_text("02 empty 000001 000002\n")
    succeed(
        python(
            TOOL, boxes, tmp_path / "out", "--method", "filling", "--size", "10x8", "--seqmap", tmp_path / "val.seqmap"
        )
    )
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["02.txt"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--method", "filling", "--size", "10x8", "--sequences", "09"], "has no sequence 09; name some of: 01, 02"),
        (["--method", "filling", "--images", "/nowhere"], "/nowhere: has no images of sequence 01"),
        (["--method", "filling", "--size", "10x8", "--class-name", "dog"], "class 'dog' is unknown"),
        (["--method", "filling", "--size", "10x8", "--classes", "cow"], "classes: 'cow' is not NAME=NUMBER; give the"),
        (["--method", "mask_head", "none.py", "none.pth", "--images", "."], "none.py: config not found"),
    ],
)
def test_bad_input_is_one_line(boxes, tmp_path, arguments, complaint):
    assert complaint in error_line(run(python(TOOL, boxes, tmp_path / "out", *arguments)))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--method", "magic", "--size", "1x1"], "--method magic is none of filling, ellipse, mask_head"),
        (["--method", "mask_head", "a.py"], "write --method mask_head CONFIG CHECKPOINT"),
        (["--method", "filling"], "--images is needed, or --size"),
        (["--method", "filling", "--size", "10"], "'10' is not a size"),
    ],
)
def test_misused_arguments_are_explained(boxes, tmp_path, arguments, complaint):
    done = run(python(TOOL, boxes, tmp_path / "out", *arguments))
    assert done.returncode == 2
    assert complaint in done.stderr
