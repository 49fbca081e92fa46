"""Convert KINS to COCO-video json, each image a video of one frame.

    python data_converters/kins.py SRC DST

SRC holds KITTI's object images, ``training/image_2/000000.png`` and ``testing/image_2/…``, and the annotations of KINS:
``update_train_2020.json`` and ``update_test_2020.json``, or those of 2019. Written are ``DST/kins_train.json`` and
``DST/kins_test.json``, whose file names are relative to SRC.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.kins import ANNOTATION_FILES, kins_videos, load_kins
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_conversion import summarise
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

SPLITS = {"train": "training", "test": "testing"}


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SRC", type=Path, help="folder that holds training/image_2, testing/image_2")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder for the json files, created if need be")
    parser.add_argument("--train", metavar="JSON", type=Path, help="annotations of training/image_2; default: in SRC")
    parser.add_argument("--test", metavar="JSON", type=Path, help="annotations of testing/image_2; default: in SRC")
    parser.add_argument(
        "--others",
        choices=["ignore", "background"],
        default="ignore",
        help="what riders and vehicles other than cars become; background: as PointTrack was trained (default: ignore)",
    )
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    files = {split: getattr(arguments, split) or _find(arguments.source, folder) for split, folder in SPLITS.items()}
    if not any(files.values()):
        names = ", ".join(name for names in ANNOTATION_FILES.values() for name in names)
        cure = f"put the annotations of KINS there ({names}), or name them with --train and --test"
        raise FormatError(arguments.source, "holds no annotations of KINS", cure)
    for split, path in files.items():
        if path is None:
            print(f"{split}: no annotations, left out")
            continue
        coco = from_mask_tracks(_existing(path, SPLITS[split], arguments))
        destination = arguments.destination / f"kins_{split}.json"
        write_coco_video(destination, coco)
        print(summarise(f"kins_{split}", coco, []))
        print(f"  written to {destination}; its file names are relative to {arguments.source}")


def _find(source: Path, folder: str) -> Path | None:
    candidates = [source / name for name in ANNOTATION_FILES[folder]]
    return next((path for path in candidates if path.is_file()), None)


def _existing(path: Path, folder: str, arguments: argparse.Namespace) -> Iterator[tuple[VideoFrames, MaskTracks]]:
    """Yield the frames of a file, as long as their images are there."""
    data = load_kins(path)
    videos = kins_videos(data, path, folder, ignore_others=arguments.others == "ignore")
    for frames, masks in tqdm(videos, total=len(data["images"]), desc=f"reading {path.name}", unit="image"):
        image = arguments.source / frames.file_names[0]
        if not image.is_file():
            raise FormatError(
                image, "image not found", f"unpack KITTI's object images into {arguments.source}/{folder}"
            )
        yield frames, masks


if __name__ == "__main__":
    sys.exit(main())
