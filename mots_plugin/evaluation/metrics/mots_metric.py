"""The metrics of tracked masks as mmengine runs them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mmdet.registry import METRICS
from mmengine.structures import InstanceData
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.families import METRIC_FAMILIES
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs, mask_pairs
from mots_plugin.evaluation.metrics.track_metric import TrackMetric
from mots_plugin.evaluation.results import TrackResultWriter
from mots_plugin.formats.mots_txt import read_mots_txt


@METRICS.register_module()
class MOTSMetric(TrackMetric):
    """sMOTSA and its kin, HOTA, IDF1 and CLEAR over masks.

    Tracks are written as ``frame track_id class_id height width rle``. Arguments are those of
    :class:`~mots_plugin.evaluation.metrics.track_metric.TrackMetric`.
    """

    known_metrics = tuple(METRIC_FAMILIES)
    writer_type = TrackResultWriter

    def annotated_class_ids(self) -> dict[str, int]:
        """Return the class ids of masks by name: those of MOTS, whatever ids the file gives them."""
        return self.annotations.mask_class_ids

    def append(
        self,
        writer: TrackResultWriter,
        video: str,
        frame_number: int,
        instances: InstanceData,
        class_ids: NDArray[np.int64],
    ) -> int:
        """Write the masks of one frame."""
        return writer.append(video, frame_number, instances.instances_id, class_ids, instances.masks)

    def compare(self, video: str, path: Path) -> MaskPairs:
        """Compute every overlap of a finished video."""
        predictions = read_mots_txt(path, check=False, name=video)
        return mask_pairs(
            self.annotations.mask_tracks(video), predictions, self.annotations.frames(video).frame_numbers
        )
