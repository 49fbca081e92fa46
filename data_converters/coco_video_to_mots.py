"""Convert COCO-video json back to the layout of KITTI MOTS: text files or 16-bit id PNGs, seqmap and frames.

    python data_converters/coco_video_to_mots.py val.json DST

writes ``DST/instances_txt/NAME.txt`` for every video (with ``--png``: ``DST/instances/NAME/FFFFFF.png``),
``DST/val.seqmap``, and ``DST/frames/NAME.json``. The last keeps what text files cannot say (frames without objects,
file names, image size, frame rate), so that

    python data_converters/kitti_mots.py DST OUT --seqmap DST/val.seqmap --no-images

gives back the same json: every video, frame, mask, class, track id and ignore region; only the json's own running
numbers are given anew. PNGs hold the same, if track ids are class id * 1000 + instance.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_list import write_frame_list
from mots_plugin.formats.id_png import id_png_values, write_id_png_folder
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.seqmap import SequenceRange, write_seqmap


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="JSON", type=Path, help="COCO-video json")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder to write to, created if need be")
    parser.add_argument("--videos", nargs="+", metavar="NAME", help="convert only these; default: all")
    parser.add_argument("--png", action="store_true", help="write id PNGs instead of text")
    return parser.parse_args(argv)


def read_video(coco: CocoVideo, name: str, png: bool) -> MaskTracks:
    """Return the masks of a video, after making sure that the output can hold them.

    Raises:
        FormatError: Masks that break the rules of MOTS, or a video name that no file can have.
    """
    if Path(name).name != name or len(name.split()) != 1:
        raise FormatError(coco.source, f"video name '{name}' cannot name a file and a seqmap line", "rename the video")
    if not coco.images(name):
        raise FormatError(
            coco.source, f"video {name} has no frame", "remove the video, or convert others with --videos"
        )
    tracks = coco.mask_tracks(name)
    for fault in find_faults(tracks):
        raise FormatError(coco.source, fault.problem, fault.cure, f"video {name}, {fault.place}")
    if png:
        id_png_values(tracks)
    return tracks


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    from tqdm import tqdm

    arguments = parse_arguments(argv)
    destination: Path = arguments.destination
    coco = read_coco_video(arguments.source)
    names = arguments.videos or [video["name"] for video in coco.videos]
    videos = {name: read_video(coco, name, arguments.png) for name in tqdm(names, desc="reading", unit="video")}
    ranges = []
    for name, tracks in tqdm(videos.items(), desc="writing", unit="video"):
        frames = coco.frames(name)
        ranges.append(SequenceRange(name, min(frames.frame_numbers), max(frames.frame_numbers)))
        write_frame_list(destination / "frames" / f"{name}.json", frames)
        if arguments.png:
            folder = destination / "instances" / name
            write_id_png_folder(folder, tracks, frames.frame_numbers, frames.height, frames.width)
        else:
            write_mots_txt(destination / "instances_txt" / f"{name}.txt", tracks)
    seqmap = destination / f"{arguments.source.stem}.seqmap"
    write_seqmap(seqmap, ranges)
    masks = sum(map(len, videos.values()))
    print(f"{len(videos)} videos, {masks} masks; annotations and frames are in {destination}, the seqmap is {seqmap}")


if __name__ == "__main__":
    sys.exit(main())
