"""Networks that embed objects cut out of the image, apart from the network that finds them."""

from .crop_embedder import CropEmbedder

__all__ = ["CropEmbedder"]
