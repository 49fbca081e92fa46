"""KINS → COCO-video, on annotations in the form of either release."""

import json

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import read_coco_video, rle

CYCLIST, PEDESTRIAN, CAR, VAN = 1, 2, 4, 7
HEIGHT, WIDTH = 6, 10


def rectangle(x0, y0, x1, y1):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def as_rle(mask):
    """Run-length code as COCO's json has it."""
    coded = rle.encode(mask)
    return {"size": coded["size"], "counts": coded["counts"].decode()}


def as_polygon(x0, y0, x1, y1):
    return [[x0, y0, x1, y0, x1, y1, x0, y1]]


@pytest.fixture
def kins(tmp_path):
    """Two images for training, in the form of 2019, and one for testing, in that of 2020.

    Image 7 holds a car, a pedestrian in front of it, a van and a cyclist, in that order, image 9 nothing.
    """
    root = tmp_path / "kitti_object"
    for folder, names in {"training": ("000007", "000009"), "testing": ("000007",)}.items():
        (root / folder / "image_2").mkdir(parents=True)
        for name in names:
            Image.fromarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8)).save(root / folder / "image_2" / f"{name}.png")
    images = [{"id": number, "file_name": f"{number:06d}.png", "height": HEIGHT, "width": WIDTH} for number in (7, 9)]
    objects = [
        (CAR, rectangle(0, 2, 6, 5)),
        (PEDESTRIAN, rectangle(4, 1, 5, 5)),
        (VAN, rectangle(8, 0, 10, 3)),
        (CYCLIST, rectangle(9, 2, 10, 6)),
    ]
    common = {"iscrowd": 0, "image_id": 7, "occlude_rate": 0.0}
    annotations = [
        {
            **common,
            "id": number,
            "category_id": category,
            "segmentation": [[0.0, 0.0, 9.0, 0.0, 9.0, 5.0]],  # the whole object, which is not looked at
            "inmodal_seg": as_rle(mask),
            "bbox": [0, 0, 1, 1],
            "inmodal_bbox": [0, 0, 1, 1],
        }
        for number, (category, mask) in enumerate(objects, start=1)
    ]
    (root / "instances_train.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    annotation = {
        **common,
        "id": 5,
        "category_id": CAR,
        "i_segm": as_polygon(2, 1, 5, 4),
        "a_segm": as_polygon(0, 0, 9, 5),
    }
    (root / "update_test_2020.json").write_text(json.dumps({"images": images[:1], "annotations": [annotation]}))
    return root


@pytest.fixture
def convert(load_script):
    main = load_script("kins").main
    return lambda *arguments: main([*map(str, arguments)])


def masks_of(coco, video):
    tracks = coco.mask_tracks(video)
    drawn = [rle.decode(mask) for mask in tracks.masks]
    return dict(zip(tracks.track_ids.tolist(), drawn, strict=True))


def test_visible_masks_of_cars_and_pedestrians_and_the_rest_to_be_ignored(convert, kins, tmp_path):
    assert convert(kins, tmp_path / "out") == 0
    coco = read_coco_video(tmp_path / "out/kins_train.json")
    assert [image["file_name"] for image in coco.data["images"]] == [
        "training/image_2/000007.png",
        "training/image_2/000009.png",
    ]
    found = masks_of(coco, "kins_training_000007")
    assert list(found) == [1001, 2002, 10000]
    assert (found[1001] == rectangle(0, 2, 6, 5) & ~rectangle(4, 1, 5, 5)).all()  # the later one has the pixels
    assert (found[2002] == rectangle(4, 1, 5, 5)).all()
    assert (found[10000] == rectangle(8, 0, 10, 3) | rectangle(9, 2, 10, 6)).all()
    assert masks_of(coco, "kins_training_000009") == {}
    crowds = [annotation["iscrowd"] for annotation in coco.data["annotations"]]
    assert crowds == [0, 0, 1]


def test_polygons_of_the_later_release(convert, kins, tmp_path):
    convert(kins, tmp_path / "out")
    coco = read_coco_video(tmp_path / "out/kins_test.json")
    assert coco.data["images"][0]["file_name"] == "testing/image_2/000007.png"
    found = masks_of(coco, "kins_testing_000007")
    assert (found[1001] == rectangle(2, 1, 5, 4)).all()


def test_others_as_background_still_cover_what_they_are_in_front_of(convert, kins, tmp_path):
    """As PointTrack was trained; a van in front of a car hides it."""
    data = json.loads((kins / "instances_train.json").read_text())
    data["annotations"].append({**data["annotations"][2], "id": 9, "inmodal_seg": as_rle(rectangle(0, 0, 2, 6))})
    (kins / "instances_train.json").write_text(json.dumps(data))
    assert convert(kins, tmp_path / "out", "--others", "background") == 0
    found = masks_of(read_coco_video(tmp_path / "out/kins_train.json"), "kins_training_000007")
    assert list(found) == [1001, 2002]
    assert (found[1001] == rectangle(2, 2, 6, 5) & ~rectangle(4, 1, 5, 5)).all()


def test_the_later_release_is_taken_where_both_are_there(convert, kins, tmp_path):
    (kins / "update_train_2020.json").write_text((kins / "update_test_2020.json").read_text())
    convert(kins, tmp_path / "out")
    assert len(read_coco_video(tmp_path / "out/kins_train.json").data["annotations"]) == 1


def test_one_file_alone_can_be_named(convert, kins, tmp_path, capsys):
    (kins / "instances_train.json").rename(tmp_path / "mine.json")
    (kins / "update_test_2020.json").unlink()
    assert convert(kins, tmp_path / "out", "--train", tmp_path / "mine.json") == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kins_train.json"]
    printed = capsys.readouterr().out
    assert "test: no annotations, left out" in printed
    assert "car masks                1" in printed


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (lambda data: data.pop("images"), "has no table 'images'"),
        (lambda data: data["images"][0].pop("width"), "images[0] has no 'width'"),
        (lambda data: data["annotations"][0].update(image_id=5), "annotation 1: image_id 5 is not in 'images'"),
        (
            lambda data: data["annotations"][0].update(category_id=9),
            "annotation 1: category_id 9 is none of 1, 2, 3, 4",
        ),
        (lambda data: data["annotations"][1].pop("inmodal_seg"), "annotation 2: has neither inmodal_seg nor i_segm"),
        (
            lambda data: data["annotations"][1]["inmodal_seg"].update(size=[5, 10]),
            "annotation 2: mask is [5, 10] (height, width), its image [6, 10]",
        ),
        (
            lambda data: data["annotations"][0].update(inmodal_seg=[[1, 2, 3, 4]]),
            "annotation 1: has a polygon that cannot be filled (a polygon needs three corners",
        ),
        (lambda data: data["annotations"][0].update(inmodal_seg={}), "annotation 1: has no run-length coded mask"),
    ],
)
def test_bad_annotations_are_named(convert, kins, tmp_path, capsys, break_it, complaint):
    path = kins / "instances_train.json"
    data = json.loads(path.read_text())
    break_it(data)
    path.write_text(json.dumps(data))
    assert convert(kins, tmp_path / "out") == 1
    line = capsys.readouterr().err.replace("\r", "\n").strip().splitlines()[-1]
    assert line.startswith(f"error: {path}:")
    assert complaint in line
    assert not (tmp_path / "out" / "kins_train.json").exists()


def test_missing_files_are_named(convert, kins, tmp_path, capsys):
    (kins / "training/image_2/000009.png").unlink()
    assert convert(kins, tmp_path / "out") == 1
    assert "training/image_2/000009.png: image not found; unpack KITTI's object images" in capsys.readouterr().err
    assert convert(tmp_path, tmp_path / "out") == 1
    assert "holds no annotations of KINS; put the annotations of KINS there" in capsys.readouterr().err
    (kins / "instances_train.json").write_text("{")
    assert convert(kins, tmp_path / "out") == 1
    assert "instances_train.json: is not json" in capsys.readouterr().err
