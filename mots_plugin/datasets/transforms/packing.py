"""From a clip as the pipeline has it to what a model takes."""

from __future__ import annotations

from typing import ClassVar

from mmdet.datasets.transforms import PackDetInputs, PackTrackInputs
from mmdet.registry import TRANSFORMS
from mmdet.structures import DetDataSample, TrackDataSample

_META_KEYS = (
    "img_id",
    "img_path",
    "ori_shape",
    "img_shape",
    "scale_factor",
    "flip",
    "flip_direction",
    "frame_id",
    "frame_number",
    "video_id",
    "video_name",
    "video_length",
    "ori_video_length",
    "frame_rate",
    "pad_param",
)


class Clip(TrackDataSample):
    """The frames of a clip; mmdet's own class prints all of their arrays to a string whenever it is copied."""

    @property
    def video_data_samples(self) -> list[DetDataSample]:
        """The frames, in order."""
        return self._video_data_samples

    @video_data_samples.setter
    def video_data_samples(self, frames: list[DetDataSample]) -> None:
        self.set_field(frames, "_video_data_samples", dtype=list)


@TRANSFORMS.register_module()
class PackMOTSInputs(PackTrackInputs):
    """Packs a clip as ``inputs`` (T, 3, H, W) uint8 and ``data_samples``, a TrackDataSample.

    Each of its T DetDataSamples has ``gt_instances`` and ``ignored_instances`` (``bboxes``, ``labels``, ``masks``,
    ``instances_ids``), and, where ``LoadFlow`` found one, ``flow`` (``data_sample.get('flow')`` is None otherwise).
    Unlike ``PackTrackInputs`` the metainfo names the video and leaves the raw instances out.

    Args:
        meta_keys: Further keys for the metainfo.
    """

    def __init__(self, meta_keys: tuple[str, ...] = ()) -> None:
        super().__init__(default_meta_keys=_META_KEYS + tuple(meta_keys))

    def transform(self, results: dict) -> dict:
        """Pack one clip."""
        packed = super().transform(results)
        packed["data_samples"] = Clip(
            metainfo=packed["data_samples"].metainfo, video_data_samples=packed["data_samples"].video_data_samples
        )
        flows = results.get("flow", [None] * len(results["img_id"]))
        for data_sample, flow in zip(packed["data_samples"], flows, strict=True):
            if flow is not None:
                data_sample.flow = flow  # a field: metainfo would be copied with every sample
        return packed


@TRANSFORMS.register_module()
class PackIdentifiedBoxes(PackDetInputs):
    """Packs an image as ``inputs`` (3, H, W) uint8 and ``data_samples``, a DetDataSample.

    Its ``gt_instances`` and ``ignored_instances`` have ``bboxes``, ``labels`` and ``identities``; the metainfo names
    the video.

    Args:
        meta_keys: Further keys for the metainfo.
    """

    mapping_table: ClassVar[dict[str, str]] = {**PackDetInputs.mapping_table, "gt_identities": "identities"}

    def __init__(self, meta_keys: tuple[str, ...] = ()) -> None:
        super().__init__(meta_keys=_META_KEYS + tuple(meta_keys))
