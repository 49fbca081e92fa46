import cv2
import numpy as np
import pytest

from mots_plugin.visualization import VideoFile, contact_sheet, write_contact_sheet


def plain(value: int, height: int = 120, width: int = 160) -> np.ndarray:
    frame = np.zeros((height, width, 3), np.uint8)
    frame[..., 0] = value  # red
    return frame


def read_video(path) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        ok, frame = capture.read()
        if not ok:
            return frames
        frames.append(frame)


def test_video_holds_every_frame_in_order_and_in_colour(tmp_path):
    with VideoFile(tmp_path / "street.mp4", fps=10) as video:
        for value in (50, 120, 200):
            video.write(plain(value))
    frames = read_video(tmp_path / "street.mp4")
    assert [frame.shape for frame in frames] == [(120, 160, 3)] * 3
    reds = [frame[..., 2].mean() for frame in frames]  # OpenCV reads BGR
    assert reds == pytest.approx([50, 120, 200], abs=6)
    assert frames[2][..., 0].mean() < 10


def test_odd_sizes_are_padded_to_even_ones(tmp_path):
    with VideoFile(tmp_path / "odd.mp4") as video:
        video.write(plain(200, 121, 163))
        video.write(plain(200, 121, 163))
    assert [frame.shape for frame in read_video(tmp_path / "odd.mp4")] == [(122, 164, 3)] * 2


def test_video_has_its_name_only_when_complete(tmp_path):
    video = VideoFile(tmp_path / "street.mp4")
    video.write(plain(50))
    assert [path.name for path in tmp_path.iterdir()] == ["street.part.mp4"]
    video.close()
    assert [path.name for path in tmp_path.iterdir()] == ["street.mp4"]


def test_video_of_a_failed_run_is_removed_and_the_old_one_stays(tmp_path):
    (tmp_path / "street.mp4").write_text("old")

    def fail():
        with VideoFile(tmp_path / "street.mp4") as video:
            video.write(plain(50))
            raise RuntimeError("tracker failed")

    with pytest.raises(RuntimeError, match="tracker failed"):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["street.mp4"]
    assert (tmp_path / "street.mp4").read_text() == "old"


def test_video_without_frames_is_no_file(tmp_path):
    VideoFile(tmp_path / "empty.mp4").close()
    assert list(tmp_path.iterdir()) == []


def test_unknown_codec_is_named(tmp_path):
    with pytest.raises(OSError, match="codec 'none'"):
        VideoFile(tmp_path / "street.mp4", codec="none").write(plain(50))


def test_contact_sheet_goes_row_by_row():
    sheet = contact_sheet([plain(value) for value in (10, 20, 30)], columns=2, gap=4)
    assert sheet.shape == (2 * 120 + 4, 2 * 160 + 4, 3)
    assert [sheet[60, 80, 0], sheet[60, 244, 0], sheet[184, 80, 0]] == [10, 20, 30]
    assert (sheet[184, 244] == 255).all()
    assert (sheet[:, 161] == 255).all()


def test_contact_sheet_fits_frames_of_other_sizes_into_its_cells():
    sheet = contact_sheet([plain(10), plain(20, 240, 160)], columns=2, gap=0)
    assert sheet.shape == (120, 320, 3)
    assert (sheet[:, 160:240, 0] == 20).all()  # 240x160 at half size is 80 wide
    assert (sheet[:, 240:] == 255).all()


def test_wide_contact_sheets_are_shrunk():
    assert contact_sheet([plain(10)] * 4, columns=4, gap=0, max_width=320).shape == (60, 320, 3)


def test_contact_sheet_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="at least one frame"):
        contact_sheet([])


def test_written_contact_sheet_keeps_its_colours(tmp_path):
    write_contact_sheet([plain(200)], tmp_path / "sheet.png")
    assert cv2.imread(str(tmp_path / "sheet.png"))[0, 0].tolist() == [0, 0, 200]
