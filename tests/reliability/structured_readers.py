"""Readers of json, images, archives and weights; see text_readers.py."""

import base64
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from text_readers import Reader, decodable_masks, sound_masks, two_boxes, two_objects

from mots_plugin.annotation.project import Project, Settings
from mots_plugin.apis.checkpoints import read_checkpoint
from mots_plugin.apis.video_sources import ImageFolderSource
from mots_plugin.evaluation.box_files import find_box_files
from mots_plugin.evaluation.box_formats import MOT
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.submission import SERVERS, pack_submission
from mots_plugin.evaluation.track_files import find_track_files
from mots_plugin.flow import frame_pairs
from mots_plugin.flow.frame_pairs import read_frame_pair
from mots_plugin.flow.provider import FlowQuery
from mots_plugin.formats.coco_boxes import coco_box_tracks
from mots_plugin.formats.coco_images import read_coco_images
from mots_plugin.formats.coco_video import from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.crop_database import CROP_DTYPE, CropDatabase, DatabaseHeader, Shard, shard_files
from mots_plugin.formats.cvat import read_cvat, write_cvat
from mots_plugin.formats.davis import read_index_png
from mots_plugin.formats.flow_files import (
    read_flo,
    read_kitti_flow,
    read_quantised_flow,
    write_flo,
    write_kitti_flow,
    write_quantised_flow,
)
from mots_plugin.formats.frame_images import read_image_size
from mots_plugin.formats.frame_list import read_frame_list, write_frame_list
from mots_plugin.formats.id_png import read_id_png, read_id_png_folder, write_id_png
from mots_plugin.formats.kins import kins_videos, load_kins
from mots_plugin.formats.labelme import read_labelme_file, write_labelme_file
from mots_plugin.formats.mot_txt import write_mot_txt
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import find_broken
from mots_plugin.formats.step_classes import read_class_list
from mots_plugin.formats.step_png import panoptic_ids, read_step_png, write_step_png
from mots_plugin.formats.step_sequences import find_step_sequences
from mots_plugin.formats.validation import plan_checks
from mots_plugin.toy_street.dataset import StreetDataset
from mots_plugin.toy_street.scene import StreetSettings
from mots_plugin.weights.archive import read_archive
from mots_plugin.weights.jde import read_darknet
from mots_plugin.weights.torch_pickle import read_torch_tensors

_FLOW = np.linspace(-3, 3, 6 * 8 * 2, dtype=np.float32).reshape(6, 8, 2)
_IDS = panoptic_ids(np.arange(48).reshape(6, 8) % 19, np.arange(48).reshape(6, 8) % 3)
_ID_VALUES = np.repeat(np.array([[0, 1001, 1001, 2001, 0, 0, 10000, 0]], np.uint16), 6, axis=0)


def _write_coco(path: Path) -> None:
    tracks, frames = two_objects()
    write_coco_video(path, from_mask_tracks([(frames, tracks)]))


def _coco_tracks(path: Path) -> list[Any]:
    coco = read_coco_video(path)
    names = [video["name"] for video in coco.videos]
    return [(coco.frames(name), coco.mask_tracks(name), coco_box_tracks(coco, name)) for name in names]


def _sound_coco(videos: list[Any]) -> None:
    for frames, masks, boxes in videos:
        assert min(frames.height, frames.width) > 0
        assert set(masks.frames.tolist()) <= set(frames.frame_numbers)
        assert all(isinstance(name, str) for name in frames.file_names)
        assert len(boxes) == len(masks)


def _coco_images(path: Path) -> list[Any]:
    found = read_coco_images(path)
    return [found.mask_tracks(name) for name in found.videos]


def _list_faults(path: Path) -> list[str]:
    return [str(fault) for check in plan_checks(path, with_images=False) for fault in check()]


def _write_kins(path: Path) -> None:
    images = [{"id": 7, "file_name": "000000.png", "height": 6, "width": 8}]
    mask = from_mask_tracks([two_objects()[::-1]]).data["annotations"][0]["segmentation"]
    annotations = [
        {"id": 1, "image_id": 7, "category_id": 4, "inmodal_seg": mask},
        {"id": 2, "image_id": 7, "category_id": 2, "i_segm": [[1, 1, 4, 1, 4, 3]]},
    ]
    path.write_text(json.dumps({"images": images, "annotations": annotations}))


def _write_labelme(path: Path) -> None:
    tracks, _ = two_objects()
    write_labelme_file(path, "000001.png", [(1, 1, tracks.masks[0])], 6, 8)
    data = json.loads(path.read_text())
    bitmap = io.BytesIO()
    Image.new("1", (2, 3), 1).save(bitmap, "PNG")
    shape = {"label": "pedestrian", "points": [[5, 2], [6, 4]], "group_id": 2, "flags": {}}
    data["shapes"] += [
        {**shape, "shape_type": "mask", "mask": base64.b64encode(bitmap.getvalue()).decode()},
        {**shape, "shape_type": "circle"},
        {**shape, "shape_type": "rectangle"},
    ]
    path.write_text(json.dumps(data))


def _write_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _written(write: Any, path: Path) -> bytes:
    write(path)
    data = path.read_bytes()
    path.unlink()
    return data


def _write_cvat_zip(path: Path) -> None:
    xml = _written(lambda file: write_cvat(file, *two_objects()[::-1]), path.with_suffix(".xml"))
    _write_zip(path, {"annotations.xml": xml})


def _write_results_zip(path: Path) -> None:
    text = _written(lambda file: write_mots_txt(file, two_objects()[0]), path.with_suffix(".txt"))
    _write_zip(path, {f"{number:04d}.txt": text for number in range(3)})


def _write_png_zip(path: Path) -> None:
    png = _written(lambda file: write_step_png(file, _IDS), path.with_suffix(".png"))
    _write_zip(path, {f"panoptic_maps/val/0002/{frame:06d}.png": png for frame in range(2)})


def _write_boxes_zip(path: Path) -> None:
    text = _written(lambda file: write_mot_txt(file, two_boxes()), path.with_suffix(".txt"))
    _write_zip(path, {"A.txt": text, "seconds.json": b'{"A": 1.5}'})


def _read_tracks(path: Path) -> list[Any]:
    return [_tracks_or_faults(file) for file in find_track_files(path).values()]


def _tracks_or_faults(file: Any) -> Any:
    try:
        return file.read()
    except FaultySequenceError as error:
        return [str(fault) for fault in error.faults]


def _read_boxes(path: Path) -> list[Any]:
    return [MOT.parse(file.read(), str(file), name, {}) for name, file in find_box_files(path, MOT.first_line).items()]


def _read_maps(path: Path) -> list[Any]:
    maps = []
    for sequence in find_step_sequences(path).values():
        with sequence.opened() as read:
            maps += [read(frame) for frame in sequence.members]
    return maps


def _check_submission(server: str) -> Any:
    return lambda path: [str(fault) for _, faults in pack_submission(SERVERS[server], path, None) for fault in faults]


def _write_database(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    crops = np.zeros(2, CROP_DTYPE)
    crops["height"], crops["width"], crops["start"], crops["instance_id"] = 2, 3, [0, 6], [1, 2]
    np.save(shard_files(folder, 0)[0], crops)
    np.save(shard_files(folder, 0)[1], np.arange(48, dtype=np.uint8).reshape(12, 4))
    header = DatabaseHeader("train.json", "0" * 64, ["car"], ["0002"], 0.2, [Shard(2, 12)])
    (folder / "database.json").write_text(header.to_json())


def _read_crops(path: Path) -> list[np.ndarray]:
    database = CropDatabase(path.parent)
    return [database.pixels(crop) for crop in range(len(database))]


def _write_project(path: Path) -> None:
    settings = Settings("/b", "mot", "/i", None, "c.py", "w.pth", "png", 2)
    path.write_text(json.dumps({"round": 1, **asdict(settings)}))


def _write_street(path: Path) -> None:
    StreetDataset(path.parent, StreetSettings(), 3, 1).claim()


def _write_image(path: Path) -> None:
    Image.fromarray(np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)).save(path)


def _read_pair(path: Path) -> Any:
    other = path.with_name("other.png")
    if not other.exists():
        _write_image(other)
    frame_pairs._read.cache_clear()  # the file is another each time
    return read_frame_pair(FlowQuery("0002", 1, 1, other, path), colour=True)


def _write_checkpoint(path: Path, legacy: bool = False) -> None:
    state = {"a.weight": torch.arange(6.0).reshape(2, 3), "b.bias": torch.zeros(2, dtype=torch.int64)}
    torch.save({"state_dict": state, "meta": {"iter": 2}}, path, _use_new_zipfile_serialization=not legacy)


def _is_map(ids: np.ndarray) -> None:
    assert ids.dtype == np.uint32
    assert ids.ndim == 2
    assert ids.max(initial=0) < 2**24


def _is_flow(flow: np.ndarray) -> None:
    assert flow.dtype == np.float32
    assert flow.shape[2:] == (2,)
    assert flow.size


JSON_READERS: dict[str, Reader] = {
    "COCO-video": Reader("val.json", _write_coco, _coco_tracks, _sound_coco),
    "COCO images": Reader(
        "val.json", _write_coco, _coco_images, lambda found: [decodable_masks(tracks) for tracks in found]
    ),
    "faults of COCO-video": Reader("val.json", _write_coco, _list_faults),
    "list of frames": Reader(
        "0002.json",
        lambda path: write_frame_list(path, two_objects()[1]),
        read_frame_list,
        lambda frames: frames.height > 0 and frames.frame_numbers == sorted(set(frames.frame_numbers)),
    ),
    "KINS": Reader(
        "update_train_2020.json",
        _write_kins,
        lambda path: list(kins_videos(load_kins(path), path, "training")),
        lambda videos: [sound_masks(tracks) for _, tracks in videos],
    ),
    "labelme": Reader(
        "000001.json", _write_labelme, read_labelme_file, lambda found: not find_broken([mask for *_, mask in found])
    ),
    "class list": Reader(
        "c.json",
        lambda path: path.write_text('{"classes": ["road", "car"], "things": ["car"], "void": 255}'),
        read_class_list,
        lambda classes: all(isinstance(name, str) for name in classes.names),
    ),
    "annotation project": Reader("project.json", _write_project, lambda path: Project(path.parent)),
    "header of a crop database": Reader(
        "d/database.json", lambda path: _write_database(path.parent), _read_crops, named=".."
    ),
    "toy street settings": Reader(
        "toy_street.json",
        _write_street,
        lambda path: StreetDataset(path.parent, StreetSettings(), 3, 1).claim(),
        named="..",
    ),
    "seconds": Reader(
        "seconds.json",
        lambda path: (write_mot_txt(path.with_name("A.txt"), two_boxes()), path.write_text('{"A": 1.5}')),
        lambda path: _read_boxes(path.parent),
    ),
}

IMAGE_READERS: dict[str, Reader] = {
    "id PNG": Reader(
        "000001.png",
        lambda path: write_id_png(path, _ID_VALUES),
        read_id_png,
        lambda ids: ids.dtype == np.uint16 and ids.ndim == 2,
    ),
    "folder of id PNGs": Reader(
        "0002/000001.png",
        lambda path: (
            write_id_png(path, _ID_VALUES),
            write_id_png(path.with_name("000002.png"), np.zeros((6, 8), np.uint16)),
        ),
        lambda path: read_id_png_folder(path.parent),
        sound_masks,
    ),
    "STEP PNG": Reader("000001.png", lambda path: write_step_png(path, _IDS), read_step_png, _is_map),
    "palette PNG": Reader(
        "00000.png",
        lambda path: Image.fromarray(np.eye(6, 8, dtype=np.uint8)).save(path),
        read_index_png,
        lambda ids: ids.dtype == np.uint8 and ids.ndim == 2,
    ),
    "size of an image": Reader("0.png", _write_image, read_image_size, lambda size: min(size) > 0),
    "pair of images": Reader("0.png", _write_image, _read_pair, lambda pair: pair[0].shape == pair[1].shape, ".."),
    "image folder": Reader(
        "images/0.png", _write_image, lambda path: list(ImageFolderSource(path.parent, 1, None)), lambda frames: frames
    ),
    "JPEG": Reader("images/0.jpg", _write_image, lambda path: list(ImageFolderSource(path.parent, 1, None))),
    "KITTI flow": Reader(
        "0.png", lambda path: write_kitti_flow(path, _FLOW), read_kitti_flow, lambda found: _is_flow(found[0])
    ),
    ".flo": Reader("0.flo", lambda path: write_flo(path, _FLOW), read_flo, _is_flow),
    "quantised flow": Reader(
        "0_x_minimal-3.png",
        lambda path: write_quantised_flow(path.parent / "0", _FLOW),
        lambda path: read_quantised_flow(path, path.with_name("0_y_minimal-3.png")),
        _is_flow,
        "..",
    ),
}

ARCHIVE_READERS: dict[str, Reader] = {
    "CVAT zip": Reader(
        "a.zip", _write_cvat_zip, read_cvat, lambda found: [decodable_masks(tracks) for tracks in found.values()]
    ),
    "zip of results": Reader("results.zip", _write_results_zip, _read_tracks),
    "zip to hand in": Reader("results.zip", _write_results_zip, _check_submission("kitti_mots")),
    "zip of maps": Reader("maps.zip", _write_png_zip, _read_maps, lambda maps: [_is_map(ids) for ids in maps]),
    "zip of maps to hand in": Reader("maps.zip", _write_png_zip, _check_submission("kitti_step")),
    "zip of boxes": Reader("boxes.zip", _write_boxes_zip, _read_boxes),
    "crops of a crop database": Reader(
        "d/shard_00000.crops.npy",
        lambda path: _write_database(path.parent),
        _read_crops,
        lambda crops: all(crop.ndim == 3 and crop.shape[2] == 4 for crop in crops),
        "..",
    ),
    "pixels of a crop database": Reader(
        "d/shard_00000.pixels.npy",
        lambda path: _write_database(path.parent),
        _read_crops,
        lambda crops: all(crop.ndim == 3 and crop.shape[2] == 4 for crop in crops),
        "..",
    ),
    "npz": Reader("w.npz", lambda path: np.savez(path, **{"conv/W": np.eye(3), "step": np.array(5)}), read_archive),
    "darknet weights": Reader("yolo.weights", lambda path: path.write_bytes(bytes(range(120))), read_darknet),
    "torch tensors": Reader("a.pth", _write_checkpoint, read_torch_tensors),
    "torch tensors before 1.6": Reader("a.pth", lambda path: _write_checkpoint(path, True), read_torch_tensors),
    "checkpoint": Reader("a.pth", _write_checkpoint, read_checkpoint),
    "checkpoint before 1.6": Reader("a.pth", lambda path: _write_checkpoint(path, True), read_checkpoint),
}

STRUCTURED_READERS = {**JSON_READERS, **IMAGE_READERS, **ARCHIVE_READERS}
