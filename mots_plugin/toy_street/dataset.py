"""A whole data set of rendered sequences: which settings a folder was made with, what is left to do, the splits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal

import cv2

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import read_json
from mots_plugin.formats.seqmap import SequenceRange, write_seqmap
from mots_plugin.toy_street.scene import StreetSettings
from mots_plugin.toy_street.statistics import StreetStatistics, total
from mots_plugin.toy_street.writer import sequence_name, statistics_file, write_sequence

RENDERER_VERSION = 9
"""Raised whenever the same settings give other pixels, so that old and new sequences never mix."""

SETTINGS_FILE = "toy_street.json"


@dataclass(frozen=True)
class StreetDataset:
    """A folder of rendered sequences.

    Attributes:
        folder: Its root.
        settings: What a sequence depends on.
        sequences: How many sequences there are.
        val_sequences: How many of them, the last ones, are held out.
    """

    folder: Path
    settings: StreetSettings
    sequences: int
    val_sequences: int

    def __post_init__(self) -> None:
        if not 1 <= self.sequences <= 9999:
            raise ValueError(f"sequences is {self.sequences}; choose 1 to 9999")
        if not 0 <= self.val_sequences <= self.sequences:
            raise ValueError(f"val-sequences is {self.val_sequences}; choose 0 to {self.sequences}, or more sequences")

    def claim(self) -> None:
        """Write the settings to the folder, or make sure that it was made with the same ones.

        Raises:
            FormatError: The folder holds something else.
        """
        wanted = {**self.settings.as_dict(), "sequences": self.sequences, "val_sequences": self.val_sequences}
        wanted["renderer_version"] = RENDERER_VERSION
        path = self.folder / SETTINGS_FILE
        if path.exists():
            cure = "remove the folder and render anew"
            found = read_json(path, cure)
            if not isinstance(found, dict):
                raise FormatError(path, "holds no settings", cure)
            differing = [key for key, value in wanted.items() if found.get(key) != value]
            if differing:
                other = [f"{key} {found.get(key)} instead of {wanted[key]}" for key in differing]
                cure = "give the same settings to go on with it, or another output folder"
                raise FormatError(path, f"was rendered with {', '.join(other)}", cure)
        elif self.folder.is_dir() and any(self.folder.iterdir()):
            cure = "name a new or empty folder"
            raise FormatError(self.folder, "is not empty and was not rendered by this tool", cure)
        else:
            with atomic_write(path) as file:
                json.dump(wanted, file, indent=1)

    def missing(self) -> list[int]:
        """Sequences that are not complete yet."""
        return [number for number in range(self.sequences) if not statistics_file(self.folder, number).exists()]

    def render_missing(self, workers: int) -> Iterator[int]:
        """Render what is missing, and yield the numbers of sequences as they get complete; then write the seqmaps."""
        missing = self.missing()
        render = partial(_render, self)
        if workers > 1 and len(missing) > 1:
            with get_context("spawn").Pool(min(workers, len(missing)), _prepare_worker) as pool:
                yield from pool.imap_unordered(render, missing)
        else:
            yield from map(render, missing)
        self._write_seqmaps()

    def statistics(self) -> StreetStatistics:
        """Statistics of all sequences together."""
        files = [statistics_file(self.folder, number) for number in range(self.sequences)]
        return total(json.loads(path.read_text(encoding="utf-8")) for path in files)

    def split_of(self, sequence: int) -> str:
        """``train`` or ``val``."""
        return "train" if sequence < self.sequences - self.val_sequences else "val"

    def _write_seqmaps(self) -> None:
        for split in ("train", "val"):
            numbers = [number for number in range(self.sequences) if self.split_of(number) == split]
            last = self.settings.frames - 1
            path = self.folder / f"{split}.seqmap"
            if numbers and not path.exists():
                write_seqmap(path, [SequenceRange(sequence_name(number), 0, last) for number in numbers])


def _prepare_worker() -> None:
    signal(SIGINT, SIG_IGN)  # Ctrl-C reaches all processes; only the first shall speak of it
    cv2.setNumThreads(1)


def _render(dataset: StreetDataset, sequence: int) -> int:
    write_sequence(dataset.folder, dataset.settings, sequence, dataset.split_of(sequence))
    return sequence
