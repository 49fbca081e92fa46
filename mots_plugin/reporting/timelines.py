"""From the matches of a track, frame by frame, to the spans of a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mots_plugin.reporting.report import Switch, TrackRow

Span = tuple[int, int]


def track_row(track: int, places: Sequence[int], followers: Sequence[int], switches: Sequence[Switch]) -> TrackRow:
    """Sum up a track in spans.

    Args:
        track: Its id.
        places: Place of each of its frames among all frames of the sequence, ascending.
        followers: Predicted id that it is matched to in each of them; negative where it is missed.
        switches: Its id switches, by frame.
    """
    by_follower: dict[int, list[int]] = {}
    for place, follower in zip(places, followers, strict=True):
        if follower >= 0:
            by_follower.setdefault(follower, []).append(place)
    return TrackRow(
        track=track,
        present=spans_of(places),
        followers={follower: spans_of(found) for follower, found in by_follower.items()},
        switches=switches,
        frames=len(places),
        found=sum(map(len, by_follower.values())),
    )


def spans_of(places: Iterable[int]) -> list[Span]:
    """Return the first and last of each run of consecutive numbers.

    Args:
        places: Ascending.
    """
    spans: list[Span] = []
    for place in places:
        if spans and place == spans[-1][1] + 1:
            spans[-1] = spans[-1][0], place
        else:
            spans.append((place, place))
    return spans
