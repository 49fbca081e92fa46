"""Contact sheets of a tracker's errors: which to show, from which frames, and the picture of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.error_files import SequenceOnDisk, read_masks
from mots_plugin.evaluation.functional.error_table import ErrorTable, episodes, group
from mots_plugin.evaluation.functional.mask_evidence import TOUCH
from mots_plugin.evaluation.functional.track_errors import FALSE_POSITIVE, FRAGMENTATION, SWITCH
from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import boxes, iou
from mots_plugin.visualization.contact_sheet import contact_sheet, write_image
from mots_plugin.visualization.error_crops import MarkedMask, Panel, draw_error, legend

_WIDTH = 2064  # of a sheet: six panels of 340 pixels and what is between them
_GREY, _DARK = 110, 60


def read_frame(images: Mapping[int, Path], frame: int, image_size: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Read the image of a frame, as ``(H, W, 3)`` uint8 RGB.

    Args:
        images: Image files of the sequence by frame number.
        frame: Frame number.
        image_size: ``(height, width)`` of the masks; None for any.

    Raises:
        FormatError: The image is missing, cannot be read or is of another size.
    """
    cure = "name the folder that has the images of these masks"
    if frame not in images:
        folder = next(iter(images.values())).parent
        raise FormatError(folder, f"has no image of frame {frame}", cure)
    bgr = cv2.imread(str(images[frame]))
    if bgr is None:
        raise FormatError(images[frame], "cannot be read as an image", "copy the file anew")
    if image_size is not None and bgr.shape[:2] != image_size:
        sizes = [f"{height} x {width}" for height, width in (bgr.shape[:2], image_size)]
        raise FormatError(images[frame], f"is {sizes[0]} (height x width), its masks {sizes[1]}", cure)
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


class ErrorSheets:
    """Draws errors of one result, or of two side by side.

    Args:
        sequences: The sequences, each with the results to draw.
        benchmark: Rules of the data set.
        images: Image files of each sequence by frame number, by name; none for grey pictures.
        result_names: What to call the results.
    """

    def __init__(
        self,
        sequences: Sequence[SequenceOnDisk],
        benchmark: MaskBenchmark,
        images: Mapping[str, Mapping[int, Path]],
        result_names: Sequence[str],
    ) -> None:
        self.sequences = {files.truth.name: files for files in sequences}
        self.benchmark = benchmark
        self.images = images
        self.result_names = result_names

    def write(self, path: Path, table: ErrorTable, number: int, owner: int = 0) -> None:
        """Write a sheet of the longest episodes, all reasons taking turns; without errors, remove an old sheet.

        Args:
            path: The PNG.
            table: Errors of one result.
            number: Episodes at most.
            owner: Which result that is.

        Raises:
            FormatError: An image is missing.
            OSError: A file cannot be read or written.
        """
        chosen = choose_episodes(table, number)
        if not chosen:
            path.unlink(missing_ok=True)
            return
        pictures: dict[int, NDArray[np.uint8]] = {}
        for name in np.unique(table.sequence).tolist():  # the masks of one sequence in memory at a time
            places = [place for place, rows in enumerate(chosen) if table.sequence[rows[0]] == name]
            if places:
                truth, results = read_masks(self.sequences[name], self.benchmark)
                pictures |= {place: self._draw(table.select(chosen[place]), truth, results, owner) for place in places}
        columns = max(1, _WIDTH // pictures[0].shape[1])
        sheet = contact_sheet([pictures[place] for place in range(len(chosen))], columns)
        write_image(path, np.vstack([legend(sheet.shape[1]), sheet]))

    def _draw(
        self, episode: ErrorTable, truth: MaskTracks, results: Sequence[MaskTracks], owner: int
    ) -> NDArray[np.uint8]:
        """Draw one episode: rows of the table that go on from frame to frame."""
        frame, previous = int(episode.frame[len(episode) // 2]), int(episode.previous_frame[0])
        if len(results) > 1:
            names = enumerate(self.result_names)
            shown = [(frame, f"frame {frame}, {name}", result) for result, name in names]
        else:
            captions = {frame: f"frame {frame}"}
            if episode.kind[0] in (SWITCH, FRAGMENTATION):
                captions = {previous: f"frame {previous}, before", frame: f"frame {frame}, after"}
                other = (previous + frame) // 2 if frame - previous > 1 else frame + 1
                captions[other] = f"frame {other}" + ", in between" * (other < frame)
            else:
                captions[int(episode.frame[0]) - 1] = f"frame {episode.frame[0] - 1}, before"
            shown = [(number, caption, owner) for number, caption in sorted(captions.items())]

        everything = [masks for masks in (truth, *results) if len(masks)]
        height, width = everything[0].masks[0]["size"]
        last = max(int(masks.frames.max()) for masks in everything)
        panels = []
        for number, caption, result in shown:
            if not self.benchmark.first_frame <= number <= last:
                panels.append(Panel(f"no frame {number}", np.full((height, width, 3), _DARK, np.uint8)))
                continue
            image = np.full((height, width, 3), _GREY, np.uint8)
            if str(episode.sequence[0]) in self.images:
                image = read_frame(self.images[str(episode.sequence[0])], number, (height, width))
            panels.append(Panel(caption, image, *_marks(episode, number, truth, results[result], result == owner)))
        return draw_error(title_of(episode), panels)


def choose_episodes(table: ErrorTable, number: int) -> list[NDArray[np.int64]]:
    """Return the longest episodes, all reasons taking turns, the costliest reason first."""
    queues: list[list[NDArray[np.int64]]] = []
    for _, members in group(table, ("kind", "reason")):
        queues.append([members[rows] for rows in episodes(table.select(members))])
    turns = sorted((turn, place) for place, queue in enumerate(queues) for turn in range(len(queue)))
    return [queues[place][turn] for turn, place in turns[:number]]


def title_of(episode: ErrorTable) -> str:
    """Return one line on an episode: where, what, why."""
    first, last = int(episode.frame[0]), int(episode.frame[-1])
    kind, class_name = str(episode.kind[0]), str(episode.class_name[0])
    if kind == SWITCH:
        what = f"id {episode.previous_prediction_id[0]} -> {episode.prediction_id[0]}"
    elif kind == FRAGMENTATION:
        what = f"lost after frame {episode.previous_frame[0]}"
    else:
        what = kind
    own = f"id {episode.prediction_id[0]}" if kind == FALSE_POSITIVE else f"{episode.gt_id[0]}"
    frames = f"frame {first}" if first == last else f"frames {first} to {last}"
    return f"{episode.sequence[0]} {frames}   {class_name} {own}: {what}, {episode.reason[0]}"


def _marks(
    episode: ErrorTable, frame: int, truth: MaskTracks, result: MaskTracks, own: bool
) -> tuple[list[MarkedMask], list[MarkedMask]]:
    """Return the masks of a frame, truths and results, with those in focus that the episode is about.

    These are what lies on the truth, and, in the result that has the error, the ids that it names.
    """
    truth, result = (masks.select(masks.frames == frame) for masks in (truth, result))
    truth = truth.select(truth.class_ids != IGNORE_CLASS)
    alarm = episode.kind[0] == FALSE_POSITIVE
    in_truth = np.isin(truth.track_ids, episode.candidate_id if alarm else episode.gt_id)
    overlaps = iou(result.masks, truth.select(in_truth).masks)
    in_result = overlaps.max(axis=1, initial=0) >= TOUCH
    if own:
        in_result = in_result | np.isin(result.track_ids, [*episode.prediction_id, *episode.previous_prediction_id])
    return _labelled(truth, in_truth, "gt"), _labelled(result, in_result, "id")


def _labelled(masks: MaskTracks, focus: NDArray[np.bool_], prefix: str) -> list[MarkedMask]:
    rows = zip(masks.masks, boxes(masks.masks), masks.track_ids.tolist(), focus.tolist(), strict=True)
    return [MarkedMask(mask, box, f"{prefix} {number}" if bold else "", bold) for mask, box, number, bold in rows]
