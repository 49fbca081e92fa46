"""Pure functions over tensors and arrays that several models share."""

from .clustering import ClusteringRule, cluster_pixels
from .label_maps import instances_of_label_map, merge_label_maps
from .masks import encode_crop, encode_crops, paste_crops, paste_masks, region_coverage

__all__ = [
    "ClusteringRule",
    "cluster_pixels",
    "encode_crop",
    "encode_crops",
    "instances_of_label_map",
    "merge_label_maps",
    "paste_crops",
    "paste_masks",
    "region_coverage",
]
