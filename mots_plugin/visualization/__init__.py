"""Pictures of tracks: masks with stable colours, labels, trails; as images, videos and contact sheets.

All images are ``(H, W, 3)`` uint8 RGB; only reading and writing files knows OpenCV's BGR.
"""

from mots_plugin.visualization.clips import paint_clip
from mots_plugin.visualization.colours import track_colours
from mots_plugin.visualization.contact_sheet import contact_sheet, write_contact_sheet
from mots_plugin.visualization.mots_visualization_hook import MOTSVisualizationHook
from mots_plugin.visualization.mots_visualizer import MOTSVisualizer
from mots_plugin.visualization.painter import TrackPainter
from mots_plugin.visualization.video_file import VideoFile

__all__ = [
    "MOTSVisualizationHook",
    "MOTSVisualizer",
    "TrackPainter",
    "VideoFile",
    "contact_sheet",
    "paint_clip",
    "track_colours",
    "write_contact_sheet",
]
