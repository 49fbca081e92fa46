"""The metrics of tracked boxes as mmengine runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mmdet.registry import METRICS
from mmengine.structures import InstanceData
from numpy.typing import NDArray

from mots_plugin.evaluation.box_scoring import BOX_METRICS
from mots_plugin.evaluation.functional.box_pairs import BoxPairs, BoxRules, box_pairs
from mots_plugin.evaluation.metrics.track_metric import TrackMetric
from mots_plugin.evaluation.results import BoxResultWriter
from mots_plugin.formats.coco_boxes import REGION_CLASS, coco_box_tracks
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mot_txt import parse_mot_txt


@METRICS.register_module()
class BoxTrackMetric(TrackMetric):
    """CLEAR, HOTA and IDF1 over boxes.

    Tracks are written as MOTChallenge has results, ``frame,id,x,y,w,h,score,-1,-1,-1``; with several classes in the
    data set, the eighth column is the class, in the numbering of the annotation file. Predictions lying in a crowd or
    an object of class ``ignore`` by more than half count for nothing unless they match.

    Args:
        args: As in :class:`~mots_plugin.evaluation.metrics.track_metric.TrackMetric`.
        distractors: Names of classes whose boxes excuse the predictions that match them.
        ignore_classes: Names of further classes that are regions like crowds.
        kwargs: As in :class:`~mots_plugin.evaluation.metrics.track_metric.TrackMetric`.
    """

    known_metrics = BOX_METRICS
    writer_type = BoxResultWriter

    def __init__(
        self, *args: Any, distractors: Sequence[str] = (), ignore_classes: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.distractors = tuple(distractors)
        self.ignore_classes = tuple(ignore_classes)

    def append(
        self,
        writer: BoxResultWriter,
        video: str,
        frame_number: int,
        instances: InstanceData,
        class_ids: NDArray[np.int64],
    ) -> int:
        """Write the boxes of one frame."""
        if len(self.dataset_class_ids) == 1:
            class_ids = np.full(len(class_ids), -1)
        return writer.append(video, frame_number, instances.instances_id, class_ids, instances.bboxes, instances.scores)

    def compare(self, video: str, path: Path) -> BoxPairs:
        """Compute every overlap of a finished video."""
        predictions, _ = parse_mot_txt(path.read_bytes(), str(path), video)
        if len(self.dataset_class_ids) == 1:
            (class_id,) = self.dataset_class_ids.values()
            predictions = replace(predictions, class_ids=np.full(len(predictions), class_id))
        ids = {name: class_id for class_id, name in self.annotations.class_names.items()}
        unknown = [name for name in (*self.distractors, *self.ignore_classes) if name not in ids]
        if unknown:
            raise FormatError(self.ann_file, f"has no class '{unknown[0]}'", f"known are: {', '.join(ids)}")
        distractors = tuple(ids[name] for name in self.distractors)
        rules = BoxRules(
            distractors=dict.fromkeys(self.scored_class_ids.values(), distractors),
            ignored=(REGION_CLASS, *(ids[name] for name in self.ignore_classes)),
            ids_needed=True,
        )
        truth = coco_box_tracks(self.annotations, video)
        return box_pairs(truth, predictions, self.annotations.frames(video).frame_numbers, rules)
