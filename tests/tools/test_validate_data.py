"""Broken data in every way: each fault is found, named and counted; clean data pass."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import VideoFrames, from_mask_tracks, rle, write_coco_video, write_id_png
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import format_mots_line

ROOT = Path(__file__).resolve().parents[2]
HEIGHT, WIDTH = 8, 10


def square(x, y, size=2, height=HEIGHT, width=WIDTH):
    return rle.encode_crop(np.ones((size, size), bool), x, y, height, width)


def write_image(path, height=HEIGHT, width=WIDTH):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(path)


@pytest.fixture
def validate(capsys):
    """Return a function that gives the exit code and the printed lines of the tool."""
    sys.path.insert(0, str(ROOT / "tools"))
    import validate_data

    def run(*arguments):
        code = validate_data.main([*map(str, arguments), "--workers", "1"])
        return code, capsys.readouterr().out.splitlines()

    yield run
    sys.path.remove(str(ROOT / "tools"))


@pytest.fixture
def coco(tmp_path):
    """A clean json of one video: a car and a pedestrian over two frames, an ignore region in the first."""
    tracks = MaskTracks(
        [0, 0, 0, 1, 1], [1001, 2001, 10000, 1001, 2001], [1, 2, 10, 1, 2],
        [square(0, 0), square(4, 4), square(8, 6), square(1, 0), square(5, 4)],
    )  # fmt: skip
    frames = VideoFrames("0000", [0, 1], ["images/000000.png", "images/000001.png"], HEIGHT, WIDTH)
    for name in frames.file_names:
        write_image(tmp_path / name)
    return from_mask_tracks([(frames, tracks)]).data


@pytest.fixture
def faults_of(coco, validate, tmp_path):
    """Return a function that gives the printed faults of the json after a change, without the name of the file."""

    def run(change=lambda data: None, *arguments):
        change(coco)
        path = tmp_path / "broken.json"
        path.write_text(json.dumps(coco))
        code, lines = validate(path, *arguments)
        assert code == (1 if len(lines) > 1 or "no faults" not in lines[0] else 0)
        return [line.removeprefix(f"{path}:").strip() for line in lines]

    return run


def test_clean_json(faults_of):
    (line,) = faults_of()

    assert line.startswith("no faults in ")


CHANGES = {
    "missing image": (
        lambda data: data["images"][1].update(file_name="images/000009.png"),
        ["images id 2: image {root}/images/000009.png is missing; add the file or correct file_name"],
    ),
    "wrong image size": (
        lambda data: [image.update(width=9) for image in data["images"]] and data["videos"][0].update(width=9),
        [
            "images id 1: is 8 x 9 here, 8 x 10 in {root}/images/000000.png (height x width); "
            "correct the size, or take the image it was annotated on",
            "images id 2: is 8 x 9 here",
            *[f"annotation {number}: mask is 8 x 10, its image 8 x 9 (height x width)" for number in range(1, 6)],
        ],
    ),
    "overlapping masks": (
        lambda data: data["annotations"][1].update(
            segmentation={"size": [8, 10], "counts": square(1, 1)["counts"].decode()}, bbox=[1, 1, 2, 2]
        ),
        [
            "annotation 2: mask of track 2 shares 1 pixel in frame 0 with that of track 1 (annotation 1); "
            "give every pixel to one mask at most"
        ],
    ),
    "id twice in a frame": (
        lambda data: data["annotations"][3].update(instance_id=2, category_id=2),
        ["annotation 5: track id 2 occurs twice in frame 1 (first: annotation 4); give each object"],
    ),
    "empty mask": (
        lambda data: data["annotations"][0].update(
            segmentation={"size": [8, 10], "counts": rle.encode(np.zeros((8, 10), bool))["counts"].decode()}
        ),
        ["annotation 1: mask of track 1 has no pixel; remove the annotation"],
    ),
    "truncated mask": (
        lambda data: data["annotations"][0]["segmentation"].update(counts="00"),
        ["annotation 1: run-length code "],
    ),
    "unsorted frames": (
        lambda data: data["images"].reverse(),
        ["images id 1: frame_id 0 of video '0000' comes after 1, that of images id 2; sort the images"],
    ),
    "a gap": (
        lambda data: data["images"][1].update(frame_id=2),
        ["video '0000': frame_id 1 is missing; number the frames 0, 1, 2, … without gap"],
    ),
    "unknown class": (
        lambda data: data["categories"][0].update(name="tram"),
        [
            "categories id 1: class 'tram' has the id of car; rename it to one of car, pedestrian, ignore, or number "
            "it from 3 on, without 10"
        ],
    ),
    "category without entry": (
        lambda data: data["annotations"][0].update(category_id=7),
        [
            "annotation 1: category_id 7 is not among the sound entries of 'categories'",
            "annotation 4: instance_id 1 of video '0000' has category 1, but 7 in annotation 1; keep one class",
        ],
    ),
    "annotation of no image": (
        lambda data: data["annotations"][4].update(image_id=99),
        ["annotation 5: image_id 99 is not among the sound entries of 'images'"],
    ),
    "annotation id twice": (
        lambda data: data["annotations"][4].update(id=1),
        ["annotations[4]: id 1 occurs before; number the annotations anew"],
    ),
    "key missing": (
        lambda data: data["annotations"][4].pop("instance_id"),
        ["annotations[4]: has no 'instance_id'; let it be a whole number"],
    ),
    "frame number that is none": (
        lambda data: data["images"][1].update(frame_number=None),
        [
            "images[1]: 'frame_number' is null; let it be a whole number",
            "annotation 4: image_id 2 is not among the sound entries of 'images'",
            "annotation 5: image_id 2 is not among the sound entries of 'images'",
            "video '0000': length is 2, but it has 1 images; correct the length, or add the images",
        ],
    ),
    "instance 0": (
        lambda data: [data["annotations"][row].update(instance_id=0) for row in (0, 3)],
        ["annotation 1: instance_id is 0, which mmdet takes for missing; count", "annotation 4: instance_id is 0"],
    ),
    "loose box": (
        lambda data: data["annotations"][0].update(bbox=[0, 0, 5, 2]),
        ["annotation 1: bbox is [0, 0, 5, 2], but the mask's is [0, 0, 2, 2]; write [x, y, width, height] of the mask"],
    ),
    "wrong area": (
        lambda data: data["annotations"][0].update(area=5),
        ["annotation 1: area is 5, but the mask has 4 pixels; write the number of pixels"],
    ),
    "ignore region not crowd": (
        lambda data: data["annotations"][2].update(iscrowd=0),
        ["annotation 3: is an ignore region, but iscrowd is not 1; write 'iscrowd': 1"],
    ),
    "no table": (
        lambda data: data.pop("categories"),
        ["has no table 'categories'", *[f"annotation {number}: category_id" for number in range(1, 6)]],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_fault_of_a_json_is_named(name, faults_of, tmp_path):
    change, expected = CHANGES[name]

    found = faults_of(change)

    assert len(found) == len(expected) + 1, found
    assert found[-1].startswith(f"{len(expected)} fault")
    for line, start in zip(sorted(found[:-1]), sorted(expected), strict=True):
        assert line.startswith(start.format(root=tmp_path))


def test_all_faults_are_listed_at_once(faults_of):
    def break_much(data):
        data["annotations"][0]["area"] = 5
        data["annotations"][2]["iscrowd"] = 0
        data["images"][1]["file_name"] = "images/000009.png"

    found = faults_of(break_much)

    assert found[-1] == "3 faults: 1 image, 1 crowd, 1 area"


def test_images_are_looked_for_where_they_are_said_to_be(faults_of, tmp_path):
    def elsewhere(data):
        for image in data["images"]:
            image["file_name"] = Path(image["file_name"]).name

    found = faults_of(elsewhere)
    assert "its images, such as 000000.png, are not found beside it or in the folders above" in found[0]
    assert "no faults" in faults_of(lambda data: None, "--image-root", tmp_path / "images")[0]
    assert "no faults" in faults_of(lambda data: None, "--no-images")[0]


def test_unreadable_json(validate, tmp_path):
    (tmp_path / "torn.json").write_text('{"videos": [\n{"id": 1,')

    code, lines = validate(tmp_path / "torn.json")

    assert code == 1
    assert lines[0].startswith(f"{tmp_path}/torn.json:line 2 column 10: is not json (Expecting property name")


@pytest.fixture
def kitti(tmp_path):
    """A clean data set in KITTI MOTS layout: sequence 0002 as text, 0006 as PNG, two frames each."""
    root = tmp_path / "kitti"
    for name in ("0002", "0006"):
        for frame in range(2):
            write_image(root / f"training/image_02/{name}/{frame:06d}.png")
    lines = [format_mots_line(0, 1001, 1, square(0, 0)), format_mots_line(1, 1001, 1, square(1, 0))]
    (root / "instances_txt").mkdir()
    (root / "instances_txt/0002.txt").write_text("\n".join(lines) + "\n")
    for frame in range(2):
        ids = np.zeros((HEIGHT, WIDTH), np.uint16)
        ids[2:4, 2:4] = 2001
        write_id_png(root / f"instances/0006/{frame:06d}.png", ids)
    (root / "train.seqmap").write_text("0002 empty 000000 000001\n0006 empty 000000 000001\n")
    return root


def test_clean_folder(validate, kitti):
    assert validate(kitti) == (0, [f"no faults in {kitti}"])


def test_faults_of_a_folder_are_listed_with_file_and_line(validate, kitti):
    text = kitti / "instances_txt/0002.txt"
    lines = [
        format_mots_line(1, 1001, 1, square(1, 0)),
        format_mots_line(0, 1001, 1, square(0, 0)),
        format_mots_line(0, 1001, 1, square(5, 5)),
        format_mots_line(0, 3001, 3, square(1, 1)),
        "0 2001 2 8",
        format_mots_line(4, 1001, 1, square(0, 0, height=9)),
    ]
    text.write_text("\n".join(lines) + "\n")
    ids = np.zeros((HEIGHT, WIDTH), np.uint16)
    ids[0, 0] = 77
    write_id_png(kitti / "instances/0006/000000.png", ids)
    Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8)).save(kitti / "instances/0006/000001.png")
    write_image(kitti / "training/image_02/0006/000002.png", width=11)
    (kitti / "val.seqmap").write_text("0009 empty 000000 000001\n")

    code, found = validate(kitti)

    assert code == 1
    png = kitti / "instances/0006"
    expected = [
        f"{text}:2: frame 0 comes after frame 1; sort the lines by frame",
        f"{text}:3: track id 1001 occurs twice in frame 0 (first: line 2); give each object",
        f"{text}:4: class id 3 is unknown; use 1 (car), 2 (pedestrian), 10 (ignore)",
        f"{text}:4: mask of track 3001 shares 1 pixel in frame 0 with that of track 1001 (line 2)",
        f"{text}:5: 4 fields where 6 are expected",
        f"{text}:6: image size 9 x 10 differs from 8 x 10 in line 1",
        f"{text}:6: frame 4 has no image in {kitti / 'training/image_02/0002'}; add the image or correct the frame",
        f"{png}/000000.png: value 77 has class 0, which is unknown; write class * 1000 + instance",
        f"{png}/000001.png: is a PNG of mode L, not a 16-bit greyscale PNG; write class id * 1000 + instance",
        f"{png}/000002.png: is missing, though the frame has an image; add it, all 0 for a frame without objects",
        f"{kitti}/training/image_02/0006/000002.png: is 8 x 11, its sequence 8 x 10 (height x width)",
        f"{kitti}/val.seqmap:1: sequence 0009 does not exist; add its files, or take the line out",
    ]
    assert len(found) == len(expected) + 1, found
    for start in expected:
        assert any(line.startswith(start) for line in found), (start, found)


def test_images_that_are_missing_altogether(validate, kitti):
    for path in (kitti / "training/image_02/0002").iterdir():
        path.unlink()
    (kitti / "training/image_02/0002").rmdir()

    code, found = validate(kitti)

    assert code == 1
    assert len(found) == 2
    assert found[0].startswith(f"{kitti}/training/image_02/0002: sequence 0002 has no images; put them there, or")
    assert validate(kitti, "--no-images")[0] == 0


def test_a_folder_of_results_and_a_single_file(validate, kitti, tmp_path):
    assert validate(kitti / "instances_txt")[0] == 0
    assert validate(kitti / "instances_txt/0002.txt")[0] == 0
    assert validate(kitti / "instances")[0] == 0
    assert validate(kitti / "instances/0006")[0] == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere", "does not exist"), ("empty", "holds no sequence; give a data set"), ("a.csv", "is neither json")],
)
def test_nothing_to_check(name, message, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.csv").touch()

    done = subprocess.run(
        [sys.executable, ROOT / "tools/validate_data.py", tmp_path / name], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path / name}: {message}")
    assert len(done.stderr.splitlines()) == 1


def test_real_data_are_clean(validate, shared_data):
    assert validate(shared_data / "davis_mots/instances_txt")[0] == 0
    assert validate(shared_data / "davis_mots/instances/0000")[0] == 0
    assert validate(shared_data / "mots20_05_gt/MOTS20-05/gt/gt.txt")[0] == 0


def test_a_written_json_of_a_converter_is_clean_on_two_processes(coco, tmp_path):
    from mots_plugin.formats import CocoVideo

    write_coco_video(tmp_path / "all.json", CocoVideo(coco))

    done = subprocess.run(
        [sys.executable, ROOT / "tools/validate_data.py", tmp_path / "all.json", "--workers", "2"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, f"no faults in {tmp_path / 'all.json'}\n")
