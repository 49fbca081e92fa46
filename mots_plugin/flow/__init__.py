"""Optical flow between adjacent frames: read from disk, computed by OpenCV, or zero."""

from mots_plugin.flow.dis import DISFlow
from mots_plugin.flow.precomputed import PrecomputedFlow
from mots_plugin.flow.provider import FlowProvider, FlowQuery
from mots_plugin.flow.zero import ZeroFlow

__all__ = ["DISFlow", "FlowProvider", "FlowQuery", "PrecomputedFlow", "ZeroFlow"]
