"""Class lists of panoptic video data sets: KITTI-STEP, MOTChallenge-STEP, and a user's own from a json file.

Class ids are those of the maps; see :mod:`mots_plugin.formats.step_png`. Weber et al., "STEP: Segmenting and Tracking
Every Pixel", NeurIPS 2021 data sets, tables 1 and 2.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import read_json, surprises_named

_CURE = 'write {"classes": ["road", "car"], "things": ["car"], "void": 255}; ids follow the order of the classes'


@dataclass(frozen=True)
class PanopticClasses:
    """The classes of a panoptic data set.

    Attributes:
        names: Names by class id.
        things: Ids of the classes whose objects are told apart and tracked; all others are stuff.
        void: Class id of what is not annotated; not among the named ones.
        ignored: Ids of named classes that count as void.
    """

    names: tuple[str, ...]
    things: frozenset[int]
    void: int = 255
    ignored: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise ValueError("there must be classes, each of another name")
        if not (self.things | self.ignored) <= set(range(len(self.names))):
            raise ValueError(f"things and ignored classes must be ids from 0 to {len(self.names) - 1}")
        if not len(self.names) <= self.void <= 255:
            raise ValueError(f"void must be an id from {len(self.names)} to 255, not {self.void}")

    @cached_property
    def scored(self) -> NDArray[np.int64]:
        """``(S,)`` ids of the classes that are not ignored, ascending."""
        return np.array([class_id for class_id in range(len(self.names)) if class_id not in self.ignored], np.int64)

    @cached_property
    def is_known(self) -> NDArray[np.bool_]:
        """``(256,)`` whether a class id has a meaning, void included."""
        return np.isin(np.arange(256), [*range(len(self.names)), self.void])

    @cached_property
    def is_void(self) -> NDArray[np.bool_]:
        """``(256,)`` whether a class id is void or ignored."""
        return np.isin(np.arange(256), [*self.ignored, self.void])

    @cached_property
    def is_thing(self) -> NDArray[np.bool_]:
        """``(256,)`` whether a class id is of things and not ignored."""
        return np.isin(np.arange(256), list(self.things - self.ignored))

    def only(self, names: Sequence[str]) -> PanopticClasses:
        """Return the same classes with all but the named ones ignored.

        Raises:
            FormatError: There is no class of that name.
        """
        self._check(names)
        return self.without([name for name in self.names if name not in names])

    def without(self, names: Sequence[str]) -> PanopticClasses:
        """Return the same classes with the named ones ignored as well.

        Raises:
            FormatError: There is no class of that name, or none is left.
        """
        self._check(names)
        ignored = self.ignored | {self.names.index(name) for name in names}
        if len(ignored) == len(self.names):
            raise FormatError("classes", "all classes are ignored", "leave at least one to be scored")
        return replace(self, ignored=ignored)

    def _check(self, names: Sequence[str]) -> None:
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise FormatError("classes", f"there is no class {unknown[0]}", f"known are: {', '.join(self.names)}")


_CITYSCAPES = (
    "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain",
    "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle",
)  # fmt: skip

CLASS_LISTS = {
    "kitti_step": PanopticClasses(_CITYSCAPES, frozenset({11, 13})),
    "motchallenge_step": PanopticClasses(
        ("sidewalk", "building", "vegetation", "sky", "person", "rider", "bicycle"), frozenset({4})
    ),
}
"""The published class lists by the name of their data set."""


def read_class_list(path: str | os.PathLike[str]) -> PanopticClasses:
    """Read a class list from a json file with the keys ``classes``, ``things`` (names) and optionally ``void`` (id).

    Raises:
        FormatError: Not such a file.
        OSError: The file cannot be read.
    """
    data = read_json(path, _CURE, "is not a list of classes")
    with surprises_named(path, "is not a list of classes", _CURE):
        names = tuple(data["classes"])
        if not all(isinstance(name, str) for name in names):
            raise ValueError("a class is not named by a word")
        things = frozenset(names.index(name) for name in data["things"])
        return PanopticClasses(names, things, operator.index(data.get("void", 255)))


def choose_class_list(name: str) -> PanopticClasses:
    """Return a published class list by its name, or one from a json file.

    Raises:
        FormatError: Neither a known name nor a file of classes.
        OSError: The file cannot be read.
    """
    if name in CLASS_LISTS:
        return CLASS_LISTS[name]
    if not Path(name).is_file():
        raise FormatError(name, "is no class list", f"known are: {', '.join(CLASS_LISTS)}, or a json file")
    return read_class_list(name)
