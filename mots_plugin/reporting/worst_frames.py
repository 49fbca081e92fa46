"""Which frames are worth a picture."""

from __future__ import annotations

from collections.abc import Sequence

_APART = 20  # the chosen frames of a sequence are at least its length divided by this apart


def worst_places(errors: Sequence[int], most: int) -> list[int]:
    """Return the places of the frames with most errors, the worst first; neighbours, which look alike, are passed over.

    Args:
        errors: Number of errors in each frame.
        most: Length of the list at most; frames without errors are never in it.
    """
    distance = max(2, len(errors) // _APART)
    chosen: list[int] = []
    for place in sorted(range(len(errors)), key=lambda place: (-errors[place], place)):
        if not errors[place] or len(chosen) == most:
            break
        if all(abs(place - other) >= distance for other in chosen):
            chosen.append(place)
    return chosen
