"""One rendered sequence on disk, as KITTI MOTS, KITTI-STEP, boxes of KITTI and MOTChallenge, and forward flow.

Below the output folder, for sequence ``SSSS``:

- ``training/image_02/SSSS/FFFFFF.png``, ``instances/SSSS/FFFFFF.png``, ``instances_txt/SSSS.txt``: KITTI MOTS
- ``training/label_02/SSSS.txt``: KITTI's tracking labels, boxes of whole silhouettes
- ``panoptic_maps/{train,val}/SSSS/FFFFFF.png``: KITTI-STEP
- ``mot/SSSS/gt/gt.txt``, ``mot/SSSS/seqinfo.ini``, ``mot/SSSS/img1``: MOTChallenge boxes of whole silhouettes;
  frames from 1
- ``flow/SSSS/FFFFFF.png``: KITTI flow from frame F to F + 1
- ``statistics/SSSS.json``: how hard the sequence is; written last, so it marks a sequence as complete
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write, full_disk_named
from mots_plugin.formats.flow_files import write_kitti_flow
from mots_plugin.formats.id_png import id_png_to_objects
from mots_plugin.formats.kitti_box import KITTI_CLASSES, write_kitti_box
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mot_txt import BoxTracks, write_mot_txt
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import RLE
from mots_plugin.toy_street.population import IGNORE
from mots_plugin.toy_street.renderer import RenderedFrame, render
from mots_plugin.toy_street.scene import Scene, StreetSettings, build_scene
from mots_plugin.toy_street.shapes import BICYCLE, CAR_SEMANTIC, PERSON
from mots_plugin.toy_street.statistics import StatisticsMeter

FRAME_RATE = 10
# MOTChallenge classes: 1 pedestrian, 2 person on vehicle, 3 car.
_MOT_CLASSES = {PERSON: 1, BICYCLE: 2, CAR_SEMANTIC: 3}
_KITTI_NAMES = {1: "pedestrian", 2: "cyclist", 3: "car"}


def sequence_name(sequence: int) -> str:
    """Name of a sequence, as KITTI has it."""
    return f"{sequence:04d}"


def statistics_file(folder: Path, sequence: int) -> Path:
    """The file that marks a sequence as complete."""
    return folder / "statistics" / f"{sequence_name(sequence)}.json"


def write_sequence(folder: Path, settings: StreetSettings, sequence: int, split: str) -> None:
    """Render a sequence and write it in every format; it appears in the folder only when it is complete.

    Args:
        folder: Root of the data set.
        settings: What to render.
        sequence: Number of the sequence.
        split: ``train`` or ``val``, for KITTI-STEP's folders.

    Raises:
        FormatError: The disk is full.
        OSError: The folder is not writable.
    """
    name = sequence_name(sequence)
    partial = folder / f".partial-{name}"
    if partial.exists():
        shutil.rmtree(partial)
    places = [
        f"training/image_02/{name}", f"training/label_02/{name}.txt", f"instances/{name}", f"instances_txt/{name}.txt",
        f"panoptic_maps/{split}/{name}", f"mot/{name}", f"flow/{name}",
    ]  # fmt: skip
    try:
        statistics = _write_files(partial, build_scene(settings, sequence), name, split)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    for place in places:
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            shutil.rmtree(target)  # left by a run that was stopped right here
        os.replace(partial / place, target)
    shutil.rmtree(partial)
    with atomic_write(statistics_file(folder, sequence)) as file:
        json.dump(statistics, file, indent=1)


def _write_files(root: Path, scene: Scene, name: str, split: str) -> dict[str, float]:
    images, instances = root / "training/image_02" / name, root / "instances" / name
    panoptic, flow, mot = root / "panoptic_maps" / split / name, root / "flow" / name, root / "mot" / name
    for place in (images, instances, panoptic, flow, mot / "gt", mot / "img1"):
        place.mkdir(parents=True)
    masks: list[tuple[int, int, RLE]] = []
    boxes: list[NDArray[np.float64]] = []
    meter = StatisticsMeter()
    for number, frame in enumerate(render(scene)):
        file_name = f"{number:06d}.png"
        ids, map_ = id_map(frame), panoptic_map(frame)
        _write_png(images / file_name, frame.image)
        _write_png(instances / file_name, ids)
        _write_png(panoptic / file_name, map_)
        (mot / "img1" / f"{number + 1:06d}.png").symlink_to(f"../../../training/image_02/{name}/{file_name}")
        if frame.flow is not None:
            write_kitti_flow(flow / file_name, frame.flow, frame.flow_valid)
        values, _, rles = id_png_to_objects(ids)
        masks += [(number, int(value), rle) for value, rle in zip(values, rles, strict=True)]
        boxes.append(_mot_rows(number, frame, scene))
        meter.update(frame)
    write_mots_txt(root / "instances_txt" / f"{name}.txt", _mask_tracks(masks))
    tracks = _box_tracks(np.concatenate(boxes))
    write_mot_txt(mot / "gt" / "gt.txt", tracks, ground_truth=True)
    write_kitti_box(root / "training/label_02" / f"{name}.txt", _kitti_tracks(tracks), ground_truth=True)
    height, width = scene.camera.image_shape
    (mot / "seqinfo.ini").write_text(
        f"[Sequence]\nname={name}\nimDir=img1\nframeRate={FRAME_RATE}\nseqLength={len(scene.positions)}\n"
        f"imWidth={width}\nimHeight={height}\nimExt=.png\n",
        encoding="utf-8",
    )
    return meter.result.as_dict()


def id_map(frame: RenderedFrame) -> NDArray[np.uint16]:
    """``(H, W)`` pixel values of KITTI MOTS: class * 1000 + instance, 10000 for what is to be ignored, 0 elsewhere."""
    objects = frame.objects
    values = np.where(objects.class_ids == IGNORE, 1000 * IGNORE, 1000 * objects.class_ids + objects.track_ids)
    table = np.zeros(int(frame.bodies.max()) + 1, np.uint16)
    table[objects.bodies] = values
    return table[frame.bodies]


def panoptic_map(frame: RenderedFrame) -> NDArray[np.uint8]:
    """``(H, W, 3)`` KITTI-STEP map in BGR order: red the Cityscapes train id, green and blue the instance.

    Instances are KITTI MOTS' plus 1, as STEP derived them; ignored cars and people have instance 0, STEP's crowd.
    """
    objects = frame.objects
    table = np.zeros(int(frame.bodies.max()) + 1, np.uint16)
    table[objects.bodies] = np.where(objects.class_ids == IGNORE, 0, objects.track_ids + 1)
    instances = table[frame.bodies]
    return np.stack([(instances & 255).astype(np.uint8), (instances >> 8).astype(np.uint8), frame.semantics], axis=-1)


def _mot_rows(number: int, frame: RenderedFrame, scene: Scene) -> NDArray[np.float64]:
    """``(N, 9)``: frame, id, x1, y1, x2, y2, scored, class, visibility; frames and corners count from 1."""
    objects = frame.objects
    first = next((row for row, body in enumerate(scene.bodies) if body.class_id), 0)
    classes = [_MOT_CLASSES[scene.bodies[row].faces[0].semantic] for row in objects.bodies]
    scored = objects.class_ids != IGNORE
    visibility = objects.areas / np.maximum(objects.full_areas, 1)
    columns = [np.full(len(classes), number + 1), objects.bodies - first + 1, *(objects.boxes + 1).T]
    return np.stack([*columns, scored, np.array(classes, np.int64), np.round(np.minimum(visibility, 1), 3)], axis=1)


def _box_tracks(rows: NDArray[np.float64]) -> BoxTracks:
    frames, ids, classes = (rows[:, column].astype(np.int64) for column in (0, 1, 7))
    return BoxTracks(frames, ids, rows[:, 2:6], rows[:, 6], classes, rows[:, 8])


def _kitti_tracks(tracks: BoxTracks) -> BoxTracks:
    """Count frames and corners from 0; what is not scored becomes a DontCare region."""
    kitti_ids = [KITTI_CLASSES[_KITTI_NAMES[class_id]] for class_id in tracks.class_ids.tolist()]
    scored = tracks.scores > 0
    return replace(
        tracks,
        frames=tracks.frames - 1,
        boxes=tracks.boxes - 1,
        track_ids=np.where(scored, tracks.track_ids, -1),
        class_ids=np.where(scored, kitti_ids, KITTI_CLASSES["dontcare"]),
    )


def _mask_tracks(rows: list[tuple[int, int, RLE]]) -> MaskTracks:
    values = np.array([value for _, value, _ in rows], np.int64)
    frames = np.array([frame for frame, _, _ in rows], np.int64)
    return MaskTracks(frames, values, values // 1000, [rle for _, _, rle in rows])


def _write_png(path: Path, image: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    with full_disk_named(path):
        path.write_bytes(cv2.imencode(".png", image)[1].tobytes())
