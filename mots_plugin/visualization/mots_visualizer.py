"""The painter as mmengine knows visualisers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmdet.registry import VISUALIZERS
from mmdet.structures import DetDataSample
from mmengine.dist import master_only
from mmengine.visualization import Visualizer
from numpy.typing import NDArray

from mots_plugin.formats.step_png import INSTANCE_BITS, MAX_INSTANCE
from mots_plugin.structures import Frame, Tracks
from mots_plugin.visualization.painter import TrackPainter
from mots_plugin.visualization.stuff import tint_stuff


@VISUALIZERS.register_module()
class MOTSVisualizer(Visualizer):
    """Draws tracked frames; ``MOTSVisualizationHook`` writes them to disk.

    Args:
        name: Name of this instance (mmengine).
        vis_backends: Where scalars, configs and images of ``add_datasample`` go (mmengine).
        save_dir: Folder of those backends (mmengine).
        min_width: Smaller images are enlarged to this width, pixels.
        trail_length: Frames that trails reach back.
        boxes: Draw boxes besides masks.
    """

    def __init__(
        self,
        name: str = "visualizer",
        vis_backends: list[dict] | None = None,
        save_dir: str | None = None,
        min_width: int = 960,
        trail_length: int = 20,
        boxes: bool = False,
    ) -> None:
        super().__init__(name=name, vis_backends=vis_backends, save_dir=save_dir)
        self._before: Tracks | None = None
        self.painter = TrackPainter(min_width=min_width, trail_length=trail_length, boxes=boxes)

    def paint(self, image: NDArray[np.uint8], data_sample: DetDataSample, classes: Sequence[str]) -> NDArray[np.uint8]:
        """Return the picture of a frame with its ``pred_track_instances``, or else with its ``pred_instances``.

        The latter, of a network without a tracker, are numbered frame by frame. With ``pred_panoptic_seg`` stuff is
        tinted by class, and the outlines of the frame before show where each track came from.

        Args:
            image: ``(H, W, 3)`` uint8 RGB, the original image.
            data_sample: Frames of a video must come in order.
            classes: Names of the labels.
        """
        tracked = "pred_track_instances" in data_sample
        found = data_sample.pred_track_instances if tracked else data_sample.pred_instances.numpy()
        tracks = Tracks(
            ids=found.instances_id if tracked else np.arange(1, len(found.scores) + 1),
            boxes=found.bboxes,
            scores=found.scores,
            labels=found.labels,
            masks=found.get("masks"),
        )
        index = data_sample.frame_id if tracked else 0  # no trail leads from a number to that of another frame
        frame = Frame(index=index, image_shape=image.shape[:2], video_name=data_sample.video_name)
        title = f"{data_sample.video_name}   frame {data_sample.frame_number}"
        if "pred_panoptic_seg" not in data_sample:
            return self.painter.paint(image, tracks, frame, classes, title)
        ids = data_sample.pred_panoptic_seg.numpy().sem_seg[0]
        image = tint_stuff(image, ids >> INSTANCE_BITS, ids & MAX_INSTANCE == 0)
        before, self._before = self._before if frame.index else None, tracks
        return self.painter.paint(image, tracks, frame, classes, title, before)

    @master_only
    def add_datasample(
        self,
        name: str,
        image: NDArray[np.uint8],
        data_sample: DetDataSample,
        draw_gt: bool = False,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        step: int = 0,
    ) -> None:
        """Draw a frame and hand it to the backends, or show it in a window.

        Args:
            name: Name of the image.
            image: ``(H, W, 3)`` uint8 RGB, the original image.
            data_sample: Has ``pred_track_instances``.
            draw_gt: Not used; mmengine's signature.
            draw_pred: Draw the tracks; otherwise the image as it is.
            show: Open a window instead.
            wait_time: Seconds that the window waits; 0 waits for a key.
            step: Step that the backends note.
        """
        picture = self.paint(image, data_sample, self.dataset_meta["classes"]) if draw_pred else image
        if show:
            self.show(picture, win_name=name, wait_time=wait_time, backend="cv2")
        else:
            self.add_image(name, picture, step)
