"""Optical flow as part of a frame."""

from __future__ import annotations

from pathlib import Path

from mmcv.transforms import BaseTransform
from mmdet.registry import TASK_UTILS, TRANSFORMS

from mots_plugin.flow import FlowProvider, FlowQuery


@TRANSFORMS.register_module()
class LoadFlow(BaseTransform):
    """Reads or computes the forward flow from the previous frame, so that data loader workers do it ahead of time.

    Adds ``flow``: ``(h, w, 2)`` float32 ``(dx, dy)`` in pixels of the original image, on the provider's grid,
    whatever happens to the image; None on the first frame. It is meant for testing: flips do not reach it.

    Args:
        provider: A flow provider, or its config, such as ``dict(type='DISFlow')``.
    """

    def __init__(self, provider: FlowProvider | dict) -> None:
        self.provider = TASK_UTILS.build(provider) if isinstance(provider, dict) else provider

    def transform(self, results: dict) -> dict:
        """Add ``flow`` to one frame."""
        previous = results["previous_img_path"]
        results["flow"] = self.provider.flow(
            FlowQuery(
                video_name=results["video_name"],
                frame_id=results["frame_id"],
                frame_number=results["frame_number"],
                image_path=Path(results["img_path"]),
                previous_image_path=None if previous is None else Path(previous),
            )
        )
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(provider={type(self.provider).__name__})"
