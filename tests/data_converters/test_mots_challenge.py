"""MOTSChallenge (MOTS20) → COCO-video."""

import pytest

from mots_plugin.formats import read_coco_video
from mots_plugin.formats.splits import MOTS_CHALLENGE_TRAIN

LENGTHS = {entry.name[-2:]: entry.last_frame for entry in MOTS_CHALLENGE_TRAIN}


@pytest.fixture
def convert(load_script):
    main = load_script("mots_challenge").main
    return lambda *arguments: main([*map(str, arguments), "--workers", "1"])


@pytest.fixture
def add_sequence(annotate):
    """Return a function that writes ``MOTS20-SS`` with two annotated frames and no images."""

    def add(root, number, length):
        folder = root / f"MOTS20-{number}"
        annotate(folder / "gt" / "gt.txt", [(1, 2001, 0, 0), (length, 2001, 1, 0), (length, 10000, 6, 6)])
        (folder / "seqinfo.ini").write_text(
            f"[Sequence]\nname=MOTS20-{number}\nimDir=img1\nframeRate=30\nseqLength={length}\n"
            "imWidth=10\nimHeight=8\nimExt=.jpg\n"
        )

    return add


@pytest.fixture
def mots20(tmp_path, add_sequence):
    """All four training sequences, without images."""
    for number, length in LENGTHS.items():
        add_sequence(tmp_path / "MOTS" / "train", number, length)
    return tmp_path / "MOTS"


def test_frames_count_from_1(convert, tmp_path, add_sequence, draw):
    add_sequence(tmp_path / "MOTS", "02", 3)
    draw(tmp_path / "MOTS" / "MOTS20-02" / "img1", [1, 2, 3], extension="jpg")
    assert convert(tmp_path / "MOTS", tmp_path / "out") == 0
    coco = read_coco_video(tmp_path / "out" / "all.json")
    (video,) = coco.videos
    assert (video["name"], video["length"], video["frame_rate"]) == ("MOTS20-02", 3, 30)
    assert [(image["frame_id"], image["frame_number"], image["file_name"]) for image in coco.images("MOTS20-02")] == [
        (0, 1, "MOTS20-02/img1/000001.jpg"),
        (1, 2, "MOTS20-02/img1/000002.jpg"),
        (2, 3, "MOTS20-02/img1/000003.jpg"),
    ]
    assert coco.mask_tracks("MOTS20-02").frames.tolist() == [1, 3, 3]


def test_without_images_seqinfo_says_which_frames_there_are(convert, mots20, tmp_path):
    assert convert(mots20, tmp_path / "out", "--split", "train", "--no-images") == 0
    coco = read_coco_video(tmp_path / "out" / "train.json")
    assert {video["name"]: video["length"] for video in coco.videos} == {
        "MOTS20-02": 600,
        "MOTS20-05": 837,
        "MOTS20-09": 525,
        "MOTS20-11": 900,
    }
    assert coco.images("MOTS20-09")[-1]["file_name"] == "train/MOTS20-09/img1/000525.jpg"


def test_leave_one_out_writes_one_fold_a_sequence(convert, mots20, tmp_path):
    assert convert(mots20, tmp_path / "out", "--no-images", "--leave-out", "2", "11") == 0
    names = {
        path.stem: [video["name"] for video in read_coco_video(path).videos] for path in (tmp_path / "out").iterdir()
    }
    assert names == {
        "leave_out_2_train": ["MOTS20-05", "MOTS20-09", "MOTS20-11"],
        "leave_out_2_val": ["MOTS20-02"],
        "leave_out_11_train": ["MOTS20-02", "MOTS20-05", "MOTS20-09"],
        "leave_out_11_val": ["MOTS20-11"],
    }


def test_the_layout_of_the_first_release(convert, tmp_path, draw, annotate):
    train = tmp_path / "MOTSChallenge" / "train"
    draw(train / "images" / "0002", [1, 2], extension="jpg")
    annotate(train / "instances_txt" / "0002.txt", [(2, 2001, 0, 0)])
    assert convert(tmp_path / "MOTSChallenge", tmp_path / "out") == 0
    coco = read_coco_video(tmp_path / "out" / "all.json")
    assert [image["file_name"] for image in coco.data["images"]] == [
        "train/images/0002/000001.jpg",
        "train/images/0002/000002.jpg",
    ]
    assert coco.mask_tracks("0002").frames.tolist() == [2]


def test_the_test_split_has_images_only(convert, tmp_path, draw):
    folder = tmp_path / "MOTS" / "test" / "MOTS20-01"
    draw(folder / "img1", range(1, 451), size=(2, 2))
    (folder / "seqinfo.ini").write_text("[Sequence]\nseqLength=450\nimWidth=2\nimHeight=2\n")
    assert convert(tmp_path / "MOTS", tmp_path / "out", "--split", "test", "--sequences", "1") == 0
    data = read_coco_video(tmp_path / "out" / "test.json").data
    assert (len(data["videos"]), len(data["images"]), len(data["annotations"])) == (1, 450, 0)


def test_a_mask_beyond_the_sequence_is_named_by_its_line(convert, tmp_path, add_sequence, annotate, capsys):
    add_sequence(tmp_path / "MOTS", "02", 3)
    annotate(tmp_path / "MOTS" / "MOTS20-02" / "gt" / "gt.txt", [(1, 2001, 0, 0), (4, 2001, 0, 0)])
    assert convert(tmp_path / "MOTS", tmp_path / "out", "--no-images") == 1
    assert "gt.txt:2: frame 4 is not a frame of" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_images_that_are_not_at_hand_are_asked_for(convert, mots20, tmp_path, capsys):
    assert convert(mots20, tmp_path / "out", "--leave-out", "2") == 1
    error = capsys.readouterr().err
    assert "sequence MOTS20-05 has no images; put them into" in error
    assert "or convert with --no-images" in error


def test_real_ground_truth_without_images(convert, shared_data, tmp_path):
    root = shared_data / "mots20_05_gt"
    assert convert(root, tmp_path, "--split", "train", "--sequences", "5", "--no-images") == 0
    coco = read_coco_video(tmp_path / "train.json")
    (video,) = coco.videos
    assert (video["name"], video["length"], video["width"], video["height"]) == ("MOTS20-05", 837, 640, 480)
    annotations = coco.data["annotations"]
    assert len(annotations) == 7372
    assert len({a["instance_id"] for a in annotations if not a["iscrowd"]}) == 103
    assert sum(a["iscrowd"] for a in annotations) == 802
