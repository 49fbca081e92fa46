"""Which categories of an annotation file are the classes of a data set."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from mots_plugin.formats.errors import FormatError


def labels_by_category(
    ann_file: str | os.PathLike[str], class_names: Mapping[int, str], classes: Sequence[str]
) -> dict[int, int]:
    """Return the label, from 0, of each category id that is one of the classes.

    Args:
        ann_file: The annotation file, for messages.
        class_names: Its categories by id.
        classes: Names of the classes, in order of their labels.

    Raises:
        FormatError: The file lacks a class.
    """
    ids = {name: category for category, name in class_names.items()}
    missing = [name for name in classes if name not in ids]
    if missing:
        raise FormatError(
            ann_file,
            f"has no category {', '.join(missing)}, only {', '.join(ids)}",
            "set metainfo=dict(classes=(…)) of the dataset to classes of this file",
        )
    return {ids[name]: label for label, name in enumerate(classes)}
