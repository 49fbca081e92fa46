"""DAVIS-style folders → COCO-video."""

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import read_coco_video, rle

CAT, DOG = (
    ["11000000", "11000220", "00000220", "00000000"],
    ["01100000", "01100022", "00000022", "000000##"],  # '#' is 255, to be ignored
)


def write_mask(path, rows, mode="P"):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.array([[255 if pixel == "#" else int(pixel) for pixel in row] for row in rows], np.uint8)
    image = Image.fromarray(values, "L")
    if mode == "P":
        image = Image.frombytes("P", image.size, values.tobytes())
        image.putpalette([channel for index in range(256) for channel in (index * 7 % 256, index, 255 - index)])
    else:
        image = image.convert(mode)
    image.save(path)


def write_image(path, size=(4, 8)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((*size, 3), np.uint8)).save(path)


@pytest.fixture
def data_set(tmp_path):
    """Sequence ``pets`` of two frames, at 480p."""
    root = tmp_path / "DAVIS"
    for number, rows in enumerate((CAT, DOG)):
        write_image(root / f"JPEGImages/480p/pets/{number:05d}.jpg")
        write_mask(root / f"Annotations/480p/pets/{number:05d}.png", rows)
    return root


@pytest.fixture
def convert(load_script):
    main = load_script("davis").main
    return lambda *arguments: main([*map(str, arguments), "--workers", "1"])


def refusal(convert, capsys, *arguments):
    """Return the one error line of a conversion that must fail."""
    assert convert(*arguments) == 1
    return capsys.readouterr().err.replace("\r", "\n").strip().splitlines()[-1]


def test_palette_indices_become_objects(convert, data_set, tmp_path):
    assert convert(data_set, tmp_path / "out", "--class-name", "pedestrian") == 0

    coco = read_coco_video(tmp_path / "out/all.json")
    tracks = coco.mask_tracks("pets")
    assert tracks.frames.tolist() == [0, 0, 1, 1, 1]
    assert tracks.track_ids.tolist() == [2001, 2002, 2001, 2002, 10000]
    assert tracks.class_ids.tolist() == [2, 2, 2, 2, 10]
    assert rle.decode(tracks.masks[0]).astype(int).tolist() == [
        [1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0], [0] * 8, [0] * 8,
    ]  # fmt: skip
    assert [image["file_name"] for image in coco.images("pets")] == [
        "JPEGImages/480p/pets/00000.jpg", "JPEGImages/480p/pets/00001.jpg",
    ]  # fmt: skip
    assert [a["iscrowd"] for a in coco.data["annotations"]] == [0, 0, 0, 0, 1]


def test_classes_come_from_a_csv_and_the_rest_from_the_command_line(convert, data_set, tmp_path):
    (tmp_path / "classes.csv").write_text("sequence,object_id,class\npets, 2, car\n")

    assert convert(data_set, tmp_path / "out", "--classes", tmp_path / "classes.csv", "--class-name", "pedestrian") == 0

    tracks = read_coco_video(tmp_path / "out/all.json").mask_tracks("pets")
    assert tracks.track_ids.tolist() == [1002, 2001, 1002, 2001, 10000]


def test_an_object_without_class_is_named(convert, data_set, tmp_path, capsys):
    (tmp_path / "classes.csv").write_text("sequence,object_id,class\npets,2,car\n")

    error = refusal(convert, capsys, data_set, tmp_path / "out", "--classes", tmp_path / "classes.csv")

    assert "Annotations/480p/pets/00000.png: object 1 of sequence pets has no class; add 'pets,1,<class>'" in error
    assert not (tmp_path / "out").exists()


def test_classes_of_ones_own_are_numbered_after_those_of_mots(convert, data_set, tmp_path):
    (tmp_path / "classes.csv").write_text("sequence,object_id,class\npets,2,dog\n")
    convert(data_set, tmp_path / "out", "--classes", tmp_path / "classes.csv", "--class-name", "cat")
    coco = read_coco_video(tmp_path / "out/all.json")
    assert coco.class_names == {3: "dog", 4: "cat", 10: "ignore"}
    assert coco.mask_tracks("pets").track_ids.tolist() == [3002, 4001, 3002, 4001, 10000]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,id,class\n", "classes.csv:1: has another header; let the first line be sequence,object_id,class"),
        ("sequence,object_id,class\npets,1\n", "classes.csv:2: cannot read 'pets,1'; write sequence,object_id,class"),
        ("sequence,object_id,class\npets,1,\n", "classes.csv:2: cannot read 'pets,1,'; write sequence,object_id,class"),
        ("sequence,object_id,class\n\npets,1,car\npets,1,car\n", "classes.csv:4: object 1 of sequence pets is listed"),
        ("sequence,object_id,class\nptes,1,car\n", "classes.csv: sequence ptes is not in"),
    ],
)  # fmt: skip
def test_faulty_csv(convert, data_set, tmp_path, capsys, text, message):
    (tmp_path / "classes.csv").write_text(text)

    assert message in refusal(convert, capsys, data_set, tmp_path / "out", "--classes", tmp_path / "classes.csv")


def test_splits_are_read_in_both_of_davis_forms(convert, data_set, tmp_path):
    write_image(data_set / "JPEGImages/480p/bear/00000.jpg")
    write_mask(data_set / "Annotations/480p/bear/00000.png", CAT)
    (tmp_path / "train.txt").write_text("bear\n")
    (tmp_path / "val.txt").write_text(
        "/JPEGImages/480p/pets/00000.jpg /Annotations/480p/pets/00000.png\n"
        "/JPEGImages/480p/pets/00001.jpg /Annotations/480p/pets/00001.png\n"
    )

    splits = [tmp_path / "train.txt", tmp_path / "val.txt"]
    assert convert(data_set, tmp_path / "out", "--class-name", "car", "--split", *splits) == 0

    assert [v["name"] for v in read_coco_video(tmp_path / "out/train.json").videos] == ["bear"]
    assert [v["name"] for v in read_coco_video(tmp_path / "out/val.json").videos] == ["pets"]


def test_a_split_that_names_a_missing_sequence(convert, data_set, tmp_path, capsys):
    (tmp_path / "train.txt").write_text("pets\nwolf\n")

    arguments = (data_set, tmp_path / "out", "--class-name", "car", "--split", tmp_path / "train.txt")
    error = refusal(convert, capsys, *arguments)

    assert "JPEGImages/480p/wolf: is missing; add it, or leave the sequence out of the split" in error
    assert not (tmp_path / "out").exists()


def test_frames_without_mask_are_refused_or_left_out(convert, data_set, tmp_path, capsys):
    write_image(data_set / "JPEGImages/480p/pets/00002.jpg")

    error = refusal(convert, capsys, data_set, tmp_path / "out", "--class-name", "car")
    assert "Annotations/480p/pets: frame 2 of sequence pets has no mask; add it" in error

    assert convert(data_set, tmp_path / "out", "--class-name", "car", "--no-strict") == 0
    assert "left out: frame 2 of sequence pets has no mask" in capsys.readouterr().err
    assert [image["frame_number"] for image in read_coco_video(tmp_path / "out/all.json").images("pets")] == [0, 1]


def test_binary_masks_of_davis_2016(convert, tmp_path, capsys):
    root = tmp_path / "DAVIS"
    write_image(root / "JPEGImages/bear/00000.jpg")  # no folder of the resolution
    write_mask(root / "Annotations/bear/00000.png", ["##000000"] + ["00000000"] * 3, mode="L")

    assert "give --ignore-value none" in refusal(convert, capsys, root, tmp_path / "out", "--class-name", "car")

    assert convert(root, tmp_path / "out", "--class-name", "car", "--ignore-value", "none") == 0
    assert read_coco_video(tmp_path / "out/all.json").mask_tracks("bear").track_ids.tolist() == [1255]


@pytest.mark.parametrize(
    ("mode", "message"),
    [("RGB", "is a PNG of mode RGB, not of palette indices"), ("I;16", "16-bit masks in KITTI MOTS layout are for")],
)
def test_masks_of_another_kind(convert, data_set, tmp_path, capsys, mode, message):
    path = data_set / "Annotations/480p/pets/00001.png"
    if mode == "RGB":
        write_mask(path, CAT, "RGB")
    else:
        Image.fromarray(np.full((4, 8), 2001, np.uint16)).save(path)

    error = refusal(convert, capsys, data_set, tmp_path / "out", "--class-name", "car")

    assert str(path) in error
    assert message in error


def test_masks_of_another_size_than_their_image(convert, data_set, tmp_path, capsys):
    write_mask(data_set / "Annotations/480p/pets/00001.png", ["11", "11"])

    error = refusal(convert, capsys, data_set, tmp_path / "out", "--class-name", "car")

    assert "pets/00001.png: the mask is 2 x 2, its image 4 x 8 (height x width); give masks the size" in error


def test_two_resolutions_need_a_choice(convert, data_set, tmp_path, capsys):
    for kind in ("JPEGImages", "Annotations"):
        (data_set / kind / "1080p/pets").mkdir(parents=True)
    write_image(data_set / "JPEGImages/1080p/pets/00000.jpg")

    error = refusal(convert, capsys, data_set, tmp_path / "out", "--class-name", "car")
    assert "holds the resolutions 1080p, 480p; name one with --resolution" in error

    assert convert(data_set, tmp_path / "out", "--class-name", "car", "--resolution", "480p") == 0


@pytest.mark.parametrize(
    ("folder", "message"),
    [("nowhere", "is not a folder"), ("empty", "holds no JPEGImages nor images; give the folder that holds JPEG")],
)
def test_folders_that_are_not_davis(convert, tmp_path, capsys, folder, message):
    (tmp_path / "empty").mkdir()

    assert message in refusal(convert, capsys, tmp_path / folder, tmp_path / "out", "--class-name", "car")


def test_a_class_is_asked_for(convert, data_set, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        convert(data_set, tmp_path / "out")

    assert "say what the objects are: --class-name car, or --classes CSV" in capsys.readouterr().err


def test_real_masks_kept_as_palettes_give_the_same_tracks(convert, shared_data, tmp_path):
    """Real DAVIS masks, here as KITTI MOTS ids, go back to palettes first."""
    from mots_plugin.formats import read_id_png

    source = shared_data / "davis_mots"
    root = tmp_path / "DAVIS"
    (root / "JPEGImages").mkdir(parents=True)
    (root / "JPEGImages/0008").symlink_to(source / "training/image_02/0008")
    (root / "Annotations/0008").mkdir(parents=True)
    wanted, lines = {}, {"sequence,object_id,class"}
    for path in sorted((source / "instances/0008").iterdir()):
        ids = read_id_png(path)
        indices = np.where(ids == 10000, 255, np.where(ids > 0, ids // 1000 * 50 + ids % 1000, 0)).astype(np.uint8)
        Image.fromarray(indices).save(root / "Annotations/0008" / path.name)
        for value in set(np.unique(ids).tolist()) - {0, 10000}:
            wanted[int(path.stem), value] = int((ids == value).sum())
            lines.add(f"0008,{value // 1000 * 50 + value % 1000},{['', 'car', 'pedestrian'][value // 1000]}")
    (tmp_path / "classes.csv").write_text("\n".join(sorted(lines, reverse=True)) + "\n")

    assert convert(root, tmp_path / "out", "--classes", tmp_path / "classes.csv") == 0

    tracks = read_coco_video(tmp_path / "out/all.json").mask_tracks("0008")
    tracks = tracks.select(tracks.class_ids != 10)
    values = tracks.track_ids - tracks.class_ids * 50  # class * 1000 + palette index, which was class * 50 + instance
    found = dict(zip(zip(tracks.frames.tolist(), values.tolist(), strict=True), rle.areas(tracks.masks), strict=True))
    assert len(found) > 100
    assert found == wanted
