"""Conversion of people's own drawings to COCO-video json: what the converters of labelme, CVAT and COCO share."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.class_numbers import ClassNumbers
from mots_plugin.formats.coco_video import from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labelled_videos import read_labelled_video
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_conversion import summarise
from mots_plugin.formats.sequence_reading import SequenceReading

VideoMasks = tuple[dict[int, Path], MaskTracks]
"""Images of a video by frame number, and its masks."""


def add_labelled_arguments(parser: argparse.ArgumentParser, images_help: str) -> None:
    """Add what every converter of this kind takes."""
    parser.add_argument("destination", metavar="DST", type=Path, help="folder for the json files, created if need be")
    parser.add_argument("--images", metavar="DIR", type=Path, help=images_help)
    parser.add_argument(
        "--val", nargs="+", metavar="NAME", default=[], help="videos to hold out: val.json; all others: train.json"
    )
    parser.add_argument(
        "--rename",
        nargs="+",
        metavar="OLD=NEW",
        type=_pair,
        default=[],
        help="call a class something else: person=pedestrian, or bicycle=ignore for regions to be ignored",
    )
    parser.add_argument(
        "--copy-images", action="store_true", help="copy the images to DST/images, so that DST can be moved as a whole"
    )


def convert_videos(
    names: Sequence[str],
    read: Callable[[str], VideoMasks],
    numbers: ClassNumbers,
    root: Path,
    arguments: argparse.Namespace,
    whole: str = "all",
) -> None:
    """Read videos, write train.json and val.json, or one json of all, and print what they hold.

    Nothing is written before all videos are read and found sound.

    Args:
        names: The videos.
        read: Returns images and masks of a video.
        numbers: Numbers of the classes.
        root: Folder of the images; file names will be relative to it, unless images are copied.
        arguments: As :func:`add_labelled_arguments` has them.
        whole: Name of the json where no video is held out.

    Raises:
        FormatError: The data cannot be converted.
        OSError: A file cannot be read or written.
    """
    from tqdm import tqdm

    destination: Path = arguments.destination
    if destination.suffix == ".json":
        raise FormatError(destination, "is a file name", "give a folder; the json is named after the split")
    unknown = [name for name in arguments.val if name not in names]
    if unknown:
        raise FormatError("--val", f"there is no video {unknown[0]}", f"name some of: {', '.join(names)}")
    if arguments.val and len(arguments.val) == len(names):
        raise FormatError("--val", "all videos would be held out", "leave some to train on")
    readings: dict[str, SequenceReading] = {}
    for name in tqdm(names, desc="reading", unit="video"):
        images, tracks = read(name)
        readings[name] = read_labelled_video(name, images, root, tracks)
        for warning in readings[name].warnings:
            tqdm.write(f"warning: {warning}", file=sys.stderr)
    if arguments.copy_images:
        for name in tqdm(names, desc="copying", unit="video"):
            readings[name] = _copied(readings[name], root, destination)
    held_out = [readings[name] for name in names if name in arguments.val]
    others = [readings[name] for name in names if name not in arguments.val]
    splits = {"train": others, "val": held_out} if held_out else {whole: others}
    for split, sequences in splits.items():
        coco = from_mask_tracks(((each.frames, each.tracks) for each in sequences), class_names=numbers.names)
        path = destination / f"{split}.json"
        write_coco_video(path, coco)
        print(summarise(split, coco, sequences))
        print(f"  written to {path}; its file names are relative to {destination if arguments.copy_images else root}")


def renamed_classes(arguments: argparse.Namespace, found: Iterable[str]) -> Mapping[str, str]:
    """Return new names by old ones, checked.

    Raises:
        FormatError: An old name that the data do not have, or one twice.
    """
    names = list(found)
    renamed = dict(arguments.rename)
    absent = [old for old in renamed if old not in names]
    if absent:
        raise FormatError("--rename", f"there is no class {absent[0]}", f"there are: {', '.join(names)}")
    if len(renamed) < len(arguments.rename):
        raise FormatError("--rename", "a class is renamed twice", "give each old name once")
    return renamed


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise argparse.ArgumentTypeError(f"'{text}' is not OLD=NEW")
    return old, new


def _copied(reading: SequenceReading, root: Path, destination: Path) -> SequenceReading:
    """Copy the images of a video; each appears whole or not at all."""
    frames = reading.frames
    names = [
        f"images/{frames.name}/{number:06d}{Path(old).suffix.lower()}"
        for number, old in zip(frames.frame_numbers, frames.file_names, strict=True)
    ]
    for old, new in zip(frames.file_names, names, strict=True):
        with open(root / old, "rb") as source, atomic_write(destination / new, "wb") as target:
            shutil.copyfileobj(source, target)
    return replace(reading, frames=replace(frames, file_names=names))
