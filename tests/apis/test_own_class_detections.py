"""Cows and sheep, classes that MOTS does not have: recorded, tracked without a network, and scored."""

from pathlib import Path

import numpy as np
import pytest
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from mots_plugin.apis.detection_tracking import DetectedDataset, TrackingJob
from mots_plugin.evaluation.functional.families import choose_families, summarise
from mots_plugin.evaluation.metrics import DetectionRecorder
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.detections_txt import read_detections_txt
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.rle import boxes, encode_crop

COW, SHEEP = 3, 4
SHEEP_LABEL, COW_LABEL = 0, 1  # the model counts them the other way round
TRACKER = {
    "type": "StagedTracker",
    "stages": [{"type": "Stage", "cues": [{"type": "BoxIoUCue"}], "max_cost": 0.5}],
    "lifecycle": {"type": "Lifecycle", "birth_score": 0.5, "min_score": 0.5},
}


def square(x: int) -> dict:
    return encode_crop(np.ones((4, 4), bool), x, 2, 8, 24)


@pytest.fixture
def field(tmp_path) -> Path:
    """Two frames of a cow on the left and a sheep on the right."""
    truth = MaskTracks([0, 0, 1, 1], [1, 2, 1, 2], [COW, SHEEP] * 2, [square(0), square(16)] * 2)
    frames = VideoFrames("field", [0, 1], ["field/0.png", "field/1.png"], 8, 24)
    names = {COW: "cow", SHEEP: "sheep", 10: "ignore"}
    write_coco_video(tmp_path / "val.json", from_mask_tracks([(frames, truth)], class_names=names))
    return tmp_path / "val.json"


def found(index: int, *objects: tuple[int, int]) -> dict:
    """A finished frame in which the network saw squares: label and left edge of each."""
    labels, lefts = np.array(objects, np.int64).reshape(-1, 2).T
    masks = [square(left) for left in lefts.tolist()]
    sample = DetDataSample(metainfo={"video_name": "field", "frame_id": index, "ori_video_length": 2})
    scores = np.full(len(masks), 0.9, np.float32)
    sample.pred_instances = InstanceData(bboxes=boxes(masks), scores=scores, labels=labels, masks=masks)
    return {"video_data_samples": [sample]}


def record(folder: Path, annotations: Path, classes: tuple[str, ...] = ("sheep", "cow")) -> None:
    recorder = DetectionRecorder(str(folder), annotations)
    recorder.dataset_meta = {"classes": classes}
    recorder.process(None, [found(0, (SHEEP_LABEL, 16), (COW_LABEL, 0))])
    recorder.process(None, [found(1, (SHEEP_LABEL, 16), (COW_LABEL, 10))])  # the cow is seen where it is not


def test_detections_are_recorded_tracked_and_scored_under_their_own_numbers(field, tmp_path):
    record(tmp_path / "detections", field)
    recorded = read_detections_txt(tmp_path / "detections/field.txt", {"cow": COW, "sheep": SHEEP})
    assert recorded.class_ids.tolist() == [SHEEP, COW, SHEEP, COW]

    source = {"ann_file": str(field), "metainfo": {"classes": ("sheep", "cow")}}
    dataset = DetectedDataset.from_config(source, tmp_path / "detections", None)
    assert dataset.video("field").observations[1].labels.tolist() == [SHEEP_LABEL, COW_LABEL]
    families = choose_families(["smotsa"])
    summary = summarise({"field": TrackingJob(dataset, TRACKER, tmp_path, families).run("field")}, families)

    assert read_mots_txt(tmp_path / "field.txt", check=False).class_ids.tolist() == [SHEEP, COW, SHEEP, COW]
    assert summary["sheep"]["sMOTSA"] == 1.0
    assert (summary["cow"]["TP"], summary["cow"]["FP"], summary["cow"]["FN"]) == (1, 1, 1)


def test_a_class_that_the_annotations_do_not_number_is_named(field, tmp_path):
    with pytest.raises(FormatError, match=r"val\.json: has no class 'goat'; known are: cow, sheep, ignore"):
        record(tmp_path / "detections", field, ("sheep", "goat"))
