"""KITTI MOTS → COCO-video."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import read_coco_video, read_mots_txt, write_id_png
from mots_plugin.formats.id_png import write_id_png_folder

SQUARES = [(0, 1001, 0, 0), (0, 2001, 4, 4), (0, 10000, 8, 6), (2, 1001, 1, 0)]


@pytest.fixture
def convert(load_script):
    main = load_script("kitti_mots").main
    return lambda *arguments: main([*map(str, arguments), "--workers", "1"])


@pytest.fixture
def data_set(tmp_path, draw, annotate):
    """Sequence 0002 with objects in frames 0 and 2 of 3, sequence 0006 without any object in 2 frames."""
    root = tmp_path / "kitti"
    draw(root / "training" / "image_02" / "0002", [0, 1, 2])
    draw(root / "training" / "image_02" / "0006", [0, 1], extension="jpg")
    annotate(root / "instances_txt" / "0002.txt", SQUARES)
    annotate(root / "instances_txt" / "0006.txt", [])
    return root


def write_seqmap(root, text):
    (root / "mine.seqmap").write_text(text)
    return root / "mine.seqmap"


def refusal(convert, capsys, out, *arguments):
    """Return the one line on stderr of a conversion that must fail and leave nothing behind."""
    assert convert(*arguments) == 1
    assert not out.exists()
    lines = [
        line for line in capsys.readouterr().err.replace("\r", "\n").splitlines() if not line.startswith("reading")
    ]
    errors = [line for line in lines if line]
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    return errors[0]


def test_every_frame_is_there_with_its_objects(convert, data_set, tmp_path, capsys):
    assert convert(data_set, tmp_path / "out") == 0
    coco = read_coco_video(tmp_path / "out" / "all.json")
    assert [(video["name"], video["length"]) for video in coco.videos] == [("0002", 3), ("0006", 2)]
    images = coco.images("0006")
    assert [image["file_name"] for image in images] == [
        "training/image_02/0006/000000.jpg",
        "training/image_02/0006/000001.jpg",
    ]
    assert (images[0]["height"], images[0]["width"]) == (8, 10)
    tracks = coco.mask_tracks("0002")
    assert tracks.frames.tolist() == [0, 0, 0, 2]
    assert tracks.track_ids.tolist() == [1001, 2001, 10000, 1001]
    assert tracks.masks == read_mots_txt(data_set / "instances_txt" / "0002.txt").masks
    output = capsys.readouterr().out
    for words in (
        "sequences 2 2 from txt",
        "frames 5",
        "car masks 2 1 tracks",
        "pedestrian masks 1 1 tracks",
        "ignore regions 1",
    ):
        assert words in " ".join(output.split())
    assert str(tmp_path / "out" / "all.json") in output


def test_pngs_give_the_same_json_as_text(convert, data_set, tmp_path, capsys):
    convert(data_set, tmp_path / "from_text")
    tracks = read_mots_txt(data_set / "instances_txt" / "0002.txt")
    write_id_png_folder(data_set / "instances" / "0002", tracks, range(3), 8, 10)
    (data_set / "instances_txt" / "0002.txt").unlink()
    assert convert(data_set, tmp_path / "from_png") == 0
    assert "1 from png, 1 from txt" in capsys.readouterr().out
    assert (tmp_path / "from_png" / "all.json").read_bytes() == (tmp_path / "from_text" / "all.json").read_bytes()


def test_two_workers_give_the_same_json_as_one(load_script, convert, data_set, tmp_path):
    convert(data_set, tmp_path / "one")
    assert load_script("kitti_mots").main([str(data_set), str(tmp_path / "two"), "--workers", "2"]) == 0
    assert (tmp_path / "two" / "all.json").read_bytes() == (tmp_path / "one" / "all.json").read_bytes()


def test_a_seqmap_chooses_sequences_and_frames(convert, data_set, tmp_path):
    seqmap = write_seqmap(data_set, "0002 empty 000001 000002\n")
    assert convert(data_set, tmp_path / "out", "--seqmap", seqmap) == 0
    coco = read_coco_video(tmp_path / "out" / "mine.json")
    assert [(image["frame_id"], image["frame_number"]) for image in coco.images("0002")] == [(0, 1), (1, 2)]
    assert coco.mask_tracks("0002").frames.tolist() == [2]
    assert [video["name"] for video in coco.videos] == ["0002"]


def test_images_may_lie_directly_below_the_root(convert, data_set, tmp_path):
    os.rename(data_set / "training" / "image_02", data_set / "images")
    assert convert(data_set, tmp_path / "out", "--sequences", "6") == 0
    coco = read_coco_video(tmp_path / "out" / "all.json")
    assert [image["file_name"] for image in coco.data["images"]] == ["images/0006/000000.jpg", "images/0006/000001.jpg"]


def test_the_official_split_asks_for_its_frames(convert, data_set, tmp_path, draw, annotate, capsys):
    annotate(data_set / "instances_txt" / "0014.txt", [(105, 1001, 0, 0)])
    draw(data_set / "training" / "image_02" / "0014", range(106))
    assert convert(data_set, tmp_path / "out", "--split", "val", "--sequences", "14") == 0
    assert len(read_coco_video(tmp_path / "out" / "val.json").data["images"]) == 106
    (data_set / "training" / "image_02" / "0014" / "000050.png").unlink()
    error = refusal(convert, capsys, tmp_path / "no", data_set, tmp_path / "no", "--split", "val", "--sequences", "14")
    assert "frame 50 of sequence 0014 has no image" in error


def test_a_test_split_has_images_only(convert, data_set, tmp_path, draw):
    for number in range(29):
        draw(data_set / "testing" / "image_02" / f"{number:04d}", [0])
    assert convert(data_set, tmp_path / "out", "--split", "test") == 0
    coco = read_coco_video(tmp_path / "out" / "test.json")
    assert len(coco.videos) == 29
    assert coco.data["annotations"] == []
    assert coco.data["images"][0]["file_name"] == "testing/image_02/0000/000000.png"


def test_without_images_the_frames_come_from_the_seqmap(convert, data_set, tmp_path):
    seqmap = write_seqmap(data_set, "0002 empty 000000 000004\n")
    for path in (data_set / "training" / "image_02" / "0002").iterdir():
        path.unlink()
    assert convert(data_set, tmp_path / "out", "--seqmap", seqmap, "--no-images") == 0
    images = read_coco_video(tmp_path / "out" / "mine.json").images("0002")
    assert [image["file_name"] for image in images] == [f"training/image_02/0002/{n:06d}.png" for n in range(5)]
    assert (images[0]["height"], images[0]["width"]) == (8, 10)


@pytest.mark.parametrize(
    ("seqmap", "complaint"),
    [
        (
            "0002 empty 0 2\n0007 empty 0 9\n",
            "mine.seqmap:2: sequence 0007 of split mine is not among those found (0002, 0006)",
        ),
        ("0002 empty 0 3\n", "mine.seqmap:1: frame 3 of sequence 0002 has no image"),
        ("0002 empty 7 9\n", "mine.seqmap:1: frame 7 of sequence 0002 has no image in"),
        ("0002 0 3\n", "mine.seqmap:1: cannot read '0002 0 3'; write"),
    ],
)
def test_a_seqmap_that_does_not_fit_is_named_by_line(convert, data_set, tmp_path, capsys, seqmap, complaint):
    path = write_seqmap(data_set, seqmap)
    assert complaint in refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out", "--seqmap", path)


def test_an_annotated_frame_without_image_is_named_by_its_line(convert, data_set, tmp_path, capsys):
    (data_set / "training" / "image_02" / "0002" / "000002.png").unlink()
    error = refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out")
    assert "0002.txt:4: frame 2 of sequence 0002 has no image" in error
    assert convert(data_set, tmp_path / "out", "--no-strict") == 0
    assert "warning: left out: " in capsys.readouterr().err
    coco = read_coco_video(tmp_path / "out" / "all.json")
    assert coco.frames("0002").frame_numbers == [0, 1]
    assert len(coco.mask_tracks("0002")) == 3


def test_a_frame_without_png_is_named(convert, data_set, tmp_path, capsys):
    (data_set / "instances_txt" / "0002.txt").unlink()
    for frame in (0, 2):
        folder = data_set / "instances" / "0002"
        folder.mkdir(parents=True, exist_ok=True)
        write_id_png(folder / f"{frame:06d}.png", np.full((8, 10), 1001, np.uint16))
    error = refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out")
    assert "instances/0002/000001.png: frame 1 of sequence 0002 has no annotation; add the PNG" in error
    assert convert(data_set, tmp_path / "out", "--no-strict") == 0
    assert read_coco_video(tmp_path / "out" / "all.json").frames("0002").frame_numbers == [0, 2]


def test_a_sequence_without_annotation_or_images_is_left_out_when_not_strict(convert, data_set, tmp_path, capsys):
    seqmap = write_seqmap(data_set, "0002 empty 0 2\n0006 empty 0 1\n0009 empty 0 1\n")
    (data_set / "instances_txt" / "0006.txt").unlink()
    error = refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out", "--seqmap", seqmap)
    assert "mine.seqmap:2: sequence 0006 has no annotation; put it into instances_txt/0006.txt" in error
    assert convert(data_set, tmp_path / "out", "--seqmap", seqmap, "--no-strict") == 0
    assert [video["name"] for video in read_coco_video(tmp_path / "out" / "mine.json").videos] == ["0002"]
    warnings = capsys.readouterr().err
    assert "sequence 0006 has no annotation" in warnings
    assert "sequence 0009 of split mine is not among those found" in warnings


def spoil_line(root, number, text):
    path = root / "instances_txt" / "0002.txt"
    lines = path.read_text().splitlines()
    lines[number - 1] = text
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0 2001 2 8 10 99", "0002.txt:2: run-length code covers 18 of the 80 pixels of 8 x 10: truncated"),
        ("0 2001 3 8 10 00P2P", "0002.txt:2: class id 3 is unknown; use 1 (car)"),
        ("0 2001 2", "0002.txt:2: 3 fields where 6 are expected"),
    ],
)
def test_faulty_text_is_refused_by_line_even_when_not_strict(convert, data_set, tmp_path, capsys, text, complaint):
    spoil_line(data_set, 2, text)
    for mode in ("--strict", "--no-strict"):
        assert complaint in refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out", mode)


def test_an_8_bit_png_is_refused(convert, data_set, tmp_path, capsys):
    (data_set / "instances_txt" / "0002.txt").unlink()
    (data_set / "instances" / "0002").mkdir(parents=True)
    Image.new("L", (10, 8)).save(data_set / "instances" / "0002" / "000000.png")
    error = refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out")
    assert "instances/0002/000000.png: is a PNG of mode L, not a 16-bit greyscale PNG; write class id * 1000" in error


def test_sizes_must_agree(convert, data_set, tmp_path, capsys, draw):
    images = data_set / "training" / "image_02" / "0002"
    draw(images, [1], size=(9, 10))
    error = refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out")
    assert "000001.png: its size 9 x 10 differs from the frames before, 8 x 10" in error
    draw(images, [0, 1, 2], size=(9, 10))
    error = refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out")
    assert "0002.txt:1: masks are 8 x 10, images 9 x 10 (height x width)" in error


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [("empty", "empty: holds no sequence; give the root"), ("absent", "absent: is not a folder; give the root")],
)
def test_a_folder_without_data_is_refused(convert, tmp_path, capsys, folder, complaint):
    (tmp_path / "empty").mkdir()
    assert complaint in refusal(convert, capsys, tmp_path / "out", tmp_path / folder, tmp_path / "out")


def test_requests_that_cannot_be_met_are_refused(convert, data_set, tmp_path, capsys):
    out = tmp_path / "out"
    assert "split all: has no sequence 9; name one of: 0002, 0006" in refusal(
        convert, capsys, out, data_set, out, "--sequences", 9
    )
    assert "DST is a file name; give a folder" in refusal(
        convert, capsys, tmp_path / "x.json", data_set, tmp_path / "x.json"
    )
    os.rename(write_seqmap(data_set, "0002 empty 0 2\n"), data_set / "val.seqmap")
    error = refusal(convert, capsys, out, data_set, out, "--seqmap", data_set / "val.seqmap", "--split", "val")
    assert "val.json: two splits would be written there" in error


def test_nothing_is_written_when_the_second_of_two_splits_is_faulty(convert, data_set, tmp_path, capsys):
    (data_set / "a.seqmap").write_text("0006 empty 0 1\n")
    (data_set / "b.seqmap").write_text("0002 empty 0 9\n")
    arguments = ["--seqmap", data_set / "a.seqmap", data_set / "b.seqmap"]
    assert "b.seqmap:1: frame 3" in refusal(convert, capsys, tmp_path / "out", data_set, tmp_path / "out", *arguments)


def test_as_a_program_it_prints_no_traceback(data_set, tmp_path):
    script = Path(__file__).resolve().parents[2] / "data_converters" / "kitti_mots.py"
    spoil_line(data_set, 2, "0 2001 2 8 10 99")
    command = [sys.executable, str(script), str(data_set), str(tmp_path / "out"), "--workers", "2"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith(f"error: {data_set}/instances_txt/0002.txt:2: run-length code")


def test_real_data(convert, shared_data, tmp_path):
    root = shared_data / "davis_mots"
    assert convert(root, tmp_path, "--seqmap", root / "train.seqmap", root / "val.seqmap") == 0
    counts = {}
    for split in ("train", "val"):
        data = json.loads((tmp_path / f"{split}.json").read_text())
        ignored = sum(annotation["iscrowd"] for annotation in data["annotations"])
        counts[split] = (len(data["videos"]), len(data["images"]), len(data["annotations"]), ignored)
    assert counts == {"train": (8, 555, 1242, 229), "val": (4, 319, 731, 154)}
