"""The official splits of KITTI MOTS and MOTSChallenge (MOTS20).

Sequences and last frames as in the seqmaps of mots_tools (``mots_eval/*.seqmap``).
"""

from __future__ import annotations

from collections.abc import Mapping

from mots_plugin.formats.seqmap import SequenceRange


def _ranges(last_frames: Mapping[str, int | None], first_frame: int) -> tuple[SequenceRange, ...]:
    return tuple(SequenceRange(name, first_frame, last_frame) for name, last_frame in last_frames.items())


KITTI_MOTS_TRAIN = _ranges(
    {
        "0000": 153,
        "0001": 446,
        "0003": 143,
        "0004": 313,
        "0005": 296,
        "0009": 802,
        "0011": 372,
        "0012": 77,
        "0015": 375,
        "0017": 144,
        "0019": 1058,
        "0020": 836,
    },
    first_frame=0,
)

KITTI_MOTS_VAL = _ranges(
    {
        "0002": 232,
        "0006": 269,
        "0007": 799,
        "0008": 389,
        "0010": 293,
        "0013": 339,
        "0014": 105,
        "0016": 208,
        "0018": 338,
    },
    first_frame=0,
)

KITTI_MOTS_TEST = _ranges({f"{number:04d}": None for number in range(29)}, first_frame=0)
"""Images only; the annotations are not public."""

MOTS_CHALLENGE_TRAIN = _ranges({"0002": 600, "0005": 837, "0009": 525, "0011": 900}, first_frame=1)

MOTS_CHALLENGE_TEST = _ranges({"0001": 450, "0006": 1194, "0007": 500, "0012": 900}, first_frame=1)
"""Images only; the annotations are not public."""

SPLITS: dict[str, tuple[SequenceRange, ...]] = {
    "kitti_mots_train": KITTI_MOTS_TRAIN,
    "kitti_mots_val": KITTI_MOTS_VAL,
    "kitti_mots_test": KITTI_MOTS_TEST,
    "mots_challenge_train": MOTS_CHALLENGE_TRAIN,
    "mots_challenge_test": MOTS_CHALLENGE_TEST,
}
"""All of them by name."""


def leave_one_out(
    split: tuple[SequenceRange, ...], held_out: str
) -> tuple[tuple[SequenceRange, ...], tuple[SequenceRange, ...]]:
    """Split into all sequences but one, and that one.

    Args:
        split: Sequences of a split.
        held_out: Name or number of the sequence to leave out.

    Returns:
        train: All others.
        val: The one left out.

    Raises:
        ValueError: The split has no such sequence.
    """
    val = tuple(entry for entry in split if entry.is_called(held_out))
    if not val:
        raise ValueError(f"sequence {held_out} is not among {', '.join(entry.name for entry in split)}")
    return tuple(entry for entry in split if entry not in val), val
