import json
from pathlib import Path

import pytest
from mmengine.registry import init_default_scope

from mots_plugin.datasets import MOTSVideoDataset
from mots_plugin.datasets.packed_frames import PackedFrames
from mots_plugin.formats.errors import FormatError


def build(street: Path, **kwargs) -> MOTSVideoDataset:
    return MOTSVideoDataset(
        ann_file="train.json", data_root=str(street), data_prefix={"img_path": ""}, **{"pipeline": [], **kwargs}
    )


def test_videos_keep_all_their_frames_in_order(street):
    dataset = build(street)
    assert len(dataset) == 2
    assert dataset.num_all_imgs == 9
    video = dataset.get_data_info(1)
    assert (video["video_name"], video["video_length"]) == ("short", 3)
    assert [frame["frame_id"] for frame in video["images"]] == [0, 1, 2]
    assert [len(frame["instances"]) for frame in video["images"]] == [0, 0, 1]
    assert video["object_counts"].tolist() == [0, 0, 1]


def test_a_frame_names_its_video_and_the_frame_before(street):
    first, second = build(street).get_data_info(0)["images"][:2]
    assert first["previous_img_path"] is None
    assert second["previous_img_path"] == first["img_path"] == str(street / "long" / "000000.png")
    assert (second["video_name"], second["video_id"], second["frame_number"]) == ("long", 1, 1)
    assert (second["height"], second["width"]) == (8, 16)


def test_instances_have_exclusive_boxes_labels_and_identities(street):
    car, pedestrian, ignored = build(street).get_data_info(0)["images"][5]["instances"]
    assert (car["bbox"], car["bbox_label"], car["instance_id"], car["ignore_flag"]) == ([5, 2, 9, 5], 0, 1, 0)
    assert (pedestrian["bbox"], pedestrian["bbox_label"], pedestrian["instance_id"]) == ([9, 3, 10, 7], 1, 2)
    assert (ignored["bbox"], ignored["bbox_label"], ignored["ignore_flag"]) == ([0, 0, 5, 2], 0, 1)


def test_one_class_makes_it_label_zero_leaves_others_out_and_keeps_ignore_regions(street):
    dataset = build(street, metainfo={"classes": ("pedestrian",)})
    instances = dataset.get_data_info(0)["images"][5]["instances"]
    assert [(instance["instance_id"], instance["bbox_label"]) for instance in instances] == [(2, 0), (3, 0)]
    assert dataset.get_data_info(0)["object_counts"].tolist() == [0, 0, 1, 1, 1, 1]


def test_class_order_decides_the_labels(street):
    car, pedestrian, _ = build(street, metainfo={"classes": ("pedestrian", "car")}).get_data_info(0)["images"][5][
        "instances"
    ]
    assert (car["bbox_label"], pedestrian["bbox_label"]) == (1, 0)


def test_categories_of_a_frame(street):
    assert build(street).get_cat_ids((0, 1)) == [0]
    assert build(street).get_cat_ids((0, 4)) == [0, 1]


def test_serialising_whole_videos_changes_nothing(street):
    plain, serialised = build(street), build(street, serialize_data=True)
    assert list(serialised.get_data_info(0)["images"]) == list(plain.get_data_info(0)["images"])


def test_subset_of_videos(street):
    dataset = build(street, indices=[1])
    assert [dataset.get_data_info(0)["video_name"], len(dataset)] == ["short", 1]


def test_packed_frames_hand_out_copies():
    frames = PackedFrames([{"value": [0]}, {"value": [1]}, {"value": [2]}])
    frames[1]["value"].append(9)
    assert frames[1] == {"value": [1]}
    assert frames[-1] == {"value": [2]}
    assert frames[::2] == [{"value": [0]}, {"value": [2]}]
    with pytest.raises(IndexError):
        frames[3]


def test_test_mode_gives_one_frame_with_the_length_of_its_video(street):
    frame = build(street, test_mode=True)[(0, 4)]
    assert (frame["frame_id"], frame["video_length"], frame["ori_video_length"]) == ([4], [1], [6])


def change(street: Path, edit) -> None:
    content = json.loads((street / "train.json").read_text())
    edit(content)
    (street / "train.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda json: json["annotations"][3].update(instance_id=0), r"train\.json:annotation 4: instance_id"),
        (lambda json: json["annotations"][3].pop("segmentation"), r"train\.json:annotation 4: has no mask"),
        (lambda json: json["annotations"][0]["segmentation"].update(size=[16, 8]), r"annotation 1: mask is \[16, 8\]"),
        (lambda json: json["images"][2].update(frame_id=7), r"train\.json:video long: frame_id does not count"),
        (lambda json: json["categories"].pop(1), r"has no category pedestrian, only car, ignore; set metainfo"),
        (lambda json: json.update(videos=[], images=[], annotations=[]), r"train\.json: holds no video; convert"),
        (lambda json: json.pop("videos"), r"train\.json: has no table 'videos'"),
    ],
)
def test_bad_annotations_are_named_in_one_line(street, edit, message):
    change(street, edit)
    with pytest.raises(FormatError, match=message) as error:
        build(street)
    assert "\n" not in str(error.value)


def test_boxes_alone_need_no_masks(street):
    init_default_scope("mmdet")
    with_masks = build(street)[(0, 5)]
    change(street, lambda json: [annotation.pop("segmentation") for annotation in json["annotations"]])
    frame = build(street, with_masks=False).get_data_info(0)["images"][5]
    assert [sorted(instance) for instance in frame["instances"]] == [
        ["bbox", "bbox_label", "ignore_flag", "instance_id"]
    ] * 3
    load = [{"type": "LoadImageFromFile"}, {"type": "LoadMOTSAnnotations", "with_mask": False}]
    pipeline = [{"type": "TransformBroadcaster", "transforms": load}, {"type": "PackMOTSInputs"}]
    (sample,) = build(street, with_masks=False, test_mode=True, pipeline=pipeline)[(0, 5)]["data_samples"]
    assert "masks" not in sample.gt_instances
    boxes = [instance["bbox"] for instance in with_masks["images"][5]["instances"]]
    assert sample.gt_instances.bboxes.tolist() == boxes[:2]
    assert sample.ignored_instances.bboxes.tolist() == boxes[2:]
    change(street, lambda json: json["annotations"][3].pop("bbox"))
    with pytest.raises(FormatError, match=r"train\.json:annotation 4: has no bbox"):
        build(street, with_masks=False)


def test_missing_annotation_file_says_how_to_get_one(street):
    (street / "train.json").unlink()
    with pytest.raises(FormatError, match=r"train\.json: annotation file not found; convert the raw data"):
        build(street)
