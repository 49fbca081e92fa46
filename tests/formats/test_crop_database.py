"""The crop database: what is cut out, in which files, what a stopped build leaves, and what broken ones say."""

import itertools
import json

import cv2
import numpy as np
import pytest

from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.crop_building import CropDatabaseBuilder, enlarged_windows
from mots_plugin.formats.crop_database import CropDatabase
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode

CAR, PEDESTRIAN, IGNORE = 1, 2, 10


def rectangle(x, y, width, height):
    mask = np.zeros((8, 16), bool)
    mask[y : y + height, x : x + width] = True
    return mask


@pytest.fixture
def street(tmp_path):
    """Two frames with two cars, the second in front of the first, a pedestrian and an ignore region."""
    drawn = [
        (frame, *row)
        for frame in (0, 1)
        for row in (
            (1001, CAR, rectangle(1, 2, 6, 3)),
            (1002, CAR, rectangle(7, 2, 2, 4)),
            (2001, PEDESTRIAN, rectangle(4, 5, 2, 1)),
            (10000, IGNORE, rectangle(12, 0, 4, 4)),
        )
    ]
    frames, tracks, classes, masks = zip(*drawn, strict=True)
    masks = MaskTracks(frames, tracks, classes, [encode(mask) for mask in masks], name="a")
    write_coco_video(
        tmp_path / "train.json",
        from_mask_tracks([(VideoFrames("a", range(2), ["0.png", "1.png"], 8, 16), masks)]),
    )
    for frame in (0, 1):
        colours = np.arange(8 * 16 * 3, dtype=np.uint8).reshape(8, 16, 3) + frame
        cv2.imwrite(str(tmp_path / f"{frame}.png"), colours)
    return tmp_path


def builder(street, **settings):
    return CropDatabaseBuilder(read_coco_video(street / "train.json"), street, street / "db", **settings)


def test_windows_are_those_of_the_released_code():
    """20 % of the distance between first and last pixel, rounded down, inside the image."""
    boxes = np.array([[10, 10, 21, 16], [0, 0, 5, 6], [90, 40, 100, 50]])
    windows = enlarged_windows(boxes, 0.2, height=50, width=100)
    assert windows.tolist() == [[8, 9, 23, 17], [0, 0, 5, 7], [89, 39, 100, 50]]


def test_crops_hold_colours_and_categories(street):
    assert list(builder(street).build()) == [1, 1]
    database = CropDatabase(street / "db")
    assert database.header.classes == ["car", "pedestrian"]
    assert database.crops["label"].tolist() == [0, 0, 1] * 2
    assert database.crops["instance_id"].tolist() == [1, 2, 3] * 2
    assert database.crops["frame"].tolist() == [0, 0, 0, 1, 1, 1]
    assert database.crops["area"].tolist() == [18, 8, 2] * 2

    row = database.crops[3]  # the first car on frame 1: one pixel of margin to the left and right, none above
    assert [int(row[name]) for name in ("left", "top", "width", "height")] == [0, 2, 8, 3]
    pixels = database.pixels(3)
    assert np.array_equal(pixels[..., :3], cv2.imread(str(street / "1.png"))[2:5, 0:8])
    assert pixels[..., 3].tolist() == [[0, 1, 1, 1, 1, 1, 1, 2]] * 3  # the other car is a neighbour


def test_masks_alone_make_black_crops(street):
    coco = read_coco_video(street / "train.json")
    list(CropDatabaseBuilder(coco, None, street / "masks").build())
    list(builder(street).build())
    masks, whole = CropDatabase(street / "masks"), CropDatabase(street / "db")
    assert masks.crops.tolist() == whole.crops.tolist()
    assert not masks.pixels(3)[..., :3].any()
    assert np.array_equal(masks.pixels(3)[..., 3], whole.pixels(3)[..., 3])
    with pytest.raises(FormatError, match="holds another database"):
        CropDatabaseBuilder(coco, None, street / "db")


def test_only_neighbours_of_the_same_class_are_told_from_the_background(street):
    list(builder(street, margin=1.0).build())
    pedestrian = CropDatabase(street / "db").pixels(2)
    assert set(np.unique(pedestrian[..., 3])) == {0, 1}


def test_shards_are_closed_after_an_image(street):
    list(builder(street, shard_pixels=1).build())
    database = CropDatabase(street / "db")
    assert [shard.crops for shard in database.header.shards] == [3, 3]
    assert sorted(file.name for file in (street / "db").iterdir()) == [
        "database.json",
        "shard_00000.crops.npy",
        "shard_00000.pixels.npy",
        "shard_00001.crops.npy",
        "shard_00001.pixels.npy",
    ]
    assert database.crops["start"].tolist()[:3] == database.crops["start"].tolist()[3:]


def test_a_stopped_build_goes_on(street):
    """Shards that are whole are not touched; the one that was being written is written again."""
    for _ in itertools.islice(builder(street, shard_pixels=1).build(), 2):
        pass  # stopped with the second image cut out, its shard not yet in place
    with pytest.raises(FormatError, match="not complete, shard 1 of 2 is missing; run tools/build_crop_database.py"):
        CropDatabase(street / "db")
    first = street / "db" / "shard_00000.crops.npy"
    written = first.stat().st_mtime_ns
    assert sum(builder(street, shard_pixels=1).build()) == 2
    assert first.stat().st_mtime_ns == written
    assert len(CropDatabase(street / "db")) == 6
    assert not list((street / "db").glob("*.part"))


def test_another_database_is_not_overwritten(street):
    list(builder(street).build())
    with pytest.raises(FormatError, match="holds another database.*choose another folder, or remove it"):
        builder(street, margin=0.5)


def test_masks_that_overlap_are_each_their_own(tmp_path, street):
    coco = json.loads((street / "train.json").read_text())
    front = next(a for a in coco["annotations"] if a["instance_id"] == 2)
    overlapping = encode(rectangle(5, 2, 4, 4))
    front["segmentation"] = {"size": overlapping["size"], "counts": overlapping["counts"].decode()}
    (street / "train.json").write_text(json.dumps(coco))
    list(builder(street, classes=["car"]).build())
    database = CropDatabase(street / "db")
    assert database.pixels(0)[0, :, 3].tolist() == [0, 1, 1, 1, 1, 1, 1, 2]
    assert database.pixels(1)[0, :, 3].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda street: (street / "1.png").unlink(), "1.png: image not found; restore it"),
        (lambda street: (street / "1.png").write_bytes(b"no"), "1.png: cannot be read as an image"),
        (lambda street: cv2.imwrite(str(street / "1.png"), np.zeros((4, 4, 3))), r"height and width \(4, 4\)"),
    ],
)
def test_bad_images_are_named(street, damage, message):
    damage(street)
    with pytest.raises(FormatError, match=message):
        list(builder(street).build())


def test_bad_databases_are_named(street):
    with pytest.raises(FormatError, match="crop database not found; build it with tools/build_crop_database.py"):
        CropDatabase(street)
    with pytest.raises(FormatError, match="has no class tram; choose from: car, pedestrian"):
        builder(street, classes=["tram"])
    list(builder(street).build())
    pixels = street / "db" / "shard_00000.pixels.npy"
    pixels.write_bytes(pixels.read_bytes()[:200])
    with pytest.raises(FormatError, match="shard cannot be read"):
        CropDatabase(street / "db")
    (street / "db" / "database.json").write_text("{}")
    with pytest.raises(FormatError, match="is no header of a crop database"):
        CropDatabase(street / "db")
