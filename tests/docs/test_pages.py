"""Links of the documents, the model cards, and the picture."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fenced_blocks import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "configs").glob("*/README.md"))]


def targets(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in targets(page):
        file, _, anchor = target.partition("#")
        aim = (page.parent / file).resolve() if file else page
        assert aim.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(aim), f"{target}: no such heading"


def test_every_function_that_metrics_names_is_in_its_module():
    text = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    named = re.findall(r"\[((?:`\w+`(?:, )?)+)\]\(\.\./(mots_plugin/[\w/]+\.py)\)", text)
    assert len(named) > 8
    for functions, module in named:
        source = (ROOT / module).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", functions):
            assert re.search(rf"^(def|class) {name}\b", source, re.MULTILINE), f"{name} is not in {module}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_code_imports_is_there(page):
    """Also of blocks that no test runs, such as that of README.md."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    for module, names in re.findall(r"^from (mots_plugin[\w.]*) import ([\w, ]+)", code, re.MULTILINE):
        path = ROOT / module.replace(".", "/")
        source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
        assert [name for name in names.split(", ") if not re.search(rf"\b{name}\b", source)] == []


def test_the_index_names_every_page():
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= set(targets(ROOT / "docs/README.md"))


def test_every_config_has_a_model_card():
    cards = (ROOT / "docs/model_cards.md").read_text(encoding="utf-8")
    leaves = {str(path.relative_to(ROOT)) for path in (ROOT / "configs").glob("[!_]*/*.py")}
    listed = re.findall(r"\]\(\.\./(configs/[\w./-]+\.py)\)", cards)
    assert sorted(set(listed)) == sorted(listed)
    assert leaves - set(listed) == set(), "run tools/analysis/model_cards.py"


def test_every_config_says_what_it_is_trained_on_and_where_the_terms_of_that_lie():
    cards = (ROOT / "docs/model_cards.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[`([\w-]+)`\]\(\S+\) \(data: ([^)]+)\): ", cards, re.MULTILINE)
    rows = dict(
        re.findall(r"^\| ([^|]+) \| [^|]+ \| \[([^]]+)\]\(\2\) \|$", cards.split("## Data and their terms")[1], re.M)
    )
    assert len(listed) == len(re.findall(r"\]\(\.\./configs/[\w./-]+\.py\)", cards))
    assert {data for _, data in listed} == set(rows)
    assert dict(listed)["pointtrack_embedding-masks-only_300i_mots-challenge"] == "MOTSChallenge"
    assert rows["Cityscapes"] == "https://www.cityscapes-dataset.com/license/"


def test_the_picture_says_what_it_shows_and_has_no_colour_of_the_page():
    root = ElementTree.parse(ROOT / "docs/data_flow.svg").getroot()
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert root.findtext("svg:title", namespaces=space)
    assert root.findtext("svg:desc", namespaces=space)
    text = (ROOT / "docs/data_flow.svg").read_text(encoding="utf-8").lower()
    assert not re.search(r"#(fff|000)(fff|000)?\b", text)  # either would vanish in one of GitHub's themes
