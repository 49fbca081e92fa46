"""Write the tight boxes of masks as text: ground truth or results in, boxes with the same identities out.

    python data_converters/masks_to_boxes.py val.json DST                  # COCO-video json
    python data_converters/masks_to_boxes.py tracks DST                    # text, ground truth or results
    python data_converters/masks_to_boxes.py val.json DST --format mot

SOURCE is a COCO-video json, or a folder of ``NAME.txt``, ``instances_txt/NAME.txt`` or ``NAME/gt/gt.txt`` with masks.
``--format kitti``, the default, writes ``DST/label_02/NAME.txt``: frames as the source counts them, ignore regions as
DontCare. ``--format mot`` writes ``DST/NAME/gt/gt.txt``: frames and pixels counted from 1, so all frames are raised by
one if the source has a frame 0; ignore regions, for which MOTChallenge has no class, are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mots_plugin.formats import rle
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.kitti_box import KITTI_CLASSES, write_kitti_box
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.mot_txt import MOT_CLASSES, MOT_FIRST_FRAME, write_mot_txt
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

TEXT_LAYOUTS = ("*/gt/gt.txt", "instances_txt/*.txt", "*.txt")


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SOURCE", type=Path, help="COCO-video json, or folder of text files")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder to write to, created if need be")
    parser.add_argument("--format", choices=["kitti", "mot"], default="kitti", help="default: %(default)s")
    return parser.parse_args(argv)


def read_masks(source: Path) -> Iterator[tuple[MaskTracks, int]]:
    """Yield the masks of every video, and the first frame that it is known to have.

    Raises:
        FormatError: There are none, or they cannot be read.
    """
    if source.suffix == ".json":
        coco = read_coco_video(source)
        own = [name for name, class_id in coco.mask_class_ids.items() if class_id not in CLASS_NAMES]
        if own:
            raise FormatError(
                source, f"has a class '{own[0]}', which box text has no number for", "convert with --rename"
            )
        for video in coco.videos:
            yield coco.mask_tracks(video["name"]), min(coco.frames(video["name"]).frame_numbers, default=1)
        return
    for layout in TEXT_LAYOUTS:
        files = sorted(source.glob(layout))
        if files:
            for path in files:
                tracks = read_mots_txt(path, name=path.parents[1].name if path.name == "gt.txt" else path.stem)
                yield tracks, int(tracks.frames.min(initial=1))
            return
    cure = "give a COCO-video json, or a folder of NAME.txt, instances_txt/NAME.txt or NAME/gt/gt.txt"
    raise FormatError(source, "holds no masks" if source.is_dir() else "not found", cure)


def tight_boxes(tracks: MaskTracks, class_ids: Mapping[int, int]) -> BoxTracks:
    """Return the boxes around masks, those without a pixel left out.

    Args:
        tracks: The masks.
        class_ids: Class in the box format by class of the masks; others are left out. Ignore regions lose their id.
    """
    kept = np.flatnonzero(np.isin(tracks.class_ids, list(class_ids)) & (rle.areas(tracks.masks) > 0))
    tracks = tracks.select(kept)
    return BoxTracks(
        frames=tracks.frames,
        track_ids=np.where(tracks.class_ids == IGNORE_CLASS, -1, tracks.track_ids),
        boxes=rle.boxes(tracks.masks).astype(float),
        scores=np.ones(len(tracks)),
        class_ids=np.array([class_ids[class_id] for class_id in tracks.class_ids.tolist()], np.int64),
        visibilities=np.ones(len(tracks)),
        source=tracks.source,
        name=tracks.name,
    )


def write_boxes(destination: Path, tracks: BoxTracks, box_format: str, shift: int) -> None:
    """Write ground truth; for MOTChallenge frames are raised by ``shift`` and pixels by 1."""
    if box_format == "kitti":
        write_kitti_box(destination / "label_02" / f"{tracks.name}.txt", tracks, ground_truth=True)
    else:
        raised = replace(tracks, frames=tracks.frames + shift, boxes=tracks.boxes + 1)
        write_mot_txt(destination / tracks.name / "gt" / "gt.txt", raised, ground_truth=True)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    from tqdm import tqdm

    arguments = parse_arguments(argv)
    videos = list(tqdm(read_masks(arguments.source), desc="reading", unit="video"))
    known = KITTI_CLASSES if arguments.format == "kitti" else MOT_CLASSES
    names = {class_id: "dontcare" if class_id == IGNORE_CLASS else name for class_id, name in CLASS_NAMES.items()}
    class_ids = {class_id: known[name] for class_id, name in names.items() if name in known}
    shift = MOT_FIRST_FRAME if any(first == 0 for _, first in videos) else 0
    boxes = 0
    for tracks, _ in tqdm(videos, desc="writing", unit="video"):
        found = tight_boxes(tracks, class_ids)
        write_boxes(arguments.destination, found, arguments.format, shift)
        boxes += len(found)
    print(f"{len(videos)} videos, {boxes} boxes in {arguments.destination}")


if __name__ == "__main__":
    sys.exit(main())
