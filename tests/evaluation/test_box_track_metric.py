"""The metric of boxes as mmengine drives it: data samples in, files and numbers out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mmdet")

from mmdet.registry import METRICS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.evaluator import Evaluator
from mmengine.structures import InstanceData

from mots_plugin.evaluation.metrics import BoxTrackMetric
from mots_plugin.formats.errors import FormatError

CLASSES = ("pedestrian", "car")
FIRST, SECOND, THIRD = [10, 10, 50, 90], [100, 10, 140, 90], [300, 10, 340, 90]
Row = tuple[int, int, list[float]]


def annotate(path: Path, videos: dict[str, list[list[tuple[int, int, list[float], bool]]]]) -> str:
    """Write a COCO-video file without masks: for each video and frame, rows of id, category, xyxy, crowd."""
    names = {1: "pedestrian", 3: "car", 7: "static_person", 10: "ignore"}
    data: dict[str, Any] = {"categories": [{"id": number, "name": name} for number, name in names.items()]}
    data |= {"videos": [], "images": [], "annotations": []}
    for video_id, (video, frames) in enumerate(videos.items(), 1):
        data["videos"].append({"id": video_id, "name": video, "width": 640, "height": 480, "length": len(frames)})
        for frame, rows in enumerate(frames):
            image_id = len(data["images"]) + 1
            image = {"id": image_id, "video_id": video_id, "video_name": video, "width": 640, "height": 480}
            image |= {"frame_id": frame, "frame_number": frame + 1, "file_name": f"{video}/{frame}.jpg"}
            data["images"].append(image)
            for track, category, (x0, y0, x1, y1), crowd in rows:
                entry = {"id": len(data["annotations"]) + 1, "image_id": image_id, "video_id": video_id}
                entry |= {"category_id": category, "instance_id": track, "iscrowd": int(crowd)}
                data["annotations"].append({**entry, "bbox": [x0, y0, x1 - x0, y1 - y0]})
    path.write_text(json.dumps(data))
    return str(path)


def tracked(video: str, frame: int, length: int, rows: list[Row]) -> TrackDataSample:
    """What the model returns for a frame: rows of id, label, xyxy."""
    sample = DetDataSample(metainfo={"video_name": video, "frame_number": frame, "ori_video_length": length})
    sample.pred_track_instances = InstanceData(
        instances_id=np.array([row[0] for row in rows], np.int64),
        labels=np.array([row[1] for row in rows], np.int64),
        bboxes=np.array([row[2] for row in rows], np.float32).reshape(-1, 4),
        scores=np.full(len(rows), 0.5, np.float32),
    )
    track_sample = TrackDataSample()
    track_sample.video_data_samples = [sample]
    return track_sample


def test_scores_files_and_json_of_a_whole_run(tmp_path: Path) -> None:
    """A pedestrian whose id changes, a car found in one of two frames, a prediction in a crowd, a false alarm."""
    crowd = (9, 1, [500, 0, 640, 200], True)
    truth = {"a": [[(1, 1, FIRST, False), (2, 3, SECOND, False), crowd], [(1, 1, FIRST, False), (2, 3, SECOND, False)]]}
    config = {
        "type": "BoxTrackMetric",
        "ann_file": annotate(tmp_path / "annotations.json", truth),
        "metric": ["clear", "hota", "idf1"],
        "out_dir": str(tmp_path / "out"),
    }
    evaluator = Evaluator(METRICS.build(config))
    evaluator.dataset_meta = {"classes": CLASSES}
    evaluator.process([tracked("a", 1, 2, [(5, 0, FIRST), (6, 1, SECOND), (7, 0, [510, 10, 550, 90])])])
    evaluator.process([tracked("a", 2, 2, [(8, 0, FIRST), (7, 1, THIRD)])])
    metrics = evaluator.evaluate(2)
    assert [metrics[f"pedestrian/{name}"] for name in ("TP", "FP", "FN", "IDSW", "IDTP")] == [2, 0, 0, 1, 1]
    assert [metrics[f"car/{name}"] for name in ("TP", "FP", "FN", "IDSW", "IDTP")] == [1, 1, 1, 0, 1]
    assert (metrics["pedestrian/MOTA"], metrics["car/MOTA"], metrics["all/MOTA"]) == (0.5, 0.0, 0.25)
    assert metrics["all/IDF1"] == 0.5
    assert metrics["pedestrian/HOTA"] == pytest.approx(np.sqrt(0.5))
    written = (tmp_path / "out" / "tracks" / "a.txt").read_text().splitlines()
    assert written[0] == "1,5,10,10,40,80,0.5,1,-1,-1"
    assert written[-1] == "2,7,300,10,40,80,0.5,3,-1,-1"
    summary = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert summary["sequences"]["a"]["car"]["FN"] == 1


def test_a_single_class_is_not_written(tmp_path: Path) -> None:
    annotations = annotate(tmp_path / "annotations.json", {"a": [[(1, 1, FIRST, False), (2, 3, SECOND, False)]]})
    metric = BoxTrackMetric(annotations, out_dir=str(tmp_path / "out"))
    metric.dataset_meta = {"classes": ("pedestrian",)}
    metric.process(None, [tracked("a", 1, 1, [(5, 0, FIRST)]).to_dict()])
    scores = metric.evaluate(1)
    assert (scores["pedestrian/MOTA"], scores["pedestrian/FN"]) == (1.0, 0)
    assert (tmp_path / "out" / "tracks" / "a.txt").read_text() == "1,5,10,10,40,80,0.5,-1,-1,-1\n"


@pytest.mark.parametrize(
    ("options", "false_positives"),
    [({}, 1), ({"distractors": ["static_person"]}, 0), ({"ignore_classes": ["static_person"]}, 0)],
)
def test_distractors_and_regions(tmp_path: Path, options: dict[str, Any], false_positives: int) -> None:
    annotations = annotate(tmp_path / "annotations.json", {"a": [[(1, 7, FIRST, False)]]})
    metric = BoxTrackMetric(annotations, **options)
    metric.dataset_meta = {"classes": CLASSES}
    metric.process(None, [tracked("a", 1, 1, [(5, 0, FIRST)]).to_dict()])
    assert metric.evaluate(1)["pedestrian/FP"] == false_positives


def test_bad_arguments_and_boxes_are_named(tmp_path: Path) -> None:
    annotations = annotate(tmp_path / "annotations.json", {"a": [[(1, 1, FIRST, False)]]})
    with pytest.raises(FormatError, match="there is no metric smotsa; known are: clear, hota, idf1"):
        BoxTrackMetric(annotations, metric="smotsa")
    metric = BoxTrackMetric(annotations, distractors=["ghost"])
    metric.dataset_meta = {"classes": CLASSES}
    with pytest.raises(FormatError, match=r"annotations\.json: has no class 'ghost'; known are: pedestrian, car, "):
        metric.process(None, [tracked("a", 1, 1, [(5, 0, FIRST)]).to_dict()])
    data = json.loads(Path(annotations).read_text())
    del data["annotations"][0]["bbox"]
    Path(annotations).write_text(json.dumps(data))
    metric = BoxTrackMetric(annotations)
    metric.dataset_meta = {"classes": CLASSES}
    with pytest.raises(FormatError, match=r"annotations\.json:annotation 1: has no box .*; write 'bbox'"):
        metric.process(None, [tracked("a", 1, 1, [(5, 0, FIRST)]).to_dict()])
