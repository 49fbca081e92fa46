"""``tools/analysis/explain_errors.py``: as many errors as ``tools/eval_tracks.py`` counts, and pictures of them."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from command_lines import ROOT, error_line, python, run, succeed
from PIL import Image

from mots_plugin.formats import rle
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt

TOOL = "tools/analysis/explain_errors.py"
COUNTS = {"id switch": "IDSW", "fragmentation": "Frag", "miss": "FN", "false positive": "FP"}


def perturb(truth: MaskTracks, seed: int) -> MaskTracks:
    """A result made of the truth: some objects missed, some shifted, some under new ids."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, int, int, rle.RLE]] = []
    names: dict[int, int] = {}
    for frame in np.unique(truth.frames).tolist():
        taken = np.zeros(truth.masks[0]["size"], bool)
        objects = truth.select((truth.frames == frame) & (truth.class_ids != IGNORE_CLASS))
        for track_id, class_id, mask in zip(
            objects.track_ids.tolist(), objects.class_ids.tolist(), objects.masks, strict=True
        ):
            if rng.random() < 0.15:
                names[track_id] = 3000 + len(rows)
            shift = (0, int(rng.integers(8, 30))) if rng.random() < 0.15 else (0, 0)
            pixels = np.roll(rle.decode(mask), shift, (0, 1)) & ~taken
            if rng.random() > 0.15 and pixels.any():
                rows.append((frame, names.get(track_id, track_id), class_id, rle.encode(pixels)))
                taken |= pixels
    frames, ids, classes = np.array([row[:3] for row in rows]).T
    return MaskTracks(frames, ids, classes, [row[3] for row in rows])


@pytest.fixture(scope="module")
def results(street: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two results on the held-out videos of the street."""
    folder = tmp_path_factory.mktemp("results")
    names = [line.split()[0] for line in (street / "val.seqmap").read_text().splitlines()]
    for name in names:
        truth = read_mots_txt(street / "instances_txt" / f"{name}.txt")
        for seed, side in enumerate(("old", "new")):
            write_mots_txt(folder / side / f"{name}.txt", perturb(truth, seed))
    return folder / "old", folder / "new"


def arguments(street: Path, result: Path, *more: str | Path) -> list[str]:
    sides = ["--gt", street, "--pred", result, "--format", "kitti_mots", "--seqmap", street / "val.seqmap"]
    return [str(part) for part in (*sides, *more)]


def read(path: Path) -> list[dict[str, str]]:
    with open(path) as file:
        return list(csv.DictReader(file))


def test_csv_summary_and_sheets(street: Path, results: tuple[Path, Path], tmp_path: Path) -> None:
    scores = tmp_path / "scores.json"
    succeed(python("tools/eval_tracks.py", *arguments(street, results[0], "--json", scores)))
    printed = succeed(
        python(TOOL, *arguments(street, results[0], "--images", street, "--out", tmp_path, "--crops", "4"))
    )

    counted = json.loads(scores.read_text())["sequences"]
    errors = read(tmp_path / "errors.csv")
    found = Counter((row["sequence"], row["class"], row["kind"]) for row in errors)
    for sequence, classes in counted.items():
        for class_name in ("car", "pedestrian"):
            for kind, metric in COUNTS.items():
                assert found[sequence, class_name, kind] == classes[class_name][metric], (sequence, class_name, kind)
    assert found.total() > 50
    assert (tmp_path / "summary.txt").read_text().strip() in printed
    for name in ("id_switch", "fragmentation", "miss", "false_positive"):
        sheet = np.asarray(Image.open(tmp_path / f"{name}.png"))
        assert (sheet == (70, 235, 110)).all(axis=2).sum() > 500, name  # outlines of the ground truth
        assert (sheet == (255, 120, 40)).all(axis=2).sum() > 500, name  # and of the result


def test_comparison_of_two_results(street: Path, results: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = results
    printed = succeed(python(TOOL, *arguments(street, old, "--compare", new, "--out", tmp_path, "--crops", "3")))
    rows = read(tmp_path / "changes.csv")
    totals = []
    for side in results:
        succeed(python(TOOL, *arguments(street, side, "--out", tmp_path / side.name, "--crops", "0")))
        totals.append(len(read(tmp_path / side.name / "errors.csv")))
    by_change = Counter(row["change"] for row in rows)
    assert by_change["appeared"] - by_change["went away"] == totals[1] - totals[0]
    assert min(by_change.values()) > 5
    assert f"errors appeared, {sum(r['change'] == 'went away' and r['class'] == 'car' for r in rows)} went" in printed
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [
        "appeared.png",
        "changes.csv",
        "changes.txt",
        "went_away.png",
    ]
    assert not list((tmp_path / "old").glob("*.png"))


def test_bad_input_ends_in_one_line(street: Path, results: tuple[Path, Path], tmp_path: Path) -> None:
    result = results[0]
    missing = run(python(TOOL, *arguments(street, tmp_path / "nowhere", "--out", tmp_path / "out")))
    assert "nowhere: not found" in error_line(missing)
    unknown = run(python(TOOL, *arguments(street, result, "--classes", "dog", "--out", tmp_path / "out")))
    assert "there is no class dog; known are: car, pedestrian" in error_line(unknown)
    images = run(python(TOOL, *arguments(street, result, "--images", tmp_path, "--out", tmp_path / "out")))
    assert "has no images of sequence" in error_line(images)
    name = (street / "val.seqmap").read_text().split()[0]
    broken = tmp_path / "broken"
    for path in result.iterdir():
        write_mots_txt(broken / path.name, read_mots_txt(path))
    line = (broken / f"{name}.txt").read_text().splitlines()[0]
    (broken / f"{name}.txt").write_text(f"{line}\n{line}\n")
    done = run(python(TOOL, *arguments(street, broken, "--out", tmp_path / "unwritten")))
    assert done.returncode == 1
    errors = [text for text in done.stderr.splitlines() if text.startswith("error: ")]
    assert len(errors) == 2
    assert all(f"{name}.txt" in text for text in errors)
    assert not (tmp_path / "unwritten").exists()


def test_help_imports_nothing_heavy() -> None:
    code = (
        f"import sys, runpy; sys.argv = ['explain_errors.py', '--help']; sys.path.insert(0, {str(ROOT)!r})\n"
        f"try: runpy.run_path({str(ROOT / TOOL)!r}, run_name='__main__')\n"
        "except SystemExit: print({'torch', 'mmengine', 'mmdet', 'cv2'} & set(sys.modules))"
    )
    assert succeed([sys.executable, "-c", code]).splitlines()[-1] == "set()"
