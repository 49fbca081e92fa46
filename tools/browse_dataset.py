#!/usr/bin/env python
"""Look at clips as a model gets them, after all transforms: ``tools/browse_dataset.py CONFIG --clips 4 --out DIR``.

The frames of a clip lie side by side, each object in the colour of its identity and with its number. Models that
learn from single frames get clips of one frame; these are drawn on one sheet. ``--show`` opens a window, where any key
goes to the next clip and q or Escape ends.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mots_plugin.formats.one_line_errors import report_errors_in_one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def parse_arguments() -> argparse.Namespace:
    from mots_plugin.apis.runs import add_run_arguments

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_arguments(parser)
    parser.add_argument("--clips", type=int, default=4, metavar="N", help="clips to draw (default 4)")
    parser.add_argument("--columns", type=int, default=4, metavar="N", help="frames side by side (default 4)")
    parser.add_argument("--out", help="folder for one png a clip, or one of all single frames; default WORK_DIR/browse")
    parser.add_argument("--show", action="store_true", help="show the clips in a window rather than write files")
    return parser.parse_args()


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    from mmdet.registry import DATA_SAMPLERS, DATASETS
    from mmengine.registry import init_default_scope
    from mmengine.runner import set_random_seed
    from tqdm import tqdm

    from mots_plugin.apis.runs import check_datasets, check_writable, load_run_config
    from mots_plugin.visualization import Window, contact_sheet, paint_clip, write_contact_sheet

    window = Window("clips", hold=True) if arguments.show else None
    config = load_run_config(arguments)
    init_default_scope(config.default_scope)
    check_datasets(config, "train_dataloader")
    out = Path(arguments.out or Path(config.work_dir) / "browse")
    if window is None:
        check_writable(out)
    set_random_seed(config.randomness.seed)
    dataset = DATASETS.build(config.train_dataloader.dataset)
    sampler = DATA_SAMPLERS.build(
        config.train_dataloader.sampler, default_args={"dataset": dataset, "seed": config.randomness.seed}
    )
    single_frames: list[NDArray[np.uint8]] = []

    def lay_out(pictures: list[NDArray[np.uint8]], name: str) -> None:
        if window is None:
            write_contact_sheet(pictures, out / name, arguments.columns)
        else:
            window.show(contact_sheet(pictures, arguments.columns))

    with window or nullcontext():
        for number, index in enumerate(tqdm(islice(sampler, arguments.clips), total=arguments.clips, unit="clip")):
            pictures = paint_clip(dataset[index], dataset.metainfo["classes"])
            if len(pictures) == 1:
                single_frames += pictures
            else:
                lay_out(pictures, f"clip_{number:03d}.png")
            if window is not None and window.is_closed:
                break
        if single_frames:
            lay_out(single_frames, "frames.png")
    if window is None:
        print(f"clips: {out}")


if __name__ == "__main__":
    sys.exit(main())
