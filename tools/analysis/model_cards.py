#!/usr/bin/env python
"""Write docs/model_cards.md: ``tools/analysis/model_cards.py``; ``--check`` only says whether it is up to date.

What is said of a family comes from docs/model_cards.yml; its configs, and what each is, from the configs themselves.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "what": "what it is",
    "data": "data",
    "input": "input",
    "train": "training",
    "scores": "measured",
    "weights": "official weights",
    "limits": "limits",
}
HEADER = """# Model cards

One card a family of configs. Written by `python tools/analysis/model_cards.py` from `docs/model_cards.yml` and the
configs; a test fails when a config is missing here. Percentages; every measured number stands beside the command that
gave it. The code is this project's own; weights of others keep their licences. KITTI (with KITTI MOTS and KITTI-STEP)
and MOTChallenge (with MOTS20) are published under CC BY-NC-SA 3.0, which also bears on weights learnt from them.
"""


def leaf_configs(configs: Path) -> dict[str, str]:
    """Return the first sentence of every leaf config's comment, by its path below the folder of configs."""
    leaves = sorted(configs.glob("[!_]*/*.py"))
    return {str(path.relative_to(configs)): _first_sentence(path) for path in leaves}


def sort_into_families(families: Sequence[Mapping[str, Any]], leaves: Sequence[str], source: Path) -> list[list[str]]:
    """Give every config to the first family that it fits.

    Args:
        families: The cards; ``configs`` are their patterns.
        leaves: Configs.
        source: File of the cards, for messages.

    Raises:
        FormatError: A config fits none, or none fits a family.
    """
    members: list[list[str]] = [[] for _ in families]
    for leaf in leaves:
        fitting = [row for row, card in enumerate(families) if any(fnmatch(leaf, each) for each in card["configs"])]
        if not fitting:
            raise FormatError(source, f"no family takes the config {leaf}", "add a card, or a pattern to one")
        members[fitting[0]].append(leaf)
    for card, own in zip(families, members, strict=True):
        if not own:
            raise FormatError(source, f"no config fits the family '{card['family']}'", "mend its patterns")
    return members


def format_cards(
    families: Sequence[Mapping[str, Any]], members: Sequence[Sequence[str]], texts: Mapping[str, str]
) -> str:
    """Return the document."""
    parts = [HEADER]
    for card, own in zip(families, members, strict=True):
        rows = [f"| {title} | {_cell(key, card[key])} |" for key, title in KEYS.items()]
        listed = [f"- [`{Path(leaf).stem}`](../configs/{leaf}): {texts[leaf]}" for leaf in own]
        count = f"{len(own)} config{'s' * (len(own) > 1)}"
        folded = ["<details>", f"<summary>{count}</summary>", "", *listed, "", "</details>"]
        title = card["family"][0].upper() + card["family"][1:]
        parts.append("\n".join([f"## {title}", "", "| | |", "|---|---|", *rows, "", *folded, ""]))
    return "\n".join(parts)


def _cell(key: str, text: str) -> str:
    return f"`{text}`" if key == "train" else text


def _first_sentence(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = []
    for line in lines:
        if not line.startswith("#"):
            break
        comment.append(line.lstrip("# "))
    sentence = re.split(r"(?<=\.)\s+(?=[A-Z])", " ".join(comment))[0].rstrip(".:")
    return sentence.replace("|", "/") or "see the file"


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the document is old")
    arguments = parser.parse_args(argv)
    source, target = ROOT / "docs" / "model_cards.yml", ROOT / "docs" / "model_cards.md"
    families = yaml.safe_load(source.read_text(encoding="utf-8"))
    for card in families:
        missing = [key for key in ("family", "configs", *KEYS) if key not in card]
        if missing:
            raise FormatError(source, f"a card lacks '{missing[0]}'", "say it", card.get("family", ""))
    leaves = leaf_configs(ROOT / "configs")
    text = format_cards(families, sort_into_families(families, list(leaves), source), leaves)
    if not arguments.check:
        with atomic_write(target) as file:
            file.write(text)
        print(f"cards of {len(families)} families, {len(leaves)} configs: {target}")
        return 0
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        raise FormatError(target, "is not what its sources say", "run tools/analysis/model_cards.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
