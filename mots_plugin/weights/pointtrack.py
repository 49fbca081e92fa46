"""The released PointTrack and PointTrack++ under this package's names.

Both are torch models, so names differ, and little else: each rule replaces the beginning of a name, the first that fits
counts. The embedding's layers over points are convolutions of size 1 there and linear layers here.

The later embedding that was released with CCP (``point_feat.FGConv``, ``point_feat.relation``) is another network.
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
FOREGROUND, ENVIRONMENT = "embedding.foreground", "embedding.environment"


def _layers(source: str, target: str, numbers: range) -> list[tuple[str, str]]:
    """Rules of the point-wise layers ``source`` + number, and of the batch normalisation behind each."""
    return [
        rule
        for index, number in enumerate(numbers)
        for rule in (
            (f"point_feat.{source}{number}.", f"{target}.linear.{index}."),
            (f"point_feat.{source}{number}_bn.", f"{target}.norm.{index}."),
        )
    ]


EMBEDDING_RULES: tuple[tuple[str, str | None], ...] = (
    *_layers("conv", f"{FOREGROUND}.place", range(1, 4)),
    *_layers("e_conv", f"{FOREGROUND}.colour", range(1, 4)),
    *_layers("conv", f"{FOREGROUND}.mean_path", range(4, 7)),
    *_layers("conv", f"{FOREGROUND}.max_path", range(7, 10)),
    ("point_feat.conv_weight.", f"{FOREGROUND}.importance."),
    *_layers("borderConv.conv", f"{ENVIRONMENT}.place", range(1, 4)),
    *_layers("borderConv.e_conv", f"{ENVIRONMENT}.colour", range(1, 4)),
    *_layers("borderConv.t_conv", f"{ENVIRONMENT}.category", range(1, 4)),
    *_layers("borderConv.conv", f"{ENVIRONMENT}.fuse", range(4, 7)),
    ("point_feat.last_emb.", "embedding.fuse."),
)
RULES = SEGMENTER_RULES + EMBEDDING_RULES


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
        if name.endswith("num_batches_tracked"):
            continue  # no weight: it counts the steps of training
        rule = next(((start, mine) for start, mine in RULES if name.startswith(start)), None)
        if rule is None:
            unknown.append(name)
        elif rule[1] is not None:
            is_point_wise = rule in EMBEDDING_RULES and array.ndim == 3
            weights[rule[1] + name.removeprefix(rule[0])] = array[..., 0] if is_point_wise else array
    return weights, unknown
