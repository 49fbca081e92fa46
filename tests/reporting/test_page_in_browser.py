"""What a reader of the page sees, in a real browser without a screen."""

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")

PROBE = """
<script>
addEventListener("load", () => {
  const every = (what, ask) => [...document.querySelectorAll(what)].map(ask);
  const place = mark => {  // where a mark stands, in pixels from the left edge of its row's drawing
    const box = mark.getBoundingClientRect(), row = mark.ownerSVGElement.getBoundingClientRect();
    return {frame: +mark.dataset.frame, track: mark.closest("tr").cells[0].innerText,
            middle: box.x + box.width / 2 - row.x, width: row.width};
  };
  const seen = {
    tables: every("table.scores", table => [table.caption.innerText, [...table.rows].map(row => row.innerText)]),
    bars: every("table.bars tbody tr", row => [row.innerText, row.querySelector(".track div div").offsetWidth]),
    timelines: every("table.timeline", table => [table.dataset.sequence, table.dataset.class,
      [...table.tBodies[0].rows].map(row => row.cells[0].innerText)]),
    tall: every("table.timeline tbody tr", row => row.offsetHeight),
    switches: every(".timeline .switch", place),
    pictures: every("img", image => [image.naturalWidth, image.offsetWidth, image.alt]),
    headings: every("h1, h2, h3", heading => heading.tagName + " " + heading.innerText),
    unnamed: every("table", table => table.caption?.textContent || "").filter(caption => !caption).length,
    fetched: performance.getEntriesByType("resource").map(entry => entry.name),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    paper: getComputedStyle(document.body).backgroundColor,
    scrolling: every("main *", element => getComputedStyle(element).overflowX).filter(way => way === "auto").length,
    ticks: every(".timeline .tick", tick => [tick.textContent, tick.getAttribute("x")]),
    dead: every("a[href^='#']", link => link.hash).filter(hash => !document.querySelector(hash)),
  };
  const answer = document.createElement("pre");
  answer.id = "answer";
  answer.innerText = JSON.stringify(seen);
  document.body.append(answer);
});
</script>
"""


@pytest.fixture(scope="module")
def page(hand_made, tmp_path_factory):
    """The page that the command line writes."""
    folder = tmp_path_factory.mktemp("report")
    command = [sys.executable, ROOT / "tools" / "eval_tracks.py", "--format", "kitti_mots", "--eval", "smotsa", "hota"]
    command += ["--gt", hand_made / "gt", "--pred", hand_made / "pred", "--images", hand_made / "images"]
    done = subprocess.run([*command, "--report", folder], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"report: {folder / 'index.html'}"
    return folder / "index.html"


def browse(page: Path, folder: Path, size: str, *options: str) -> tuple[str, str]:
    """Open a page, and return its document after all scripts have run, and what the console said."""
    quiet = "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *quiet.split()]
    command += [f"--user-data-dir={folder / 'profile'}", f"--window-size={size}", "--enable-logging=stderr", *options]
    done = subprocess.run(
        [*command, "--virtual-time-budget=10000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def look(page: Path, folder: Path, size: str, *options: str) -> dict:
    """Open a copy of the page that tells how it is laid out."""
    html = page.read_text(encoding="utf-8")
    html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)  # it forbids the script
    assert count == 1
    copy = folder / "probed.html"
    copy.write_text(html.replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
    document, console = browse(copy, folder, size, *options)
    assert console == ""
    return json.loads(unescape(document.partition('<pre id="answer">')[2].partition("</pre>")[0]))


@pytest.fixture(scope="module")
def seen(page, tmp_path_factory):
    return look(page, tmp_path_factory.mktemp("desktop"), "1280,900")


def test_the_page_itself_says_nothing_to_the_console(page, tmp_path):
    document, console = browse(page, tmp_path, "1280,900")
    assert "</main>" in document
    assert console == ""


def test_a_row_of_scores_for_each_class(seen):
    tables = dict(seen["tables"])
    rows = [row.split("\t")[:5] for row in tables["sMOTSA and more, all sequences"]]
    assert rows == [
        ["class", "sMOTSA", "MOTSA", "MOTSP", "IDS"],
        ["all classes", "85.0", "85.0", "100.0", "1"],  # 20 masks: a miss, a ghost, a switch
        ["car", "62.5", "62.5", "100.0", "1"],
        ["pedestrian", "100.0", "100.0", "100.0", "0"],
    ]
    assert "HOTA and more, all sequences" in tables


def test_bars_are_as_long_as_the_scores(seen):
    names = [row.replace("\t", " ").split()[-1] for row, _ in seen["bars"]]
    assert names[:6] == ["81.2", "62.5", "100.0", "100.0", "0.0", "100.0"]
    lengths = [length for _, length in seen["bars"]][:6]
    assert lengths[1] / lengths[2] == pytest.approx(0.625, abs=0.02)
    assert lengths[4] <= 1


def test_a_timeline_row_for_each_track(seen):
    assert seen["timelines"] == [
        ["0001", "car", ["1001"]],
        ["0001", "pedestrian", ["2001"]],
        ["0002", "pedestrian", ["2001"]],
    ]
    assert min(seen["tall"]) >= 16


def test_the_switch_is_marked_at_its_frame(seen):
    (mark,) = seen["switches"]
    assert (mark["frame"], mark["track"]) == (5, "1001")
    assert mark["middle"] / mark["width"] == pytest.approx(5 / 8, abs=0.01)
    rows = dict(seen["tables"])["1 id switch"]
    assert [row.split("\t") for row in rows[1:]] == [["0001", "5", "car", "1001", "1", "9", "3", "small"]]


def test_every_error_has_a_likely_reason(seen):
    rows = dict(seen["tables"])["Errors by likely reason, as told from the masks: clues, not verdicts"]
    assert sorted(tuple(row.split("\t")[:3]) for row in rows[1:]) == [
        ("false positive", "small", "1"),
        ("id switch", "small", "1"),
        ("miss", "small", "1"),
    ]


def test_the_worst_frames_are_shown_and_told(seen):
    widths = [(natural, shown) for natural, shown, _ in seen["pictures"]]
    assert all(natural == 640 and shown > 200 for natural, shown in widths)
    assert [alt for _, _, alt in seen["pictures"]] == [
        "0001, frame 4: car 1001 missed",
        "0001, frame 6: false positive car 30",
    ]


def test_one_outline_and_named_tables_and_no_dead_link(seen):
    assert seen["headings"] == [
        "H1 Scores of hand_made0/pred",
        *("H2 Scores", "H2 Sequences", "H2 Id switches"),
        *("H2 What went wrong, and why", "H2 Worst frames", "H2 Timelines", "H3 0001", "H3 0002"),
        "H2 Config and versions",
    ]
    assert (seen["unnamed"], seen["dead"]) == (0, [])


def test_the_frames_along_a_timeline(seen):
    assert seen["ticks"][:3] == [["0", "0.0%"], ["2", "25.0%"], ["4", "50.0%"]]


def test_on_paper_the_dark_is_white_and_nothing_is_hidden_in_a_box_that_scrolls(seen, page, tmp_path):
    html = page.read_text(encoding="utf-8")
    assert html.count("@media print") == 1
    (tmp_path / "paper.html").write_text(html.replace("@media print", "@media all"), encoding="utf-8")
    printed = look(tmp_path / "paper.html", tmp_path, "816,1056", "--blink-settings=preferredColorScheme=0")
    assert printed["paper"] == "rgb(255, 255, 255)"
    assert printed["overflow"] <= 0
    assert seen["scrolling"] > 0
    assert printed["scrolling"] == 0


def test_nothing_is_fetched(seen):
    assert seen["fetched"] == []


def test_a_phone_in_the_dark(page, tmp_path):
    seen = look(page, tmp_path, "500,900", "--blink-settings=preferredColorScheme=0")
    assert seen["overflow"] <= 0  # wide tables and timelines scroll on their own
    assert seen["paper"] == "rgb(20, 24, 28)"
    assert min(shown for _, shown, _ in seen["pictures"]) > 400
