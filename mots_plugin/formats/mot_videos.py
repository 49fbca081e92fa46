"""Sequences of MOTChallenge's box benchmarks (MOT15, MOT16, MOT17, MOT20) as videos of boxes."""

from __future__ import annotations

import numpy as np

from mots_plugin.formats.coco_video_boxes import BoxImage, BoxVideo
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_list import read_seqinfo
from mots_plugin.formats.mask_tracks import CLASS_NAMES
from mots_plugin.formats.mot_txt import MOT_CLASSES, read_mot_txt
from mots_plugin.formats.sequence_files import SequenceFiles

_OWN = {name: class_id for class_id, name in CLASS_NAMES.items()}
CATEGORIES = {name: _OWN.get(name, 100 + number) for name, number in MOT_CLASSES.items()}
"""Ids of MOTChallenge's classes in this project's files: people and cars as everywhere, the rest beyond."""


def read_mot_video(files: SequenceFiles) -> BoxVideo:
    """Read the ground truth of one sequence; frames are those of its ``seqinfo.ini``.

    Pedestrians that the ground truth marks as not to be scored are left out; MOT15 knows of no classes, so all its
    boxes are pedestrians. Corners stay as the file counts them.

    Args:
        files: Where it lies.

    Raises:
        FormatError: ``seqinfo.ini`` or ``gt.txt`` is missing or faulty, or a box lies in a frame beyond the last.
    """
    if files.frame_list is None or files.annotation_text is None:
        missing = "seqinfo.ini" if files.frame_list is None else "gt/gt.txt"
        problem = f"sequence {files.name} has no {missing}"
        raise FormatError(files.image_folder.parent, problem, "copy it there, or leave the sequence out")
    frames, tracks = read_seqinfo(files.frame_list, files.root), read_mot_txt(files.annotation_text)
    beyond = tracks.frames > len(frames.frame_numbers)
    if beyond.any():
        problem = f"frame {tracks.frames[beyond][0]} is beyond seqLength {len(frames.frame_numbers)}"
        raise FormatError(files.annotation_text, problem, f"correct {files.frame_list}", int(tracks.lines[beyond][0]))
    classes = np.where(tracks.class_ids < 0, MOT_CLASSES["pedestrian"], tracks.class_ids)
    unknown = ~np.isin(classes, list(MOT_CLASSES.values()))
    if unknown.any():
        problem = f"class {classes[unknown][0]} is none of {', '.join(map(str, MOT_CLASSES.values()))}"
        cure = "correct the eighth column"
        raise FormatError(files.annotation_text, problem, cure, int(tracks.lines[unknown][0]))
    kept = (classes != MOT_CLASSES["pedestrian"]) | (np.trunc(tracks.scores) != 0)
    tracks, classes = tracks.select(kept), classes[kept]
    category = np.zeros(max(MOT_CLASSES.values()) + 1, np.int64)
    category[list(MOT_CLASSES.values())] = [CATEGORIES[name] for name in MOT_CLASSES]
    images = []
    for number, file_name in zip(frames.frame_numbers, frames.file_names, strict=True):
        here = tracks.frames == number
        found = tracks.boxes[here], category[classes[here]], tracks.track_ids[here]
        images.append(BoxImage(file_name, number, frames.height, frames.width, *found))
    return BoxVideo(files.name, images, frames.frame_rate)
