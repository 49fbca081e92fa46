"""Flow files: exact round trips, stored values by hand, and broken files that are named."""

import struct

import cv2
import numpy as np
import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.flow_files import (
    read_flo,
    read_kitti_flow,
    read_quantised_flow,
    write_flo,
    write_kitti_flow,
    write_quantised_flow,
)


@pytest.fixture
def flow() -> np.ndarray:
    """Two rows, three columns, in steps that every format but the quantised one can hold."""
    return np.array([[[0, 0], [1.5, -2.25], [-511, 511]], [[64, 0.015625], [-3, 7], [10, -12]]], np.float32)


def test_kitti_stores_red_as_dx_green_as_dy_and_blue_as_validity(tmp_path, flow):
    write_kitti_flow(tmp_path / "000004.png", flow)

    blue_green_red = cv2.imread(str(tmp_path / "000004.png"), cv2.IMREAD_UNCHANGED)
    assert blue_green_red[0, 1].tolist() == [1, -2.25 * 64 + 32768, 1.5 * 64 + 32768]

    read, valid = read_kitti_flow(tmp_path / "000004.png")
    assert valid.all()
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, flow)


def test_kitti_flow_that_is_not_valid_reads_as_zero(tmp_path, flow):
    valid = np.array([[True, False, True], [True, True, True]])
    flow[1, 2] = [512, 0]  # beyond the 16 bits
    flow[1, 1] = [np.nan, 0]

    write_kitti_flow(tmp_path / "flow.png", flow, valid)
    read, read_valid = read_kitti_flow(tmp_path / "flow.png")

    assert read_valid.tolist() == [[True, False, True], [True, False, False]]
    assert read[~read_valid].tolist() == [[0, 0], [0, 0], [0, 0]]
    np.testing.assert_array_equal(read[read_valid], flow[read_valid])


def test_flo_is_the_published_layout_and_keeps_every_bit(tmp_path, flow):
    flow[0, 0] = [np.float32(1 / 3), -1e-7]
    write_flo(tmp_path / "a.flo", flow)

    data = (tmp_path / "a.flo").read_bytes()
    assert struct.unpack("<fii", data[:12]) == (202021.25, 3, 2)
    np.testing.assert_array_equal(read_flo(tmp_path / "a.flo"), flow)


def test_quantised_pair_keeps_whole_pixels_above_the_minimum_in_its_name(tmp_path, flow):
    paths = write_quantised_flow(tmp_path / "000004", flow)

    assert [path.name for path in paths] == ["000004_x_minimal-511.png", "000004_y_minimal-12.png"]
    assert cv2.imread(str(paths[0]), cv2.IMREAD_UNCHANGED)[0].tolist() == [511, 513, 0]  # 1.5 rounds to even
    np.testing.assert_array_equal(read_quantised_flow(*paths), np.rint(flow))


def grey_png(path, dtype):
    cv2.imwrite(str(path), np.zeros((4, 4), dtype))


def test_every_broken_file_is_named_with_its_fault(tmp_path, flow):
    eight_bits = tmp_path / "eight_bits.png"
    cv2.imwrite(str(eight_bits), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(FormatError, match=r"eight_bits.png: 8-bit PNG of 3 channel"):
        read_kitti_flow(eight_bits)

    grey_png(tmp_path / "grey.png", np.uint16)
    with pytest.raises(FormatError, match=r"grey.png: 16-bit PNG of 1 channel"):
        read_kitti_flow(tmp_path / "grey.png")

    write_kitti_flow(tmp_path / "whole.png", flow)
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:-20])
    with pytest.raises(FormatError, match=r"cut.png: the PNG is truncated"):
        read_kitti_flow(tmp_path / "cut.png")

    (tmp_path / "text.png").write_text("no flow")
    with pytest.raises(FormatError, match=r"text.png: not a PNG"):
        read_kitti_flow(tmp_path / "text.png")

    with pytest.raises(FormatError, match=r"absent.png: cannot be read \(No such file"):
        read_kitti_flow(tmp_path / "absent.png")


def test_broken_flo_files_are_named_with_their_fault(tmp_path, flow):
    write_flo(tmp_path / "whole.flo", flow)
    data = (tmp_path / "whole.flo").read_bytes()

    (tmp_path / "cut.flo").write_bytes(data[:-4])
    with pytest.raises(FormatError, match=r"cut.flo: 56 bytes, but a 3x2 flow has 60"):
        read_flo(tmp_path / "cut.flo")

    (tmp_path / "magic.flo").write_bytes(b"JUNK" + data[4:])
    with pytest.raises(FormatError, match=r"magic.flo: starts with b'JUNK'"):
        read_flo(tmp_path / "magic.flo")

    (tmp_path / "header.flo").write_bytes(data[:8])
    with pytest.raises(FormatError, match=r"header.flo: 8 bytes are too few"):
        read_flo(tmp_path / "header.flo")


def test_quantised_pair_needs_its_names_and_one_size(tmp_path, flow):
    x_path, y_path = write_quantised_flow(tmp_path / "a", flow)

    with pytest.raises(FormatError, match=r"name does not end in _x_minimal<N>.png"):
        read_quantised_flow(y_path, x_path)

    grey_png(tmp_path / "b_y_minimal0.png", np.uint16)
    with pytest.raises(FormatError, match=r"b_y_minimal0.png: size \(4, 4\) is not that of a_x_minimal-511.png"):
        read_quantised_flow(x_path, tmp_path / "b_y_minimal0.png")


def test_failed_write_leaves_the_old_file(tmp_path, flow, monkeypatch):
    write_flo(tmp_path / "a.flo", flow)
    before = (tmp_path / "a.flo").read_bytes()

    with pytest.raises(ValueError, match="could not convert"):
        write_flo(tmp_path / "a.flo", np.full((2, 3, 2), "x"))

    assert (tmp_path / "a.flo").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.flo"]
