"""Videos with instance masks and, beside them, panoptic maps in the layout of the STEP benchmarks."""

from __future__ import annotations

import os

from mmdet.registry import DATASETS

from mots_plugin.datasets.mots_video import MOTSVideoDataset


@DATASETS.register_module()
class PanopticVideoDataset(MOTSVideoDataset):
    """:class:`MOTSVideoDataset` whose frames name their panoptic map as ``seg_map_path``.

    ``data_prefix=dict(seg_map_path=…)`` is the folder with ``<video>/FFFFFF.png``, such as ``panoptic_maps/train`` of
    KITTI-STEP; things and their identities come from the annotation file all the same.
    """

    def parse_data_info(self, raw_data_info: dict) -> dict:
        """Turn one image of the json, and its annotations, into a frame dict."""
        frame = super().parse_data_info(raw_data_info)
        name = raw_data_info["raw_img_info"]["video_name"]
        folder = self.data_prefix.get("seg_map_path") or ""
        frame["seg_map_path"] = os.path.join(folder, name, f"{frame['frame_number']:06d}.png")
        return frame
