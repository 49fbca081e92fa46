"""Detection AP and retrieval as mmengine drives them: data samples in, numbers out."""

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

from mots_plugin.evaluation.metrics import DetectionAPMetric, RetrievalMetric
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError

CLASSES = ("car", "pedestrian")
FRAME_1 = """
11..aa..
11..aa..
22....##
22....##
"""
FRAME_2 = """
11......
11......
........
........
"""
CAR_1, CAR_2, PEDESTRIAN, REGION = [0, 0, 2, 2], [0, 2, 2, 4], [4, 0, 6, 2], [6, 2, 8, 4]


@pytest.fixture
def annotations(tmp_path: Path, draw) -> str:
    """Two frames, image ids 1 and 2, with two cars, a pedestrian and an ignore region."""
    frames = VideoFrames("0002", [0, 1], ["0.png", "1.png"], 4, 8)
    write_coco_video(tmp_path / "annotations.json", from_mask_tracks([(frames, draw(FRAME_1, FRAME_2))]))
    return str(tmp_path / "annotations.json")


def frame(image: int, field: str = "pred_instances", video: str = "0002", **instances: list) -> DetDataSample:
    sample = DetDataSample(metainfo={"img_id": image, "video_name": video})
    tensors = {name: torch.tensor(values) for name, values in instances.items()}
    setattr(sample, field, InstanceData(**tensors))
    return sample


def found(*rows: tuple[list[int], float, int]) -> dict[str, list]:
    boxes, scores, labels = zip(*rows, strict=True)
    return {"bboxes": [list(map(float, box)) for box in boxes], "scores": list(scores), "labels": list(labels)}


DETECTIONS = [
    frame(1, **found((CAR_1, 0.9, 0), (REGION, 0.8, 0), (PEDESTRIAN, 0.7, 0), (PEDESTRIAN, 0.6, 1))),
    frame(2, **found((CAR_1, 0.2, 0), (CAR_1, 0.1, 0))),
]


def test_detection_ap_of_both_forms(annotations: str) -> None:
    evaluator = Evaluator(METRICS.build({"type": "DetectionAPMetric", "ann_file": annotations}))
    evaluator.dataset_meta = {"classes": CLASSES}
    for sample in DETECTIONS:
        evaluator.process([sample])
    metrics = evaluator.evaluate(2)
    # Three cars: a hit, an excused one, a false alarm, a hit, a double. Recalls to 1/3 at precision 1, to 2/3 at 2/3.
    assert [metrics["car/AP50"], metrics["car/AP"]] == pytest.approx([(34 + 33 * 2 / 3) / 101] * 2)
    assert metrics["pedestrian/AP50"] == pytest.approx(1.0)
    assert metrics["mean/AP50"] == pytest.approx(((34 + 33 * 2 / 3) / 101 + 1) / 2)
    # Above 0.3, image 2 has no detection and drops out; in image 1, one of three cars hits, of two.
    by_image = [metrics[f"car/image_{name}"] for name in ("AP50", "recall", "precision")]
    assert by_image == pytest.approx([1 / 2, 1 / 2, 1 / 3])
    assert metrics["pedestrian/image_AP50"] == 1.0


def test_frames_of_a_video_and_single_frames_score_alike_and_repeats_count_once(annotations: str) -> None:
    video = TrackDataSample()
    video.video_data_samples = DETECTIONS
    metrics = []
    for samples in ([video.to_dict()], [sample.to_dict() for sample in [*DETECTIONS, DETECTIONS[0]]]):
        metric = DetectionAPMetric(annotations)
        metric.process(None, samples)
        metrics.append(metric.evaluate(0))
    assert metrics[0] == metrics[1]
    assert metrics[0]["car/AP50"] > 0


def test_tracks_can_be_scored_as_detections(annotations: str) -> None:
    metric = DetectionAPMetric(annotations, predictions="pred_track_instances", prefix="tracks")
    metric.process(None, [frame(2, "pred_track_instances", **found((CAR_1, 0.9, 0))).to_dict()])
    metrics = metric.evaluate(0)
    assert metrics["tracks/car/AP50"] == pytest.approx(1.0)
    assert np.isnan(metrics["tracks/pedestrian/AP50"])
    assert metrics["tracks/mean/AP50"] == pytest.approx(1.0)


def test_detection_ap_names_what_is_missing(tmp_path: Path, annotations: str) -> None:
    with pytest.raises(FormatError, match=r"missing\.json: annotation file not found"):
        DetectionAPMetric(str(tmp_path / "missing.json"))
    with pytest.raises(FormatError, match="no image was tested"):
        DetectionAPMetric(annotations).evaluate(0)
    metric = DetectionAPMetric(annotations)
    metric.dataset_meta = {"classes": ("car", "dog")}
    metric.process(None, [DETECTIONS[0].to_dict()])
    with pytest.raises(FormatError, match="has no class 'dog'; known are: car, pedestrian, ignore"):
        metric.evaluate(0)


@pytest.mark.parametrize(("identities", "rate"), [("video", 1.0), ("dataset", 1 / 3)])
def test_retrieval_within_videos_and_over_the_data_set(identities: str, rate: float) -> None:
    """Identity 1 points right in one video and up in the other: the same object only if ids hold everywhere."""
    right, up = [1.0, 0.1], [0.1, 1.0]
    metric = METRICS.build({"type": "RetrievalMetric", "identities": identities})
    samples = [
        frame(1, video="0002", embeddings=[right, [0.3, 0.3]], instances_ids=[1, -1]),
        frame(2, video="0002", embeddings=[right, [0.9, -0.9]], instances_ids=[1, 2]),
        frame(3, video="0006", embeddings=[up], instances_ids=[1]),
    ]
    metric.process(None, [sample.to_dict() for sample in samples])
    metrics = metric.evaluate(0)
    assert metrics["TPR@FAR=1e-06"] == pytest.approx(rate)
    assert list(metrics) == [f"TPR@FAR={far}" for far in ("1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1")]


def test_retrieval_without_embeddings_is_an_error() -> None:
    with pytest.raises(FormatError, match="field pred_instances: has no embeddings"):
        RetrievalMetric().evaluate(0)


def test_detection_ap_leaves_its_numbers_in_a_file(tmp_path: Path, annotations: str) -> None:
    metric = DetectionAPMetric(annotations, out_dir=str(tmp_path / "ap"))
    metric.dataset_meta = {"classes": CLASSES}
    for sample in DETECTIONS:
        metric.process(None, [sample.to_dict()])
    metrics = metric.evaluate(0)
    written = json.loads((tmp_path / "ap" / "metrics.json").read_text())
    assert {f"{name}/{column}": value for name, row in written.items() for column, value in row.items()} == metrics
    with pytest.raises(FormatError, match="there is no metric map; known are: ap"):
        DetectionAPMetric(annotations, metric="map")
