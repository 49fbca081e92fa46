#!/usr/bin/env python
"""Write docs/model_cards.md: ``tools/analysis/model_cards.py``; ``--check`` only says whether it is up to date.

What is said of a family comes from docs/model_cards.yml; its configs, and what each is, from the configs themselves;
the terms of the data that they are trained on from docs/data_terms.yml.
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
gave it. The code is this project's own; weights of others keep their licences. Terms of data bear on weights learnt
from them too: each config says what it is trained on, and [the end of this page](#data-and-their-terms) on what terms.
"""
TERMS_HEADER = """## Data and their terms

What was found of the terms of each data set, and where it stands. No legal advice: read the page before you use the
data, or weights learnt from them.

| data | terms | page |
|---|---|---|
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


def data_of(leaf: str, terms: Sequence[Mapping[str, str]], source: Path) -> str:
    """Return what a config is trained on, which a part of its name tells.

    Args:
        leaf: The config.
        terms: Data sets; ``name`` is what names of configs call them.
        source: File of the data sets, for messages.

    Raises:
        FormatError: No part of the name is a data set.
    """
    parts = Path(leaf).stem.split("_")
    for entry in terms:
        if entry["name"] in parts:
            return entry["data"]
    raise FormatError(source, f"names no data set of the config {leaf}", "add it, or name the config by its data")


def format_cards(
    families: Sequence[Mapping[str, Any]],
    members: Sequence[Sequence[str]],
    texts: Mapping[str, str],
    data: Mapping[str, str],
    terms: Sequence[Mapping[str, str]],
) -> str:
    """Return the document.

    Args:
        families: The cards.
        members: Configs of each.
        texts: What each config is.
        data: What each config is trained on.
        terms: Data sets.
    """
    parts = [HEADER]
    for card, own in zip(families, members, strict=True):
        rows = [f"| {title} | {_cell(key, card[key])} |" for key, title in KEYS.items()]
        listed = [f"- [`{Path(leaf).stem}`](../configs/{leaf}) (data: {data[leaf]}): {texts[leaf]}" for leaf in own]
        count = f"{len(own)} config{'s' * (len(own) > 1)}"
        folded = ["<details>", f"<summary>{count}</summary>", "", *listed, "", "</details>"]
        title = card["family"][0].upper() + card["family"][1:]
        parts.append("\n".join([f"## {title}", "", "| | |", "|---|---|", *rows, "", *folded, ""]))
    rows = [f"| {entry['data']} | {entry['terms']} | [{entry['page']}]({entry['page']}) |\n" for entry in terms]
    return "\n".join([*parts, TERMS_HEADER + "".join(rows)])


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
    terms_file = ROOT / "docs" / "data_terms.yml"
    terms = yaml.safe_load(terms_file.read_text(encoding="utf-8"))
    data = {leaf: data_of(leaf, terms, terms_file) for leaf in leaves}
    text = format_cards(families, sort_into_families(families, list(leaves), source), leaves, data, terms)
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
