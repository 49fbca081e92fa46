"""Drawings of labelme, CVAT and COCO → COCO-video: two classes of one's own, crossing objects, frames without any."""

import json

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import read_coco_video, rle

COW_SQUARE, DOG_SQUARE = [1, 1, 5, 5], [3, 3, 7, 7]  # x0 y0 x1 y1; they share 2 x 2 pixels


def corners(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


@pytest.fixture
def images(tmp_path):
    """Videos ``field`` (frames 5, 6, 7) and ``yard`` (frame 1), 8 x 8."""
    for video, numbers in (("field", (5, 6, 7)), ("yard", (1,))):
        (tmp_path / "frames" / video).mkdir(parents=True)
        for number in numbers:
            Image.new("RGB", (8, 8)).save(tmp_path / "frames" / video / f"frame_{number:02d}.png")
    return tmp_path / "frames"


@pytest.fixture
def labelme(images, tmp_path):
    """A cow in frames 5 and 7 of the field, a dog drawn over it in frame 5; a dog in the yard."""

    def shape(label, box, group_id=None):
        return {"label": label, "points": corners(*box), "group_id": group_id, "shape_type": "polygon"}

    drawings = {
        "field/frame_05": [shape("cow", COW_SQUARE, 7), shape("dog_2", DOG_SQUARE), shape("ignore", [0, 0, 2, 8])],
        "field/frame_07": [shape("cow", COW_SQUARE, 7)],
        "yard/frame_01": [shape("dog_9", DOG_SQUARE)],
    }
    for name, shapes in drawings.items():
        path = tmp_path / "labelme" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"shapes": shapes, "imageHeight": 8, "imageWidth": 8}))
    return [tmp_path / "labelme", "--images", images]


@pytest.fixture
def cvat(images, tmp_path):
    """The same as an export of images and one of a video, zipped by nobody."""

    def polygon(label, box, track):
        points = ";".join(f"{x},{y}" for x, y in corners(*box))
        return f'<polygon label="{label}" points="{points}"><attribute name="track_id">{track}</attribute></polygon>'

    frame5 = polygon("cow", COW_SQUARE, 7) + polygon("dog", DOG_SQUARE, 2)
    ignore = '<box label="ignore" xtl="0" ytl="0" xbr="2" ybr="8"/>'
    size = 'width="8" height="8"'
    (tmp_path / "cvat").mkdir()
    (tmp_path / "cvat" / "pictures.xml").write_text(
        f'<annotations><image name="field/frame_05.png" {size}>{frame5}{ignore}</image>'
        f'<image name="field/frame_06.png" {size}/>'
        f'<image name="field/frame_07.png" {size}>{polygon("cow", COW_SQUARE, 7)}</image></annotations>'
    )
    points = ";".join(f"{x},{y}" for x, y in corners(*DOG_SQUARE))
    (tmp_path / "cvat" / "yard.xml").write_text(
        "<annotations><meta><original_size><width>8</width><height>8</height></original_size></meta>"
        f'<track id="8" label="dog"><polygon frame="0" outside="0" points="{points}"/></track></annotations>'
    )
    return [tmp_path / "cvat", "--images", images]


@pytest.fixture
def coco_data(images):
    """The same as COCO json: polygons, uncompressed run lengths, a crowd; identities in three forms."""
    stripe = np.zeros((8, 8), bool)
    stripe[:, :2] = True
    files = sorted(path.relative_to(images).as_posix() for path in images.rglob("*.png"))
    entries = [{"id": number, "file_name": name, "width": 8, "height": 8} for number, name in enumerate(files)]
    cow = [np.ravel(corners(*COW_SQUARE)).tolist()]
    dog = [np.ravel(corners(*DOG_SQUARE)).tolist()]
    rows = [
        {"image_id": 0, "category_id": 4, "track_id": 7, "segmentation": cow, "iscrowd": 0},
        {"image_id": 0, "category_id": 1, "attributes": {"track_id": "2"}, "segmentation": dog},
        {"image_id": 0, "category_id": 1, "iscrowd": 1, "segmentation": {"size": [8, 8], "counts": [0, 16, 48]}},
        {"image_id": 2, "category_id": 4, "instance_id": 7, "segmentation": cow},
        {"image_id": 3, "category_id": 1, "track_id": 9, "segmentation": dog},
    ]
    return {
        "images": entries,
        "annotations": [{"id": number, **row} for number, row in enumerate(rows, 1)],
        "categories": [{"id": 4, "name": "cow"}, {"id": 1, "name": "dog"}],
    }


@pytest.fixture
def coco(coco_data, images, tmp_path):
    (tmp_path / "herd.json").write_text(json.dumps(coco_data))
    return [tmp_path / "herd.json", "--images", images]


@pytest.fixture
def convert(load_script, tmp_path, capsys):
    """Return a function that runs a converter into ``out`` and returns its exit code, output and errors."""

    def run(name, source, *options):
        code = load_script(name).main([str(part) for part in (source[0], tmp_path / "out", *source[1:], *options)])
        return (code, *capsys.readouterr())

    return run


def refusal(outcome, tmp_path):
    code, _, errors = outcome
    assert code == 1
    assert not (tmp_path / "out").exists()
    return errors.splitlines()[-1]


def block(x0, y0, x1, y1):
    mask = np.zeros((8, 8), bool)
    mask[y0:y1, x0:x1] = True
    return mask


@pytest.mark.parametrize("tool", ["labelme", "cvat", "coco"])
def test_the_same_drawings_in_every_form(convert, tmp_path, request, tool):
    code, output, errors = convert(tool, request.getfixturevalue(tool), "--val", "yard")
    assert code == 0
    train, val = (read_coco_video(tmp_path / "out" / f"{split}.json") for split in ("train", "val"))
    assert train.class_names == val.class_names == {3: "cow", 4: "dog", 10: "ignore"}
    assert train.frames("field").frame_numbers == [5, 6, 7]  # 6 has no object
    assert train.frames("field").file_names[1] == "field/frame_06.png"
    tracks = train.mask_tracks("field")
    assert tracks.frames.tolist() == [5, 5, 5, 7]
    assert tracks.track_ids.tolist() == [2, 7, 10000, 7]
    assert tracks.class_ids.tolist() == [4, 3, 10, 3]
    dog, cow, ignored, _ = map(rle.decode, tracks.masks)
    assert (dog == block(*DOG_SQUARE)).all()  # drawn later: it lies on top
    assert (cow == block(*COW_SQUARE) & ~dog).all()
    assert (ignored == block(0, 0, 2, 8) & ~cow).all()  # below all objects
    assert val.mask_tracks("yard").track_ids.tolist() == [9]
    assert val.mask_tracks("yard").frames.tolist() == [1]
    assert "video field: 8 pixels lay in several masks; what was drawn later keeps them" in errors
    assert "cow masks                2  1 tracks" in output
    assert "its file names are relative to" in output


def test_a_class_may_become_another_or_ignored(convert, labelme, tmp_path):
    convert("labelme", labelme, "--rename", "cow=car", "dog=ignore")
    coco = read_coco_video(tmp_path / "out" / "all.json")
    assert coco.class_names == {1: "car", 2: "pedestrian", 10: "ignore"}
    tracks = coco.mask_tracks("field")
    assert list(zip(tracks.frames.tolist(), tracks.class_ids.tolist(), strict=True)) == [(5, 1), (5, 10), (7, 1)]
    ignored = (block(*DOG_SQUARE) | block(0, 0, 2, 8)) & ~block(*COW_SQUARE)
    assert (rle.decode(tracks.masks[1]) == ignored).all()
    assert coco.mask_tracks("yard").class_ids.tolist() == [10]


def test_copied_images_make_a_whole(convert, coco, images, tmp_path):
    _, output, _ = convert("coco", coco, "--copy-images")
    names = read_coco_video(tmp_path / "out" / "herd.json").frames("field").file_names
    assert names == [f"images/field/{number:06d}.png" for number in (5, 6, 7)]
    copied = tmp_path / "out" / names[0]
    assert copied.read_bytes() == (images / "field/frame_05.png").read_bytes()
    assert f"its file names are relative to {tmp_path / 'out'}" in output


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--val", "barn"], "--val: there is no video barn; name some of: field, yard"),
        (["--val", "yard", "field"], "--val: all videos would be held out; leave some to train on"),
        (["--rename", "cat=car"], "--rename: there is no class cat; there are: cow, dog"),
        (["--track-key", "id2"], "herd.json:annotation 1: has no identity (id2); export with track ids, or say which"),
    ],
)
def test_options_that_do_not_fit(convert, coco, tmp_path, options, complaint):
    assert complaint in refusal(convert("coco", coco, *options), tmp_path)


def change(table, row, **values):
    return lambda data: data[table][row].update(values)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda data: data.pop("images"), "herd.json: is no COCO json (KeyError: 'images'); export it anew"),
        (change("images", 0, file_name="field/x.png"), "herd.json: the name field/x.png has no frame number"),
        (
            change("images", 0, file_name="field/frame_06.png"),
            "are both frame 6 of video field; give images a",
        ),
        (change("images", 1, file_name="field/frame_08.png"), "frame_08.png is missing; name the folder"),
        (change("images", 0, height=9), "frame 5: its annotation is of an image of 9 x 8, but "),
        (change("annotations", 3, instance_id="x"), 'annotation 4: instance_id is "x"; let it be a whole number'),
        (change("annotations", 0, category_id=3), "annotation 1: category_id 3 is not in 'categories'"),
        (change("annotations", 0, segmentation=[]), "annotation 1: has no mask (segmentation); draw masks, or make"),
        (change("annotations", 0, segmentation=[[1, 2, 3]]), "annotation 1: its mask cannot be read (cannot reshape"),
        (change("annotations", 0, segmentation={"size": [8, 8], "counts": "0"}), "annotation 1: its mask cannot be"),
        (change("annotations", 0, image_id=44), "annotations name the image 44, which is not in 'images'"),
    ],
)
def test_spoilt_coco_is_refused_by_place(convert, coco, coco_data, tmp_path, spoil, complaint):
    spoil(coco_data)
    coco[0].write_text(json.dumps(coco_data))
    assert complaint in refusal(convert("coco", coco), tmp_path)


def test_missing_images_are_named(convert, cvat, labelme, images, tmp_path):
    (images / "yard/frame_01.png").unlink()
    assert f"{images / 'yard'}: holds no image; put one" in refusal(convert("labelme", labelme), tmp_path)
    (images / "field/frame_05.png").unlink()
    assert "frame 5 of video field has no image in" in refusal(convert("cvat", cvat), tmp_path)


def test_a_video_of_cvat_counts_images_from_the_first(convert, cvat, images, tmp_path):
    (images / "yard/frame_01.png").rename(images / "yard/frame_30.png")
    convert("cvat", cvat)
    assert read_coco_video(tmp_path / "out" / "all.json").mask_tracks("yard").frames.tolist() == [30]
    text = (cvat[0] / "yard.xml").read_text()
    (cvat[0] / "yard.xml").write_text(text.replace('frame="0"', 'frame="1"'))
    (tmp_path / "out" / "all.json").unlink()
    (tmp_path / "out").rmdir()
    assert "has frame 1 of video yard, but" in refusal(convert("cvat", cvat), tmp_path)
