"""The frames of one sequence without their images: number, file name, size and rate.

MOTS text files say nothing of frames without objects, nor of image names. Two side files do: MOTChallenge's
``seqinfo.ini``, and, where frames are not numbered without gap or images are named otherwise, this project's json, one
file a sequence::

    {"name": "0002", "height": 375, "width": 1242, "frame_rate": 10.0,
     "frames": [{"frame_number": 0, "file_name": "training/image_02/0002/000000.png"}, …]}
"""

from __future__ import annotations

import configparser
import json
import math
import os
from pathlib import Path
from typing import Any

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import is_image_side, is_integer, read_json, read_text, surprises_named

_LONGEST_SEQUENCE = 10**7


def read_frame_list(path: str | os.PathLike[str]) -> VideoFrames:
    """Read the frames of one sequence from this project's json.

    Raises:
        FormatError: Not json, or a key is missing or of a wrong kind.
        OSError: The file cannot be read.
    """
    cure = "write it anew with data_converters/coco_video_to_mots.py"
    data = read_json(path, cure, "is not a list of frames")
    with surprises_named(path, "is not a list of frames", cure):
        frames = dict(sorted((int(frame["frame_number"]), str(frame["file_name"])) for frame in data["frames"]))
        if len(frames) < len(data["frames"]) or not all(map(is_integer, frames)):
            raise ValueError("a frame number is listed twice, or too large")
        return VideoFrames(
            name=str(data["name"]),
            frame_numbers=list(frames),
            file_names=list(frames.values()),
            height=_side(data["height"]),
            width=_side(data["width"]),
            frame_rate=_rate(data.get("frame_rate")),
        )


def write_frame_list(path: str | os.PathLike[str], frames: VideoFrames) -> None:
    """Write the frames of one sequence; the file appears whole or not at all."""
    data = {
        "name": frames.name,
        "height": frames.height,
        "width": frames.width,
        "frame_rate": frames.frame_rate,
        "frames": [
            {"frame_number": number, "file_name": file_name}
            for number, file_name in zip(frames.frame_numbers, frames.file_names, strict=True)
        ],
    }
    with atomic_write(path) as file:
        json.dump(data, file, indent=1)


def read_seqinfo(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> VideoFrames:
    """Read a MOTChallenge ``seqinfo.ini``: frames 1 to ``seqLength``, images in ``imDir`` beside it.

    Args:
        path: The ini file.
        root: Folder to which file names shall be relative.

    Raises:
        FormatError: No section ``[Sequence]``, or a value is missing or not a number.
        OSError: The file cannot be read.
    """
    cure = "write [Sequence] with seqLength, imWidth and imHeight, as in MOTChallenge"
    parser = configparser.ConfigParser(interpolation=None)
    text = read_text(path, cure)
    try:
        parser.read_string(text)
        section = parser["Sequence"]
        length = int(section["seqLength"])
        if not 0 <= length <= _LONGEST_SEQUENCE:
            raise ValueError(f"no sequence has {length} frames")
        numbers = range(1, length + 1)
        folder = Path(path).parent.relative_to(root) / section.get("imDir", "img1")
        extension = section.get("imExt", ".jpg")
        return VideoFrames(
            name=section.get("name", Path(path).parent.name),
            frame_numbers=list(numbers),
            file_names=[(folder / f"{number:06d}{extension}").as_posix() for number in numbers],
            height=_side(section["imHeight"]),
            width=_side(section["imWidth"]),
            frame_rate=_rate(section.get("frameRate")),
        )
    except (KeyError, ValueError, configparser.Error) as error:
        problem = f"is no sequence info ({type(error).__name__}: {str(error)[:200]})"
        raise FormatError(path, problem, cure) from error


def _side(value: Any) -> int:
    side = int(value)
    if not is_image_side(side):
        raise ValueError(f"no image has a side of {side} pixels")
    return side


def _rate(value: Any) -> float | None:
    rate = None if value is None else float(value)
    if rate is not None and not 0 < rate < math.inf:
        raise ValueError(f"{rate} is no frame rate")
    return rate
