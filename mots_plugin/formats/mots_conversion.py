"""Conversion of MOTS data sets to COCO-video json: what their converters have in common."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import Any

from mots_plugin.formats.coco_video import CocoVideo, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.sequence_files import SequenceFiles, find_by_name
from mots_plugin.formats.sequence_reading import ReadingRules, SequenceReading, check_parts, read_sequence


def add_conversion_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every converter of this kind takes."""
    parser.add_argument("source", metavar="SRC", type=Path, help="root of the data set")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder for the json files, created if need be")
    parser.add_argument(
        "--seqmap",
        nargs="+",
        type=Path,
        default=[],
        help="convert the sequences and frames that a seqmap lists; the json is named after it",
    )
    parser.add_argument(
        "--sequences", nargs="+", metavar="NAME", help="of these, convert only the sequences of that name or number"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    parser.add_argument(
        "--images",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="take the frames from the images; --no-images: from the annotations, where no images are at hand",
    )
    parser.add_argument(
        "--strict",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="refuse data that lack an image or annotation; --no-strict: leave such frames and sequences out",
    )


@dataclass(frozen=True)
class Split:
    """What goes into one json.

    Attributes:
        name: Name of the json, without extension.
        ranges: Its sequences and their frames.
        found: The sequences on disk to take them from.
        annotated: Whether they have annotations; test splits do not.
    """

    name: str
    ranges: Sequence[SequenceRange]
    found: Mapping[str, SequenceFiles]
    annotated: bool = True


def all_annotated(found: Mapping[str, SequenceFiles], source: Path) -> Split:
    """Return every sequence that has an annotation, with all its frames.

    Raises:
        FormatError: There is none.
    """
    ranges = [SequenceRange(files.name) for files in found.values() if files.annotated]
    if not ranges:
        problem = f"none of the {len(found)} sequences has an annotation"
        raise FormatError(source, problem, "put instances_txt/SSSS.txt or instances/SSSS/FFFFFF.png there")
    return Split("all", ranges, found)


def check_source(source: Path, found: Mapping[str, SequenceFiles], layout: str) -> None:
    """Refuse a source in which nothing was found.

    Raises:
        FormatError: No such folder, or no sequence in it.
    """
    if not source.is_dir():
        raise FormatError(source, "is not a folder", f"give the root of the data set, which holds {layout}")
    if not found:
        raise FormatError(source, "holds no sequence", f"give the root of the data set, which holds {layout}")


def convert(splits: Sequence[Split], arguments: argparse.Namespace) -> None:
    """Read splits, write one COCO-video json each, and print what they hold.

    Nothing is written before all splits are read and found sound.

    Args:
        splits: What to convert.
        arguments: As :func:`add_conversion_arguments` has them.

    Raises:
        FormatError: The data cannot be converted; names file, line and cure.
        OSError: A file cannot be read or written.
    """
    destination: Path = arguments.destination
    if destination.suffix == ".json":
        raise FormatError(destination, "DST is a file name", "give a folder; the json is named after the split")
    twice = [name for name, count in Counter(split.name for split in splits).items() if count > 1]
    if twice:
        path = destination / f"{twice[0]}.json"
        raise FormatError(path, "two splits would be written there", "rename a seqmap, the json is named after it")
    splits = [replace(split, ranges=_select(split, arguments.sequences)) for split in splits]
    readings = [_read_split(split, arguments) for split in splits]
    for split, sequences in zip(splits, readings, strict=True):
        coco = from_mask_tracks((reading.frames, reading.tracks) for reading in sequences)
        path = destination / f"{split.name}.json"
        write_coco_video(path, coco)
        print(summarise(split.name, coco, sequences))
        print(f"  written to {path}; its file names are relative to {arguments.source}")


def _select(split: Split, names: Sequence[str] | None) -> Sequence[SequenceRange]:
    """Keep the sequences that a user names, all of them when ``names`` is None."""
    if names is None:
        return split.ranges
    for name in names:
        if not any(entry.is_called(name) for entry in split.ranges):
            known = ", ".join(entry.name for entry in split.ranges)
            raise FormatError(f"split {split.name}", f"has no sequence {name}", f"name one of: {known}")
    return [entry for entry in split.ranges if any(entry.is_called(name) for name in names)]


def _read_split(split: Split, arguments: argparse.Namespace) -> list[SequenceReading]:
    from tqdm import tqdm

    rules = ReadingRules(with_images=arguments.images, strict=arguments.strict, annotated=split.annotated)
    jobs: list[tuple[SequenceFiles, SequenceRange]] = []
    for entry in split.ranges:
        try:
            jobs.append((_find_files(split, entry, rules, arguments.source), entry))
        except FormatError as missing:
            if rules.strict:
                raise
            print(f"warning: left out: {missing}", file=sys.stderr)
    if not jobs:
        raise FormatError(arguments.source, f"nothing is left of split {split.name}", "see the warnings above")
    workers = min(arguments.workers, len(jobs))
    pool_or_none: Any = nullcontext()
    if workers > 1:
        # Ctrl-C reaches all processes; only this one shall speak of it.
        pool_or_none = ProcessPoolExecutor(workers, initializer=signal, initargs=(SIGINT, SIG_IGN))
    with pool_or_none as pool:
        results = (pool.map if pool else map)(read_sequence, *zip(*jobs, strict=True), [rules] * len(jobs))
        readings = list(tqdm(results, total=len(jobs), desc=f"reading {split.name}", unit="sequence"))
    for reading in readings:
        for warning in reading.warnings:
            print(f"warning: {warning}", file=sys.stderr)
    return readings


def _find_files(split: Split, entry: SequenceRange, rules: ReadingRules, source: Path) -> SequenceFiles:
    """Return where a sequence lies, or raise when it, or what the rules ask of it, is not there."""
    files = find_by_name(split.found, entry.name)
    if files is None:
        problem = f"sequence {entry.name} of split {split.name} is not among those found ({', '.join(split.found)})"
        raise FormatError(entry.source or source, problem, "add its files, or leave it out of the seqmap")
    check_parts(files, entry, rules)
    return files


def summarise(name: str, coco: CocoVideo, sequences: Sequence[SequenceReading]) -> str:
    """Return a table of what a split holds.

    Args:
        name: Name of the split.
        coco: The split.
        sequences: What it was made from.
    """
    annotations = coco.data["annotations"]
    masks = Counter(annotation["category_id"] for annotation in annotations)
    tracks = Counter(
        category for category, _, _ in {(a["category_id"], a["video_id"], a["instance_id"]) for a in annotations}
    )
    kinds = Counter(reading.annotation for reading in sequences)
    rows = [
        ("sequences", len(coco.videos), ", ".join(f"{count} from {kind}" for kind, count in kinds.items())),
        ("frames", len(coco.data["images"]), ""),
    ]
    for class_id, class_name in coco.class_names.items():
        if class_id == IGNORE_CLASS:
            rows.append(("ignore regions", masks[class_id], ""))
        else:
            rows.append((f"{class_name} masks", masks[class_id], f"{tracks[class_id]} tracks"))
    return "\n".join([f"{name}:", *(f"  {label:<18}{count:>8}  {note}".rstrip() for label, count, note in rows)])
