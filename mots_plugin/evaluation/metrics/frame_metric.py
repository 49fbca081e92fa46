"""What metrics of single frames share: frames come alone or in videos, and their results are gathered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.dist import all_gather_object
from mmengine.evaluator import BaseMetric
from mmengine.structures import BaseDataElement
from numpy.typing import NDArray


class FrameMetric(BaseMetric):
    """Keeps one result a frame, gathered from all processes, whatever their share; frames met twice count once.

    A subclass writes ``keep(frame)``, which returns what is to be kept, and ``compute_metrics(results)``.

    Args:
        prefix: Put before the names of the metrics.
    """

    def __init__(self, prefix: str | None = None) -> None:
        super().__init__(prefix="frames")  # without any, the base class warns; the names are clear without one
        self.prefix = prefix

    def keep(self, frame: Mapping[str, Any]) -> Any:
        """Return the result of a frame, free of tensors.

        Args:
            frame: ``DetDataSample.to_dict()``.
        """
        raise NotImplementedError

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Take in the frames of a batch.

        Args:
            data_batch: Not used.
            data_samples: ``to_dict()`` of DetDataSamples, or of TrackDataSamples with their frames; each frame has
                ``img_id``.
        """
        for sample in data_samples:
            for frame in sample.get("video_data_samples", [sample]):
                entries = frame.to_dict() if isinstance(frame, BaseDataElement) else frame
                self.results.append((entries["img_id"], self.keep(entries)))

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather the results of all processes and return the metrics, on every process.

        Args:
            size: Not used: results are told apart by their image.
        """
        by_image = {image: result for part in all_gather_object(self.results) for image, result in part}
        self.results.clear()
        metrics = self.compute_metrics(sorted(by_image.items()))
        return {f"{self.prefix}/{name}" if self.prefix else name: value for name, value in metrics.items()}


def to_array(values: Any) -> NDArray:
    """Return a tensor, of any device, as an array; an array as it is."""
    return values.detach().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)
