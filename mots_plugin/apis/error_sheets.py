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
from mots_plugin.formats.frame_images import list_frame_images
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import boxes
from mots_plugin.formats.sequence_files import find_by_name, find_sequences
from mots_plugin.visualization.contact_sheet import contact_sheet, write_image
from mots_plugin.visualization.error_crops import MarkedMask, Panel, draw_error, legend

_WIDTH = 2064  # of a sheet: six panels of 340 pixels and what is between them


class FrameImages:
    """Images of the frames of sequences; grey ones where there are none.

    Args:
        root: A data set in KITTI MOTS or MOTSChallenge layout, or a folder with one folder of images a sequence; None
            for no images.
    """

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self._known: dict[str, Mapping[int, Path]] = {}

    def read(self, sequence: str, frame: int, image_size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return the ``(H, W, 3)`` uint8 RGB image of a frame.

        Args:
            sequence: Name of the sequence.
            frame: Frame number.
            image_size: ``(height, width)`` of the masks.

        Raises:
            FormatError: The image is missing, cannot be read or is of another size.
        """
        if self.root is None:
            return np.full((*image_size, 3), 110, np.uint8)
        if sequence not in self._known:
            self._known[sequence] = self._paths(self.root, sequence)
        images = self._known[sequence]
        if frame not in images:
            problem = f"has no image of frame {frame} of sequence {sequence}"
            raise FormatError(self.root, problem, "name the folder that has the images of these masks")
        bgr = cv2.imread(str(images[frame]))
        if bgr is None:
            raise FormatError(images[frame], "cannot be read as an image", "copy the file anew")
        if bgr.shape[:2] != tuple(image_size):
            size = " x ".join(map(str, bgr.shape[:2]))
            problem = f"is {size} (height x width), its masks {image_size[0]} x {image_size[1]}"
            raise FormatError(images[frame], problem, "name the folder that has the images of these masks")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def _paths(self, root: Path, sequence: str) -> Mapping[int, Path]:
        if not root.is_dir():
            raise FormatError(root, "not found", "name the folder of the images")
        parts = ("training", "train", "testing", "test", "")
        found = find_by_name(find_sequences(root, parts, ("image_02", "images")), sequence)
        if found is not None and found.has_images:
            return list_frame_images(found.image_folder)
        if (root / sequence).is_dir():
            return list_frame_images(root / sequence)
        cure = "name the root of the data set, or a folder with one folder of images a sequence"
        raise FormatError(root, f"has no images of sequence {sequence}", cure)


class ErrorSheets:
    """Draws errors of one result, or of two side by side.

    Args:
        sequences: The sequences, each with the results to draw.
        benchmark: Rules of the data set.
        images: Their images.
        result_names: What to call the results, where there are two.
    """

    def __init__(
        self,
        sequences: Sequence[SequenceOnDisk],
        benchmark: MaskBenchmark,
        images: FrameImages,
        result_names: tuple[str, ...] = ("",),
    ) -> None:
        self.sequences = {files.truth.name: files for files in sequences}
        self.benchmark = benchmark
        self.images = images
        self.result_names = result_names

    def write(self, path: Path, table: ErrorTable, number: int) -> int:
        """Write a sheet of the longest episodes, all reasons taking turns; nothing if there is no error.

        Args:
            path: The PNG.
            table: Errors, of one kind for a sheet of one kind.
            number: Episodes at most.

        Returns:
            How many there are on the sheet.

        Raises:
            FormatError: An image is missing.
            OSError: A file cannot be read or written.
        """
        chosen = choose_episodes(table, number)
        if not chosen:
            return 0
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
        return len(chosen)

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
                image = self.images.read(name, frame, (height, width))
                marks = _marks(truth, frame, objects, "gt "), _marks(result, frame, ids, "id ")
                panels.append(Panel(caption, image, *marks))
            else:
                panels.append(Panel(f"no frame {frame}", np.full((height, width, 3), 60, np.uint8)))
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
