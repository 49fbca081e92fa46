"""tools/build_crop_database.py as users call it."""

import os
import signal
import time

from command_lines import error_line, python, run, start, succeed

from mots_plugin.formats.crop_database import CropDatabase


def command(street, out, *arguments):
    annotations = street / "annotations" / "train.json"
    return python("tools/build_crop_database.py", annotations, street, out, "--shard-pixels", "2000", *arguments)


def test_a_killed_build_goes_on(street, tmp_path):
    """Killed -9 in the middle or at the end, the same command makes the same database."""
    out = tmp_path / "crops"
    building = start(command(street, out))
    patience = time.monotonic() + 60
    while not list(out.glob("*.crops.npy")) and building.poll() is None:
        assert time.monotonic() < patience
        time.sleep(0.005)
    if building.poll() is None:
        os.killpg(building.pid, signal.SIGKILL)
    building.communicate()

    assert f" shard(s): {out}" in succeed(command(street, out))
    assert "crops of" in succeed(command(street, tmp_path / "at_once"))
    stopped, at_once = CropDatabase(out), CropDatabase(tmp_path / "at_once")
    assert len(stopped.header.shards) > 1
    assert stopped.crops.tolist() == at_once.crops.tolist()
    assert all((stopped.pixels(row) == at_once.pixels(row)).all() for row in range(len(at_once)))
    assert not list(out.glob("*.part"))


def test_masks_without_images(street, tmp_path):
    annotations, out = street / "annotations" / "train.json", tmp_path / "crops"
    succeed(python("tools/build_crop_database.py", annotations, out, "--no-images"))
    database = CropDatabase(out)
    assert not database.pixels(0)[..., :3].any()
    assert database.pixels(0)[..., 3].any()
    for arguments in ([annotations, out], [annotations, street, out, "--no-images"]):
        refused = run(python("tools/build_crop_database.py", *arguments))
        assert refused.returncode == 2
        assert "name both IMAGES and OUT, or OUT alone with --no-images" in refused.stderr


def test_bad_input_is_one_line(street, tmp_path):
    missing = python("tools/build_crop_database.py", tmp_path / "none.json", street, tmp_path / "crops")
    assert "none.json" in error_line(run(missing))
    assert "image not found; restore it" in error_line(
        run(python("tools/build_crop_database.py", street / "annotations" / "train.json", tmp_path, tmp_path / "crops"))
    )
    assert "choose from: car, pedestrian" in error_line(run(command(street, tmp_path / "other", "--classes", "tram")))
