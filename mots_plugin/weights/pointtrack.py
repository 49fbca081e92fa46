"""The released PointTrack and PointTrack++ under this package's names.

Both are torch models, so only names differ: each rule replaces the beginning of a name, the first that fits counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from numpy.typing import NDArray

SEGMENTER_RULES: tuple[tuple[str, str | None], ...] = (
    ("encoder.output_conv.", None),  # of ERFNet's own training as a classifier; never used
    ("encoder.", "backbone."),
    ("decoders.0.", "head.instance_decoder."),
    ("decoders.1.", "head.seed_decoder."),
    ("decoders.2.", "head.semantic_decoder."),  # PointTrack++
)
RULES = SEGMENTER_RULES


def convert_pointtrack(tensors: Mapping[str, NDArray]) -> tuple[dict[str, NDArray], list[str]]:
    """Rename the weights of a released checkpoint.

    Args:
        tensors: Arrays by their name in the release, without ``module.``.

    Returns:
        Arrays by their name here, and the names that no rule knows.
    """
    weights: dict[str, NDArray] = {}
    unknown: list[str] = []
    for name, array in tensors.items():
        rule = next(((start, mine) for start, mine in RULES if name.startswith(start)), None)
        if rule is None:
            unknown.append(name)
        elif rule[1] is not None:
            weights[rule[1] + name.removeprefix(rule[0])] = array
    return weights, unknown
