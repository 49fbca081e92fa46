"""The flow cache: what it writes is what the provider says, and it goes on where it stopped."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from mots_plugin.flow import DISFlow, FlowQuery, PrecomputedFlow
from mots_plugin.flow.cache import FlowCache
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.mask_tracks import MaskTracks

NO_OBJECTS = MaskTracks(name="street")


@pytest.fixture
def video(tmp_path) -> list[FlowQuery]:
    """Four frames of a texture that moves 5 pixels to the right."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 96)).astype(np.uint8)
    image = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)
    folder = tmp_path / "images" / "street"
    folder.mkdir(parents=True)
    paths = [folder / f"{number:06d}.png" for number in range(4)]
    for number, path in enumerate(paths):
        cv2.imwrite(str(path), np.roll(image, 5 * number, axis=1))
    return [
        FlowQuery("street", frame_id, frame_id, path, paths[frame_id - 1] if frame_id else None)
        for frame_id, path in enumerate(paths)
    ]


@pytest.mark.parametrize(("file_format", "tolerance"), [("kitti", 1 / 128), ("flo", 0)])
def test_what_is_stored_is_what_the_provider_says(tmp_path, video, file_format, tolerance):
    cache = FlowCache(tmp_path / "flow", DISFlow(), file_format)
    written = list(cache.fill(cache.missing(video)))

    assert [path.stem for path in written] == ["000000", "000001", "000002"]  # a flow has the number it starts from
    for query in video[1:]:
        stored = PrecomputedFlow(tmp_path / "flow").flow(query)
        assert np.median(stored[..., 0]) == pytest.approx(5, abs=0.2)
        np.testing.assert_allclose(stored, DISFlow().flow(query), rtol=0, atol=tolerance)


def test_it_goes_on_where_it_stopped(tmp_path, video):
    cache = FlowCache(tmp_path / "flow", DISFlow())
    interrupted = cache.fill(cache.missing(video))
    first = next(interrupted)
    before = first.stat().st_mtime_ns
    del interrupted

    assert [query.frame_id for query in cache.missing(video)] == [2, 3]
    list(cache.fill(cache.missing(video)))
    assert cache.missing(video) == []
    assert first.stat().st_mtime_ns == before


def test_workers_write_the_same_bytes(tmp_path, video):
    for workers in (1, 2):
        cache = FlowCache(tmp_path / str(workers), DISFlow())
        list(cache.fill(cache.missing(video), workers))
    one, two = (
        [path.read_bytes() for path in sorted((tmp_path / str(workers) / "street").iterdir())] for workers in (1, 2)
    )
    assert len(one) == 3
    assert one == two


def load_tool():
    path = Path(__file__).resolve().parents[2] / "tools" / "precompute_flow.py"
    spec = importlib.util.spec_from_file_location("precompute_flow", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool_fills_the_cache_of_a_coco_video_file(tmp_path, video, capsys):
    frames = VideoFrames("street", range(4), [f"street/{number:06d}.png" for number in range(4)], 64, 96)
    write_coco_video(tmp_path / "street.json", from_mask_tracks([(frames, NO_OBJECTS)]))
    arguments = [str(tmp_path / "street.json"), str(tmp_path / "images"), str(tmp_path / "flow")]

    assert load_tool().main(arguments) == 0
    assert load_tool().main(arguments) == 0

    printed = capsys.readouterr().out.splitlines()
    assert printed[0].endswith("3 of them are new")
    assert printed[1].endswith("0 of them are new")
    assert PrecomputedFlow(tmp_path / "flow").flow(video[2]).shape == (32, 48, 2)


def test_the_tool_names_a_missing_image_in_one_line(tmp_path, video, capsys):
    frames = VideoFrames("street", range(4), [f"road/{number:06d}.png" for number in range(4)], 64, 96)
    write_coco_video(tmp_path / "street.json", from_mask_tracks([(frames, NO_OBJECTS)]))
    arguments = [str(tmp_path / "street.json"), str(tmp_path / "images"), str(tmp_path / "flow")]

    assert load_tool().main(arguments) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert "road/000000.png: cannot be read (No such file or directory); check the path of the images" in error
    assert not (tmp_path / "flow").exists()
