"""Panoptic maps of the STEP data sets: pixels, files, folders, class lists."""

import json
import zipfile

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mots_plugin.formats import FormatError
from mots_plugin.formats.step_classes import CLASS_LISTS, PanopticClasses, read_class_list
from mots_plugin.formats.step_png import decode_step_png, panoptic_ids, read_step_png, write_step_png
from mots_plugin.formats.step_sequences import find_step_sequences

ROAD, PERSON, CAR, VOID = 0, 11, 13, 255


@pytest.fixture
def street():
    classes = [[ROAD, ROAD, CAR, CAR], [VOID, PERSON, PERSON, CAR]]
    instances = [[0, 0, 300, 300], [0, 7, 0, 65535]]
    return panoptic_ids(classes, instances)


def test_red_is_the_class_and_green_and_blue_the_instance(tmp_path, street):
    write_step_png(tmp_path / "000000.png", street)
    red_green_blue = cv2.imread(str(tmp_path / "000000.png"))[..., ::-1]
    assert red_green_blue[0].tolist() == [[0, 0, 0], [0, 0, 0], [13, 1, 44], [13, 1, 44]]
    assert red_green_blue[1].tolist() == [[255, 0, 0], [11, 0, 7], [11, 0, 0], [13, 255, 255]]


def test_a_panoptic_id_is_class_and_instance(street):
    assert street.dtype == np.uint32
    assert street[0, 2] == 13 * 65536 + 300
    with pytest.raises(ValueError, match=r"class ids must lie in \[0, 255\], not in \[0, 256\]"):
        panoptic_ids([0, 256], [0, 0])
    with pytest.raises(ValueError, match=r"instance ids must lie in \[0, 65535\], not in \[-1, 0\]"):
        panoptic_ids([0, 1], [0, -1])


@given(arrays(np.uint32, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 2**24 - 1)))
@settings(deadline=None, max_examples=30)
def test_any_map_survives_the_disk(tmp_path_factory, ids):
    path = tmp_path_factory.mktemp("maps") / "0.png"
    write_step_png(path, ids)
    np.testing.assert_array_equal(read_step_png(path), ids)


def test_ids_beyond_three_bytes_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="24 bits"):
        write_step_png(tmp_path / "0.png", np.full((2, 2), 1 << 24, np.uint32))
    assert not list(tmp_path.iterdir())


def encoded(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not a PNG; write panoptic maps as 8-bit RGB PNG"),
        (cv2.imencode(".jpg", np.zeros((9, 9, 3), np.uint8))[1].tobytes(), "is not a PNG"),
        (encoded(np.zeros((2, 2), np.uint8)), "8-bit greyscale, not of 8-bit RGB; write red = class"),
        (encoded(np.zeros((2, 2), np.uint16)), "16-bit greyscale"),
        (encoded(np.zeros((2, 2, 3), np.uint16)), "16-bit RGB,"),
        (encoded(np.zeros((2, 2, 4), np.uint8)), "8-bit RGB with alpha"),
    ],
)
def test_other_images_are_refused(data, message):
    with pytest.raises(FormatError, match=message) as caught:
        decode_step_png(data, "maps/000003.png")
    assert str(caught.value).startswith("maps/000003.png: ")


def test_a_damaged_file_is_refused_wherever_the_damage_is(capfd):
    data = encoded(np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8))
    for place in range(26, len(data), 7):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with pytest.raises(FormatError, match="is damaged; copy or write the file anew"):
            decode_step_png(bytes(damaged), "0.png")
        with pytest.raises(FormatError, match="is damaged"):
            decode_step_png(data[:place], "0.png")
    assert capfd.readouterr().err == ""  # one line is what the user gets, from us


def write_maps(root, *names):
    for number, name in enumerate(names):
        write_step_png(root / name, np.full((2, 2), number, np.uint32))


def test_sequences_are_found_beside_images(tmp_path):
    write_maps(
        tmp_path,
        "images/train/0002/000000.png",
        "panoptic_maps/val/0006/000007.png",
        "panoptic_maps/train/0002/000000.png",
        "panoptic_maps/train/0002/000010.png",
        "panoptic_maps/train/0002/000009.png",
    )
    found = find_step_sequences(tmp_path)
    assert {name: list(sequence.members) for name, sequence in found.items()} == {"0002": [0, 9, 10], "0006": [7]}
    with found["0002"].opened() as read:
        assert [read(frame)[0, 0] for frame in (0, 9)] == [2, 4]
    assert list(find_step_sequences(tmp_path / "panoptic_maps" / "val")) == ["0006"]


def test_a_zip_file_is_read_as_it_is(tmp_path):
    write_maps(tmp_path, "0001/000001.png", "0001/000002.png")
    with zipfile.ZipFile(tmp_path / "result.zip", "w") as archive:
        for path in sorted((tmp_path / "0001").iterdir()):
            archive.write(path, f"submission/0001/{path.name}")
    sequence = find_step_sequences(tmp_path / "result.zip")["0001"]
    with sequence.opened() as read:
        assert [read(frame)[0, 0] for frame in (2, 1)] == [1, 0]
    assert sequence.path(2) == tmp_path / "result.zip" / "submission/0001/000002.png"


def test_folders_without_maps_are_refused(tmp_path):
    with pytest.raises(FormatError, match="holds no panoptic map; expected panoptic_maps/val/SSSS"):
        find_step_sequences(tmp_path)
    with pytest.raises(FormatError, match="not found"):
        find_step_sequences(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("no archive")
    with pytest.raises(FormatError, match="neither a folder nor a zip file"):
        find_step_sequences(tmp_path / "notes.txt")
    write_maps(tmp_path, "panoptic_maps/train/0002/000001.png", "panoptic_maps/val/0002/1.png")
    with pytest.raises(FormatError, match="frame 1 of sequence 0002 lies also in panoptic_maps/train/0002/000001.png"):
        find_step_sequences(tmp_path)


def test_published_classes():
    kitti, challenge = CLASS_LISTS["kitti_step"], CLASS_LISTS["motchallenge_step"]
    assert len(kitti.names) == 19
    assert [kitti.names[thing] for thing in sorted(kitti.things)] == ["person", "car"]
    assert np.flatnonzero(kitti.is_thing).tolist() == [PERSON, CAR]
    assert np.flatnonzero(kitti.is_void).tolist() == [VOID]
    assert (len(challenge.names), [challenge.names[thing] for thing in challenge.things]) == (7, ["person"])
    assert np.flatnonzero(challenge.is_known).tolist() == [0, 1, 2, 3, 4, 5, 6, VOID]


def test_classes_that_are_not_asked_for_count_as_void():
    classes = CLASS_LISTS["kitti_step"].only(["road", "car"])
    assert classes.scored.tolist() == [ROAD, CAR]
    assert np.flatnonzero(classes.is_thing).tolist() == [CAR]
    assert classes.is_void[[ROAD, PERSON, CAR, VOID]].tolist() == [False, True, False, True]
    with pytest.raises(FormatError, match="there is no class pedestrian; known are: road, sidewalk"):
        CLASS_LISTS["kitti_step"].only(["pedestrian"])


def test_a_class_list_of_ones_own(tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(json.dumps({"classes": ["floor", "robot"], "things": ["robot"], "void": 9}))
    assert read_class_list(path) == PanopticClasses(("floor", "robot"), frozenset({1}), void=9)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[", "is not a list of classes"),
        ("[]", "is not a list of classes"),
        ('{"classes": ["a", "a"], "things": []}', "each of another name"),
        ('{"classes": ["a"], "things": ["b"]}', "is not a list of classes"),
        ('{"classes": ["a"], "things": ["a"], "void": 0}', "void must be an id from 1 to 255, not 0"),
    ],
)
def test_faulty_class_lists_are_refused(tmp_path, data, message):
    path = tmp_path / "classes.json"
    path.write_text(data)
    with pytest.raises(FormatError, match=message) as caught:
        read_class_list(path)
    assert str(caught.value).startswith(f"{path}: ")
