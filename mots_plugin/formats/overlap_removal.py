"""Making the masks of a frame disjoint, for results of trackers, and drawings of people, that do not care."""

from __future__ import annotations

from dataclasses import replace

from mots_plugin.formats.mask_faults import find_overlaps
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import areas, decode, encode


def remove_overlaps(tracks: MaskTracks) -> tuple[MaskTracks, int]:
    """Give every pixel that several masks claim to the one that comes first.

    Args:
        tracks: Masks of one sequence.

    Returns:
        The tracks with disjoint masks, those left without a pixel taken out, and the number of pixels that moved.
    """
    masks = list(tracks.masks)
    losers: dict[int, list[int]] = {}
    for a, b, _ in find_overlaps(tracks):
        losers.setdefault(max(a, b), []).append(min(a, b))
    moved = 0
    for row, earlier_rows in sorted(losers.items()):
        own = decode(masks[row])
        before = int(own.sum())
        for earlier in earlier_rows:
            own &= ~decode(masks[earlier])
        moved += before - int(own.sum())
        masks[row] = encode(own)
    changed = replace(tracks, masks=masks)
    emptied = [row for row in losers if areas([masks[row]])[0] == 0]
    return changed.select([row for row in range(len(tracks)) if row not in emptied]), moved
