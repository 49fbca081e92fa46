"""Readers and writers of MOTS data: no torch, no mmdet, so that tools which only touch files start at once.

What is used most is offered here; each format's module has the rest.
"""

from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.coco_video import CocoVideo, VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.id_png import read_id_png, read_id_png_folder, write_id_png, write_id_png_folder
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mot_txt import read_mot_txt, write_mot_txt
from mots_plugin.formats.mots_txt import format_mots_line, read_mots_txt, write_mots_txt
from mots_plugin.formats.rle import RLE
from mots_plugin.formats.seqmap import SequenceRange, read_seqmap, write_seqmap

__all__ = [
    "RLE",
    "BoxTracks",
    "CocoVideo",
    "Fault",
    "FormatError",
    "MaskTracks",
    "SequenceRange",
    "VideoFrames",
    "find_faults",
    "format_mots_line",
    "from_mask_tracks",
    "read_coco_video",
    "read_id_png",
    "read_id_png_folder",
    "read_mot_txt",
    "read_mots_txt",
    "read_seqmap",
    "write_coco_video",
    "write_id_png",
    "write_id_png_folder",
    "write_mot_txt",
    "write_mots_txt",
    "write_seqmap",
]
