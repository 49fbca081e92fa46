"""The official splits of KITTI MOTS, on whose videos KITTI-STEP lies as well, MOTSChallenge (MOTS20), and of boxes.

Sequences and last frames of masks are as in the seqmaps of mots_tools (``mots_eval/*.seqmap``), of boxes as in KITTI's
development kit (``evaluate_tracking.seqmap.training``, which counts frames) and in MOTChallenge's ``seqinfo.ini``.
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

KITTI_STEP_TEST = _ranges(
    {
        "0000": 464, "0001": 146, "0002": 242, "0003": 256, "0004": 420, "0005": 808, "0006": 113, "0007": 214,
        "0008": 164, "0009": 348, "0010": 1175, "0011": 773, "0012": 693, "0013": 151, "0014": 849, "0015": 700,
        "0016": 509, "0017": 304, "0018": 179, "0019": 403, "0020": 172, "0021": 202, "0022": 435, "0023": 429,
        "0024": 315, "0025": 175, "0026": 169, "0027": 84, "0028": 174,
    },
    first_frame=0,
)  # fmt: skip
"""The same videos, with the frames that they have: 11,095 in all."""

MOTS_CHALLENGE_TRAIN = _ranges({"0002": 600, "0005": 837, "0009": 525, "0011": 900}, first_frame=1)

MOTS_CHALLENGE_TEST = _ranges({"0001": 450, "0006": 1194, "0007": 500, "0012": 900}, first_frame=1)
"""Images only; the annotations are not public."""

MOTCHALLENGE_STEP_TEST = tuple(entry for entry in MOTS_CHALLENGE_TEST if entry.name in ("0001", "0007"))

KITTI_TRACKING_TRAIN = tuple(sorted((*KITTI_MOTS_TRAIN, *KITTI_MOTS_VAL), key=lambda entry: entry.name))
"""The 21 sequences that KITTI MOTS divides."""

MOT15_TRAIN = _ranges(
    {
        "ADL-Rundle-6": 525,
        "ADL-Rundle-8": 654,
        "ETH-Bahnhof": 1000,
        "ETH-Pedcross2": 837,
        "ETH-Sunnyday": 354,
        "KITTI-13": 340,
        "KITTI-17": 145,
        "PETS09-S2L1": 795,
        "TUD-Campus": 71,
        "TUD-Stadtmitte": 179,
        "Venice-2": 600,
    },
    first_frame=1,
)

_MOT16_TRAIN = {"02": 600, "04": 1050, "05": 837, "09": 525, "10": 654, "11": 900, "13": 750}

MOT16_TRAIN = _ranges({f"MOT16-{number}": last for number, last in _MOT16_TRAIN.items()}, first_frame=1)

MOT17_TRAIN = _ranges(
    {
        f"MOT17-{number}-{detector}": last
        for number, last in _MOT16_TRAIN.items()
        for detector in ("DPM", "FRCNN", "SDP")
    },
    first_frame=1,
)
"""Each of seven sequences once for every public detector."""

MOT17_TRAIN_FRCNN = tuple(entry for entry in MOT17_TRAIN if entry.name.endswith("-FRCNN"))
"""Each sequence once, as is usual for trackers that have detectors of their own."""

MOT20_TRAIN = _ranges({"MOT20-01": 429, "MOT20-02": 2782, "MOT20-03": 2405, "MOT20-05": 3315}, first_frame=1)

SPLITS: dict[str, tuple[SequenceRange, ...]] = {
    "kitti_mots_train": KITTI_MOTS_TRAIN,
    "kitti_mots_val": KITTI_MOTS_VAL,
    "kitti_mots_test": KITTI_MOTS_TEST,
    "kitti_step_train": KITTI_MOTS_TRAIN,
    "kitti_step_val": KITTI_MOTS_VAL,
    "kitti_step_test": KITTI_STEP_TEST,
    "motchallenge_step_test": MOTCHALLENGE_STEP_TEST,
    "mots_challenge_train": MOTS_CHALLENGE_TRAIN,
    "mots_challenge_test": MOTS_CHALLENGE_TEST,
    "kitti_tracking_train": KITTI_TRACKING_TRAIN,
    "mot15_train": MOT15_TRAIN,
    "mot16_train": MOT16_TRAIN,
    "mot17_train": MOT17_TRAIN,
    "mot17_train_frcnn": MOT17_TRAIN_FRCNN,
    "mot20_train": MOT20_TRAIN,
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
