"""The rendered street in the forms that people's own data have."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from mots_plugin.formats import MaskTracks, VideoFrames, read_coco_video
from mots_plugin.formats.cvat import write_cvat
from mots_plugin.formats.labelme import write_labelme_file
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS
from mots_plugin.formats.polygons import rle_to_polygons
from mots_plugin.formats.rle import areas, decode


def write_samples(street: Path, root: Path) -> None:
    """Write every video of a street as ``my_frames``, ``my_masks``, ``my_labelme``, ``my_cvat`` and ``my_coco``.

    In labelme the pedestrians are called cows.
    """
    entries, annotations = [], []
    for split in ("train", "val"):
        coco = read_coco_video(street / "annotations" / f"{split}.json")
        for video in coco.videos:
            frames, tracks = coco.frames(video["name"]), coco.mask_tracks(video["name"])
            tracks = tracks.select((areas(tracks.masks) > 12) & (tracks.class_ids != IGNORE_CLASS))
            _link_images(street, root, frames)
            _write_masks(root / "my_masks" / "masks" / frames.name, frames, tracks)
            _write_labelme(root / "my_labelme" / frames.name, frames, tracks)
            names = [f"{frames.name}/{number:06d}.png" for number in frames.frame_numbers]
            listed = VideoFrames(frames.name, frames.frame_numbers, names, frames.height, frames.width)
            write_cvat(root / "my_cvat" / f"{frames.name}.xml", listed, tracks)
            _append_coco(entries, annotations, listed, tracks)
    categories = [{"id": class_id, "name": CLASS_NAMES[class_id]} for class_id in (1, 2)]
    (root / "my_coco").mkdir()
    data = {"images": entries, "annotations": annotations, "categories": categories}
    (root / "my_coco" / "annotations.json").write_text(json.dumps(data))


def _link_images(street: Path, root: Path, frames: VideoFrames) -> None:
    for folder in ("my_frames", "my_masks/images", "my_labelme"):
        (root / folder / frames.name).mkdir(parents=True)
        for number, name in zip(frames.frame_numbers, frames.file_names, strict=True):
            image = street / name
            (root / folder / frames.name / f"{number:06d}{image.suffix}").symlink_to(image)


def _rows(tracks: MaskTracks, number: int) -> list[int]:
    return np.flatnonzero(tracks.frames == number).tolist()


def _write_masks(folder: Path, frames: VideoFrames, tracks: MaskTracks) -> None:
    folder.mkdir(parents=True)
    values = {track: value for value, track in enumerate(np.unique(tracks.track_ids).tolist(), 1)}
    for number in frames.frame_numbers:
        pixels = np.zeros((frames.height, frames.width), np.uint8)
        for row in _rows(tracks, number):
            pixels[decode(tracks.masks[row])] = values[int(tracks.track_ids[row])]
        Image.fromarray(pixels).save(folder / f"{number:06d}.png")


def _write_labelme(folder: Path, frames: VideoFrames, tracks: MaskTracks) -> None:
    for number in frames.frame_numbers:
        rows = _rows(tracks, number)
        if rows:  # people open and save only frames that show something
            found = [(int(tracks.track_ids[row]), int(tracks.class_ids[row]), tracks.masks[row]) for row in rows]
            path = folder / f"{number:06d}.json"
            write_labelme_file(path, f"{number:06d}.png", found, frames.height, frames.width)
            path.write_text(path.read_text().replace('"pedestrian"', '"cow"'))


def _append_coco(entries: list, annotations: list, frames: VideoFrames, tracks: MaskTracks) -> None:
    for number, name in zip(frames.frame_numbers, frames.file_names, strict=True):
        entry = {"id": len(entries), "file_name": name, "height": frames.height, "width": frames.width}
        entries.append(entry)
        for row in _rows(tracks, number):
            annotation = {
                "id": len(annotations) + 1,
                "image_id": entry["id"],
                "category_id": int(tracks.class_ids[row]),
                "track_id": int(tracks.track_ids[row]),
                "segmentation": [polygon.ravel().tolist() for polygon in rle_to_polygons(tracks.masks[row])],
                "iscrowd": 0,
            }
            annotations.append(annotation)
