"""Annotations of labelme."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import FormatError
from mots_plugin.formats.labelme import read_labelme_file, read_labelme_folder, write_labelme_file
from mots_plugin.formats.rle import decode, encode

SQUARE = [[1, 1], [3, 1], [3, 3], [1, 3]]


def shape(label="car", points=SQUARE, group_id=None, kind="polygon", **more):
    return {"label": label, "points": points, "group_id": group_id, "shape_type": kind, **more}


def save(path, *shapes, **more):
    data = {"version": "5.4.1", "flags": {}, "shapes": list(shapes), "imagePath": "a.png", "imageData": None}
    path.write_text(json.dumps({**data, "imageHeight": 8, "imageWidth": 8, **more}))
    return path


def block(x0, y0, x1, y1):
    mask = np.zeros((8, 8), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def test_identities_are_group_ids_or_numbers_of_labels(tmp_path):
    path = save(tmp_path / "0.json", shape(group_id=7), shape("pedestrian_12", [[4, 4], [6, 4], [6, 8], [4, 8]]))
    (car, pedestrian) = read_labelme_file(path)
    assert (car[:2], pedestrian[:2]) == ((7, 1), (12, 2))
    assert (decode(car[2]) == block(1, 1, 3, 3)).all()
    assert (decode(pedestrian[2]) == block(4, 4, 6, 8)).all()


def test_shapes_of_one_identity_are_parts_of_one_object(tmp_path):
    path = save(tmp_path / "0.json", shape(group_id=7), shape(group_id=7, points=[[5, 5], [7, 7]], kind="rectangle"))
    ((_, _, mask),) = read_labelme_file(path)
    assert (decode(mask) == block(1, 1, 3, 3) | block(5, 5, 7, 7)).all()


def test_regions_to_be_ignored_need_no_identity(tmp_path):
    ((track_id, class_id, _),) = read_labelme_file(save(tmp_path / "0.json", shape("ignore")))
    assert (track_id, class_id) == (10000, 10)


def test_circles_and_bitmaps(tmp_path):
    buffer = io.BytesIO()
    Image.fromarray(np.array([[255, 0], [255, 255]], np.uint8)).save(buffer, "PNG")
    bitmap = base64.b64encode(buffer.getvalue()).decode()
    path = save(
        tmp_path / "0.json",
        shape("car 1", [[4, 4], [7, 4]], kind="circle"),
        shape("car 2", [[5, 2], [6, 3]], kind="mask", mask=bitmap),
    )
    circle, drawn = (decode(mask) for _, _, mask in read_labelme_file(path))
    y, x = np.mgrid[:8, :8] + 0.5
    assert (circle == (np.hypot(x - 4, y - 4) < 3)).all()
    assert np.argwhere(drawn).tolist() == [[2, 5], [3, 5], [3, 6]]


def test_a_folder_is_a_sequence(tmp_path):
    save(tmp_path / "frame_12.json", shape(group_id=7))
    save(tmp_path / "frame_3.json", shape(group_id=7), shape("pedestrian", group_id=1))
    tracks = read_labelme_folder(tmp_path, name="0002")
    assert tracks.name == "0002"
    assert tracks.frames.tolist() == [3, 3, 12]
    assert tracks.track_ids.tolist() == [7, 1, 7]
    assert tracks.class_ids.tolist() == [1, 2, 1]


def test_writing_and_reading_gives_masks_back(tmp_path):
    objects = [(7, 1, encode(block(0, 0, 3, 2) | block(5, 5, 8, 8))), (2, 2, encode(block(3, 0, 4, 8)))]
    write_labelme_file(tmp_path / "3.json", "../3.png", objects, 8, 8)
    assert read_labelme_file(tmp_path / "3.json") == objects
    assert json.loads((tmp_path / "3.json").read_text())["imagePath"] == "../3.png"


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (shape(), "shape 1 (car): has no identity; give it the number of its track as group_id"),
        (shape("lorry", group_id=1), "shape 1 (lorry): class 'lorry' is unknown; use one of car"),
        (shape(group_id="x"), "group_id 'x' is not a whole number"),
        (shape(group_id=1, points=[[0, 0], [1, 1]]), "cannot be filled (a polygon needs three corners"),
        (shape(group_id=1, kind="line"), "lines have no area; use a polygon"),
        (shape(group_id=1, points=[[0, 0], [1, 1]], kind="mask", mask="?"), "its bitmap is not base64"),
    ],
)
def test_a_bad_shape_is_named(tmp_path, bad, complaint):
    if bad["shape_type"] == "line":
        bad["points"] = [[0, 0], [1, 1]]
    path = save(tmp_path / "0.json", bad)
    with pytest.raises(FormatError) as caught:
        read_labelme_file(path)
    assert str(caught.value).startswith(f"{path}:")
    assert complaint in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"shapes": 3, "imageHeight": 1, "imageWidth": 1}', "\xff"])
def test_other_files_are_refused(tmp_path, text):
    (tmp_path / "0.json").write_text(text, encoding="latin-1")
    with pytest.raises(FormatError, match=r"is no labelme json \(.*; save it anew with labelme"):
        read_labelme_file(tmp_path / "0.json")


def test_files_must_tell_their_frame(tmp_path):
    with pytest.raises(FormatError, match="holds no labelme json"):
        read_labelme_folder(tmp_path)
    save(tmp_path / "first.json")
    with pytest.raises(FormatError, match="the name first.json has no frame number"):
        read_labelme_folder(tmp_path)


def test_two_files_of_one_frame_are_refused(tmp_path):
    save(tmp_path / "a_1.json", shape(group_id=7))
    save(tmp_path / "b_01.json", shape(group_id=7))
    with pytest.raises(FormatError, match=r"a_1.json and b_01.json are both frame 1; number the frames through"):
        read_labelme_folder(tmp_path)
