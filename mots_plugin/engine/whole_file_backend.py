"""Files that mmengine writes, checkpoints above all, whole or absent."""

from __future__ import annotations

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from mots_plugin.formats.atomic import atomic_write


@register_backend("local", prefixes="", force=True)
class WholeFileBackend(LocalBackend):
    """mmengine's writing to local files, but a process that is killed, or a full disk, leaves no half a file."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to a file.

        Args:
            obj: The content.
            filepath: The file.

        Raises:
            FormatError: The disk is full; what was there before stays.
        """
        with atomic_write(filepath, "wb") as file:
            file.write(obj)
