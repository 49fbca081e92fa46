"""The panoptic metric as mmengine drives it: data samples in, maps and numbers out."""

import json

import numpy as np
import pytest

pytest.importorskip("mmdet")

import torch
from mmdet.registry import METRICS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.structures import PixelData
from panoptic_drawings import random_panoptic_video

from mots_plugin.evaluation.file_scoring import score_files
from mots_plugin.evaluation.metrics.panoptic_track_metric import PanopticTrackMetric
from mots_plugin.evaluation.step_scoring import StepBenchmark
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.step_png import read_step_png, write_step_png

FAMILIES = ["stq", "pq", "vpq", "pat", "ptq"]


@pytest.fixture
def class_list(tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(json.dumps({"classes": ["road", "sky", "car", "person"], "things": ["car", "person"]}))
    return str(path)


@pytest.fixture
def videos(tmp_path):
    """Predictions of two videos, whose ground truth lies on disk; the frames of the second count from 1."""
    predictions = {}
    for name, first, frames in (("0002", 0, 4), ("0006", 1, 3)):
        truths, maps = random_panoptic_video(int(name), frames=frames)
        predictions[name] = dict(enumerate(maps, first))
        for frame, ids in enumerate(truths, first):
            write_step_png(tmp_path / "gt" / name / f"{frame:06d}.png", ids)
    return predictions


def finished(name, maps, length):
    """What a model returns for some frames of a video."""
    samples = []
    for number, ids in maps.items():
        sample = DetDataSample(metainfo={"video_name": name, "frame_number": number, "ori_video_length": length})
        sample.pred_panoptic_seg = PixelData(sem_seg=torch.from_numpy(ids.astype(np.int64))[None])
        samples.append(sample)
    track_sample = TrackDataSample()
    if samples:
        track_sample.video_data_samples = samples
    return track_sample


def run(metric, videos):
    """Frame by frame, the two videos in turn."""
    metric.dataset_meta = {}
    for place in range(4):
        for name, maps in videos.items():
            numbers = list(maps)[place : place + 1]
            metric.process(None, [finished(name, {number: maps[number] for number in numbers}, len(maps)).to_dict()])


def test_the_numbers_are_those_of_the_files(tmp_path, class_list, videos):
    out = tmp_path / "out"
    options = {"min_pixels": 5}
    metric = METRICS.build(
        {
            "type": "PanopticTrackMetric", "panoptic_maps": str(tmp_path / "gt"), "metric": FAMILIES,
            "out_dir": str(out), "class_list": class_list, "options": options,
        }
    )  # fmt: skip
    run(metric, videos)
    values = metric.evaluate(7)
    for name, maps in videos.items():
        written = sorted((out / "panoptic_maps" / name).iterdir())
        assert [path.name for path in written] == [f"{number:06d}.png" for number in maps]
        np.testing.assert_array_equal(read_step_png(written[-1]), maps[max(maps)])
    expected = score_files(
        tmp_path / "gt", out / "panoptic_maps", StepBenchmark(class_list, **options), FAMILIES
    ).summary
    assert json.loads((out / "metrics.json").read_text()) == expected
    assert values["all/STQ"] == expected["all"]["STQ"]
    assert values["car/TP"] == expected["car"]["TP"]
    assert not any(key.startswith("sequences") for key in values)


def test_it_runs_again_in_an_evaluator_and_writes_nothing_without_a_folder(tmp_path, class_list, videos):
    metric = PanopticTrackMetric(str(tmp_path / "gt"), metric="stq", class_list=class_list, prefix="val")
    evaluator = Evaluator([metric])
    results = []
    for _ in range(2):
        evaluator.process([finished(name, maps, len(maps)) for name, maps in videos.items()])
        results.append(evaluator.evaluate(7))
    assert results[0] == results[1]
    assert "val/all/STQ" in results[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["classes.json", "gt"]


def test_a_video_must_be_tracked_to_its_end(tmp_path, class_list, videos):
    metric = PanopticTrackMetric(str(tmp_path / "gt"), out_dir=str(tmp_path / "out"), class_list=class_list)
    maps = {number: ids for number, ids in videos["0002"].items() if number < 2}
    metric.process(None, [finished("0002", maps, 4).to_dict()])
    with pytest.raises(FormatError, match="only the first 2 frames of video 0002 were tracked"):
        metric.evaluate(2)
    assert not list((tmp_path / "out" / "panoptic_maps").iterdir())
    with pytest.raises(FormatError, match="no video was tracked to its end"):
        metric.evaluate(0)
    with pytest.raises(FormatError, match="frame 2 of video 0002 was not tracked"):
        metric.process(None, [finished("0002", maps, 2).to_dict()])


def test_what_does_not_fit_the_ground_truth_is_refused(tmp_path, class_list, videos):
    metric = PanopticTrackMetric(str(tmp_path / "gt"), class_list=class_list)
    first = {0: videos["0002"][0]}
    with pytest.raises(FormatError, match="has no video 0009; it has 0002, 0006"):
        metric.process(None, [finished("0009", first, 4).to_dict()])
    with pytest.raises(FormatError, match=r"000000.png: is of 24 x 40 pixels, the prediction of 12 x 40"):
        metric.process(None, [finished("0002", {0: first[0][:12]}, 4).to_dict()])
    metric.discard_unfinished()
    with pytest.raises(FormatError, match="its prediction has pixels of class 9, which is unknown"):
        metric.process(None, [finished("0002", {0: first[0] + np.uint32(9 << 16)}, 4).to_dict()])


def test_names_are_checked_before_anything_runs(tmp_path):
    with pytest.raises(FormatError, match="there is no metric smotsa; known are: stq, pq, vpq, pat, ptq"):
        PanopticTrackMetric(str(tmp_path), metric="smotsa")


def test_videos_that_were_not_tracked_are_named(tmp_path, class_list, videos, monkeypatch):
    warnings = []
    monkeypatch.setattr(MMLogger.get_current_instance(), "warning", warnings.append)
    metric = PanopticTrackMetric(str(tmp_path / "gt"), class_list=class_list)
    metric.process(None, [finished("0002", videos["0002"], 4).to_dict()])
    metric.evaluate(4)
    assert warnings == [f"Not tracked, so not scored: 0006 (of {tmp_path / 'gt'})"]
    assert set(metric.summary["sequences"]) == {"0002"}
    frames = VideoFrames("0002", list(range(4)), [f"0002/{frame}.png" for frame in range(4)], 24, 40)
    write_coco_video(tmp_path / "val.json", from_mask_tracks([(frames, MaskTracks())]))
    metric.ann_file = str(tmp_path / "val.json")
    metric.process(None, [finished("0002", videos["0002"], 4).to_dict()])
    metric.evaluate(4)
    assert len(warnings) == 1  # 0006 was not asked for
