"""What a reader says about a file it cannot use: which file, where in it, what is wrong, how to mend it."""

from __future__ import annotations

import os
from dataclasses import dataclass


class FormatError(ValueError):
    """A file that cannot be used as it is; its text is one line, fit to be shown to a user as it stands.

    Args:
        file: The file (or folder) at fault.
        problem: What is wrong.
        cure: How to mend it, as an instruction.
        place: Line number, frame, annotation id, …: where in the file; empty when the whole file is meant.
    """

    def __init__(self, file: str | os.PathLike[str], problem: str, cure: str, place: str | int = "") -> None:
        # All four go to ValueError, so that the error survives pickling between worker processes.
        super().__init__(file, problem, cure, place)
        self.file = os.fspath(file)
        self.problem = problem
        self.cure = cure
        self.place = str(place)

    def __str__(self) -> str:
        text = f"{self.file}{':' + self.place if self.place else ''}: {self.problem}; {self.cure}"
        return " ".join(text.split())


@dataclass(frozen=True)
class Fault:
    """One fault among many, for tools that list all of them rather than stop at the first.

    Attributes:
        file: The file at fault.
        place: Where in the file: a line number for text files, else a frame or an annotation id.
        problem: What is wrong.
        cure: How to mend it, as an instruction.
        kind: Short name of the rule that is broken (``fields``, ``number``, ``class``, ``frame``, ``duplicate``,
            ``rle``, ``size``, ``overlap``, ``empty``, …), to sort and filter by.
    """

    file: str
    place: str
    problem: str
    cure: str
    kind: str

    def error(self) -> FormatError:
        """Return the fault as an exception, to be raised."""
        return FormatError(self.file, self.problem, self.cure, self.place)

    def __str__(self) -> str:
        return str(self.error())
