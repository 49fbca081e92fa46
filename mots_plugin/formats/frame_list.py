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
import os
from pathlib import Path
from typing import Any

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError


def read_frame_list(path: str | os.PathLike[str]) -> VideoFrames:
    """Read the frames of one sequence from this project's json.

    Raises:
        FormatError: Not json, or a key is missing or of a wrong kind.
        OSError: The file cannot be read.
    """
    try:
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        frames = sorted((int(frame["frame_number"]), str(frame["file_name"])) for frame in data["frames"])
        return VideoFrames(
            name=str(data["name"]),
            frame_numbers=[number for number, _ in frames],
            file_names=[name for _, name in frames],
            height=int(data["height"]),
            width=int(data["width"]),
            frame_rate=data.get("frame_rate"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"is not a list of frames ({type(error).__name__}: {error})"
        raise FormatError(path, problem, "write it anew with data_converters/coco_video_to_mots.py") from error


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
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(Path(path).read_text(encoding="utf-8-sig"))
        section = parser["Sequence"]
        numbers = range(1, int(section["seqLength"]) + 1)
        folder = Path(path).parent.relative_to(root) / section.get("imDir", "img1")
        extension = section.get("imExt", ".jpg")
        return VideoFrames(
            name=section.get("name", Path(path).parent.name),
            frame_numbers=list(numbers),
            file_names=[(folder / f"{number:06d}{extension}").as_posix() for number in numbers],
            height=int(section["imHeight"]),
            width=int(section["imWidth"]),
            frame_rate=float(section["frameRate"]) if "frameRate" in section else None,
        )
    except (KeyError, ValueError, configparser.Error) as error:
        problem = f"is no sequence info ({type(error).__name__}: {error})"
        cure = "write [Sequence] with seqLength, imWidth and imHeight, as in MOTChallenge"
        raise FormatError(path, problem, cure) from error
