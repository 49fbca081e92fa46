"""Files of tracked frames, drawn by hand, read back by the readers of their formats."""

import json

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from mots_plugin.apis.track_outputs import CocoOutput, JsonOutput, PngOutput, TextOutput, VideoOutput
from mots_plugin.apis.video_tracking import TrackedFrame, class_numbers
from mots_plugin.formats import rle
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import read_id_png
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.step_png import panoptic_ids, read_step_png


def tracked(index: int, number: int, *objects: tuple[int, int, int], masks=True, **changes) -> TrackedFrame:
    """A frame of 8 x 12 with squares of 2 pixels: id, label and left edge of each."""
    ids, labels, lefts = np.array(objects, np.int64).reshape(-1, 3).T
    boxes = np.stack([lefts, lefts * 0 + 3, lefts + 2, lefts * 0 + 5], axis=1).astype(np.float32)
    codes = [rle.encode_crop(np.ones((2, 2), bool), left, 3, 8, 12) for left in lefts.tolist()]
    values = {
        "index": index, "number": number, "seconds": number / 10, "image": np.zeros((8, 12, 3), np.uint8),
        "ids": ids, "boxes": boxes, "scores": np.full(len(ids), 0.5, np.float32), "labels": labels,
        "masks": codes if masks else None, "panoptic": None, "classes": ("car", "pedestrian"), "class_ids": (1, 2),
    }  # fmt: skip
    return TrackedFrame(**{**values, **changes})


FRAMES = [tracked(0, 0, (1, 0, 0), (2, 1, 6)), tracked(1, 2), tracked(2, 4, (2, 1, 7))]


def write(output, frames=FRAMES):
    for frame in frames:
        output.write(frame)
    return output.close()


def test_text_of_masks(tmp_path):
    tracks = read_mots_txt(write(TextOutput(tmp_path, "street")))
    assert tracks.frames.tolist() == [0, 0, 4]
    assert tracks.track_ids.tolist() == [1, 2, 2]
    assert tracks.class_ids.tolist() == [1, 2, 2]
    assert tracks.masks == [*FRAMES[0].masks, *FRAMES[2].masks]
    assert [path.name for path in tmp_path.iterdir()] == ["street.txt"]


def test_text_of_boxes(tmp_path):
    path = write(TextOutput(tmp_path, "street"), [tracked(0, 3, (7, 1, 4), masks=False)])
    assert [float(field) for field in path.read_text().split(",")] == [3, 7, 4, 3, 2, 2, 0.5, 2, -1, -1]


def test_text_is_on_disk_before_it_is_closed(tmp_path):
    TextOutput(tmp_path, "street").write(FRAMES[0])
    assert (tmp_path / ".street.txt.part").read_text().count("\n") == 2


def test_json(tmp_path):
    frames = json.loads(write(JsonOutput(tmp_path, "street")).read_text())
    assert [(frame["frame"], frame["seconds"], len(frame["objects"])) for frame in frames] == [
        (0, 0.0, 2), (2, 0.2, 0), (4, 0.4, 1),
    ]  # fmt: skip
    assert frames[2]["objects"][0] == {
        "id": 2, "class": "pedestrian", "score": 0.5, "box": [7, 3, 9, 5],
        "mask": {"size": [8, 12], "counts": FRAMES[2].masks[0]["counts"].decode()},
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["street.json"]


def test_coco_video(tmp_path):
    coco = read_coco_video(write(CocoOutput(tmp_path, "street", 10.0)))
    assert coco.frames("street").frame_numbers == [0, 2, 4]
    assert coco.class_names == {1: "car", 2: "pedestrian"}
    last = coco.annotations(3)[0]
    assert (last["instance_id"], last["category_id"], last["bbox"]) == (2, 2, [7, 3, 2, 2])
    assert last["segmentation"]["counts"] == FRAMES[2].masks[0]["counts"].decode()
    assert [path.name for path in tmp_path.iterdir()] == ["street.coco.json"]


def test_id_pngs(tmp_path):
    folder = write(PngOutput(tmp_path, "street"))
    assert sorted(path.name for path in folder.iterdir()) == ["000000.png", "000002.png", "000004.png"]
    assert np.unique(read_id_png(folder / "000000.png")).tolist() == [0, 1001, 2002]
    assert read_id_png(folder / "000004.png")[3, 7] == 2002


def test_classes_of_ones_own_keep_their_numbers_in_every_form(tmp_path):
    """A dog of class 5: between 3 and 5 there is a class that the model does not know."""
    herd = [tracked(0, 3, (7, 1, 0), (8, 0, 6), classes=("cow", "dog"), class_ids=(3, 5))]
    assert read_mots_txt(write(TextOutput(tmp_path, "herd"), herd), check=False).class_ids.tolist() == [5, 3]
    folder = write(PngOutput(tmp_path, "herd"), herd)
    assert np.unique(read_id_png(folder / "000003.png")).tolist() == [0, 3008, 5007]
    coco = read_coco_video(write(CocoOutput(tmp_path, "herd", None), herd))
    assert coco.class_names == {3: "cow", 5: "dog"}
    assert coco.mask_tracks("herd").class_ids.tolist() == [5, 3]


def config_of(**metainfo) -> Config:
    return Config({"test_dataloader": {"dataset": {"type": "MOTSVideoDataset", "metainfo": metainfo}}})


@pytest.mark.parametrize(
    ("classes", "numbers"),
    [
        (("pedestrian", "car"), (2, 1)),
        (("person",), (2,)),
        (("cow", "car", "dog"), (3, 1, 4)),
    ],
)
def test_numbers_of_classes_where_the_config_states_none(classes, numbers):
    assert class_numbers(config_of(classes=classes)) == numbers


def test_numbers_of_classes_that_the_config_states():
    assert class_numbers(config_of(classes=("cow", "dog"), class_ids=(3, 5))) == (3, 5)
    with pytest.raises(FormatError, match="metainfo has 2 classes but 1 class_ids; give each class its number"):
        class_numbers(config_of(classes=("cow", "dog"), class_ids=(3,)))


def test_panoptic_pngs(tmp_path):
    ids = panoptic_ids(np.full((8, 12), 13), np.full((8, 12), 5))
    folder = write(PngOutput(tmp_path, "street"), [tracked(0, 1, panoptic=ids)])
    assert (read_step_png(folder / "000001.png") == ids).all()


def test_what_a_form_cannot_hold(tmp_path):
    with pytest.raises(FormatError, match="has boxes but no masks"):
        PngOutput(tmp_path, "street").write(tracked(0, 0, (1, 0, 0), masks=False))


@pytest.mark.parametrize(("live", "pictures"), [(False, 3), (True, 5)])
def test_a_live_video_lasts_as_long_as_what_it_shows(tmp_path, live, pictures):
    path = write(VideoOutput(tmp_path / "street.mp4", 10.0, live))
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.grab():
        count += 1
    assert count == pictures


def test_pictures_are_shown_without_a_file(tmp_path):
    shown = []
    write(VideoOutput(None, 10.0, False, shown.append))
    assert len(shown) == 3
    assert not any(tmp_path.iterdir())


def test_masks_as_arrays():
    arrays = FRAMES[0].mask_arrays()
    assert (arrays.shape, arrays.sum(axis=(1, 2)).tolist()) == ((2, 8, 12), [4, 4])
    assert FRAMES[1].mask_arrays().shape == (0, 8, 12)
    with pytest.raises(ValueError, match="without masks"):
        tracked(0, 0, masks=False).mask_arrays()
