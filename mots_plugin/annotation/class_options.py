"""Options of tools that read boxes: which classes these have."""

from __future__ import annotations

import argparse

from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS, class_id_of, parse_class_number


def add_class_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--class-name`` and ``--classes`` to a tool."""
    parser.add_argument("--class-name", help="class of boxes for which BOXES has none")
    parser.add_argument(
        "--classes",
        nargs="+",
        default=[],
        metavar="NAME=NUMBER",
        help="classes of your own, as in cow=3: that number in BOXES (in KITTI's format that name), and in the masks",
    )


def read_class_options(arguments: argparse.Namespace) -> tuple[int | None, dict[str, int]]:
    """Return what the options say.

    Args:
        arguments: What a parser with these options returned.

    Returns:
        class_id: Class of boxes for which a file has none; None: there are no such boxes.
        own_classes: Ids by name of classes besides car and pedestrian.

    Raises:
        FormatError: A class that there is not, or that has no number.
    """
    own_classes = dict(map(parse_class_number, arguments.classes))
    if arguments.class_name is None:
        return None, own_classes
    return class_id_of(arguments.class_name, "--class-name", class_ids={**MOTS_CLASS_IDS, **own_classes}), own_classes
