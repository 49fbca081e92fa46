"""Maps of instance numbers: put together from those of several classes, and taken apart into masks and boxes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from .masks import encode_crop


def instances_of_label_map(
    label_map: NDArray[np.int32], image_shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.float32], list[Any]]:
    """Take the instances of a label map apart.

    Args:
        label_map: (h, w) int32 number of each pixel's instance, from 1; 0 for none.
        image_shape: ``(H, W)`` of the image that the map, stretched to it by nearest neighbours, describes.

    Returns:
        (N,) int64 numbers that occur, ascending, (N, 4) float32 xyxy boxes around their pixels, right and bottom edges
        exclusive, and N run-length codes, the latter two in pixels of the image.
    """
    height, width = image_shape
    if label_map.shape != (height, width):
        stretched = cv2.resize(label_map, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        label_map = stretched.astype(np.int32, copy=False)
    windows = ndimage.find_objects(label_map)
    numbers = [number for number, window in enumerate(windows, 1) if window is not None]
    boxes, codes = [], []
    for number in numbers:
        rows, columns = windows[number - 1]
        boxes.append([columns.start, rows.start, columns.stop, rows.stop])
        codes.append(encode_crop(label_map[rows, columns] == number, columns.start, rows.start, height, width))
    return np.array(numbers, np.int64), np.array(boxes, np.float32).reshape(-1, 4), codes


def merge_label_maps(maps: Tensor, scores: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Put the instances of several classes into one map; where they overlap, the higher score wins.

    Args:
        maps: (K, H, W) int32 instances of each class, from 1; 0 for none.
        scores: For each class the (N_k,) scores of its instances.

    Returns:
        (H, W) int32 instances, from 1, and the (N,) int64 classes and (N,) scores of those of which a pixel is left.
    """
    sizes = torch.tensor([len(part) for part in scores], device=maps.device)
    all_scores = torch.cat([scores[0].new_zeros(1), *scores])
    numbers = torch.where(maps > 0, maps + (sizes.cumsum(0) - sizes)[:, None, None], 0)
    merged = numbers.gather(0, all_scores[numbers].argmax(0, keepdim=True))[0]
    left = torch.bincount(merged.flatten(), minlength=len(all_scores)) > 0
    left[0] = False
    classes = torch.repeat_interleave(torch.arange(len(scores), device=maps.device), sizes)
    return (left.cumsum(0) * left)[merged].int(), classes[left[1:]], all_scores[left]
