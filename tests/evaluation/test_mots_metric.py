"""The metric as mmengine drives it: data samples in, files and numbers out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mmdet")

import torch
from mmdet.registry import METRICS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.evaluator import Evaluator
from mmengine.structures import InstanceData
from random_tracks import perturb, random_truth

from mots_plugin.evaluation.functional.families import METRIC_FAMILIES, count_sequence, summarise
from mots_plugin.evaluation.metrics import MOTSMetric
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt

CLASSES = ("car", "pedestrian")
Videos = dict[str, tuple[MaskTracks, MaskTracks]]


@pytest.fixture
def videos() -> Videos:
    """Ground truth and predictions of three videos of 6 frames; as in MOTS20, frames count from 1."""
    rng = np.random.default_rng(0)
    scenes = {}
    for name in ("0002", "0006", "0007"):
        truth = random_truth(rng, 6, (12, 10), 6)
        truth.frames[:] += 1
        scenes[name] = truth, perturb(truth, rng, jitter=1)
    return scenes


@pytest.fixture
def annotations(tmp_path: Path, videos: Videos) -> str:
    frames = list(range(1, 7))
    parts = [
        (VideoFrames(name, frames, [f"{name}/{frame}.png" for frame in frames], 12, 10), truth)
        for name, (truth, _) in videos.items()
    ]
    write_coco_video(tmp_path / "annotations.json", from_mask_tracks(parts))
    return str(tmp_path / "annotations.json")


def finished_frames(video: str, predictions: MaskTracks, frames: list[int], length: int = 6) -> TrackDataSample:
    """What the model returns for some frames of a video."""
    samples = []
    for frame in frames:
        rows = predictions.select(predictions.frames == frame)
        sample = DetDataSample(metainfo={"video_name": video, "frame_number": frame, "ori_video_length": length})
        sample.pred_track_instances = InstanceData(
            instances_id=rows.track_ids,
            bboxes=np.zeros((len(rows), 4), np.float32),
            scores=np.ones(len(rows), np.float32),
            labels=rows.class_ids - 1,
            masks=rows.masks,
        )
        samples.append(sample)
    track_sample = TrackDataSample()
    if samples:
        track_sample.video_data_samples = samples
    return track_sample


def run_near_online(metric: MOTSMetric, video: str, predictions: MaskTracks) -> None:
    """Feed a video as a model does that looks one frame ahead: nothing first, the last two frames together."""
    metric.dataset_meta = {"classes": CLASSES}
    for frames in ([], [1], [2], [3], [4], [5, 6]):
        metric.process(None, [finished_frames(video, predictions, frames).to_dict()])


def expected_summary(videos: Videos, *names: str) -> dict:
    classes, families = {"car": 1, "pedestrian": 2}, {name: METRIC_FAMILIES[name] for name in names}
    counts = {name: count_sequence(*pair, range(1, 7), classes, families) for name, pair in videos.items()}
    return summarise(counts, families)


def test_scores_files_and_json_of_a_whole_run(tmp_path: Path, videos: Videos, annotations: str) -> None:
    config = {"type": "MOTSMetric", "ann_file": annotations, "metric": ["smotsa", "hota"]}
    metric = METRICS.build(config | {"out_dir": str(tmp_path / "out")})
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = {"classes": CLASSES}
    for video, (_, predictions) in videos.items():
        for frame in range(1, 7):
            evaluator.process([finished_frames(video, predictions, [frame])])
    metrics = evaluator.evaluate(18)

    summary = expected_summary(videos, "smotsa", "hota")
    assert metrics["car/sMOTSA"] == summary["car"]["sMOTSA"]
    assert metrics["pedestrian/IDSW"] == summary["pedestrian"]["IDSW"]
    assert metrics["all/Frag"] == summary["all"]["Frag"]
    assert metrics["car/HOTA"] == summary["car"]["HOTA"]
    assert json.loads((tmp_path / "out" / "metrics.json").read_text()) == summary
    assert sorted(path.name for path in (tmp_path / "out" / "tracks").iterdir()) == ["0002.txt", "0006.txt", "0007.txt"]
    written, predictions = read_mots_txt(tmp_path / "out" / "tracks" / "0006.txt"), videos["0006"][1]
    assert written.frames.tolist() == predictions.frames.tolist()
    assert written.track_ids.tolist() == predictions.track_ids.tolist()
    assert written.masks == predictions.masks


def test_ground_truth_as_prediction_scores_exactly_one(videos: Videos, annotations: str) -> None:
    metric = MOTSMetric(annotations)
    for video, (truth, _) in videos.items():
        run_near_online(metric, video, truth.select(truth.class_ids != 10))
    metrics = metric.evaluate(0)
    assert metrics["car/sMOTSA"] == metrics["pedestrian/sMOTSA"] == metrics["all/sMOTSA"] == 1.0


def test_epochs_do_not_add_up(videos: Videos, annotations: str) -> None:
    metric = MOTSMetric(annotations, prefix="val")
    results = []
    for _ in range(2):
        for video, (_, predictions) in videos.items():
            run_near_online(metric, video, predictions)
        results.append(metric.evaluate(0))
    assert results[0] == results[1]
    assert results[0]["val/all/TP"] == expected_summary(videos, "smotsa")["all"]["TP"]


def test_tracks_go_to_a_temporary_folder_that_is_removed(
    tmp_path: Path, videos: Videos, annotations: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    metric = MOTSMetric(annotations)
    run_near_online(metric, "0002", videos["0002"][1])
    assert list((tmp_path / "temporary").glob("*/0002.txt"))
    metric.evaluate(0)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_only_the_classes_asked_for(videos: Videos, annotations: str) -> None:
    metric = MOTSMetric(annotations, classes=["pedestrian"])
    run_near_online(metric, "0002", videos["0002"][1])
    assert {name.split("/")[0] for name in metric.evaluate(0)} == {"pedestrian", "all"}


def test_a_video_that_ends_early_is_an_error(videos: Videos, annotations: str) -> None:
    metric = MOTSMetric(annotations)
    metric.process(None, [finished_frames("0002", videos["0002"][1], [1, 2]).to_dict()])
    with pytest.raises(FormatError, match="only 2 of the 6 frames of video 0002 were tracked"):
        metric.evaluate(0)


def test_a_run_without_videos_is_an_error(annotations: str) -> None:
    with pytest.raises(FormatError, match="no video was tracked"):
        MOTSMetric(annotations).evaluate(0)


def test_overlapping_predictions_are_refused(videos: Videos, annotations: str) -> None:
    tracks = videos["0002"][1]
    doubled = MaskTracks([1, 1], [1, 2], [1, 1], [tracks.masks[0], tracks.masks[0]])
    with pytest.raises(FormatError, match=r"0002\.txt:frame 1: .*track 2 .*track 1"):
        MOTSMetric(annotations).process(None, [finished_frames("0002", doubled, [1]).to_dict()])


def test_bad_arguments_fail_before_any_model_runs(tmp_path: Path, annotations: str) -> None:
    with pytest.raises(FormatError, match="there is no metric mota; known are: smotsa"):
        MOTSMetric(annotations, metric=["mota"])
    with pytest.raises(FormatError, match=r"missing\.json: annotation file not found"):
        MOTSMetric(str(tmp_path / "missing.json"))


def test_two_processes_give_the_numbers_and_files_of_one(tmp_path: Path, videos: Videos, annotations: str) -> None:
    """Three videos on two processes, so that one has one more; then both on one, so that the other has none."""
    arguments = (str(tmp_path / "rendezvous"), annotations, str(tmp_path), videos)
    torch.multiprocessing.start_processes(score_own_videos, arguments, nprocs=2, start_method="fork")
    single = MOTSMetric(annotations, out_dir=str(tmp_path / "single"))
    for video, (_, predictions) in videos.items():
        run_near_online(single, video, predictions)
    expected = single.evaluate(0)
    for rank in (0, 1):
        assert json.loads((tmp_path / f"uneven{rank}.json").read_text()) == expected
        assert json.loads((tmp_path / f"lonely{rank}.json").read_text()) == expected
    for run in ("uneven", "lonely"):
        for file in ("metrics.json", *(f"tracks/{video}.txt" for video in videos)):
            assert (tmp_path / run / file).read_bytes() == (tmp_path / "single" / file).read_bytes()


def score_own_videos(rank: int, rendezvous: str, annotations: str, folder: str, videos: Videos) -> None:
    torch.distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=2)
    names = list(videos)
    for run, shares in (("uneven", (names[:2], names[2:])), ("lonely", (names, []))):
        metric = MOTSMetric(annotations, out_dir=f"{folder}/{run}")
        for video in shares[rank]:
            run_near_online(metric, video, videos[video][1])
        Path(folder, f"{run}{rank}.json").write_text(json.dumps(metric.evaluate(0)))
    torch.distributed.destroy_process_group()
