"""Instance segmentation without box proposals."""

from .spatial_embedding import SpatialEmbeddingSegmenter

__all__ = ["SpatialEmbeddingSegmenter"]
