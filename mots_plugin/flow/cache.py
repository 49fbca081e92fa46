"""A folder of flow files that ``PrecomputedFlow`` reads, filled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from pathlib import Path

from mots_plugin.flow.provider import FlowProvider, FlowQuery
from mots_plugin.formats.flow_files import write_flo, write_kitti_flow

WRITERS = {"kitti": (".png", write_kitti_flow), "flo": (".flo", write_flo)}


class FlowCache:
    """Computes flow and stores it as ``root/<video_name>/<name of the previous image>``.

    Each file appears whole or not at all, so a cache that was interrupted goes on where it stopped.

    Args:
        root: Folder with one folder a video.
        provider: Who computes what is missing.
        file_format: ``'kitti'`` (1/64 pixel, up to 512 pixels, small) or ``'flo'`` (lossless).
    """

    def __init__(self, root: str | Path, provider: FlowProvider, file_format: str = "kitti") -> None:
        self.root = Path(root)
        self.provider = provider
        self.suffix, self._write = WRITERS[file_format]

    def path(self, query: FlowQuery) -> Path:
        """Return where the answer to a query lies; the query is not one of a first frame."""
        assert query.previous_image_path is not None
        return self.root / query.video_name / f"{Path(query.previous_image_path).stem}{self.suffix}"

    def missing(self, queries: Iterable[FlowQuery]) -> list[FlowQuery]:
        """Return the queries that have an answer, but none stored yet."""
        return [query for query in queries if query.previous_image_path is not None and not self.path(query).exists()]

    def fill(self, queries: list[FlowQuery], workers: int = 1) -> Iterator[Path]:
        """Compute and store the answers.

        Args:
            queries: Adjacent frames side by side, as every image is then read once only.
            workers: Processes.

        Yields:
            The path of each file, when it is written.

        Raises:
            FormatError: An image cannot be read.
        """
        if workers <= 1:
            yield from map(self._store, queries)
            return
        with get_context("spawn").Pool(workers) as pool:
            yield from pool.imap(self._store, queries, chunksize=8)

    def _store(self, query: FlowQuery) -> Path:
        flow = self.provider.flow(query)
        assert flow is not None
        self._write(self.path(query), flow)
        return self.path(query)
