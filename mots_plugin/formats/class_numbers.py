"""Numbers of classes: those of MOTS where a data set has them, further ones for classes of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS

MOTS_CLASS_IDS: Mapping[str, int] = {name: class_id for class_id, name in CLASS_NAMES.items()}
"""Ids of ``CLASS_NAMES`` by name."""


@dataclass(frozen=True)
class ClassNumbers:
    """Which number each class has.

    Attributes:
        ids: Class ids by the names that a source uses.
        names: Names by class id, as the converted data set has them; the table of its categories.
    """

    ids: Mapping[str, int]
    names: Mapping[int, str]


def number_classes(found: Iterable[str], renamed: Mapping[str, str] | None = None) -> ClassNumbers:
    """Number the classes of a data set.

    Car, pedestrian and ignore regions keep their numbers, so that whatever knows these knows them here; other classes
    are numbered from 3 on, without 10. A data set of cars and pedestrians alone gets the table of MOTS.

    Args:
        found: Names in the source, in the order in which they shall be numbered.
        renamed: New names by old ones; several classes may become one, or ignore regions.
    """
    renamed = renamed or {}
    old_names = list(dict.fromkeys(found))
    new_names = list(dict.fromkeys(renamed.get(name, name) for name in old_names))
    if set(new_names) <= set(MOTS_CLASS_IDS):
        names = dict(CLASS_NAMES)
    else:
        free = (number for number in count(len(CLASS_NAMES)) if number not in CLASS_NAMES)
        numbered = {MOTS_CLASS_IDS[name] if name in MOTS_CLASS_IDS else next(free): name for name in new_names}
        names = dict(sorted((numbered | {IGNORE_CLASS: CLASS_NAMES[IGNORE_CLASS]}).items()))
    ids = {name: class_id for class_id, name in names.items()}
    return ClassNumbers({**ids, **{old: ids[renamed.get(old, old)] for old in old_names}}, names)


def parse_class_number(entry: str) -> tuple[str, int]:
    """Return name and number of a class of one's own, given as ``cow=3``.

    Raises:
        FormatError: No name, no number, or the number of ignore regions.
    """
    name, _, number = entry.partition("=")
    if not name or not (number.isascii() and number.isdecimal()) or int(number) in (0, IGNORE_CLASS):
        cure = f"give the class's number, from 1 on, without {IGNORE_CLASS} (ignore regions): {name or 'cow'}=3"
        raise FormatError("classes", f"'{entry}' is not NAME=NUMBER", cure)
    return name, int(number)


def class_id_of(
    name: str, file: str | os.PathLike[str], place: str | int = "", class_ids: Mapping[str, int] = MOTS_CLASS_IDS
) -> int:
    """Return the class id of a class name.

    Args:
        name: The class.
        file: Where it is used, for messages.
        place: Where in the file, for messages.
        class_ids: Ids of the classes there are, by name.

    Raises:
        FormatError: No such class.
    """
    if name not in class_ids:
        raise FormatError(file, f"class '{name}' is unknown", f"use one of {', '.join(class_ids)}", place)
    return class_ids[name]
