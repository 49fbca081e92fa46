"""Counts that add up, over frames, sequences and processes."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

Counts = TypeVar("Counts", bound="Additive")


class Additive:
    """Base of dataclasses whose fields all add up: numbers, arrays of one shape, or other such counts."""

    def __add__(self: Counts, other: Counts) -> Counts:
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        return type(self)(*(getattr(self, name) + getattr(other, name) for name in names))
