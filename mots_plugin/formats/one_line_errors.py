"""How command-line tools end on bad input: one line on stderr and exit code 1, no traceback."""

from __future__ import annotations

import errno
import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

from mots_plugin.formats.atomic import FREE_SPACE
from mots_plugin.formats.errors import FormatError

Arguments = ParamSpec("Arguments")


def report_errors_in_one_line(main: Callable[Arguments, int | None]) -> Callable[Arguments, int]:
    """Decorate the ``main`` of a command-line tool, which is then called as ``sys.exit(main())``.

    A :class:`FormatError` (bad input) or ``OSError`` (missing file, full disk, no permission) becomes one line on
    stderr and exit code 1; Ctrl-C becomes exit code 130. Every other exception is a bug and keeps its traceback.

    Args:
        main: Function that returns an exit code, or None for success.
    """

    @functools.wraps(main)
    def wrapper(*args: Arguments.args, **kwargs: Arguments.kwargs) -> int:
        try:
            return main(*args, **kwargs) or 0
        except (FormatError, OSError) as error:
            cure = f"; {FREE_SPACE}" if isinstance(error, OSError) and error.errno == errno.ENOSPC else ""
            print(f"error: {' '.join(str(error).split())}{cure}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
            return 130

    return wrapper
