"""Street-like videos with exact ground truth, rendered from a seed: data where none can be downloaded.

:class:`StreetDataset` writes whole data sets; :func:`build_scene` and :func:`render` give single frames in memory.
"""

from mots_plugin.toy_street.dataset import StreetDataset
from mots_plugin.toy_street.renderer import RenderedFrame, render
from mots_plugin.toy_street.scene import StreetSettings, build_scene

__all__ = ["RenderedFrame", "StreetDataset", "StreetSettings", "build_scene", "render"]
