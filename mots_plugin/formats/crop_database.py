"""A database of object crops on disk: every object of every frame with its surroundings, read without decoding images.

::

    FOLDER/database.json            format, source, classes, videos, margin, and crops and pixels of each shard
    FOLDER/shard_00000.crops.npy    one :data:`CROP_DTYPE` row a crop
    FOLDER/shard_00000.pixels.npy   (P, 4) uint8, mapped into memory: the pixels of these crops, one crop after the
                                    other, row by row: blue, green, red, and the category of the pixel, 1 on the object,
                                    2 on others of its class, 0 elsewhere

``crops.npy`` is written last: a shard that has it is whole.
"""

from __future__ import annotations

import json
import operator
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import read_json, surprises_named

FORMAT = 1
OWN, OTHER = 1, 2
CROP_DTYPE = np.dtype(
    [
        ("video", "<i4"),  # place in the header's list of videos
        ("frame", "<i4"),  # position in the video, from 0
        ("instance_id", "<i8"),  # unique in the video
        ("label", "<i4"),  # place in the header's list of classes
        ("area", "<i8"),  # pixels of the object
        ("top", "<i4"),  # where the crop lies in its image, pixels
        ("left", "<i4"),
        ("height", "<i4"),
        ("width", "<i4"),
        ("start", "<i8"),  # first pixel of the crop in its shard
    ]
)
_CURE = "build it with tools/build_crop_database.py"


@dataclass(frozen=True)
class Shard:
    """One pair of files.

    Attributes:
        crops: Number of crops.
        pixels: Number of pixels of all of them.
    """

    crops: int
    pixels: int


@dataclass(frozen=True)
class DatabaseHeader:
    """What ``database.json`` holds.

    Attributes:
        source: Annotation file that the crops were cut by.
        source_digest: SHA-256 of that file.
        classes: Names; labels count from 0 in this order.
        videos: Names.
        margin: Surroundings on each side, as a share of the box's side.
        shards: Sizes of the shards, in order.
        has_colours: False for a database of masks alone, whose pixels are black.
        format: Version of the layout.
    """

    source: str
    source_digest: str
    classes: list[str]
    videos: list[str]
    margin: float
    shards: list[Shard]
    has_colours: bool = True
    format: int = FORMAT

    def to_json(self) -> str:
        """Return the text of ``database.json``."""
        return json.dumps(asdict(self), indent=1)


def read_header(folder: str | os.PathLike[str]) -> DatabaseHeader:
    """Read ``database.json``.

    Raises:
        FormatError: It is missing or broken, or of another version.
    """
    path = Path(folder) / "database.json"
    try:
        content = read_json(path, _CURE)
    except OSError:
        raise FormatError(path, "crop database not found", _CURE) from None
    with surprises_named(path, "is no header of a crop database", _CURE):
        if content["format"] != FORMAT:
            raise FormatError(path, f"is of format {content['format']}, not {FORMAT}", "build the database anew")
        shards = [Shard(operator.index(shard["crops"]), operator.index(shard["pixels"])) for shard in content["shards"]]
        return DatabaseHeader(
            **{**content, "classes": [*content["classes"]], "videos": [*content["videos"]], "shards": shards}
        )


def shard_files(folder: str | os.PathLike[str], shard: int) -> tuple[Path, Path]:
    """Return the paths of a shard's crops and pixels."""
    return Path(folder) / f"shard_{shard:05d}.crops.npy", Path(folder) / f"shard_{shard:05d}.pixels.npy"


class CropDatabase:
    """A complete database, open for reading; pixels stay on disk until a crop is asked for.

    Args:
        folder: As ``tools/build_crop_database.py`` wrote it.

    Attributes:
        header: What is in it.
        crops: (C,) :data:`CROP_DTYPE` rows of all shards.

    Raises:
        FormatError: It is missing, broken or not complete.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.header = read_header(folder)
        tables = [self._read_crops(number, shard) for number, shard in enumerate(self.header.shards)]
        self.crops = np.concatenate([np.zeros(0, CROP_DTYPE), *tables])
        self._shard_of = np.repeat(np.arange(len(tables)), [len(table) for table in tables])

    def __len__(self) -> int:
        return len(self.crops)

    def pixels(self, crop: int) -> NDArray[np.uint8]:
        """Return the (height, width, 4) pixels of a crop: blue, green, red, category."""
        row = self.crops[crop]
        height, width, start = int(row["height"]), int(row["width"]), int(row["start"])
        shard = self._pixels[self._shard_of[crop]]
        return np.asarray(shard[start : start + height * width]).reshape(height, width, 4)

    @cached_property
    def _pixels(self) -> list[NDArray[np.uint8]]:
        return [
            np.load(shard_files(self.folder, number)[1], mmap_mode="r") for number in range(len(self.header.shards))
        ]

    def __getstate__(self) -> dict[str, Any]:
        # A memory map would be pickled as all that it maps; a process that gets the database maps the files anew.
        return {name: value for name, value in self.__dict__.items() if name != "_pixels"}

    def _read_crops(self, number: int, shard: Shard) -> NDArray[np.void]:
        crops_file, pixels_file = shard_files(self.folder, number)
        if not (crops_file.is_file() and pixels_file.is_file()):
            problem = f"the database is not complete, shard {number} of {len(self.header.shards)} is missing"
            raise FormatError(self.folder, problem, "run tools/build_crop_database.py again, which goes on")
        try:  # mapped, so that a broken header cannot ask for more memory than there is
            crops, pixels = (np.load(file, mmap_mode="r") for file in (crops_file, pixels_file))
        except Exception as error:  # a damaged header fails in any way
            raise FormatError(crops_file, f"shard cannot be read ({error})", "remove it and build again") from None
        if crops.dtype != CROP_DTYPE or crops.shape != (shard.crops,) or pixels.shape != (shard.pixels, 4):
            raise FormatError(crops_file, "shard is not as database.json says", "remove it and build again")
        if pixels.dtype != np.uint8 or not _within(crops, shard.pixels, self.header):
            raise FormatError(crops_file, "shard has impossible crops", "remove it and build again")
        return np.array(crops)


def _within(crops: NDArray[np.void], pixels: int, header: DatabaseHeader) -> bool:
    """Whether all crops lie within their shard's pixels, and are of a video and class there is."""
    height, width, start = (crops[name].astype(np.float64) for name in ("height", "width", "start"))
    known = (0 <= crops["video"]) & (crops["video"] < len(header.videos))
    known &= (0 <= crops["label"]) & (crops["label"] < len(header.classes))
    return bool(np.all(known & (height > 0) & (width > 0) & (start >= 0) & (start + height * width <= pixels)))
