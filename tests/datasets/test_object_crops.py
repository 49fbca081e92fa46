"""Single objects: the data set, and the crop around a box."""

import json
import random

import numpy as np
import pytest
from drawn_street import HEIGHT, WIDTH, car
from mmengine.registry import init_default_scope

from mots_plugin.datasets import CropAroundBox, JitterBox, ObjectCropDataset
from mots_plugin.datasets.transforms.object_crops import crop_window
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import decode, encode


def load(street, **arguments):
    init_default_scope("mmdet")
    ann_file = arguments.pop("ann_file", "train.json")
    return ObjectCropDataset(data_root=str(street), ann_file=ann_file, data_prefix={"img_path": ""}, **arguments)


def test_every_object_of_every_frame_is_an_item(street):
    dataset = load(street)
    names = [(item["video_name"], item["frame_number"]) for item in map(dataset.get_data_info, range(len(dataset)))]
    # Six cars and four pedestrians, and a car; the ignore region of frame 5 is none of them.
    assert names == [("long", f) for f in (0, 1, 2, 2, 3, 3, 4, 4, 5, 5)] + [("short", 2)]
    item = dataset.get_data_info(1)
    assert item["bbox"] == [1, 2, 5, 5]
    assert (decode(item["mask"]) == car(1)).all()
    assert item["img_path"].endswith("long/000001.png")


def test_small_objects_can_be_left_out(street):
    assert len(load(street, min_area=5)) == 7  # the cars: pedestrians have four pixels


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (lambda data: data["annotations"].clear(), "holds no object with a mask"),
        (lambda data: data["annotations"][0].pop("segmentation"), "has no run-length coded mask"),
        (lambda data: data["annotations"][0].pop("bbox"), "annotation 1: its mask has another size than its image"),
    ],
)
def test_bad_annotations_are_named(street, break_it, complaint):
    data = json.loads((street / "train.json").read_text())
    break_it(data)
    (street / "bad.json").write_text(json.dumps(data))
    with pytest.raises(FormatError, match=complaint):
        load(street, ann_file="bad.json")
    with pytest.raises(FormatError, match="annotation file not found"):
        load(street, ann_file="none.json")


def crop_of(box, size, margin):
    """Crop a car at x = 3 from an image whose pixels are 10 * column."""
    image = np.tile(np.arange(WIDTH, dtype=np.uint8)[None, :, None] * 10, (HEIGHT, 1, 3))
    return CropAroundBox(size, margin)({"img": image, "bbox": box, "mask": encode(car(3))})


def test_a_crop_holds_the_box_and_its_margin():
    results = crop_of([3, 2, 7, 5], size=6, margin=1)
    assert results["crop_window"] == (2, 1, 8, 6)
    assert results["img"].shape == (6, 6, 3)
    assert results["img"][0, :, 0].tolist() == [20, 30, 40, 50, 60, 70]
    assert results["gt_bboxes"].tensor[0].numpy() == pytest.approx([1, 1.2, 5, 4.8])


def test_mask_and_image_keep_to_each_other():
    results = crop_of([3, 2, 7, 5], size=6, margin=1)
    wider = crop_of([3, 0, 7, 8], size=8, margin=2)  # cut off above and below: 8 x 8 pixels, one to one
    assert wider["crop_window"] == (1, 0, 9, 8)
    assert (wider["gt_masks"].masks[0] == car(3)[:, 1:9]).all()
    assert results["gt_masks"].masks[0][:, 0].sum() == 0
    assert results["gt_masks"].masks[0][1].tolist() == [0, 1, 1, 0, 0, 0]  # the upper half of the L


@pytest.mark.parametrize(
    ("box", "window"),
    [
        ([3, 2, 7, 5], (1, 0, 9, 7)),
        ([-5, -5, 99, 99], (0, 0, 16, 8)),
        ([30, 20, 31, 21], (15, 7, 16, 8)),  # beyond the image: one pixel is left
        ([2.4, 2.6, 2.4, 2.6], (0, 1, 4, 5)),
    ],
)
def test_windows_stay_in_the_image(box, window):
    assert crop_window(box, 2, 8, 16) == window


def test_boxes_are_jittered_by_a_share_of_their_size():
    random.seed(0)
    shifts = np.array([JitterBox(0.1)({"bbox": [10, 20, 20, 40]})["bbox"] for _ in range(200)]) - [10, 20, 20, 40]
    assert (np.abs(shifts) <= [1, 2, 1, 2]).all()
    assert (np.abs(shifts).max(axis=0) > [0.9, 1.8, 0.9, 1.8]).all()
    assert JitterBox(0)({"bbox": [10, 20, 20, 40]})["bbox"] == [10, 20, 20, 40]
    with pytest.raises(ValueError, match="strength 0.5 is outside"):
        JitterBox(0.5)
