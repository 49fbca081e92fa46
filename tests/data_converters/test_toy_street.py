"""Rendered data sets on disk: every format tells the same story, and stopped runs go on."""

import configparser
import json
import os

import cv2
import numpy as np
import pytest

from mots_plugin.formats import read_id_png, read_id_png_folder, read_mot_txt, read_mots_txt, read_seqmap, rle
from mots_plugin.formats.flow_files import read_kitti_flow
from mots_plugin.formats.kitti_box import KITTI_CLASSES, read_kitti_box
from mots_plugin.toy_street import StreetDataset, StreetSettings
from mots_plugin.toy_street.renderer import render
from mots_plugin.toy_street.scene import build_scene
from mots_plugin.toy_street.statistics import StatisticsMeter, total

SMALL = ("--sequences", "3", "--val-sequences", "1", "--frames", "4", "--size", "160x80", "--objects", "4")


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    folder = tmp_path_factory.mktemp("street") / "out"
    dataset = StreetDataset(folder, StreetSettings(4, 160, 80, 4.0), 3, 1)
    dataset.claim()
    assert sorted(dataset.render_missing(workers=1)) == [0, 1, 2]
    return folder


@pytest.fixture
def main(load_script):
    return load_script("toy_street").main


def test_images_and_splits(data_set):
    assert cv2.imread(str(data_set / "training/image_02/0002/000003.png")).shape == (80, 160, 3)
    assert [entry.name for entry in read_seqmap(data_set / "train.seqmap")] == ["0000", "0001"]
    (val,) = read_seqmap(data_set / "val.seqmap")
    assert (val.name, val.first_frame, val.last_frame) == ("0002", 0, 3)


def test_text_and_instance_images_hold_the_same_masks(data_set):
    text = read_mots_txt(data_set / "instances_txt/0000.txt")
    images = read_id_png_folder(data_set / "instances/0000")

    assert len(text) > 4
    for column in ("frames", "track_ids", "class_ids"):
        assert getattr(text, column).tolist() == getattr(images, column).tolist()
    assert text.masks == images.masks


def test_panoptic_maps_agree_with_instances(data_set):
    for split, name in (("train", "0000"), ("val", "0002")):
        ids = read_id_png(data_set / f"instances/{name}/000002.png")
        blue, green, red = np.moveaxis(cv2.imread(str(data_set / f"panoptic_maps/{split}/{name}/000002.png")), -1, 0)

        things = (ids > 0) & (ids < 10000)
        instance = green.astype(int) * 256 + blue
        assert (instance[things] == ids[things] % 1000 + 1).all()
        assert (instance[~things] == 0).all()
        assert (red[things] == np.where(ids[things] // 1000 == 1, 13, 11)).all()
        assert set(np.unique(red[ids == 0])) <= {0, 1, 2, 5, 7, 8, 9, 10}


def test_boxes_hold_the_visible_masks(data_set):
    masks = read_mots_txt(data_set / "instances_txt/0001.txt")
    boxes = read_mot_txt(data_set / "mot/0001/gt/gt.txt")

    for frame in range(4):
        mask_rows = np.flatnonzero((masks.frames == frame) & (masks.class_ids != 10))
        box_rows = np.flatnonzero((boxes.frames == frame + 1) & (boxes.scores == 1))
        assert sorted(masks.class_ids[mask_rows]) == sorted(np.where(boxes.class_ids[box_rows] == 3, 1, 2))
        for inner in rle.boxes([masks.masks[row] for row in mask_rows]):
            outer = boxes.boxes[box_rows] - 1
            assert ((outer[:, :2] <= inner[:2]) & (outer[:, 2:] >= inner[2:])).all(axis=1).any()
    assert ((boxes.visibilities > 0) & (boxes.visibilities <= 1)).all()


def test_boxes_come_with_the_folder_layout_of_motchallenge(data_set):
    info = configparser.ConfigParser()
    info.read(data_set / "mot/0001/seqinfo.ini")

    assert {key: info["Sequence"][key] for key in ("imdir", "seqlength", "imwidth", "imheight", "imext")} == {
        "imdir": "img1", "seqlength": "4", "imwidth": "160", "imheight": "80", "imext": ".png",
    }  # fmt: skip
    first = data_set / "mot/0001/img1/000001.png"
    assert first.read_bytes() == (data_set / "training/image_02/0001/000000.png").read_bytes()


def test_labels_of_kitti_are_the_same_boxes(data_set):
    boxes = read_mot_txt(data_set / "mot/0001/gt/gt.txt")
    labels = read_kitti_box(data_set / "training/label_02/0001.txt")

    assert (labels.frames == boxes.frames - 1).all()
    assert (labels.boxes == boxes.boxes - 1).all()
    scored = boxes.scores == 1
    assert (labels.track_ids[scored] == boxes.track_ids[scored]).all()
    kitti_ids = {1: KITTI_CLASSES["pedestrian"], 2: KITTI_CLASSES["cyclist"], 3: KITTI_CLASSES["car"]}
    assert labels.class_ids[scored].tolist() == [kitti_ids[class_id] for class_id in boxes.class_ids[scored].tolist()]
    assert (labels.track_ids[~scored] == -1).all()
    assert (labels.class_ids[~scored] == KITTI_CLASSES["dontcare"]).all()
    assert (~scored).any()


def test_flow_is_that_of_the_renderer_to_a_sixty_fourth_of_a_pixel(data_set):
    assert sorted(os.listdir(data_set / "flow/0000")) == ["000000.png", "000001.png", "000002.png"]
    stored, valid = read_kitti_flow(data_set / "flow/0000/000001.png")
    frame = list(render(build_scene(StreetSettings(4, 160, 80, 4.0), 0)))[1]

    assert (valid == frame.flow_valid).all()
    assert np.abs(stored - frame.flow)[valid].max() <= 1 / 128 + 1e-3


def test_same_settings_give_the_same_bytes_on_more_processes(data_set, main, tmp_path):
    assert main([str(tmp_path / "again"), *SMALL, "--workers", "2"]) == 0

    made, again = (
        sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
        for root in (data_set, tmp_path / "again")
    )
    assert made == again
    for path in made:
        assert (data_set / path).read_bytes() == (tmp_path / "again" / path).read_bytes(), path


def test_finished_sequences_are_kept_and_half_written_ones_made_anew(main, tmp_path, capsys):
    out = tmp_path / "out"
    assert main([str(out), *SMALL, "--workers", "1"]) == 0
    image = out / "training/image_02/0001/000002.png"
    wanted = image.read_bytes()
    image.write_bytes(b"torn")
    (out / "statistics/0001.json").unlink()  # as if the run had been stopped in sequence 1
    (out / ".partial-0001").mkdir()
    kept = (out / "flow/0000/000000.png").stat().st_mtime_ns

    assert main([str(out), *SMALL, "--workers", "1", "--statistics"]) == 0

    assert image.read_bytes() == wanted
    assert (out / "flow/0000/000000.png").stat().st_mtime_ns == kept
    assert not (out / ".partial-0001").exists()
    assert "12 frames" in capsys.readouterr().out


def test_other_settings_in_the_same_folder_are_refused(main, tmp_path, capsys):
    out = tmp_path / "out"
    assert main([str(out), *SMALL, "--workers", "1"]) == 0
    before = json.loads((out / "toy_street.json").read_text())
    capsys.readouterr()

    assert main([str(out), *SMALL, "--workers", "1", "--seed", "7"]) == 1

    error = capsys.readouterr().err.strip()
    assert error == (
        f"error: {out / 'toy_street.json'}: was rendered with seed 0 instead of 7; "
        "give the same settings to go on with it, or another output folder"
    )
    assert json.loads((out / "toy_street.json").read_text()) == before


def test_a_folder_with_other_things_is_refused(main, tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")

    assert main([str(tmp_path), *SMALL]) == 1

    assert capsys.readouterr().err == (
        f"error: {tmp_path}: is not empty and was not rendered by this tool; name a new or empty folder\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "wide"], "'wide' is not a size; write WIDTHxHEIGHT, such as 416x192"),
        (["--size", "20x20"], "width is 20; choose 64 to 8192"),
        (["--sequences", "2", "--val-sequences", "3"], "val-sequences is 3; choose 0 to 2, or more sequences"),
    ],
)
def test_impossible_arguments_are_named(main, tmp_path, capsys, arguments, message):
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path / "out"), *arguments])

    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def default_statistics(sequences):
    meters = []
    for sequence in sequences:
        meter = StatisticsMeter()
        for frame in render(build_scene(StreetSettings(), sequence)):
            meter.update(frame)
        meters.append(meter.result.as_dict())
    return total(meters)


def test_the_default_data_set_is_crowded_occluded_and_moving():
    result = default_statistics(range(12))

    assert result.masks / result.frames >= 6
    assert result.occluded / result.masks >= 1 / 3
    assert 0.1 <= result.lowest < 0.12
    assert 0.62 < result.highest <= 0.67
    assert result.background_motion / result.moving_frames > 2
    assert 1000 * result.overlap_switches / result.masks >= 20
    assert min(result.car_masks, result.pedestrian_masks) > 0.2 * result.masks
    assert result.ignored_masks > 0
