"""16-bit id PNGs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from mots_plugin.formats import FormatError, MaskTracks, read_id_png, read_id_png_folder, rle, write_id_png
from mots_plugin.formats.id_png import id_png_to_objects, id_png_values, write_id_png_folder

FRAME = np.array(
    [
        [1001, 1001, 0, 0],
        [1001, 0, 0, 2003],
        [0, 0, 0, 2003],
        [10000, 10000, 10000, 10000],
    ],
    np.uint16,
)


def test_a_frame_survives_the_disk(tmp_path):
    write_id_png(tmp_path / "000000.png", FRAME)
    values = read_id_png(tmp_path / "000000.png")
    assert values.dtype == np.uint16
    np.testing.assert_array_equal(values, FRAME)


def test_a_frame_splits_into_its_objects():
    track_ids, class_ids, masks = id_png_to_objects(FRAME)
    assert track_ids.tolist() == [1001, 2003, 10000]
    assert class_ids.tolist() == [1, 2, 10]
    for track_id, mask in zip(track_ids, masks, strict=True):
        np.testing.assert_array_equal(rle.decode(mask), track_id == FRAME)


@given(
    arrays(np.uint16, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.sampled_from([0, 1000, 2999, 10000]))
)
@settings(deadline=None)
def test_any_frame_splits_into_masks_of_its_values(ids):
    track_ids, _, masks = id_png_to_objects(ids)
    assert track_ids.tolist() == [value for value in np.unique(ids).tolist() if value]
    assert masks == [rle.encode(ids == value) for value in track_ids]


def test_a_folder_survives_the_disk_with_its_empty_frames(tmp_path):
    square = rle.encode_crop(np.ones((2, 2), bool), 1, 1, 4, 5)
    corner = rle.encode_crop(np.ones((1, 1), bool), 4, 3, 4, 5)
    tracks = MaskTracks([3, 3, 7], [1002, 10000, 2001], [1, 10, 2], [square, corner, square])
    write_id_png_folder(tmp_path / "0001", tracks, [3, 5, 7], height=4, width=5)
    assert sorted(path.name for path in (tmp_path / "0001").iterdir()) == ["000003.png", "000005.png", "000007.png"]
    assert not read_id_png(tmp_path / "0001" / "000005.png").any()
    again = read_id_png_folder(tmp_path / "0001")
    assert (again.name, again.frames.tolist()) == ("0001", [3, 3, 7])
    assert again.track_ids.tolist() == [1002, 10000, 2001]
    assert again.class_ids.tolist() == [1, 10, 2]
    assert again.masks == [square, corner, square]


def test_ids_of_a_tracker_become_instances_of_their_class():
    masks = [rle.encode(np.ones((2, 2), bool))] * 3
    assert id_png_values(MaskTracks([0, 1, 2], [7, 8, 10000], [1, 2, 10], masks)).tolist() == [1007, 2008, 10000]
    with pytest.raises(FormatError, match="track id 1500 does not fit .* write text instead of PNG"):
        id_png_values(MaskTracks([0, 1, 2], [7, 1500, 9], [1, 2, 1], masks, source="results.txt"))


def test_masks_that_overlap_are_not_written():
    masks = [rle.encode(np.ones((2, 2), bool))] * 2
    with pytest.raises(ValueError, match="masks of frame 0 overlap"):
        write_id_png_folder("nowhere", MaskTracks([0, 0], [1, 2], [1, 1], masks), [0], height=2, width=2)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "1"])
def test_other_kinds_of_png_are_refused_with_the_cure(tmp_path, mode):
    Image.new(mode, (4, 4)).save(tmp_path / "000000.png")
    with pytest.raises(
        FormatError, match=rf"000000.png: is a PNG of mode {mode}, not a 16-bit greyscale PNG; write class"
    ):
        read_id_png(tmp_path / "000000.png")


def test_a_damaged_png_is_refused(tmp_path):
    write_id_png(tmp_path / "000000.png", np.random.default_rng(0).integers(0, 2, (40, 40)).astype(np.uint16))
    data = (tmp_path / "000000.png").read_bytes()
    (tmp_path / "000001.png").write_bytes(data[: len(data) // 2])
    (tmp_path / "000002.png").write_bytes(b"no image at all")
    for name in ("000001.png", "000002.png"):
        with pytest.raises(FormatError, match=f"{name}: cannot be read as an image"):
            read_id_png(tmp_path / name)


@pytest.mark.parametrize(("value", "class_id"), [(5, 0), (3001, 3), (65535, 65)])
def test_a_value_of_no_class_is_named(tmp_path, value, class_id):
    write_id_png(tmp_path / "000004.png", np.full((2, 2), value, np.uint16))
    with pytest.raises(
        FormatError, match=f"000004.png: pixel value {value} is of class {class_id}, which is unknown; values"
    ):
        read_id_png_folder(tmp_path)


def test_folders_that_are_no_sequence_are_refused(tmp_path):
    with pytest.raises(FormatError, match="holds no image"):
        read_id_png_folder(tmp_path)
    write_id_png(tmp_path / "000000.png", FRAME)
    write_id_png(tmp_path / "000001.png", FRAME[:3])
    with pytest.raises(FormatError, match="000001.png: its size 3 x 4 differs .* before, 4 x 4 as .*000000.png"):
        read_id_png_folder(tmp_path)
    write_id_png(tmp_path / "first.png", FRAME)
    with pytest.raises(FormatError, match="first.png: is not named by a frame number"):
        read_id_png_folder(tmp_path)


def test_real_pngs_and_texts_say_the_same(shared_data):
    from mots_plugin.formats import read_mots_txt

    pngs = read_id_png_folder(shared_data / "davis_mots" / "instances" / "0009")
    text = read_mots_txt(shared_data / "davis_mots" / "instances_txt" / "0009.txt")
    text = text.select(np.lexsort((text.track_ids, text.frames)))
    assert len(text) == 196
    assert pngs.frames.tolist() == text.frames.tolist()
    assert pngs.track_ids.tolist() == text.track_ids.tolist()
    assert pngs.masks == text.masks
