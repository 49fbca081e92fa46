"""Classification of embeddings by identity, every class with identities of its own.

Shapes: N embeddings, D dimensions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class IdentityBanks(nn.Module):
    """One linear layer a class, from an embedding to the identities of that class (JDE, eq. 4).

    Unit embeddings are scaled by ``sqrt(2) * log(n - 1)`` before a layer of n identities, as in the released code: the
    more identities there are, the farther apart logits must be for a confident answer.

    Args:
        embed_channels: D.
        identity_counts: Number of identities of each class; a class with none has no bank.
    """

    def __init__(self, embed_channels: int, identity_counts: Sequence[int]) -> None:
        super().__init__()
        self.identity_counts = list(identity_counts)
        self.classes = [number for number, count in enumerate(identity_counts) if count > 0]
        self.banks = nn.ModuleList(nn.Linear(embed_channels, identity_counts[number]) for number in self.classes)

    def forward(self, embeddings: Tensor, identities: Tensor, classes: Tensor) -> Tensor:
        """Cross entropy, averaged over the embeddings of all classes.

        Args:
            embeddings: (N, D) float32 unit vectors.
            identities: (N,) int64, from 0 within a class.
            classes: (N,) int64.

        Returns:
            Scalar, 0 without embeddings; every bank is part of its graph.

        Raises:
            IndexError: An identity is beyond its bank, which would otherwise end a run with a message about a kernel.
        """
        total = embeddings.new_zeros(())
        for number, bank in zip(self.classes, self.banks, strict=True):
            rows, count = classes == number, self.identity_counts[number]
            targets = identities[rows]
            if len(targets) and int(targets.max()) >= count:
                raise IndexError(
                    f"identity {int(targets.max())} of class {number} is beyond the head's identity_counts[{number}] = "
                    f"{count}: give the number of identities of the training set"
                )
            scale = math.sqrt(2) * math.log(max(count - 1, 2))
            logits = bank(scale * embeddings[rows])
            total = total + functional.cross_entropy(logits, targets, reduction="sum")
        return total / max(len(embeddings), 1)
