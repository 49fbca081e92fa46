"""Pictures and videos of a test run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmdet.registry import HOOKS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.hooks import Hook
from mmengine.runner import Runner
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.visualization.contact_sheet import write_image
from mots_plugin.visualization.mots_visualizer import MOTSVisualizer
from mots_plugin.visualization.video_file import VideoFile


@HOOKS.register_module()
class MOTSVisualizationHook(Hook):
    """Draws every tested frame into ``show_dir/<video>/<frame number>.png`` and ``show_dir/<video>.mp4``.

    Frames are written as they come, so memory stays flat. Every rank tests whole videos, hence writes its own files.
    Until it is complete, a video is called ``<video>.part.mp4``.

    Args:
        draw: Nothing happens without.
        show_dir: Folder; ``visualization`` in the work dir when None.
        images: Write pngs.
        video: Write mp4s.
        fps: Frames per second of the mp4s.
    """

    def __init__(
        self,
        draw: bool = False,
        show_dir: str | None = None,
        images: bool = True,
        video: bool = True,
        fps: float = 10.0,
    ) -> None:
        self.draw = draw
        self.show_dir = show_dir
        self.images = images
        self.video = video
        self.fps = fps
        self._video: VideoFile | None = None

    def before_test_epoch(self, runner: Runner) -> None:
        """Check what is needed before the model runs.

        Raises:
            FormatError: The config has another visualiser.
        """
        if not self.draw:
            return
        if not isinstance(runner.visualizer, MOTSVisualizer):
            raise FormatError(
                runner.cfg.filename or "config",
                f"MOTSVisualizationHook cannot draw with a {type(runner.visualizer).__name__}",
                "set visualizer = dict(type='MOTSVisualizer')",
            )
        self._folder = Path(self.show_dir or Path(runner.work_dir) / "visualization")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._classes = runner.test_dataloader.dataset.metainfo["classes"]

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[TrackDataSample | DetDataSample] | None = None,
    ) -> None:
        """Draw the frames that this step has finished: none, one or several; or the images of a batch."""
        if not self.draw:
            return
        for track_sample in outputs or ():
            for sample in getattr(track_sample, "video_data_samples", [track_sample]):
                picture = runner.visualizer.paint(_read_image(sample.img_path), sample, self._classes)
                self._write(picture, sample)

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Finish the last video."""
        if not self.draw:
            return
        if self._video is not None:
            self._video.close()
            self._video = None
        runner.logger.info(f"Pictures of the tracks: {self._folder}")

    def discard_unfinished(self) -> None:
        """Remove the video that was being written when a run failed."""
        if self._video is not None:
            self._video.discard()
            self._video = None

    def _write(self, picture: NDArray[np.uint8], sample: DetDataSample) -> None:
        if self.images:
            write_image(self._folder / sample.video_name / f"{sample.frame_number:06d}.png", picture)
        if self.video:
            path = self._folder / f"{sample.video_name}.mp4"
            if self._video is None or self._video.path != path:
                if self._video is not None:
                    self._video.close()
                self._video = VideoFile(path, self.fps)
            self._video.write(picture)


def _read_image(path: str) -> NDArray[np.uint8]:
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    if image is None:
        raise FormatError(path, "cannot be read as an image", "restore the file")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
