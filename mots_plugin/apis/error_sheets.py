"""Contact sheets of a tracker's errors: which to show, from which frames, and the picture of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.error_files import SequenceOnDisk, read_masks
from mots_plugin.evaluation.functional.error_table import ErrorTable, episodes, group
from mots_plugin.evaluation.functional.track_errors import FALSE_POSITIVE, FRAGMENTATION, SWITCH
from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import boxes
from mots_plugin.visualization.contact_sheet import contact_sheet, write_image
from mots_plugin.visualization.error_crops import MarkedMask, Panel, draw_error, legend

_WIDTH = 2064  # of a sheet: six panels of 340 pixels and what is between them
_GREY, _DARK = 110, 60


def read_frame(images: Mapping[int, Path], frame: int, image_size: tuple[int, int]) -> NDArray[np.uint8]:
    """Read the image of a frame, as ``(H, W, 3)`` uint8 RGB.

    Args:
        images: Image files of the sequence by frame number.
        frame: Frame number.
        image_size: ``(height, width)`` of the masks.

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
    if bgr.shape[:2] != image_size:
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

    def write(self, path: Path, table: ErrorTable, number: int) -> None:
        """Write a sheet of the longest episodes, all reasons taking turns; without errors, remove an old sheet.

        Args:
            path: The PNG.
            table: Errors, of one kind for a sheet of one kind.
            number: Episodes at most.

        Raises:
            FormatError: An image is missing.
            OSError: A file cannot be read or written.
        """
        chosen = choose_episodes(table, number)
        if not chosen:
            path.unlink(missing_ok=True)
            return
        pictures: list[NDArray[np.uint8]] = [np.zeros(0, np.uint8)] * len(chosen)
        by_sequence = sorted(range(len(chosen)), key=lambda place: str(table.sequence[chosen[place][0]]))
        name, masks = "", []
        for place in by_sequence:  # the masks of one sequence in memory at a time
            own = table.select(chosen[place])
            if own.sequence[0] != name:
                name = str(own.sequence[0])
                truth, results = read_masks(self.sequences[name], self.benchmark)
                masks = [truth, *results]
            pictures[place] = self._draw(own, masks)
        columns = max(1, _WIDTH // pictures[0].shape[1])
        sheet = contact_sheet(pictures, columns)
        write_image(path, np.vstack([legend(sheet.shape[1]), sheet]))

    def _draw(self, episode: ErrorTable, masks: Sequence[MaskTracks]) -> NDArray[np.uint8]:
        """Draw one episode: rows of the table that go on from frame to frame."""
        truth, *results = masks
        frame, previous = int(episode.frame[len(episode) // 2]), int(episode.previous_frame[0])
        captions: dict[int, str] = {frame: f"frame {frame}"}
        if len(results) > 1:
            shown = [(frame, f"frame {frame}, {name}") for name in self.result_names]
            return self._draw_panels(episode, shown, truth, results)
        if episode.kind[0] in (SWITCH, FRAGMENTATION):
            captions = {previous: f"frame {previous}, before", frame: f"frame {frame}, after"}
            other = (previous + frame) // 2 if frame - previous > 1 else frame + 1
            captions[other] = f"frame {other}" + ", in between" * (other < frame)
        else:
            captions[int(episode.frame[0]) - 1] = f"frame {episode.frame[0] - 1}, before"
        shown = sorted(captions.items())
        return self._draw_panels(episode, shown, truth, results * len(shown))

    def _draw_panels(
        self,
        episode: ErrorTable,
        shown: Sequence[tuple[int, str]],
        truth: MaskTracks,
        results: Sequence[MaskTracks],
    ) -> NDArray[np.uint8]:
        name, alarm = str(episode.sequence[0]), episode.kind[0] == FALSE_POSITIVE
        candidates = set(episode.candidate_id.tolist())
        objects = candidates if alarm else {int(episode.gt_id[0])}
        ids = {int(episode.prediction_id[0]), int(episode.previous_prediction_id[0])} | (set() if alarm else candidates)
        everything = [masks for masks in (truth, *results) if len(masks)]
        height, width = everything[0].masks[0]["size"]
        last = max(int(masks.frames.max()) for masks in everything)
        panels = []
        for (frame, caption), result in zip(shown, results, strict=True):
            if self.benchmark.first_frame <= frame <= last:
                image = np.full((height, width, 3), _GREY, np.uint8)
                if name in self.images:
                    image = read_frame(self.images[name], frame, (height, width))
                marks = _marks(truth, frame, objects, "gt "), _marks(result, frame, ids, "id ")
                panels.append(Panel(caption, image, *marks))
            else:
                panels.append(Panel(f"no frame {frame}", np.full((height, width, 3), _DARK, np.uint8)))
        return draw_error(title_of(episode), panels)


def choose_episodes(table: ErrorTable, number: int) -> list[NDArray[np.int64]]:
    """Return the longest episodes, all reasons taking turns, the costliest reason first."""
    by_reason: dict[str, list[NDArray[np.int64]]] = {str(reason): [] for (reason,), _ in group(table, ("reason",))}
    for rows in episodes(table):
        by_reason[str(table.reason[rows[0]])].append(rows)
    turns = [(turn, place) for place, queue in enumerate(by_reason.values()) for turn in range(len(queue))]
    queues = list(by_reason.values())
    return [queues[place][turn] for turn, place in sorted(turns)[:number]]


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
    own = (
        f"{class_name} {episode.gt_id[0]}" if kind != FALSE_POSITIVE else f"{class_name}, id {episode.prediction_id[0]}"
    )
    frames = f"frame {first}" if first == last else f"frames {first} to {last}"
    return f"{episode.sequence[0]} {frames}   {own}: {what}, {episode.reason[0]}"


def _marks(masks: MaskTracks, frame: int, focus: set[int], prefix: str) -> list[MarkedMask]:
    """Return the masks of a frame, those in focus labelled with their ids."""
    own = masks.select((masks.frames == frame) & (masks.class_ids != IGNORE_CLASS))
    return [
        MarkedMask(mask, box, f"{prefix}{track_id}" if track_id in focus else "", track_id in focus)
        for mask, box, track_id in zip(own.masks, boxes(own.masks), own.track_ids.tolist(), strict=True)
    ]
