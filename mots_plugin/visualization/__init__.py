"""Pictures of tracks: masks with stable colours, labels, trails; as images, videos and contact sheets.

All images are ``(H, W, 3)`` uint8 RGB; only reading and writing files knows OpenCV's BGR. What needs mmdet is not
imported before it is asked for: to draw the results of a file takes no network.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mots_plugin.visualization.colours import track_colours
from mots_plugin.visualization.contact_sheet import contact_sheet, write_contact_sheet
from mots_plugin.visualization.painter import TrackPainter
from mots_plugin.visualization.video_file import VideoFile
from mots_plugin.visualization.window import Window

if TYPE_CHECKING:
    from mots_plugin.visualization.clips import paint_clip
    from mots_plugin.visualization.mots_visualization_hook import MOTSVisualizationHook
    from mots_plugin.visualization.mots_visualizer import MOTSVisualizer

__all__ = [
    "MOTSVisualizationHook",
    "MOTSVisualizer",
    "TrackPainter",
    "VideoFile",
    "Window",
    "contact_sheet",
    "paint_clip",
    "track_colours",
    "write_contact_sheet",
]

_MODULES = {
    "paint_clip": "clips",
    "MOTSVisualizationHook": "mots_visualization_hook",
    "MOTSVisualizer": "mots_visualizer",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
