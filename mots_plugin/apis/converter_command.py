"""The command line of converters that only rename weights."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from numpy.typing import NDArray

Renamed = tuple[dict[str, NDArray], list[str]]


def convert_by_command(
    description: str | None, weights_help: str, convert: Callable[[Path], Renamed], argv: Sequence[str] | None
) -> int:
    """Read the arguments ``config weights out [--partial]``, convert, check against the config's model, and write.

    Args:
        description: Help of the command.
        weights_help: Help of its argument ``weights``.
        convert: Reads a file; returns arrays by their name in the model, and names that have no counterpart.
        argv: Arguments; those of the process by default.

    Returns:
        The exit code, 0.

    Raises:
        FormatError: The file is none of weights, or does not match the model.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of the model that the weights are for")
    parser.add_argument("weights", type=Path, help=weights_help)
    parser.add_argument("out", type=Path, help=".pth file to write: weights only")
    parser.add_argument("--partial", action="store_true", help="write what matches, also if not everything does")
    arguments = parser.parse_args(argv)
    converted, unknown = convert(arguments.weights)

    from mots_plugin.apis.weight_conversion import model_state, write_converted

    write_converted(
        converted,
        unknown,
        model_state(arguments.config),
        config_file=arguments.config,
        source=arguments.weights,
        out=arguments.out,
        partial=arguments.partial,
    )
    return 0
