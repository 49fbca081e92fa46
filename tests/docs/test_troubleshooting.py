"""What docs/troubleshooting.md quotes is what is printed: the words stand in the sources, or are others'."""

import ast
import re

import pytest
from fenced_blocks import ROOT

OTHERS = {
    "No module named 'mmcv._ext'",
    "undefined symbol: _ZN2at4_ops…",
    "MMCV==2.2.0 is used but incompatible. Please install mmcv>=2.0.0rc4, <2.2.0",
    "A module that was compiled using NumPy 1.x cannot be run in NumPy 2",
    "numpy.dtype size changed",
    "libGL.so.1: cannot open shared object file",
    "Weights only load failed",
}
"""Messages of Python, torch, numpy and mmdet; tests/diagnosis simulates them."""


def quoted() -> list[str]:
    """First cells of the tables: what is printed."""
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    cells = [
        line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `") or line.startswith("| doctor")
    ]
    return [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]


def messages() -> str:
    """All strings of the sources, what is filled in left out as a blank."""
    parts = []
    for path in [*(ROOT / "mots_plugin").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts.append(
                    "".join(
                        getattr(value, "value", " ") if isinstance(value, ast.Constant) else " "
                        for value in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts.append(node.value)
    return "\n".join(parts)


@pytest.fixture(scope="module")
def sources() -> str:
    return messages()


@pytest.mark.parametrize("quote", [quote for quote in quoted() if quote not in OTHERS])
def test_the_longest_run_of_words_that_nothing_is_filled_into_stands_in_the_sources(sources, quote):
    words = quote.split()
    runs = [" ".join(words[begin:end]) for begin in range(len(words)) for end in range(begin + 3, len(words) + 1)]
    found = max((run for run in runs or [quote] if run in sources), key=len, default="")
    assert len(found.split()) >= min(3, len(words)), f"'{quote}' is printed nowhere"


def test_messages_of_others_are_quoted():
    assert set(quoted()) >= OTHERS
