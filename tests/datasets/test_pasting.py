"""Copy-and-paste: where objects are put, what they cover, and what covers them."""

import random

import cv2
import numpy as np
import pytest
from mmdet.structures.mask import BitmapMasks

from mots_plugin.datasets import PasteObjects
from mots_plugin.datasets.ground import Ground
from mots_plugin.datasets.transforms.pasting import Piece, find_place, luma, solidity
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.crop_building import CropDatabaseBuilder
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode

HEIGHT, WIDTH = 40, 60
STREET, COAT = 100, 200  # grey levels
CAR, PEDESTRIAN = 0, 1


def rectangle(x0, y0, x1, y1):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y0:y1, x0:x1] = True
    return mask


@pytest.fixture
def data(tmp_path):
    """A video of pedestrians as tall as they stand below row 10, around column 30, and crops of them.

    In the database there is one only, of 4 x 10 pixels: tried at 8 to 12.5 rows, it stands on rows 18 to 23.
    """
    masks = [encode(rectangle(28, 10, 32, foot)) for foot in (20, 15, 25, 30, 35)]
    for frame in range(5):
        image = np.full((HEIGHT, WIDTH, 3), STREET, np.uint8)
        image[10:20, 28:32] = COAT
        cv2.imwrite(str(tmp_path / f"{frame}.png"), image)
    for name, frames in (("train", range(5)), ("database", range(1))):
        count = len(frames)
        tracks = MaskTracks(frames, [2001] * count, [2] * count, masks[:count], name="a")
        files = VideoFrames("a", frames, [f"{frame}.png" for frame in frames], HEIGHT, WIDTH)
        write_coco_video(tmp_path / f"{name}.json", from_mask_tracks([(files, tracks)]))
    list(
        CropDatabaseBuilder(
            read_coco_video(tmp_path / "database.json"), tmp_path, tmp_path / "crops", margin=0.5
        ).build()
    )
    return tmp_path


def paste(data, **settings):
    settings = {"probability": 1.0, "max_objects": 1, "min_area": 40, "attempts": 200, **settings}
    return PasteObjects(str(data / "crops"), str(data / "train.json"), "pedestrian", **settings)


def frame(*masks, ignored=(), lightness=STREET, classes=("car", "pedestrian")):
    """A frame with cars, some of them ignore regions."""
    stack = np.array(masks, np.uint8).reshape(-1, HEIGHT, WIDTH)
    bitmaps = BitmapMasks(stack, HEIGHT, WIDTH)
    return {
        "img": np.full((HEIGHT, WIDTH, 3), lightness, np.uint8),
        "video_name": "a",
        "classes": classes,
        "gt_masks": bitmaps,
        "gt_bboxes": bitmaps.get_bboxes("hbox").numpy(),
        "gt_bboxes_labels": np.full(len(masks), CAR),
        "gt_instances_ids": np.arange(len(masks), dtype=np.int32) + 1,
        "gt_ignore_flags": np.isin(np.arange(len(masks)), ignored),
    }


def pasted_pixels(results):
    return (results["img"] != STREET).any(axis=2)


def test_an_object_is_pasted_at_the_size_of_its_row(data):
    sizes, transform = set(), paste(data)
    for seed in range(20):
        random.seed(seed)
        results = transform(frame())
        assert results["gt_bboxes_labels"].tolist() == [PEDESTRIAN]
        assert results["gt_instances_ids"].tolist() == [1]
        assert results["gt_ignore_flags"].tolist() == [False]
        x0, y0, x1, y1 = results["gt_bboxes"][0]
        assert y1 - y0 == y1 - 10  # as tall as it stands below the horizon
        assert (results["gt_masks"].masks[0].astype(bool) == pasted_pixels(results)).all()
        assert set(np.unique(results["img"])) == {STREET, COAT}
        sizes.add((x1 - x0, y1 - y0))
    assert {height for _, height in sizes} == {8, 9, 10, 11, 12}
    assert {width for width, _ in sizes} == {3, 4, 5}


def test_the_same_seed_pastes_the_same(data):
    def image(seed):
        random.seed(seed)
        return paste(data)(frame())["img"]

    assert (image(1) == image(1)).all()
    assert (image(1) != image(2)).any()


def test_as_often_as_it_is_told(data):
    random.seed(0)
    half = paste(data, probability=0.5)
    pasted = [len(half(frame())["gt_masks"]) for _ in range(200)]
    assert 80 <= sum(pasted) <= 120
    never = paste(data, probability=0.0)
    assert sum(len(never(frame())["gt_masks"]) for _ in range(20)) == 0


def test_what_stands_further_down_is_in_front(data):
    """A wall behind, down to row 17, and a gate before, whose bar hides rows 12 and 13 and whose post ends at 30."""
    behind, gate = rectangle(0, 14, 60, 17), rectangle(0, 12, 60, 14) | rectangle(58, 12, 60, 30)
    transform = paste(data)
    for seed in range(10):
        random.seed(seed)
        results = transform(frame(behind, gate))
        covered, before, pasted = results["gt_masks"].masks.astype(bool)
        assert (before == gate).all()
        assert pasted[11].any() == (results["gt_bboxes"][2, 1] < 12)
        assert not pasted[12:14].any()
        assert pasted[14:17].any(axis=1).all()
        assert (covered == behind & ~pasted).all()
        assert (pasted == pasted_pixels(results)).all()
        assert results["gt_bboxes_labels"].tolist() == [CAR, CAR, PEDESTRIAN]


def test_feet_are_on_stuff():
    """Ten rows tall below a horizon on row 10: the feet are on row 20, wherever along it."""
    piece = Piece(np.full((10, 4, 3), COAT, np.uint8), np.ones((10, 4), bool), STREET)
    ground = Ground(10.0, 1.0, np.array([20.0]), np.array([30.0]))
    occupied = np.zeros((HEIGHT, WIDTH), bool)
    places = [find_place(piece, ground, occupied, np.random.default_rng(seed)) for seed in range(30)]
    assert {top for top, _ in filter(None, places)} == {10}  # feet on row 20
    assert np.mean([left for _, left in filter(None, places)]) == pytest.approx(28, abs=3)
    occupied[19] = True  # an object where the feet are
    assert {find_place(piece, ground, occupied, np.random.default_rng(seed)) for seed in range(30)} == {None}
    occupied[19], occupied[12] = False, True  # one behind the chest is none of their business
    assert find_place(piece, ground, occupied, np.random.default_rng(0)) is not None


@pytest.mark.parametrize(
    "ground",
    [Ground(-5.0, 1.0, np.array([20.0]), np.array([30.0])), Ground(35.0, 1.0, np.array([20.0]), np.array([30.0]))],
)
def test_an_object_that_would_leave_the_image_has_no_place(ground):
    piece = Piece(np.zeros((10, 4, 3), np.uint8), np.ones((10, 4), bool), STREET)
    assert find_place(piece, ground, np.zeros((HEIGHT, WIDTH), bool), np.random.default_rng(0)) is None


def test_an_object_left_with_too_few_pixels_becomes_an_ignore_region(data):
    """Distant cars fill the rows 10 to 13; of one of two columns' width nothing much is left."""
    cars = [rectangle(x, 10, x + 2, 14) for x in range(0, 60, 2)]
    random.seed(3)
    results = paste(data, min_pixels=5)(frame(*cars))
    masks = results["gt_masks"].masks
    lost = [row for row in range(30) if masks[row].sum() < 8]
    assert lost
    few = [row for row in range(30) if masks[row].sum() < 5]
    assert few
    assert np.flatnonzero(results["gt_ignore_flags"]).tolist() == few
    assert results["gt_bboxes"][few[0]].tolist() == [0, 0, 0, 0]  # nothing is left of it


def test_nobody_stands_on_objects_or_ignore_regions(data):
    everywhere = rectangle(0, 14, 60, 26)
    for ignored in ((), (0,)):
        results = paste(data)(frame(everywhere, ignored=ignored))
        assert not pasted_pixels(results).any()
        assert len(results["gt_masks"]) == 1


def test_an_ignore_region_is_covered_by_whom_it_surrounds(data):
    """It reaches below the feet, which an object would only do in front of them."""
    frame_of_rows = rectangle(0, 10, 60, 16) | rectangle(0, 30, 60, 34)
    random.seed(0)
    results = paste(data)(frame(frame_of_rows, ignored=(0,)))
    masks = results["gt_masks"].masks.astype(bool)
    assert (masks[1] == pasted_pixels(results)).all()
    assert (masks[0] == frame_of_rows & ~masks[1]).all()
    assert masks[0].sum() < frame_of_rows.sum()


def test_a_class_that_is_not_trained_only_covers(data):
    behind = rectangle(0, 10, 60, 16)
    random.seed(0)
    results = paste(data, max_objects=2)(frame(behind, classes=("car",)))
    covered = pasted_pixels(results)
    assert covered.any()
    assert results["gt_bboxes_labels"].tolist() == [CAR]
    assert (results["gt_masks"].masks.astype(bool) == behind & ~covered).all()


@pytest.mark.parametrize(("lightness", "count"), [(81, 1), (119, 1), (79, 0), (121, 0)])
def test_only_into_surroundings_of_similar_lightness(data, lightness, count):
    random.seed(0)
    results = paste(data, max_lightness_difference=20)(frame(lightness=lightness))
    assert len(results["gt_masks"]) == count


def test_solidity_is_the_share_of_the_convex_hull():
    frame_of_pixels = np.ones((5, 4), bool)
    assert solidity(frame_of_pixels) == 1
    frame_of_pixels[1:-1, 1:-1] = False
    assert solidity(frame_of_pixels) == 14 / 20
    corner = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 1]], bool)
    assert solidity(corner) == 5 / 7  # the hull cuts two pixels off the missing corner
    assert solidity(np.ones((1, 1), bool)) == 1


def test_objects_of_which_little_but_an_outline_is_left_are_not_pasted(data):
    """Of the only pedestrian of the database a pole before it leaves two sides."""
    mask = rectangle(26, 10, 34, 20) & ~rectangle(27, 10, 33, 19)
    tracks = MaskTracks([0], [2001], [2], [encode(mask)], name="a")
    frames = VideoFrames("a", [0], ["0.png"], HEIGHT, WIDTH)
    write_coco_video(data / "outline.json", from_mask_tracks([(frames, tracks)]))
    list(CropDatabaseBuilder(read_coco_video(data / "outline.json"), data, data / "outline").build())
    paste_outline = PasteObjects(str(data / "outline"), str(data / "train.json"), "pedestrian", 1.0, min_area=1)
    assert not pasted_pixels(paste_outline(frame())).any()


def test_luma_of_blue_green_and_red():
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [0, 0, 0]]], np.uint8)
    assert luma(pixels) == pytest.approx(255 / 4)
    assert luma(pixels[0, :1]) == pytest.approx(0.114 * 255)
    assert np.isnan(luma(pixels[:0]))


def test_objects_cut_by_the_edge_of_their_image_stay_there(data):
    """The lower edge cuts the only pedestrian of the database."""
    tracks = MaskTracks([0], [2001], [2], [encode(rectangle(28, 30, 32, 40))], name="a")
    write_coco_video(data / "cut.json", from_mask_tracks([(VideoFrames("a", [0], ["0.png"], HEIGHT, WIDTH), tracks)]))
    list(CropDatabaseBuilder(read_coco_video(data / "cut.json"), data, data / "cut").build())
    results = PasteObjects(str(data / "cut"), str(data / "train.json"), "pedestrian", 1.0, min_area=1)(frame())
    assert not pasted_pixels(results).any()


def test_a_database_without_such_objects_is_named(data):
    with pytest.raises(FormatError, match=r"crops: holds no pedestrian of 41 pixels; build it from other annotations"):
        paste(data, min_area=41)
    with pytest.raises(FormatError, match="has too few objects of class car"):
        PasteObjects(str(data / "crops"), str(data / "train.json"), "car", 0.5)
    builder = CropDatabaseBuilder(read_coco_video(data / "train.json"), data, data / "tight", margin=0)
    list(builder.build())
    with pytest.raises(
        FormatError, match="tight: has no surroundings of the objects; build it with a --margin above 0"
    ):
        PasteObjects(str(data / "tight"), str(data / "train.json"), "pedestrian", 0.5)
