"""tools/reproduce.py as users call it: rows that take no training are run on a rendered street, then printed again."""

import time

import pytest
from command_lines import ANY_CONFIDENCE, error_line, options_for_training, python, run, start, succeed


@pytest.fixture(scope="module")
def table3(street, tmp_path_factory):
    """Rows of table 3 that need no network, run once; its arguments and what it printed."""
    folder = tmp_path_factory.mktemp("runs")
    command = ["tools/reproduce.py", "mots/table3", "--root", street, "--rows", "4", "5", "6", "--folder", folder]
    done = run(python(*command[:4], "--rows", "4", "5", "--folder", folder))
    assert done.returncode == 0, done.stderr[-2000:]
    return folder, command, done


def test_the_rows_are_run_and_printed(table3):
    _, _, done = table3
    lines = done.stdout.splitlines()
    (filled,) = [line for line in lines if line.startswith("GT boxes (tight) + filling")]
    (ellipse,) = [line for line in lines if line.startswith("GT boxes (tight) + ellipse")]
    assert "64.6 / 3.6" in filled
    assert filled.endswith("1")
    assert "not run" not in filled + ellipse
    # Of ground-truth boxes no identity is ever lost, and an ellipse covers less that is not the object.
    numbers = [float(line.split()[-8]) for line in (filled, ellipse)]
    assert numbers[0] < numbers[1]
    assert "== 6 of 6: score_masks, ellipse, tight_boxes" in done.stderr
    assert "$ python tools/boxes_to_masks.py" in done.stderr


def test_finished_rows_are_printed_without_running_anything(table3):
    folder, command, _ = table3
    done = run(python(*command, "--dry-run", "--markdown", "--seeds", "0", "1"))
    assert done.returncode == 0
    rows = done.stdout.splitlines()
    assert rows[0].startswith("| row | paper: sMOTSA car / pedestrian | MOTSA | MOTSP | toy street: sMOTSA")
    assert rows[4].startswith(
        "| GT boxes (tight) + MG | 81.1 / 39.6 | 94.7 / 62.1 | 86.0 / 72.3 | not run | – | – | 0 |"
    )
    planned = [line for line in done.stderr.splitlines() if " of 6: " in line]
    assert planned[0] == "1 of 6: train, mask-rcnn-and-mask-iou, seed 0"
    assert len(planned) == 6
    assert not (folder / "mots" / "street" / "train").exists()


def test_a_row_that_lacks_its_input_is_left_out_with_a_line(table3, street, tmp_path):
    folder, _, _ = table3
    root = tmp_path / "old street"  # rendered before there were labels
    (root / "training").mkdir(parents=True)
    for part in ("annotations", "training/image_02"):
        (root / part).symlink_to(street / part)
    command = ["tools/reproduce.py", "mots/table3", "--root", root, "--folder", folder, "--rows", "1", "4"]
    done = run(python(*command))
    assert done.returncode == 0, done.stderr[-2000:]
    cure = "render the street into a new folder, since older ones have no labels"
    assert f"left out: GT boxes (orig) + filling: {root}/training/label_02: not found; {cure}" in done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("GT boxes")] == ["0", "1"]


def test_all_tables_are_listed():
    tables = succeed(python("tools/reproduce.py"))
    assert "mots/table5     association mechanism (street, kitti_mots, davis_mots)" in tables


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["mots/table9"], "mots/table9: mots has no table table9; known are: mots/table2, mots/table3"),
        (["sort/table1"], "sort/table1: there is no paper sort; known are:"),
        (["mots/table4", "--data", "davis_mots"], "cannot be run on davis_mots; it can on: street, kitti_mots"),
        (["mots/table5", "--rows", "8"], "mots/table5: has no row 8; it has 7 rows"),
        (["mots/table5", "--set", "lr=1"], "data set street has no value lr; known are: config"),
        (
            ["mots/table5", "--data", "kitti_mots", "--root", "nowhere"],
            "nowhere/annotations/train.json: not found, so KITTI MOTS val is not at hand; get images and masks from",
        ),
    ],
)
def test_what_cannot_be_run_is_one_line(arguments, complaint):
    assert complaint in error_line(run(python("tools/reproduce.py", *arguments)))


@pytest.mark.slow
def test_rows_share_a_training_which_goes_on_after_kill_9(street, tmp_path):
    """Two trackers of table 5 on one network; the run is killed while that is being trained."""
    options = " ".join([*options_for_training(street, 4), *ANY_CONFIDENCE[:2]])
    values = ["weights=iter_4.pth", "processes=1", "precision=", f"options={options}"]
    command = ["tools/reproduce.py", "mots/table5", "--root", street, "--folder", tmp_path, "--rows", "1", "6"]
    command = python(*command, "--set", *values)
    work_dir = tmp_path / "mots" / "street" / "train" / "default" / "seed_0"

    killed = start(command)
    deadline = time.monotonic() + 300
    while not (work_dir / "last_checkpoint").exists():
        assert killed.poll() is None, killed.communicate()[1][-2000:]
        assert time.monotonic() < deadline, "no checkpoint within five minutes"
        time.sleep(0.1)
    killed.kill()
    killed.wait()

    done = run(command)
    while done.returncode == 1 and "is still working there; wait until it has ended" in done.stderr:
        assert time.monotonic() < deadline, "the training that was left behind does not end"
        time.sleep(1)
        done = run(command)
    assert done.returncode == 0, done.stderr[-4000:]
    titles = [
        line.split(": ", 1)[1] for line in done.stderr.splitlines() if line.startswith("== ") and " of 4: " in line
    ]
    assert titles == [
        "train, default, seed 0",
        "test, default, seed 0",
        "track, default, algorithm1, seed 0",
        "track, default, box-centre, seed 0",
    ]
    assert "resumed epoch: " in done.stderr  # from the last checkpoint, not from the beginning
    rows = [line for line in done.stdout.splitlines() if line.startswith(("Mask IoU + association head", "Box centre"))]
    assert [line.split()[-1] for line in rows] == ["1", "1"]
    assert "not run" not in "".join(rows)
