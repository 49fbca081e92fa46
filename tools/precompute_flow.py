#!/usr/bin/env python
"""Compute the optical flow of a data set once, for PrecomputedFlow to read.

    tools/precompute_flow.py ANNOTATION.json IMAGES OUT --workers 2
    tools/precompute_flow.py ANNOTATION.json IMAGES OUT --raft DEFAULT --scale 1 --device cuda

ANNOTATION is a COCO-video json and IMAGES the folder that its file names are relative to. Files that OUT holds already
are kept, so a run that was interrupted goes on where it stopped. In a config: dict(type='PrecomputedFlow', root=OUT).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.flow.cache import WRITERS, FlowCache
from mots_plugin.flow.dis import PRESETS, DISFlow
from mots_plugin.flow.provider import FlowProvider, FlowQuery
from mots_plugin.flow.raft import RAFTFlow
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("annotation", type=Path, help="COCO-video json, written by a converter of data_converters/")
    parser.add_argument("images", type=Path, help="folder that the json's file names are relative to")
    parser.add_argument("out", type=Path, help="folder for one folder of flow files a video")
    parser.add_argument("--preset", choices=PRESETS, default="medium", help="detail of OpenCV's DIS (default medium)")
    parser.add_argument(
        "--raft", metavar="WEIGHTS", help="RAFT instead of DIS: a .pth file, or a name of torchvision's, e.g. DEFAULT"
    )
    parser.add_argument("--device", default="cpu", help="where RAFT runs (default cpu)")
    parser.add_argument(
        "--scale",
        type=float,
        default=0.5,
        help="size of the flow's grid as part of the image's; values stay in pixels of the image (default 0.5)",
    )
    parser.add_argument("--format", choices=sorted(WRITERS), default="kitti", help="of the files (default kitti)")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    arguments = parser.parse_args(argv)
    if not 0 < arguments.scale <= 1:
        parser.error(f"--scale {arguments.scale} is outside (0, 1]")
    return arguments


def flow_queries(coco: CocoVideo, images: Path) -> list[FlowQuery]:
    """Ask for the flow of every frame of every video, in order."""
    queries = []
    for video in coco.videos:
        frames = coco.frames(video["name"])
        previous = None
        for frame_id, (number, name) in enumerate(zip(frames.frame_numbers, frames.file_names, strict=True)):
            queries.append(FlowQuery(frames.name, frame_id, number, images / name, previous))
            previous = images / name
    return queries


def flow_provider(arguments: argparse.Namespace) -> FlowProvider:
    """Make the provider that is asked for.

    Raises:
        FormatError: RAFT cannot be had.
    """
    if arguments.raft is None:
        return DISFlow(arguments.preset, arguments.scale)
    from mots_plugin.models.flow import TorchvisionRAFT

    try:
        return RAFTFlow(TorchvisionRAFT(arguments.raft, device=arguments.device), arguments.scale)
    except ValueError as error:
        raise FormatError("--raft", str(error), "leave --raft out to use DIS") from None


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    from tqdm import tqdm

    cache = FlowCache(arguments.out, flow_provider(arguments), arguments.format)
    queries = flow_queries(read_coco_video(arguments.annotation), arguments.images)
    pairs = sum(query.previous_image_path is not None for query in queries)
    missing = cache.missing(queries)
    for _ in tqdm(cache.fill(missing, arguments.workers), total=pairs, initial=pairs - len(missing), unit="flow"):
        pass
    print(f"{pairs} flow files lie in {arguments.out}; {len(missing)} of them are new")


if __name__ == "__main__":
    sys.exit(main())
