"""Render street-like videos with exact ground truth: cars, pedestrians, occlusion, lookalikes, a moving camera.

The same scenes are written in KITTI MOTS layout (with train.seqmap and val.seqmap), as KITTI-STEP panoptic maps, as
boxes of KITTI and MOTChallenge and with exact forward flow. The same settings give the same pixels. A sequence that is
complete is kept, so a run that was stopped goes on where it stopped.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.toy_street import StreetDataset, StreetSettings


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    defaults = StreetSettings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("out", metavar="OUT", type=Path, help="folder of the data set")
    parser.add_argument("--sequences", type=int, default=12, help="number of videos")
    parser.add_argument("--val-sequences", type=int, default=3, help="how many of them, the last ones, are held out")
    parser.add_argument("--frames", type=int, default=defaults.frames, help="frames a video")
    size = f"{defaults.width}x{defaults.height}"
    parser.add_argument("--size", type=_size, default=size, help="WIDTHxHEIGHT, pixels")
    parser.add_argument("--objects", type=float, default=defaults.objects, help="cars and people in view, on average")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="other seeds give other streets")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--statistics", action="store_true", help="say how crowded and how hard the videos are")
    options = parser.parse_args(arguments)
    width, height = options.size
    try:
        settings = StreetSettings(options.frames, width, height, options.objects, options.seed)
        options.dataset = StreetDataset(options.out, settings, options.sequences, options.val_sequences)
    except ValueError as error:
        parser.error(str(error))
    return options


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size; write WIDTHxHEIGHT, such as 416x192") from None
    return width, height


@report_errors_in_one_line
def main(arguments: list[str] | None = None) -> None:
    options = parse_arguments(arguments)
    dataset: StreetDataset = options.dataset
    dataset.claim()
    frames = dataset.settings.frames
    done = dataset.sequences - len(dataset.missing())
    with tqdm(total=dataset.sequences * frames, initial=done * frames, unit="frame", desc="rendering") as progress:
        for _ in dataset.render_missing(options.workers):
            progress.update(frames)
    if options.statistics:
        print("\n".join(dataset.statistics().describe()))
    print(f"{dataset.sequences} sequences ({dataset.val_sequences} held out) lie in {dataset.folder}")


if __name__ == "__main__":
    sys.exit(main())
