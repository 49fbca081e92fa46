"""The data sets of boxes and their rules, as trackeval 1.3.0 has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mots_plugin.evaluation.box_scoring import BoxFormat
from mots_plugin.evaluation.functional.box_pairs import BoxRules
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault
from mots_plugin.formats.kitti_box import KITTI_CLASSES, KITTI_FIRST_FRAME, parse_kitti_box
from mots_plugin.formats.mot_txt import MOT_CLASSES, MOT_FIRST_FRAME, parse_mot_txt

_MOT_DISTRACTORS = ("person_on_vehicle", "static_person", "distractor", "reflection")
_NUMBER = rb"\s*-?[0-9][0-9.eE+]*"


def _parse_mot(
    data: bytes, source: str, name: str, class_ids: Mapping[str, int]
) -> tuple[BoxTracks, list[Fault]]:  # the files hold numbers of classes, no names
    return parse_mot_txt(data, source, name)


MOT = BoxFormat(
    class_ids=MOT_CLASSES,
    scored=("pedestrian",),
    distractors={
        "": {"pedestrian": _MOT_DISTRACTORS},
        "MOT20-": {"pedestrian": (*_MOT_DISTRACTORS, "non_mot_vehicle")},
    },
    ignored=(),
    rules=BoxRules(all_classes_match=True, zero_marked=True, ids_needed=True),
    first_frame=MOT_FIRST_FRAME,
    first_line=re.compile(_NUMBER + rb"\s*[,\s]" + _NUMBER + rb"\s*[,\s]" + _NUMBER),
    parse=_parse_mot,
    names_classes=False,
)
"""MOT15, whose files name no classes, so that nothing excuses a prediction; MOT16, MOT17 and MOT20."""

KITTI_BOX = BoxFormat(
    class_ids=KITTI_CLASSES,
    scored=("car", "pedestrian"),
    distractors={"": {"car": ("van",), "pedestrian": ("person",)}},
    ignored=("dontcare",),
    rules=BoxRules(max_occlusion=2, max_truncation=0, min_height=25, ids_by_class=True),
    first_frame=KITTI_FIRST_FRAME,
    first_line=re.compile(rb"\s*-?[0-9]+\s+-?[0-9]+\s+[A-Za-z]\w*\s"),
    parse=parse_kitti_box,
    names_classes=True,
)
"""KITTI's 2D tracking benchmark."""
