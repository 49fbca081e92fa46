"""Named arrays on disk, as a dump of a checkpoint leaves them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError

_CURE = "write it with tools/model_converters/tensorflow_to_npz.py"


def read_archive(path: str | Path) -> dict[str, NDArray]:
    """Read all arrays of a .npz file by name; nothing in it is ever unpickled.

    Raises:
        FormatError: The file is missing, no .npz, truncated, or holds Python objects.
    """
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("it holds a single array")
        with archive:
            return {name: archive[name] for name in archive.files}
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})", "check the path") from None
    except Exception as error:  # a damaged zip file, or header of an array, fails in any way
        raise FormatError(path, f"is not a readable .npz file ({error})", _CURE) from None
