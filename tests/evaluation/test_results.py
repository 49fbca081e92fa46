from pathlib import Path

import numpy as np
import pytest

from mots_plugin.evaluation.results import BoxResultWriter, TrackResultWriter
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mots_txt import read_mots_txt


def append(writer: TrackResultWriter, video: str, tracks, frame: int) -> int:
    rows = tracks.select(tracks.frames == frame)
    return writer.append(video, frame, rows.track_ids, rows.class_ids, rows.masks)


def test_frames_of_two_videos_may_alternate(tmp_path: Path, draw) -> None:
    first, second = draw("11..aa..", "........", "11......"), draw("....22..", "...22...")
    writer = TrackResultWriter(tmp_path / "tracks")
    assert append(writer, "0002", first, 0) == 1
    assert append(writer, "0006", second, 0) == 1
    assert append(writer, "0002", first, 1) == 2  # nothing tracked in this frame
    assert append(writer, "0006", second, 1) == 2
    writer.finish("0006")
    assert append(writer, "0002", first, 2) == 3
    assert writer.unfinished == {"0002": 3}
    path = writer.finish("0002")
    assert writer.unfinished == {}
    assert path == tmp_path / "tracks" / "0002.txt"
    written = read_mots_txt(path)
    assert written.frames.tolist() == [0, 0, 2]
    assert written.track_ids.tolist() == [1, 101, 1]
    assert written.class_ids.tolist() == [1, 2, 1]
    assert written.masks == first.masks
    assert path.read_text().splitlines()[0] == f"0 1 1 1 8 {first.masks[0]['counts'].decode()}"


def test_a_video_has_its_name_only_when_it_is_finished(tmp_path: Path, draw) -> None:
    tracks = draw("11......", "11......")
    writer = TrackResultWriter(tmp_path)
    append(writer, "0002", tracks, 0)
    assert [path.name for path in tmp_path.iterdir()] == [".0002.txt.part"]
    writer.discard_unfinished()
    assert list(tmp_path.iterdir()) == []


def test_a_new_run_overwrites_what_an_interrupted_one_left(tmp_path: Path, draw) -> None:
    tracks = draw("11......", "22......")
    append(TrackResultWriter(tmp_path), "0002", tracks, 0)
    writer = TrackResultWriter(tmp_path)
    append(writer, "0002", tracks, 1)
    assert read_mots_txt(writer.finish("0002")).track_ids.tolist() == [2]


def test_a_video_without_tracks_is_an_empty_file(tmp_path: Path, draw) -> None:
    writer = TrackResultWriter(tmp_path)
    append(writer, "0002", draw("........").select([]), 0)
    assert writer.finish("0002").read_bytes() == b""


def test_overlapping_masks_are_refused_before_anything_is_written(tmp_path: Path, draw) -> None:
    masks = draw("1111....").masks + draw("...22...").masks
    writer = TrackResultWriter(tmp_path)
    with pytest.raises(FormatError, match=r"0002\.txt:frame 5: .*track 2 .* 1 pixel .*track 1"):
        writer.append("0002", 5, np.array([1, 2]), np.array([1, 1]), masks)
    assert list(tmp_path.iterdir()) == []


def test_frames_must_ascend(tmp_path: Path, draw) -> None:
    writer = TrackResultWriter(tmp_path)
    append(writer, "0002", draw("11......", first_frame=3), 3)
    with pytest.raises(ValueError, match="frame 3 comes after frame 3"):
        append(writer, "0002", draw("11......", first_frame=3), 3)


def test_boxes_are_written_as_motchallenge_has_results(tmp_path: Path) -> None:
    writer = BoxResultWriter(tmp_path)
    boxes = np.array([[10, 20, 30.5, 60], [0, 0, 5, 5]], np.float32)
    writer.append("MOT17-02", 1, np.array([7, 9]), np.array([-1, 3]), boxes, np.array([0.5, 1], np.float32))
    assert writer.append("MOT17-02", 2, np.zeros(0, int), np.zeros(0, int), np.zeros((0, 4)), np.zeros(0)) == 2
    text = writer.finish("MOT17-02").read_text()
    assert text == "1,7,10,20,20.5,40,0.5,-1,-1,-1\n1,9,0,0,5,5,1,3,-1,-1\n"


@pytest.mark.parametrize(
    ("ids", "box", "complaint"),
    [
        ([3, 3], [0, 0, 5, 5], "id 3 occurs twice in frame 4"),
        ([3, -1], [0, 0, 5, 5], "id -1 is negative"),
        ([3, 4], [0, 0, np.nan, 5], "box of id 3 is not finite"),
        ([3, 4], [0, 9, 5, 5], "width or height is negative"),
    ],
)
def test_faulty_boxes_are_refused_before_anything_is_written(
    tmp_path: Path, ids: list[int], box: list[float], complaint: str
) -> None:
    writer = BoxResultWriter(tmp_path)
    with pytest.raises(FormatError, match=rf"0002\.txt:frame 4: {complaint}"):
        writer.append("0002", 4, np.array(ids), np.array([1, 1]), np.array([box, box]), np.ones(2))
    assert list(tmp_path.iterdir()) == []
