"""What the losses on association vectors have in common as configurable parts."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

NORMALISATIONS = ("paper", "released")


class AssociationLoss(nn.Module):
    """A pure function of one clip's association vectors as a configurable part; a subclass names the function.

    Args:
        margin: The margin alpha; 0.2 in the MOTS paper.
        per_class: Take negatives from a detection's own class only, as the released model does. The paper takes them
            from all detections.
        normalisation: What the sum is divided by: ``'paper'`` or ``'released'``; each function says what that means.
        loss_weight: Factor on the result.

    Raises:
        ValueError: Unknown normalisation.
    """

    function: Callable[..., Tensor]

    def __init__(
        self,
        margin: float = 0.2,
        per_class: bool = False,
        normalisation: str = "paper",
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if normalisation not in NORMALISATIONS:
            raise ValueError(f"normalisation {normalisation!r} is none of {', '.join(NORMALISATIONS)}")
        self.margin = margin
        self.per_class = per_class
        self.normalisation = normalisation
        self.loss_weight = loss_weight

    def forward(
        self, embeddings: Tensor, identities: Tensor, classes: Tensor | None = None, regions: int | None = None
    ) -> Tensor:
        """Return the weighted loss of one clip.

        Args:
            embeddings: (N, D) association vectors of the detections in all frames of the clip.
            identities: (N,) int64, one value an identity.
            classes: (N,) int64 class of each; needed for ``per_class`` only.
            regions: Number of regions that were sampled in the clip, background included; needed for the released
                normalisation only, N if None.
        """
        if self.per_class and classes is None:
            raise ValueError(f"{type(self).__name__} per class needs the class of every detection")
        return self.loss_weight * type(self).function(
            embeddings,
            identities,
            self.margin,
            classes=classes if self.per_class else None,
            regions=None if self.normalisation == "paper" else max(regions or 0, len(embeddings)),
        )
