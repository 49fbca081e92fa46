"""COCO-video → text or PNG → COCO-video: nothing is lost on the way."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mots_plugin.formats import MaskTracks, VideoFrames, from_mask_tracks, read_mots_txt, rle, write_coco_video
from mots_plugin.formats.id_png import id_png_to_objects


@pytest.fixture
def there(load_script):
    main = load_script("coco_video_to_mots").main
    return lambda *arguments: main([*map(str, arguments)])


@pytest.fixture
def and_back(load_script):
    main = load_script("kitti_mots").main
    return lambda *arguments: main([*map(str, arguments), "--no-images", "--workers", "1"])


def square(x0, y0, height=8, width=10):
    return rle.encode_crop(np.ones((2, 2), bool), x0, y0, height, width)


@pytest.fixture
def split(tmp_path):
    """A video with gaps between frames, one without objects, one whose last frames are empty; ignore regions."""
    gaps = VideoFrames("0002", [0, 5, 10], ["a/0.png", "a/5.png", "a/10.png"], 8, 10, frame_rate=10.0)
    quiet = VideoFrames("MOTS20-05", [1, 2], ["b/000001.jpg", "b/000002.jpg"], 6, 7)
    tail = VideoFrames("street", [0, 1, 2], ["c/x.png", "c/y.png", "c/z.png"], 8, 10)
    coco = from_mask_tracks(
        [
            (gaps, MaskTracks([0, 0, 10], [1001, 10000, 2001], [1, 10, 2], [square(0, 0), square(4, 4), square(1, 1)])),
            (quiet, MaskTracks()),
            (tail, MaskTracks([0], [1000], [1], [square(8, 6)])),
        ]
    )
    write_coco_video(tmp_path / "val.json", coco)
    return tmp_path / "val.json"


@pytest.mark.parametrize("form", [[], ["--png"]])
def test_nothing_is_lost(there, and_back, split, tmp_path, form):
    assert there(split, tmp_path / "mots", *form) == 0
    assert and_back(tmp_path / "mots", tmp_path / "again", "--seqmap", tmp_path / "mots" / "val.seqmap") == 0
    assert (tmp_path / "again" / "val.json").read_bytes() == split.read_bytes()


id_images = arrays(np.uint16, (4, 5), elements=st.sampled_from([0, 0, 1000, 1001, 2001, 10000]))
videos = st.dictionaries(st.integers(0, 30), id_images, min_size=1, max_size=4)


@given(st.lists(videos, min_size=1, max_size=3), st.booleans())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_videos_come_back_whole(there, and_back, tmp_path_factory, drawn, png):
    folder = tmp_path_factory.mktemp("split")
    sources = []
    for index, frames in enumerate(drawn):
        numbers = sorted(frames)
        listed = VideoFrames(f"{index:04d}", numbers, [f"{index}/{number}.png" for number in numbers], 4, 5)
        rows = [(number, *row) for number in numbers for row in zip(*id_png_to_objects(frames[number]), strict=True)]
        columns = [[row[column] for row in rows] for column in range(4)]
        sources.append((listed, MaskTracks(*columns)))
    write_coco_video(folder / "val.json", from_mask_tracks(sources))
    assert there(folder / "val.json", folder / "mots", *(["--png"] if png else [])) == 0
    assert and_back(folder / "mots", folder / "again", "--seqmap", folder / "mots" / "val.seqmap") == 0
    assert (folder / "again" / "val.json").read_bytes() == (folder / "val.json").read_bytes()


def test_what_is_written_where(there, split, tmp_path, capsys):
    assert there(split, tmp_path / "mots") == 0
    assert (tmp_path / "mots" / "val.seqmap").read_text().splitlines() == [
        "0002 empty 000000 000010",
        "MOTS20-05 empty 000001 000002",
        "street empty 000000 000002",
    ]
    assert read_mots_txt(tmp_path / "mots" / "instances_txt" / "0002.txt").frames.tolist() == [0, 0, 10]
    assert (tmp_path / "mots" / "instances_txt" / "MOTS20-05.txt").read_text() == ""
    assert "3 videos, 4 masks" in capsys.readouterr().out


def test_chosen_videos_only(there, split, tmp_path):
    assert there(split, tmp_path / "mots", "--videos", "street", "--png") == 0
    assert (tmp_path / "mots" / "val.seqmap").read_text() == "street empty 000000 000002\n"
    assert len(list((tmp_path / "mots" / "instances" / "street").iterdir())) == 3


def spoil(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def overlap(data):
    data["annotations"][1]["segmentation"] = data["annotations"][0]["segmentation"]


def truncate(data):
    data["annotations"][2]["segmentation"]["counts"] = "99"


def climb(data):
    data["videos"][0]["name"] = "../0002"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            overlap,
            "val.json:video 0002, frame 0: mask of track 10000 shares 4 pixels in frame 0 with that of track 1001",
        ),
        (truncate, "val.json:video 0002, frame 10: run-length code covers 18 of the 80 pixels"),
        (climb, "val.json: video name '../0002' cannot name a file and a seqmap line"),
        (lambda data: data.clear(), "val.json: has no table 'videos'"),
    ],
)
def test_what_mots_files_cannot_hold_is_refused(there, split, tmp_path, capsys, change, complaint):
    spoil(split, change)
    assert there(split, tmp_path / "mots") == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "mots").exists()


def test_an_unknown_video_is_refused(there, split, tmp_path, capsys):
    assert there(split, tmp_path / "mots", "--videos", "0003") == 1
    assert "has no video 0003; name one of: 0002, MOTS20-05, street" in capsys.readouterr().err


@pytest.mark.parametrize("form", [[], ["--png"]])
def test_real_data_come_back_byte_for_byte(there, and_back, shared_data, tmp_path, form):
    root = shared_data / "davis_mots"
    assert and_back(root, tmp_path / "first", "--seqmap", root / "val.seqmap") == 0
    assert there(tmp_path / "first" / "val.json", tmp_path / "mots", *form) == 0
    assert and_back(tmp_path / "mots", tmp_path / "again", "--seqmap", tmp_path / "mots" / "val.seqmap") == 0
    assert (tmp_path / "again" / "val.json").read_bytes() == (tmp_path / "first" / "val.json").read_bytes()
