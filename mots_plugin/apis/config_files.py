"""Config files with overrides, read so that what is wrong is one line."""

from __future__ import annotations

import traceback
from typing import Any

from mmengine.config import Config

from mots_plugin.apis.overrides import apply_overrides
from mots_plugin.formats.errors import FormatError


def read_config(file: str, overrides: dict[str, Any], import_custom_modules: bool = True) -> Config:
    """Read a config and apply its overrides.

    Args:
        file: The config.
        overrides: Values by dotted key.
        import_custom_modules: Import what ``custom_imports`` names; tools that build no network need not.

    Raises:
        FormatError: The config, or one it is based on, is missing or does not parse, or an override does not fit it.
    """
    try:
        config = Config.fromfile(file, import_custom_modules=import_custom_modules)
    except FileNotFoundError as error:
        raise FormatError(file, f"config not found ({error})", "look into configs/ for the names that exist") from None
    except (SyntaxError, NameError, KeyError, AttributeError, TypeError, ImportError, OSError) as error:
        reason = str(error).replace("<unknown>, ", "")
        culprit = _file_being_read(error) or file
        raise FormatError(culprit, f"config does not parse ({reason})", "mend the line that is named") from None
    apply_overrides(config, overrides)
    return config


def _file_being_read(error: Exception) -> str | None:
    """Return the config, or base of a config, that mmengine was reading when it failed; its message does not say."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_name == "_file2dict"]
    return frames[-1].f_locals.get("filename") if frames else None
