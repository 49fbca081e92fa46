"""Multi-object tracking and segmentation for MMDetection 3.x.

This module holds the version only, so that ``import mots_plugin.formats`` costs neither torch nor mmdet.
Configs register everything with ``custom_imports = dict(imports=['mots_plugin.registration'])``.
"""

__version__ = "0.1.0"
