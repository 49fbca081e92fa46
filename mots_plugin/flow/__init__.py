"""Optical flow between adjacent frames: read from disk, computed by OpenCV or by RAFT, or zero."""

from mots_plugin.flow.dis import DISFlow
from mots_plugin.flow.precomputed import PrecomputedFlow
from mots_plugin.flow.provider import FlowProvider, FlowQuery
from mots_plugin.flow.raft import RAFTFlow
from mots_plugin.flow.zero import ZeroFlow

__all__ = ["DISFlow", "FlowProvider", "FlowQuery", "PrecomputedFlow", "RAFTFlow", "ZeroFlow"]
