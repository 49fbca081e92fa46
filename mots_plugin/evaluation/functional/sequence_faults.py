"""Everything that makes a sequence unfit for evaluation, listed; the slow look after a quick check has failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks


class FaultySequenceError(FormatError):
    """A sequence that cannot be evaluated; its text names the first fault and counts the others.

    Args:
        faults: All of its faults, at least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        more = f" (and {len(faults) - 1} more faults in this sequence)" if len(faults) > 1 else ""
        super().__init__(first.file, first.problem, first.cure + more, first.place)
        self.faults = list(faults)

    def __reduce__(self) -> tuple[type[FaultySequenceError], tuple[list[Fault]]]:
        return FaultySequenceError, (self.faults,)  # so that it survives the way between processes


def find_sequence_faults(
    ground_truth: MaskTracks, predictions: MaskTracks, frames: Sequence[int], own_classes: Collection[int] = ()
) -> list[Fault]:
    """List the faults of a sequence: of the ground truth first, then of the predictions, each by row.

    Args:
        ground_truth: The truths; ignore regions may overlap each other and share an id.
        predictions: The predictions.
        frames: Number of every frame of the sequence, ascending.
        own_classes: Ids that are no fault, besides those of MOTS and of the truths.
    """
    among_ignored = find_faults(ground_truth.select(ground_truth.class_ids == IGNORE_CLASS))
    harmless = {fault for fault in among_ignored if fault.kind in ("overlap", "duplicate")}
    classes = {*ground_truth.class_ids.tolist(), *own_classes}
    faults = [fault for fault in find_faults(ground_truth, class_ids=classes) if fault not in harmless]
    faults += find_faults(predictions, class_ids=classes)
    faults = [fault for fault in faults if fault.kind != "empty"]
    for tracks in (ground_truth, predictions):
        faults += frames_out_of_range(tracks, frames)
    return faults + _other_image_size(ground_truth, predictions)


def frames_out_of_range(tracks: MaskTracks | BoxTracks, frames: Sequence[int]) -> list[Fault]:
    """List the rows whose frame the sequence does not have.

    Args:
        tracks: The objects.
        frames: Number of every frame of the sequence, ascending.
    """
    extent = f"has frames {frames[0]} to {frames[-1]}" if len(frames) else "has no frames"
    cure = "remove the line, or number the frames as the ground truth does"
    faults = []
    for row in np.flatnonzero(~np.isin(tracks.frames, frames)).tolist():
        problem = f"frame {tracks.frames[row]} is out of range: sequence {tracks.name} {extent}"
        faults.append(Fault(tracks.source, place(tracks, row), problem, cure, "range"))
    return faults


def _other_image_size(ground_truth: MaskTracks, predictions: MaskTracks) -> list[Fault]:
    """List the predictions whose image size is not the ground truth's."""
    sizes = Counter(tuple(mask["size"]) for mask in ground_truth.masks)
    if not sizes:
        return []
    (height, width), _ = sizes.most_common(1)[0]
    cure = "give the masks the size of the original images"
    return [
        Fault(
            predictions.source,
            place(predictions, row),
            f"mask of track {predictions.track_ids[row]} in frame {predictions.frames[row]} has image size "
            f"{mask['size'][0]} x {mask['size'][1]}, the ground truth {height} x {width}",
            cure,
            "size",
        )
        for row, mask in enumerate(predictions.masks)
        if tuple(mask["size"]) != (height, width)
    ]


def place(tracks: MaskTracks | BoxTracks, row: int) -> str:
    """Say where a row comes from: its line in a text file, else its frame."""
    return str(tracks.lines[row]) if tracks.lines[row] else f"frame {tracks.frames[row]}"
