"""Flow providers: which file answers which frame, the direction of DIS, and errors that name the cure."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mots_plugin.flow import DISFlow, FlowQuery, PrecomputedFlow, ZeroFlow
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.flow_files import write_flo, write_kitti_flow, write_quantised_flow


def query(frame_id: int, folder: Path = Path("images")) -> FlowQuery:
    """Frame ``frame_id`` of a video whose files count from 1, as MOTSChallenge does."""
    number = frame_id + 1
    previous = folder / f"{number - 1:06d}.png" if frame_id else None
    return FlowQuery("street", frame_id, number, folder / f"{number:06d}.png", previous)


def constant_flow(dx: float, dy: float) -> np.ndarray:
    return np.full((2, 3, 2), [dx, dy], np.float32)


@pytest.mark.parametrize(
    "write",
    [
        lambda folder, flow: write_kitti_flow(folder / "000002.png", flow),
        lambda folder, flow: write_flo(folder / "flow_000002.flo", flow),
        lambda folder, flow: write_quantised_flow(folder / "000002", flow),
    ],
    ids=["kitti", "flo", "quantised"],
)
def test_precomputed_answers_with_the_file_of_the_frame_before(tmp_path, write):
    folder = tmp_path / "street"
    folder.mkdir()
    write_flo(folder / "000001.flo", constant_flow(9, 9))
    write(folder, constant_flow(4, -5))

    flow = PrecomputedFlow(tmp_path).flow(query(2))  # frame 000003: the flow from 000002 to it

    np.testing.assert_array_equal(flow, constant_flow(4, -5))
    assert flow.dtype == np.float32


def test_unknown_flow_of_a_flo_file_becomes_zero(tmp_path):
    (tmp_path / "street").mkdir()
    flow = np.array([[[1, 2], [1e10, 2]], [[3, np.nan], [-4, 5]]], np.float32)
    write_flo(tmp_path / "street" / "000001.flo", flow)
    assert PrecomputedFlow(tmp_path).flow(query(1)).tolist() == [[[1, 2], [0, 0]], [[0, 0], [-4, 5]]]


def test_first_frame_has_no_flow(tmp_path):
    assert PrecomputedFlow(tmp_path).flow(query(0)) is None
    assert DISFlow().flow(query(0)) is None
    assert ZeroFlow().flow(query(0)) is None


def test_zero_flow_is_one_grid_cell_for_the_whole_image():
    assert ZeroFlow().flow(query(3)).tolist() == [[[0.0, 0.0]]]


def test_precomputed_names_what_is_missing(tmp_path):
    with pytest.raises(FormatError, match="street: no flow folder for this video; compute the flow"):
        PrecomputedFlow(tmp_path).flow(query(1))

    (tmp_path / "half" / "street").mkdir(parents=True)
    x_path, y_path = write_quantised_flow(tmp_path / "half" / "street" / "000001", constant_flow(1, 1))
    y_path.unlink()
    with pytest.raises(FormatError, match=r"0 files 000001_y_minimal\*.png beside it"):
        PrecomputedFlow(tmp_path / "half").flow(query(1))

    (tmp_path / "twice" / "street").mkdir(parents=True)
    write_flo(tmp_path / "twice" / "street" / "000001.flo", constant_flow(1, 1))
    write_kitti_flow(tmp_path / "twice" / "street" / "000001.png", constant_flow(1, 1))
    with pytest.raises(FormatError, match="second flow that starts at frame 1, beside 000001.flo"):
        PrecomputedFlow(tmp_path / "twice").flow(query(1))

    (tmp_path / "gap" / "street").mkdir(parents=True)
    write_flo(tmp_path / "gap" / "street" / "000001.flo", constant_flow(1, 1))
    with pytest.raises(FormatError, match="street: no flow that starts at frame 2"):
        PrecomputedFlow(tmp_path / "gap").flow(query(2))


def textured(height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_dis_points_forward_in_pixels_of_the_original_image(tmp_path, scale):
    image = textured(96, 140)
    cv2.imwrite(str(tmp_path / "000001.png"), image)
    cv2.imwrite(str(tmp_path / "000002.png"), np.roll(image, (-4, 6), axis=(0, 1)))  # 6 right, 4 up

    flow = DISFlow("medium", scale).flow(query(1, tmp_path))

    assert flow.shape == (round(96 * scale), round(140 * scale), 2)
    assert flow.dtype == np.float32
    np.testing.assert_allclose(np.median(flow, axis=(0, 1)), [6, -4], atol=0.25)


def test_dis_does_not_depend_on_the_number_of_threads():
    image = textured(200, 300)
    moved = cv2.GaussianBlur(np.roll(image, (3, -7), axis=(0, 1)), (0, 0), 1)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        one = DISFlow("fast").between(image, moved)
        cv2.setNumThreads(4)
        four = DISFlow("fast").between(image, moved)
        assert cv2.getNumThreads() == 4
    finally:
        cv2.setNumThreads(threads)
    np.testing.assert_array_equal(one, four)


def test_dis_takes_images_smaller_than_its_patches():
    tiny = np.zeros((6, 9), np.uint8)
    assert DISFlow().between(tiny, tiny).max() == 0


def test_dis_names_a_missing_image_and_a_change_of_size(tmp_path):
    cv2.imwrite(str(tmp_path / "000001.png"), np.zeros((20, 30), np.uint8))
    with pytest.raises(FormatError, match=r"000002.png: cannot be read \(No such file"):
        DISFlow().flow(query(1, tmp_path))

    for content in (b"", b"no image"):
        (tmp_path / "000002.png").write_bytes(content)
        with pytest.raises(FormatError, match=r"000002.png: is not an image"):
            DISFlow().flow(query(1, tmp_path))

    cv2.imwrite(str(tmp_path / "000002.png"), np.zeros((20, 40), np.uint8))
    with pytest.raises(FormatError, match=r"000002.png: image is 40x20, the one before it is 30x20"):
        DISFlow().flow(query(1, tmp_path))


def test_dis_refuses_settings_it_does_not_know():
    with pytest.raises(ValueError, match="preset 'best' is none of ultrafast, fast, medium"):
        DISFlow("best")
    with pytest.raises(ValueError, match=r"scale 2 is outside \(0, 1\]"):
        DISFlow(scale=2)
