"""Errors of a run that are the fault of a config or of data, put as one line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mots_plugin.apis.checkpoints import unreadable
from mots_plugin.formats.errors import FormatError


@contextmanager
def named_run_errors(config_file: str) -> Iterator[None]:
    """Turn what a ``with`` block raises into a :class:`FormatError` where the user, not the code, can mend it.

    - Parts of a config that do not exist, or do not take what they are given, name the config.
    - Checkpoints that a config names (``load_from``, or an ``init_cfg``) and that are missing, broken or refused.
    - Bad input that a data loader worker met is raised as the worker did; torch would wrap it in its traceback.

    Ctrl-C stays one: libraries that handle every exception alike (mmengine's config formatter, of which it says that
    the syntax is wrong) raise something else in its place. The rest passes through with its traceback.

    Args:
        config_file: Config that the run is built from.

    Raises:
        FormatError: See above.
        KeyboardInterrupt: Ctrl-C, or an error raised while it was being handled.
    """
    try:
        yield
    except FormatError:
        raise
    except Exception as error:
        if _began_with_ctrl_c(error):
            raise KeyboardInterrupt from error
        checkpoint = _checkpoint_being_loaded(error)
        if checkpoint is not None:
            raise unreadable(checkpoint, error) from error
        reason = _refusal_of_a_part(error)
        if reason is not None:
            raise FormatError(config_file, reason, "correct the entry of the config, or its override") from error
        named = _error_of_a_worker(error)
        if named is not None:
            raise named from error
        raise


def _began_with_ctrl_c(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _checkpoint_being_loaded(error: Exception) -> str | None:
    """Return what mmengine was reading weights from, None if it was not; torch's own messages name no file."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "_load_checkpoint" and _module(frame) == "mmengine.runner.checkpoint":
            return str(frame.f_locals["filename"])
    return None


def _refusal_of_a_part(error: Exception) -> str | None:
    """Return why a part could not be built from its config, None if that is not what happened."""
    if not isinstance(error, KeyError | TypeError | ValueError | RuntimeError):
        return None
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not any(frame.f_code.co_name == "build_from_cfg" for frame in frames):
        return None
    # Raised on the doorstep: no such type, or arguments that its constructor does not take.
    on_the_doorstep = frames[-1].f_code.co_name == "build_from_cfg" or _module(frames[-1]) == "mots_plugin.registration"
    # Raised by a constructor of this package that checks its arguments.
    by_a_check = isinstance(error, ValueError) and _module(frames[-1]).startswith("mots_plugin.")
    return str(error.args[0]).split(". ")[0] if error.args and (on_the_doorstep or by_a_check) else None


def _module(frame: FrameType) -> str:
    return frame.f_globals.get("__name__", "")


def _error_of_a_worker(error: Exception) -> FormatError | None:
    """Read an error of a data loader worker off the text of its traceback, which is all that torch passes on."""
    if "in DataLoader worker process" not in str(error):
        return None
    last_line = re.search(r"^mots_plugin\.formats\.errors\.FormatError: (.+): (.+); (.+)$", str(error), re.MULTILINE)
    return FormatError(*last_line.groups()) if last_line else None
