"""One sequence of a MOTS data set, read from disk and checked: its frames and its masks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import list_frame_images, read_image_size
from mots_plugin.formats.frame_list import read_frame_list, read_seqinfo
from mots_plugin.formats.id_png import read_id_pngs
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.rle import areas
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.sequence_files import SequenceFiles


@dataclass(frozen=True)
class ReadingRules:
    """How to read.

    Attributes:
        with_images: Take the frames from the images; else from ``seqinfo.ini``, the json of frames, the wanted range or
            the annotations, the first of them there is.
        strict: Refuse a sequence that lacks an image or annotation; else leave the frame out, with a warning.
        annotated: Whether the split has annotations at all.
    """

    with_images: bool = True
    strict: bool = True
    annotated: bool = True


@dataclass
class SequenceReading:
    """A sequence as read.

    Attributes:
        frames: Its frames.
        tracks: Its masks, all of them in those frames.
        annotation: Where the masks came from: ``"txt"``, ``"png"`` or ``"none"``.
        warnings: What was left out, a line each.
    """

    frames: VideoFrames
    tracks: MaskTracks
    annotation: str
    warnings: list[str] = field(default_factory=list)


def read_sequence(files: SequenceFiles, wanted: SequenceRange, rules: ReadingRules) -> SequenceReading:
    """Read one sequence.

    Args:
        files: Where it lies.
        wanted: Its frames to read; the name is not looked at.
        rules: How to read.

    Raises:
        FormatError: Faulty annotations or images, sizes that differ, or, when strict, a missing image or annotation.
            Names file and line.
        OSError: A file cannot be read.
    """
    check_parts(files, wanted, rules)
    warnings: list[str] = []
    tracks, annotation, pngs = _read_annotation(files, wanted)
    listed = _read_frame_list(files)
    if rules.with_images:
        frames = _frames_of_images(files, wanted, listed)
        known = set(frames.frame_numbers)
        expected: Iterable[int] = ()
        if wanted.last_frame is not None:
            first = min(known, default=0) if wanted.first_frame is None else wanted.first_frame
            expected = range(first, wanted.last_frame + 1)
        absent = sorted({*expected, *tracks.frames.tolist()} - known)
        if absent:
            missing = _missing_image(files, wanted, tracks, absent)
            if rules.strict:
                raise missing
            warnings.append(f"left out: {missing}")
    else:
        frames = _frames_without_images(files, wanted, listed, tracks, pngs)
    if annotation == "png":
        unannotated = sorted(set(frames.frame_numbers) - set(pngs))
        if unannotated and rules.strict:
            raise _missing_png(files, unannotated)
        if unannotated:
            warnings.append(f"left out: {_missing_png(files, unannotated)}")
            frames = _keep_frames(frames, set(pngs))
    tracks = tracks.select(np.isin(tracks.frames, list(frames.frame_numbers)))
    tracks = _drop_empty(tracks, warnings)
    if not len(frames.frame_numbers):
        problem = f"sequence {files.name} has no frame in the wanted range"
        raise FormatError(wanted.source or files.root, problem, "check the first and last frame in the seqmap")
    _check_mask_size(frames, tracks)
    return SequenceReading(frames, tracks, annotation, warnings)


def check_parts(files: SequenceFiles, wanted: SequenceRange, rules: ReadingRules) -> None:
    """Refuse a sequence that has no images or no annotation at all, though the rules ask for them.

    Raises:
        FormatError: Names the line of the seqmap, if one asked for the sequence, and where to put what is missing.
    """
    if rules.annotated and not files.annotated:
        places = f"instances_txt/{files.name}.txt, instances/{files.name}/FFFFFF.png or {files.name}/gt/gt.txt"
        cure = f"put it into {places}"
        raise FormatError(wanted.source or files.root, f"sequence {files.name} has no annotation", cure)
    if rules.with_images and not files.has_images:
        cure = f"put them into {files.image_folder}, or convert with --no-images"
        raise FormatError(wanted.source or files.root, f"sequence {files.name} has no images", cure)


def _read_annotation(files: SequenceFiles, wanted: SequenceRange) -> tuple[MaskTracks, str, dict[int, Path]]:
    """Return the masks of the wanted frames, the form they came in, and the PNG of each frame."""
    if files.annotation_text is not None:
        tracks = read_mots_txt(files.annotation_text, name=files.name)
        return tracks.select([row for row, frame in enumerate(tracks.frames.tolist()) if frame in wanted]), "txt", {}
    if files.annotation_folder is not None:
        pngs = {frame: path for frame, path in list_frame_images(files.annotation_folder).items() if frame in wanted}
        return read_id_pngs(pngs.items(), os.fspath(files.annotation_folder), files.name), "png", pngs
    return MaskTracks(name=files.name), "none", {}


def _read_frame_list(files: SequenceFiles) -> VideoFrames | None:
    if files.frame_list is None:
        return None
    if files.frame_list.suffix == ".json":
        return read_frame_list(files.frame_list)
    return read_seqinfo(files.frame_list, files.root)


def _frames_of_images(files: SequenceFiles, wanted: SequenceRange, listed: VideoFrames | None) -> VideoFrames:
    images = {frame: path for frame, path in list_frame_images(files.image_folder).items() if frame in wanted}
    size: tuple[int, int] | None = None
    for path in images.values():
        height, width = read_image_size(path)
        if size not in (None, (height, width)):
            problem = "its size {} x {} differs from the frames before, {} x {}".format(height, width, *size)
            raise FormatError(path, problem, "all frames of a sequence must have one size (height x width)")
        size = height, width
    height, width = size or (0, 0)
    return VideoFrames(
        name=files.name,
        frame_numbers=list(images),
        file_names=[path.relative_to(files.root).as_posix() for path in images.values()],
        height=height,
        width=width,
        frame_rate=listed.frame_rate if listed else None,
    )


def _frames_without_images(
    files: SequenceFiles,
    wanted: SequenceRange,
    listed: VideoFrames | None,
    tracks: MaskTracks,
    pngs: dict[int, Path],
) -> VideoFrames:
    if listed is not None:
        frames = _keep_frames(replace(listed, name=files.name), {n for n in listed.frame_numbers if n in wanted})
        beyond = np.flatnonzero(~np.isin(tracks.frames, list(frames.frame_numbers)))
        if len(beyond):
            row = beyond[0]
            problem = f"frame {tracks.frames[row]} is not a frame of {files.frame_list}"
            raise FormatError(tracks.source, problem, "mend the one or the other", _line(tracks, row))
        return frames
    if pngs:
        height, width = read_image_size(next(iter(pngs.values())))
    elif len(tracks):
        height, width = tracks.masks[0]["size"]
    else:
        problem = f"the image size of sequence {files.name} is unknown: it has no mask, and images are left aside"
        cure = "convert with images, or put a seqinfo.ini (MOTS20) or frames/SSSS.json beside"
        raise FormatError(files.annotation_text or files.image_folder, problem, cure)
    annotated = set(tracks.frames.tolist()) | set(pngs)
    first = min(annotated, default=0) if wanted.first_frame is None else wanted.first_frame
    last = max(annotated, default=first) if wanted.last_frame is None else wanted.last_frame
    extension = ".png" if files.image_folder.parent.name == "image_02" else ".jpg"
    folder = files.image_folder.relative_to(files.root)
    numbers = sorted(pngs) or range(first, last + 1)
    return VideoFrames(
        name=files.name,
        frame_numbers=list(numbers),
        file_names=[(folder / f"{number:06d}{extension}").as_posix() for number in numbers],
        height=height,
        width=width,
    )


def _keep_frames(frames: VideoFrames, kept: set[int]) -> VideoFrames:
    pairs = [pair for pair in zip(frames.frame_numbers, frames.file_names, strict=True) if pair[0] in kept]
    return replace(frames, frame_numbers=[number for number, _ in pairs], file_names=[name for _, name in pairs])


def _missing_image(files: SequenceFiles, wanted: SequenceRange, tracks: MaskTracks, absent: list[int]) -> FormatError:
    """Name the first frame without image, by the line that asks for it."""
    more = f" (nor have {len(absent) - 1} more frames)" if len(absent) > 1 else ""
    problem = f"frame {absent[0]} of sequence {files.name} has no image in {files.image_folder}{more}"
    cure = "add the image, correct the line, or convert with --no-strict to leave such frames out"
    rows = np.flatnonzero(tracks.frames == absent[0])
    if len(rows):
        return FormatError(tracks.source, problem, cure, _line(tracks, rows[0]))
    return FormatError(wanted.source or files.image_folder, problem, cure)


def _missing_png(files: SequenceFiles, unannotated: list[int]) -> FormatError:
    folder = files.annotation_folder or files.root
    more = f" (nor have {len(unannotated) - 1} more frames)" if len(unannotated) > 1 else ""
    problem = f"frame {unannotated[0]} of sequence {files.name} has no annotation{more}"
    cure = "add the PNG (all 0 for a frame without objects), or convert with --no-strict to leave such frames out"
    return FormatError(folder / f"{unannotated[0]:06d}.png", problem, cure)


def _drop_empty(tracks: MaskTracks, warnings: list[str]) -> MaskTracks:
    empty = areas(tracks.masks) == 0
    if empty.any():
        place = _line(tracks, int(empty.argmax()))
        warnings.append(f"left out: {tracks.source}:{place}: {int(empty.sum())} empty masks, this being the first")
    return tracks.select(~empty)


def _check_mask_size(frames: VideoFrames, tracks: MaskTracks) -> None:
    for row, mask in enumerate(tracks.masks[:1]):  # the reader has checked that all masks have one size
        height, width = mask["size"]
        if (height, width) != (frames.height, frames.width):
            problem = f"masks are {height} x {width}, images {frames.height} x {frames.width} (height x width)"
            cure = "take images and annotations of one release of the data set"
            raise FormatError(tracks.source, problem, cure, _line(tracks, row))


def _line(tracks: MaskTracks, row: int | np.integer) -> str:
    return str(tracks.lines[row]) if tracks.lines[row] else f"frame {tracks.frames[row]}"
