"""Which errors a contact sheet shows, and what it says and marks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mmdet")

from PIL import Image

from mots_plugin.apis.error_sheets import ErrorSheets, choose_episodes, read_frame, title_of
from mots_plugin.evaluation.benchmarks import BENCHMARKS
from mots_plugin.evaluation.error_files import explain_result, find_on_disk
from mots_plugin.evaluation.functional.error_table import ErrorTable
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import encode
from mots_plugin.visualization.error_crops import RESULT_COLOUR, TRUTH_COLOUR

KITTI = BENCHMARKS["kitti_mots"]


def square(x: int) -> dict:
    mask = np.zeros((60, 80), bool)
    mask[20:40, x : x + 20] = True
    return encode(mask)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A car and a pedestrian over six frames; one result loses the car for four, the other the pedestrian for one."""
    frames = np.repeat(np.arange(6), 2)
    ids, classes = np.tile([1001, 2001], 6), np.tile([1, 2], 6)
    truth = MaskTracks(frames, ids, classes, [square(10), square(50)] * 6)
    old = truth.select((ids != 1001) | (frames < 1) | (frames > 4))
    old.track_ids[(old.track_ids == 1001) & (old.frames > 4)] = 7
    new = truth.select((ids != 2001) | (frames != 2))
    for name, tracks in (("gt", truth), ("old", old), ("new", new)):
        write_mots_txt(tmp_path / name / "0002.txt", tracks)
    return tmp_path / "gt", tmp_path / "old", tmp_path / "new"


@pytest.fixture
def table(sides: tuple[Path, Path, Path]) -> ErrorTable:
    return explain_result(find_on_disk(sides[0], sides[1:2], KITTI), KITTI, small_area=0).table


def test_titles(table: ErrorTable) -> None:
    assert [title_of(table.select(rows)) for rows in choose_episodes(table, 9)] == [
        "0002 frames 1 to 4   car 1001: miss, not detected",
        "0002 frame 5   car 1001: id 1001 -> 7, not detected",
    ]
    assert len(choose_episodes(table, 1)) == 1


def colours(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == colour).all(axis=2).sum())


def test_a_miss_is_drawn_in_one_colour_after_both(
    table: ErrorTable, sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    sheets = ErrorSheets(find_on_disk(sides[0], sides[1:2], KITTI), KITTI, {}, ["result"])
    sheets.write(tmp_path / "sheet.png", table.select(table.kind == "miss"), 9)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))[24:]  # below the legend
    before, missed = sheet[:, :340], sheet[:, 342:]
    assert min(colours(before, TRUTH_COLOUR), colours(missed, TRUTH_COLOUR)) > 500
    # The pedestrian nearby, found all the time, has a thin outline; the car has a bold one and a label.
    assert colours(before, RESULT_COLOUR) > colours(missed, RESULT_COLOUR) + 500
    sheets.write(tmp_path / "sheet.png", table.select([]), 9)
    assert not (tmp_path / "sheet.png").exists()


def test_two_results_stand_side_by_side(table: ErrorTable, sides: tuple[Path, Path, Path], tmp_path: Path) -> None:
    sheets = ErrorSheets(find_on_disk(sides[0], sides[1:], KITTI), KITTI, {}, ["old result", "new result"])
    sheets.write(tmp_path / "sheet.png", table.select(table.kind == "miss"), 9)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))[24:]
    # The new result has the car, so there it is in focus, though under an id that the error does not name.
    assert colours(sheet[:, 342:], RESULT_COLOUR) > colours(sheet[:, :340], RESULT_COLOUR) + 500


def test_images_that_do_not_fit_are_named(tmp_path: Path) -> None:
    Image.fromarray(np.full((60, 80, 3), [200, 100, 50], np.uint8)).save(tmp_path / "000000.png")
    (tmp_path / "000001.png").write_text("no image")
    images = {0: tmp_path / "000000.png", 1: tmp_path / "000001.png"}
    assert read_frame(images, 0, (60, 80))[0, 0].tolist() == [200, 100, 50]
    with pytest.raises(FormatError, match=r"000000\.png: is 60 x 80 \(height x width\), its masks 30 x 40"):
        read_frame(images, 0, (30, 40))
    with pytest.raises(FormatError, match=r"000001\.png: cannot be read as an image"):
        read_frame(images, 1, (60, 80))
    with pytest.raises(FormatError, match="has no image of frame 2; name the folder"):
        read_frame(images, 2, (60, 80))
