"""Masks that people drew, and the boxes they belong to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks


def match_given(video: BoxVideo, given: MaskTracks) -> NDArray[np.int64]:
    """Return, for each box, the row of the mask given for it, -1 where there is none.

    Raises:
        FormatError: A mask of another size than the image, or of a track that has no box in that frame.
    """
    keys = zip(video.tracks.frames.tolist(), video.tracks.track_ids.tolist(), strict=True)
    box_row = {key: row for row, key in enumerate(keys)}
    matched = np.full(len(video), -1)
    for row, (frame, track_id) in enumerate(zip(given.frames.tolist(), given.track_ids.tolist(), strict=True)):
        place = f"{video.name}, frame {frame}, track {track_id}"
        if (frame, track_id) not in box_row:
            cure = f"add its box to {video.tracks.source}, or remove the mask"
            raise FormatError(given.source, "a mask was given where the track has no box", cure, place)
        size = list(given.masks[row]["size"])
        if size != [video.height, video.width]:
            problem = f"a mask is {size} (height, width), its image {[video.height, video.width]}"
            raise FormatError(given.source, problem, "draw it on the image in its original size", place)
        matched[box_row[frame, track_id]] = row
    return matched
