"""Convert a DAVIS-style data set, or your own masks kept that way, to COCO-video json.

    python data_converters/davis.py SRC DST --class-name car
    python data_converters/davis.py SRC DST --classes classes.csv --split SRC/ImageSets/2017/train.txt

SRC holds ``JPEGImages/[480p/]SEQUENCE/00000.jpg`` and ``Annotations/[480p/]SEQUENCE/00000.png`` (palette or 8-bit grey;
0 background, 255 to be ignored, else the number of the object). One json a split is written to DST.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal

from tqdm import tqdm

from mots_plugin.formats.class_numbers import ClassNumbers, number_classes
from mots_plugin.formats.coco_video import from_mask_tracks, write_coco_video
from mots_plugin.formats.davis import (
    IGNORE_VALUE,
    ObjectClasses,
    find_davis_folders,
    read_davis_sequence,
    read_image_set,
    read_object_classes,
    sequence_names,
)
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mots_conversion import summarise
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.sequence_reading import SequenceReading


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SRC", type=Path, help="folder that holds JPEGImages and Annotations")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder for the json files, created if need be")
    parser.add_argument("--class-name", metavar="NAME", help="class of all objects, or of those not in the csv")
    parser.add_argument("--classes", metavar="CSV", type=Path, help="classes, a line each: sequence,object_id,class")
    parser.add_argument(
        "--split", metavar="TXT", nargs="+", type=Path, default=[], help="files of ImageSets; default: all sequences"
    )
    parser.add_argument("--resolution", metavar="NAME", help="folder below JPEGImages and Annotations, such as 480p")
    parser.add_argument(
        "--ignore-value",
        choices=[str(IGNORE_VALUE), "none"],
        default=str(IGNORE_VALUE),
        help="palette index of regions to be ignored; none for DAVIS 2016, where 255 is the object (default: 255)",
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    parser.add_argument(
        "--strict",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="refuse frames that lack their mask or image; --no-strict: leave them out as not annotated",
    )
    arguments = parser.parse_args(argv)
    if arguments.class_name is None and arguments.classes is None:
        parser.error("say what the objects are: --class-name car, or --classes CSV")
    return arguments


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    if arguments.destination.suffix == ".json":
        raise FormatError(arguments.destination, "is a file name", "give a folder; the json is named after the split")
    images, masks = find_davis_folders(arguments.source, arguments.resolution)
    splits = {path.stem: read_image_set(path) for path in arguments.split} or {"all": sequence_names(masks)}
    if len(splits) < len(arguments.split):
        raise FormatError(arguments.split[-1], "two splits have one name", "convert them into two folders")
    classes, numbers = _read_classes(arguments, masks)
    readings = {name: _read(name, sequences, images, masks, classes, arguments) for name, sequences in splits.items()}
    for name, sequences in readings.items():
        coco = from_mask_tracks(((reading.frames, reading.tracks) for reading in sequences), class_names=numbers.names)
        path = arguments.destination / f"{name}.json"
        write_coco_video(path, coco)
        print(summarise(name, coco, sequences))
        print(f"  written to {path}; its file names are relative to {arguments.source}")


def _read(
    split: str,
    sequences: Sequence[str],
    images: Path,
    masks: Path,
    classes: ObjectClasses,
    arguments: argparse.Namespace,
) -> list[SequenceReading]:
    if not sequences:
        raise FormatError(masks, "holds no sequence", "put a folder of masks a sequence there")
    read = partial(
        read_davis_sequence,
        root=arguments.source,
        images=images,
        masks=masks,
        classes=classes,
        ignore_value=None if arguments.ignore_value == "none" else int(arguments.ignore_value),
        strict=arguments.strict,
    )
    progress = partial(tqdm, total=len(sequences), desc=f"reading {split}", unit="sequence")
    workers = min(arguments.workers, len(sequences))
    if workers > 1:
        # Ctrl-C reaches all processes; only this one shall speak of it.
        with ProcessPoolExecutor(workers, initializer=signal, initargs=(SIGINT, SIG_IGN)) as pool:
            readings = list(progress(pool.map(read, sequences)))
    else:
        readings = list(progress(map(read, sequences)))
    for reading in readings:
        for warning in reading.warnings:
            print(f"warning: {warning}", file=sys.stderr)
    return readings


def _read_classes(arguments: argparse.Namespace, masks: Path) -> tuple[ObjectClasses, ClassNumbers]:
    listed = {} if arguments.classes is None else read_object_classes(arguments.classes)
    default = [] if arguments.class_name is None else [arguments.class_name]
    numbers = number_classes([*sorted(set(listed.values())), *default])
    default_id = numbers.ids[default[0]] if default else None
    if arguments.classes is None:
        return ObjectClasses(default_id), numbers
    unknown = sorted({sequence for sequence, _ in listed} - set(sequence_names(masks)))
    if unknown:
        raise FormatError(arguments.classes, f"sequence {unknown[0]} is not in {masks}", "correct its name")
    class_ids = {key: numbers.ids[name] for key, name in listed.items()}
    return ObjectClasses(default_id, class_ids, str(arguments.classes)), numbers


if __name__ == "__main__":
    sys.exit(main())
