"""Do converted weights fit a model, name by name and shape by shape?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Comparison:
    """What does not match between converted weights and a model.

    Attributes:
        missing: Weights of the model that the source does not have.
        superfluous: Weights of the source that the model does not have.
        wrong_shape: Name, shape in the source and shape in the model of weights that both have.
    """

    missing: list[str] = field(default_factory=list)
    superfluous: list[str] = field(default_factory=list)
    wrong_shape: list[tuple[str, Shape, Shape]] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether nothing is left over on either side."""
        return not (self.missing or self.superfluous or self.wrong_shape)

    def lines(self) -> list[str]:
        """One line a weight that does not match."""
        return [
            *(f"missing: {name}" for name in self.missing),
            *(f"not in the model: {name}" for name in self.superfluous),
            *(
                f"wrong shape: {name} is {found}, the model has {expected}"
                for name, found, expected in self.wrong_shape
            ),
        ]


def compare_shapes(found: Mapping[str, Shape], expected: Mapping[str, Shape]) -> Comparison:
    """Compare converted weights with those of a model.

    Args:
        found: Shape of each converted weight by its name in the model.
        expected: Shape of each weight of the model.
    """
    return Comparison(
        missing=[name for name in expected if name not in found],
        superfluous=[name for name in found if name not in expected],
        wrong_shape=[
            (name, found[name], shape) for name, shape in expected.items() if name in found and found[name] != shape
        ],
    )
