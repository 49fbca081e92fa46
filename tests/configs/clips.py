"""Random clips with boxes, masks and identities, for stepping models without a data set."""

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

OBJECTS = 4


def random_clip(length: int, height: int, width: int, seed: int = 0) -> dict:
    """A batch of one clip: two cars and two pedestrians drift to the right, over an ignore region."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, [width / 2, height / 2], (OBJECTS, 2))
    sizes = rng.uniform(0.2, 0.4, (OBJECTS, 2)) * [width, height]
    frames = []
    for index in range(length):
        boxes = np.concatenate([corners + [index, 0], corners + [index, 0] + sizes], axis=1).round().astype(np.float32)
        frames.append(annotated_frame(index, length, boxes, height, width))
    images = torch.from_numpy(rng.integers(0, 256, (length, 3, height, width), dtype=np.uint8))
    return {"inputs": [images], "data_samples": [TrackDataSample(video_data_samples=frames)]}


def annotated_frame(index: int, length: int, boxes: np.ndarray, height: int, width: int) -> DetDataSample:
    masks = np.zeros((len(boxes), height, width), np.uint8)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes.astype(int), strict=True):
        mask[y1:y2, x1:x2] = 1
    ignored = np.zeros((1, height, width), np.uint8)
    ignored[0, -height // 4 :] = 1
    sample = DetDataSample(
        metainfo={
            "img_shape": (height, width),
            "ori_shape": (height, width),
            "scale_factor": (1.0, 1.0),
            "frame_id": index,
            "frame_number": index,
            "video_name": "0000",
            "ori_video_length": length,
            "flow": np.full((height // 2, width // 2, 2), [1, 0], np.float32) if index else None,
        }
    )
    sample.gt_instances = InstanceData(
        bboxes=torch.from_numpy(boxes),
        labels=torch.arange(len(boxes)) % 2,
        masks=BitmapMasks(masks, height, width),
        instances_ids=torch.arange(len(boxes)) + 1,
    )
    sample.ignored_instances = InstanceData(
        bboxes=torch.tensor([[0, height * 3 // 4, width, height]], dtype=torch.float32),
        labels=torch.zeros(1, dtype=torch.long),
        masks=BitmapMasks(ignored, height, width),
        instances_ids=torch.tensor([99]),
    )
    return sample


def single_frames(clip: dict) -> list[dict]:
    """The frames of a clip as a test loader delivers them, one a batch."""
    frames = clip["data_samples"][0].video_data_samples
    return [
        {"inputs": [clip["inputs"][0][i : i + 1]], "data_samples": [TrackDataSample(video_data_samples=[frame])]}
        for i, frame in enumerate(frames)
    ]
