"""The picture of one frame with its tracks."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Tracks
from mots_plugin.visualization import drawing
from mots_plugin.visualization.colours import track_colours


class Trails:
    """Where tracks were in the last frames of a video; bounded, however long the video.

    Args:
        length: Frames remembered.
    """

    def __init__(self, length: int) -> None:
        self._frames: deque[dict[int, NDArray[np.float32]]] = deque(maxlen=length)

    def reset(self) -> None:
        """Forget the last video."""
        self._frames.clear()

    def update(self, ids: NDArray[np.int64], boxes: NDArray[np.float32]) -> None:
        """Remember the box centres of one frame.

        Args:
            ids: ``(M,)`` identities.
            boxes: ``(M, 4)`` xyxy.
        """
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        self._frames.append(dict(zip(ids.tolist(), centres, strict=True)))

    def of(self, track_id: int) -> NDArray[np.float32]:
        """Return the ``(T, 2)`` centres of a track, oldest first."""
        centres = [frame[track_id] for frame in self._frames if track_id in frame]
        return np.array(centres, np.float32).reshape(-1, 2)


class TrackPainter:
    """Paints masks, trails and labels over the frames of videos, one after the other.

    Args:
        min_width: Smaller images are enlarged to this width, pixels, so that labels stay readable.
        trail_length: Frames that trails reach back; 0 draws none.
        boxes: Draw boxes; without masks they are always drawn.
        opacity: Of masks.
    """

    def __init__(
        self, min_width: int = 960, trail_length: int = 20, boxes: bool = False, opacity: float = 0.45
    ) -> None:
        self.min_width = min_width
        self.boxes = boxes
        self.opacity = opacity
        self._trails = Trails(trail_length)

    def paint(
        self,
        image: NDArray[np.uint8],
        tracks: Tracks,
        frame: Frame,
        classes: Sequence[str],
        title: str = "",
        before: Tracks | None = None,
    ) -> NDArray[np.uint8]:
        """Return a new picture of a frame; ``image`` stays as it is.

        Args:
            image: ``(H, W, 3)`` uint8 RGB, the original image.
            tracks: Its tracks, in its coordinates. Scores that are NaN (ground truth) are not written.
            frame: Which frame it is; trails start anew at index 0.
            classes: Names of the labels.
            title: Written into the top left corner, before the number of objects of each class.
            before: Tracks of the frame before, to outline where they were.

        Returns:
            ``(H', W', 3)`` uint8 RGB, at least ``min_width`` wide.
        """
        if frame.index == 0:
            self._trails.reset()
        self._trails.update(tracks.ids, tracks.boxes)
        canvas, scale = self._canvas(image)
        colours = track_colours(tracks.ids)
        boxes = tracks.boxes * np.array([*scale, *scale], np.float32)

        if before is not None:
            for rle, colour in zip(before.masks or [], track_colours(before.ids), strict=False):
                drawing.draw_mask(canvas, *drawing.scale_mask(rle, scale), colour, opacity=0)
        for rle, colour in zip(tracks.masks or [], colours, strict=False):
            drawing.draw_mask(canvas, *drawing.scale_mask(rle, scale), colour, self.opacity)
        if self.boxes or tracks.masks is None:
            for box, colour in zip(boxes, colours, strict=True):
                drawing.draw_box(canvas, box, colour)
        for track_id, colour in zip(tracks.ids.tolist(), colours, strict=True):
            drawing.draw_trail(canvas, self._trails.of(track_id) * np.array(scale, np.float32), colour)
        texts = [
            f"{classes[label]} {track_id}" + ("" if np.isnan(score) else f" {score:.2f}")
            for label, track_id, score in zip(tracks.labels, tracks.ids, tracks.scores, strict=True)
        ]
        drawing.draw_labels(canvas, texts, boxes, colours)
        counts = np.bincount(tracks.labels, minlength=len(classes))
        legend = [title, *(f"{name}: {count}" for name, count in zip(classes, counts, strict=True))]
        drawing.draw_text(canvas, "   ".join(filter(None, legend)), 0, 0, (24, 24, 24))
        return canvas

    def _canvas(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[float, float]]:
        height, width = image.shape[:2]
        if width >= self.min_width:
            return image.copy(), (1.0, 1.0)
        size = self.min_width, round(height * self.min_width / width)
        canvas = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(canvas, np.uint8), (size[0] / width, size[1] / height)
