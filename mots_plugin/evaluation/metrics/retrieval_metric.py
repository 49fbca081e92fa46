"""Embedding retrieval as mmengine runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from mmdet.registry import METRICS
from mmengine.logging import MMLogger
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.retrieval import FALSE_ACCEPT_RATES, true_positive_rates
from mots_plugin.evaluation.metrics.frame_metric import FrameMetric, to_array
from mots_plugin.formats.errors import FormatError

Embeddings = tuple[str, NDArray, NDArray]


@METRICS.register_module()
class RetrievalMetric(FrameMetric):
    """True positive rate at false accept rates of 1e-6 to 1e-1, over all pairs of embedded objects.

    See :func:`mots_plugin.evaluation.functional.retrieval.true_positive_rates`.

    Args:
        field: Field of the data samples with ``embeddings`` (N, D) of ground-truth objects and their
            ``instances_ids`` (N,); negative ids are unlabelled and left out.
        identities: Where an id means one object: within its ``"video"`` (read from ``video_name``), or all over the
            ``"dataset"``, as in collections of still images.
        prefix: Put before the names of the metrics.
    """

    def __init__(
        self,
        field: str = "pred_instances",
        identities: Literal["video", "dataset"] = "video",
        prefix: str | None = None,
    ) -> None:
        super().__init__(prefix)
        self.field = field
        self.identities = identities

    def keep(self, frame: Mapping[str, Any]) -> Embeddings:
        """Return where ids are valid, embeddings and ids of a frame."""
        found = frame[self.field]
        scope = frame["video_name"] if self.identities == "video" else ""
        return scope, to_array(found["embeddings"]), to_array(found["instances_ids"])

    def compute_metrics(self, results: list[tuple[int, Embeddings]]) -> dict[str, float]:
        """Compare all embeddings, and log a line.

        Args:
            results: Image id, and what :meth:`keep` returned, of each frame.

        Returns:
            ``{"TPR@FAR=1e-06": 0.2, …}`` as fractions, NaN if all pairs are of one kind.

        Raises:
            FormatError: No object was embedded.
        """
        frames = [found for _, found in results if len(found[2])]
        if not frames:
            raise FormatError(f"field {self.field}", "has no embeddings", "check the test data loader and the model")
        objects = np.concatenate([ids for _, _, ids in frames])
        scopes = np.repeat([scope for scope, _, _ in frames], [len(ids) for _, _, ids in frames])
        _, scope_numbers = np.unique(scopes, return_inverse=True)
        _, identities = np.unique(np.stack([scope_numbers, objects]), axis=1, return_inverse=True)
        identities = np.where(objects < 0, -1, identities)
        rates = true_positive_rates(np.concatenate([embeddings for _, embeddings, _ in frames]), identities)
        metrics = {f"TPR@FAR={far:g}": float(rate) for far, rate in zip(FALSE_ACCEPT_RATES, rates, strict=True)}
        text = "   ".join(f"{name}: {100 * rate:.1f}" for name, rate in metrics.items())
        MMLogger.get_current_instance().info(f"{np.sum(identities >= 0)} embeddings   {text}")
        return metrics
