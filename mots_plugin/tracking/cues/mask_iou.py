"""The mask propagation cue: overlap of masks, the earlier one where it was or carried along by optical flow."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import decode_crops, iou
from mots_plugin.structures import RLE, Crop, Frame, Observations
from mots_plugin.tracking.crop_overlap import crop_iou
from mots_plugin.tracking.memory import TrackBank
from mots_plugin.tracking.motion.mask_flow import MaskWarp


class MaskIoUCue:
    """One minus the intersection over union of masks (TrackR-CNN, equation 5).

    The masks of tracks are first warped by the flow of the frame, where it has one. Tracks that were lost for several
    frames are warped by the last step alone, as in the official implementation.

    Args:
        by_flow: Masks are warped; False: they are compared where they were seen, as PointTrack does.
        of_lost_tracks: False: a track that was not seen in the previous frame overlaps with nothing.
    """

    def __init__(self, by_flow: bool = True, of_lost_tracks: bool = True) -> None:
        self.by_flow = by_flow
        self.of_lost_tracks = of_lost_tracks

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs in [0, 1].

        Raises:
            ValueError: The detector gave no masks.
        """
        if tracks.masks is None or observations.masks is None:
            raise ValueError("MaskIoUCue: the observations carry no masks; the model needs a mask head")
        if self.by_flow and frame.flow is not None:
            warp = MaskWarp(frame.flow, frame.image_shape)
            before, after = _crops(tracks.masks, tracks.crops), _crops(observations.masks, observations.crops)
            overlaps = crop_iou([warp(crop) for crop in before], after)
        else:
            overlaps = iou(list(tracks.masks), observations.masks)
        if not self.of_lost_tracks:
            overlaps[tracks.last_seen < frame.index - 1] = 0
        return 1 - overlaps


def _crops(masks: Iterable[RLE], crops: Iterable[Crop] | None) -> list[Crop]:
    """Return masks as crops, decoded if they have to be."""
    return decode_crops(list(masks)) if crops is None else list(crops)
