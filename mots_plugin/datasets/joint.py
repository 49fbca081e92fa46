"""Several sources of boxes and identities as one data set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmdet.registry import DATASETS
from mmengine.dataset import ConcatDataset
from mmengine.logging import MMLogger
from numpy.typing import NDArray

from mots_plugin.datasets.identified_boxes import IdentifiedBoxDataset, SourceCounts
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.text_table import format_table


@DATASETS.register_module()
class JointIdentityDataset(ConcatDataset):
    """Joins sources so that no identity of one is taken for that of another, and says what each of them gave.

    The identities of a class count through all sources, in their order.

    Args:
        datasets: Configs of ``IdentifiedBoxDataset``, of the same classes.
        names: What to call them in the table; by default their annotation files.
        lazy_init: As in mmengine's ``ConcatDataset``.

    Raises:
        FormatError: The sources have different classes.
    """

    datasets: list[IdentifiedBoxDataset]

    def __init__(self, datasets: Sequence[dict], names: Sequence[str] | None = None, lazy_init: bool = False) -> None:
        self.names = names
        super().__init__(datasets, lazy_init=True, ignore_keys=["classes"])
        if self.names is not None and len(self.names) != len(self.datasets):
            raise ValueError(f"JointIdentityDataset: {len(self.names)} names for {len(self.datasets)} datasets")
        for source in self.datasets[1:]:
            if tuple(source.metainfo["classes"]) != tuple(self.metainfo["classes"]):
                problem = f"classes {source.metainfo['classes']} are not {self.metainfo['classes']}"
                raise FormatError(source.ann_file, problem, "give all sources of a joint data set the same classes")
        if not lazy_init:
            self.full_init()

    def full_init(self) -> None:
        """Read all sources and number their identities through."""
        if self._fully_initialized:
            return
        super().full_init()
        offsets = np.zeros(len(self.metainfo["classes"]), np.int64)
        for source in self.datasets:
            source.identity_offsets = offsets
            offsets = offsets + source.counts.identities
        MMLogger.get_current_instance().info(f"\n{self.describe()}")

    @property
    def identity_counts(self) -> list[int]:
        """Number of identities of each class, in all sources together."""
        return np.sum([count.identities for count in self._counts()], axis=0).tolist()

    def neighbours(self) -> NDArray[np.int64]:
        """Return for each item its neighbour; see :meth:`IdentifiedBoxDataset.neighbours`."""
        starts = [0, *self.cumulative_sizes[:-1]]
        return np.concatenate(
            [source.neighbours() + start for source, start in zip(self.datasets, starts, strict=True)]
        )

    def describe(self) -> str:
        """Return a table of the images, boxes and identities of each source (table 1 of the JDE paper)."""
        heads = ["source", "images", "boxes", *(f"{name} identities" for name in self.metainfo["classes"])]
        names = [*(self.names or [source.ann_file for source in self.datasets]), "together"]
        numbers = np.array([[count.images, count.boxes, *count.identities] for count in self._counts()])
        rows = [*numbers.tolist(), numbers.sum(axis=0).tolist()]
        return format_table(heads, [[name, *map(str, row)] for name, row in zip(names, rows, strict=True)])

    def _counts(self) -> list[SourceCounts]:
        return [source.counts for source in self.datasets]
