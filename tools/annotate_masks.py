#!/usr/bin/env python
"""Turn box tracks into mask tracks with little drawing, as the MOTS data sets were made (MOTS paper, section 3).

    tools/annotate_masks.py start PROJECT CONFIG CHECKPOINT --boxes BOXES --images DIR [--exchange labelme|cvat|png]
    …correct the two drafts an object in PROJECT/round_00/labelme, with labelme…
    tools/annotate_masks.py take PROJECT
    tools/annotate_masks.py run PROJECT          # tunes the network to each object: PROJECT/masks/NAME.txt
    …correct what is not good enough in PROJECT/round_01/labelme; take and run again, as often as needed…

CONFIG and CHECKPOINT are a refinement network of configs/mask_refinement/. An object that shall have no mask in a
frame: remove its box. A run that was stopped goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.annotation.box_videos import BOX_FORMATS
from mots_plugin.annotation.class_options import add_class_options, read_class_options
from mots_plugin.annotation.corrections import take_corrections
from mots_plugin.annotation.exchange import EXCHANGES
from mots_plugin.annotation.project import Project, Settings
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="begin a project and write drafts of the first masks")
    take = commands.add_parser("take", help="take corrected masks back")
    run = commands.add_parser("run", help="make the masks of all boxes from those given so far")
    for command in (start, take, run):
        command.add_argument("project", metavar="PROJECT", type=Path, help="folder of the project")
    start.add_argument("config", metavar="CONFIG", type=Path, help="config of a refinement network")
    start.add_argument("checkpoint", metavar="CHECKPOINT", type=Path, help="its weights")
    start.add_argument("--boxes", type=Path, required=True, help="box text, or folder of it")
    start.add_argument("--format", choices=BOX_FORMATS, default="mot", help="of the boxes (default: %(default)s)")
    start.add_argument(
        "--images", type=Path, required=True, help="images of the video, or of the data set in a known layout"
    )
    add_class_options(start)
    start.add_argument("--exchange", choices=EXCHANGES, default="labelme", help="form of masks (default: %(default)s)")
    start.add_argument(
        "--masks-per-object", type=int, default=2, help="masks asked for first (default: 2, the paper's)"
    )
    take.add_argument("source", metavar="FOLDER", type=Path, nargs="?", help="what came back; default: what went out")
    take.add_argument("--all", action="store_true", help="let masks that were left as they were count as confirmed")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    {"start": start, "take": take, "run": run}[arguments.command](arguments)


def start(arguments: argparse.Namespace) -> None:
    class_id, own_classes = read_class_options(arguments)
    settings = Settings(
        boxes=str(arguments.boxes.resolve()),
        box_format=arguments.format,
        images=str(arguments.images.resolve()),
        class_id=class_id,
        config=str(arguments.config.resolve()),
        checkpoint=str(arguments.checkpoint.resolve()),
        exchange=arguments.exchange,
        masks_per_object=arguments.masks_per_object,
        own_classes=own_classes,
    )
    from tqdm import tqdm

    from mots_plugin.apis.annotation_rounds import ask_for_first_masks

    project = Project.start(arguments.project, settings)
    total = sum(count for _, count in tqdm(ask_for_first_masks(project), desc="drafting", unit="video"))
    print(f"{total} masks to correct or confirm, drafts of all of them: {_handed_out(project)}")
    _say_next(project)


def take(arguments: argparse.Namespace) -> None:
    project = Project(arguments.project)
    for name, count in take_corrections(project, arguments.source, arguments.all):
        print(f"{name}: took {count} masks, {len(project.given(name))} given so far")
    print(f"now run: tools/annotate_masks.py run {project.folder}")


def run(arguments: argparse.Namespace) -> None:
    from tqdm import tqdm

    from mots_plugin.apis.annotation_rounds import run_round

    project = Project(arguments.project)
    with tqdm(desc="tuning", unit="object") as progress:
        for name, done, count in run_round(project):
            progress.set_description(f"{name}: {done} of {count}")
            progress.update()
    print(f"masks of all boxes: {project.folder / 'masks'}; the same to be corrected: {_handed_out(project)}")
    _say_next(project)


def _handed_out(project: Project) -> Path:
    return project.round_folder(project.round) / project.settings.exchange


def _say_next(project: Project) -> None:
    print(f"{EXCHANGES[project.settings.exchange].closing}, then: tools/annotate_masks.py take {project.folder}")


if __name__ == "__main__":
    sys.exit(main())
