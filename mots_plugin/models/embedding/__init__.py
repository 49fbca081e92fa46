"""Networks that are trained apart from the tracker they serve: vectors of given instances."""

from .crop_embedding import CropEmbeddingModel

__all__ = ["CropEmbeddingModel"]
