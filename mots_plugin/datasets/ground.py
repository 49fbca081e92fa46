"""Where in the images of a camera objects of a class stand, and how tall they look there, told from annotated boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import theilslopes

from mots_plugin.formats.coco_video import CocoVideo
from mots_plugin.formats.errors import FormatError

_FEWEST_BOXES = 1000  # a video with fewer, so of few objects, tells no ground of its own
_MOST_BOXES = 600  # the fit compares all pairs
_NEIGHBOURS = 32


@dataclass(frozen=True)
class Ground:
    """A flat ground before a level camera: the further down in the image something stands, the taller it looks.

    ``height = slope * (foot - horizon)``, all in pixels, rows counted from the top.

    Attributes:
        horizon: Row of the horizon.
        slope: Height of the objects over that of the camera, above 0.
        feet: (N,) ascending rows of the lower edges of the boxes it was fitted to.
        centres: (N,) columns of their middle.
    """

    horizon: float
    slope: float
    feet: NDArray[np.float64]
    centres: NDArray[np.float64]

    @classmethod
    def fit(cls, boxes: NDArray[np.floating]) -> Ground | None:
        """Fit the relation, unmoved by less than a third of odd boxes (Theil-Sen).

        Args:
            boxes: (N, 4) xyxy of objects of one class.

        Returns:
            None where the boxes are too few, or do not grow downwards.
        """
        order = np.argsort(boxes[:, 3], kind="stable")
        feet, heights = boxes[order, 3], (boxes[:, 3] - boxes[:, 1])[order]
        if len(boxes) < 2 or feet[0] == feet[-1]:
            return None
        chosen = np.unique(np.linspace(0, len(boxes) - 1, _MOST_BOXES).round().astype(int))
        slope = float(theilslopes(heights[chosen], feet[chosen])[0])
        if slope <= 0:
            return None
        centres = (boxes[:, 0] + boxes[:, 2])[order] / 2
        return cls(float(np.median(feet - heights / slope)), slope, feet.astype(np.float64), centres.astype(np.float64))

    def foot(self, height: float) -> float:
        """Return the row on which an object of that height stands."""
        return self.horizon + height / self.slope

    def draw_centre(self, foot: float, rng: np.random.Generator) -> float:
        """Draw a column at which objects were seen to stand about as far away."""
        first = int(np.searchsorted(self.feet, foot)) - _NEIGHBOURS // 2
        first = min(max(first, 0), max(0, len(self.feet) - _NEIGHBOURS))
        return float(rng.choice(self.centres[first : first + _NEIGHBOURS]))


def fit_grounds(coco: CocoVideo, class_name: str) -> tuple[Ground, dict[str, Ground]]:
    """Fit the ground of a whole data set, and of each video with many objects.

    Boxes that the upper or lower edge of the image cuts tell no height, and are left out, as are ignore regions.

    Args:
        coco: Annotations with boxes.
        class_name: Class of the objects.

    Returns:
        Ground of the whole data set, for videos that have none of their own, and grounds by name of the video.

    Raises:
        FormatError: The file has no such class, or too few objects of it.
    """
    boxes = {video["name"]: _whole_boxes(coco, video["name"], class_name) for video in coco.videos}
    everywhere = Ground.fit(np.concatenate([np.zeros((0, 4)), *boxes.values()]))
    if everywhere is None:
        problem = f"has too few objects of class {class_name} to tell how tall they are in which row"
        raise FormatError(coco.source, problem, "give the annotations of a set that has more")
    grounds = {name: Ground.fit(found) for name, found in boxes.items() if len(found) >= _FEWEST_BOXES}
    return everywhere, {name: ground for name, ground in grounds.items() if ground is not None}


def _whole_boxes(coco: CocoVideo, video: str, class_name: str) -> NDArray[np.float64]:
    """Return the (N, 4) xyxy boxes of a class in a video that lie between the upper and the lower edge."""
    rows: list[Sequence[float]] = []
    for image in coco.images(video):
        for annotation in coco.annotations(image["id"]):
            if annotation.get("iscrowd") or coco.class_names[annotation["category_id"]] != class_name:
                continue
            left, top, width, height = annotation["bbox"]
            if top > 0 and top + height < image["height"]:
                rows.append((left, top, left + width, top + height))
    return np.array(rows, np.float64).reshape(-1, 4)
