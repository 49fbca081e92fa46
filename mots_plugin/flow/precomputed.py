"""Optical flow read from disk, in whichever of the three formats a video's folder holds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.flow.provider import FlowQuery
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.flow_files import read_flo, read_kitti_flow, read_quantised_flow

_CURE = "compute the flow of this video first (tools/precompute_flow.py), or use DISFlow"
_UNKNOWN = 1e9


class PrecomputedFlow:
    """Reads ``root/<video_name>/``, which holds one flow a pair of adjacent frames.

    A forward flow carries the number of the frame it *starts* from, so frame 5 is answered by the file of the
    frame before it. Any of these is found by looking:

    - ``000004.png``: KITTI, 16 bits, three channels; pixels without a valid flow become 0,
    - ``000004.flo``: Middlebury; values beyond 1e9, its sign for unknown flow, become 0,
    - ``000004_x_minimal-12.png`` and ``000004_y_minimal3.png``: the quantised pair of TrackR-CNN.

    The last number in a file name counts, so ``flow_000004.flo`` is found as well.

    Args:
        root: Folder with one folder a video.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self._folders: dict[str, dict[int, tuple[Path, ...]]] = {}  # listed once a video

    def flow(self, query: FlowQuery) -> NDArray[np.float32] | None:
        """Return the stored flow from the previous frame to this one, None for the first frame.

        Raises:
            FormatError: The video has no folder, the pair has no file, or the file is broken.
        """
        if query.previous_image_path is None:
            return None
        start = _last_number(Path(query.previous_image_path).stem)
        if start is None:
            raise FormatError(
                query.previous_image_path,
                "no frame number in the name of the image, so its flow cannot be found",
                "number the images",
            )
        folder = self.root / query.video_name
        if query.video_name not in self._folders:
            self._folders[query.video_name] = _files_by_frame(folder)
        files = self._folders[query.video_name]
        if start not in files:
            raise FormatError(folder, f"no flow that starts at frame {start}", _CURE)
        return _read(files[start])


def _read(paths: tuple[Path, ...]) -> NDArray[np.float32]:
    if len(paths) == 2:
        return read_quantised_flow(*paths)
    if paths[0].suffix == ".flo":
        flow = read_flo(paths[0])
        return np.where((np.abs(flow) < _UNKNOWN).all(axis=-1, keepdims=True), flow, np.float32(0))
    return read_kitti_flow(paths[0])[0]


def _files_by_frame(folder: Path) -> dict[int, tuple[Path, ...]]:
    """List a video's flow: frame number to one file, or to the x and y files of a quantised pair."""
    if not folder.is_dir():
        raise FormatError(folder, "no flow folder for this video", _CURE)
    files: dict[int, tuple[Path, ...]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".flo", ".png") or "_y_minimal" in path.name:
            continue
        stem, quantised, _ = path.stem.partition("_x_minimal")
        number = _last_number(stem)
        if number is None:
            continue
        if number in files:
            raise FormatError(
                path, f"second flow that starts at frame {number}, beside {files[number][0].name}", "keep one of them"
            )
        files[number] = (path, _y_partner(path, stem)) if quantised else (path,)
    return files


def _y_partner(x_path: Path, stem: str) -> Path:
    partners = sorted(x_path.parent.glob(f"{stem}_y_minimal*.png"))
    if len(partners) != 1:
        raise FormatError(
            x_path, f"{len(partners)} files {stem}_y_minimal*.png beside it instead of one", "restore the pair"
        )
    return partners[0]


def _last_number(stem: str) -> int | None:
    numbers = re.findall(r"\d+", stem)
    return int(numbers[-1]) if numbers else None
