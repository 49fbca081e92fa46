"""Boxes with identities, read from drawn masks and from files without masks, alone and joined."""

import json

import numpy as np
import pytest
from mmdet.registry import DATASETS
from mmengine.registry import init_default_scope

from mots_plugin.datasets import FramePairSampler, IdentifiedBoxDataset, JointIdentityDataset, samplers
from mots_plugin.formats.errors import FormatError


def build(folder, file="train.json", **kwargs) -> IdentifiedBoxDataset:
    return IdentifiedBoxDataset(
        ann_file=file, data_root=str(folder), data_prefix={"img_path": ""}, **{"pipeline": [], **kwargs}
    )


def boxes_of(dataset, index) -> list[tuple]:
    """Box, label, identity and ignore flag of each object."""
    return [tuple(instance.values()) for instance in dataset.get_data_info(index)["instances"]]


@pytest.fixture
def stills(tmp_path):
    """Two still images and one of another folder; person 7 is on two of them, a box has no identity."""
    images = [
        {"id": n, "video_id": video, "frame_id": frame, "file_name": f"{n}.png", "width": 16, "height": 8}
        for n, video, frame in ((1, 1, 0), (2, 1, 1), (3, 2, 0))
    ]
    people = [(1, 7, [0, 0, 2, 4]), (2, -1, [3, 0, 2, 4]), (2, 9, [6, 0, 2, 4]), (3, 7, [1, 0, 2, 4])]
    annotations = [
        {"id": n, "image_id": image, "category_id": 2, "instance_id": person, "track_id": person, "bbox": box}
        for n, (image, person, box) in enumerate(people, 1)
    ]
    data = {
        "videos": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 2, "name": "pedestrian"}],
    }
    (tmp_path / "stills.json").write_text(json.dumps(data))
    return tmp_path


def test_identities_count_from_zero_within_each_class(street):
    """The car of each video is a car of its own; the pedestrian is the first of its class."""
    dataset = build(street)
    assert len(dataset) == 9
    assert boxes_of(dataset, 5) == [([5, 2, 9, 5], 0, 0, 0), ([9, 3, 10, 7], 1, 0, 0), ([0, 0, 5, 2], 0, -1, 1)]
    assert boxes_of(dataset, 8) == [([2, 2, 6, 5], 0, 1, 0)]
    assert dataset.identity_counts == [2, 1]
    assert (dataset.counts.images, dataset.counts.boxes) == (9, 11)


def test_other_classes_are_left_out(street):
    dataset = build(street, metainfo={"classes": ("pedestrian",)})
    assert boxes_of(dataset, 5) == [([9, 3, 10, 7], 0, 0, 0), ([0, 0, 5, 2], 0, -1, 1)]
    assert dataset.identity_counts == [1]


def test_an_identity_may_mean_one_person_all_over_the_data_set(stills):
    people = {"metainfo": {"classes": ("pedestrian",)}}
    dataset = build(stills, "stills.json", identities="dataset", **people)
    assert [[box[2] for box in boxes_of(dataset, image)] for image in range(3)] == [[0], [-1, 1], [0]]
    by_video = build(stills, "stills.json", identities="video", **people)
    assert [[box[2] for box in boxes_of(by_video, image)] for image in range(3)] == [[0], [-1, 1], [2]]
    assert (dataset.identity_counts, by_video.identity_counts) == ([2], [3])


@pytest.mark.parametrize("bbox", [[1, 2, 3], [0, 0, -1, 4], [0, 0, "wide", 4], [0, 0, float("nan"), 4]])
def test_a_broken_box_is_named(stills, bbox):
    path = stills / "stills.json"
    data = json.loads(path.read_text())
    data["annotations"][2]["bbox"] = bbox
    path.write_text(json.dumps(data))
    with pytest.raises(FormatError, match=r"stills\.json:annotation 3: has no box of four numbers; write 'bbox'"):
        build(stills, "stills.json", metainfo={"classes": ("pedestrian",)})


def test_missing_files_and_classes_are_named(street):
    with pytest.raises(FormatError, match=r"other\.json: annotation file not found; convert"):
        build(street, "other.json")
    with pytest.raises(FormatError, match=r"train\.json: has no category bus, only car, pedestrian, ignore"):
        build(street, metainfo={"classes": ("bus",)})


@pytest.fixture
def joint(street, stills) -> JointIdentityDataset:
    init_default_scope("mmdet")
    shared = {"type": "IdentifiedBoxDataset", "data_prefix": {"img_path": ""}, "pipeline": []}
    classes = {"classes": ("pedestrian",)}
    sources = [
        {**shared, "data_root": str(street), "ann_file": "train.json", "metainfo": classes},
        {**shared, "data_root": str(stills), "ann_file": "stills.json", "metainfo": classes, "identities": "dataset"},
    ]
    return DATASETS.build({"type": "JointIdentityDataset", "datasets": sources, "names": ["street", "stills"]})


def test_joined_sources_share_no_identity(joint):
    identities = [[i["identity"] for i in joint.get_data_info(index)["instances"]] for index in range(len(joint))]
    assert identities == [[], [], [0], [0], [0], [0, -1], [], [], [], [1], [-1, 2], [1]]
    assert joint.identity_counts == [3]


def test_a_table_says_what_each_source_gave(joint):
    assert joint.describe().splitlines() == [
        "source    images  boxes  pedestrian identities",
        "--------  ------  -----  ---------------------",
        "street         9      4                      1",
        "stills         3      4                      2",
        "together      12      8                      3",
    ]


def test_sources_of_other_classes_are_refused(street):
    one, other = (build(street, metainfo={"classes": (name,)}) for name in ("car", "pedestrian"))
    with pytest.raises(FormatError, match="give all sources of a joint data set the same classes"):
        JointIdentityDataset([one, other])


def test_pairs_are_neighbouring_frames_of_one_video(joint, monkeypatch):
    """Of 12 images half are drawn an epoch, each with the frame after it; the last frame of a video looks back."""
    assert joint.neighbours().tolist() == [1, 2, 3, 4, 5, 4, 7, 8, 7, 10, 9, 11]
    parts = []
    for rank in range(2):
        monkeypatch.setattr(samplers, "get_dist_info", lambda rank=rank: (rank, 2))
        parts.append(np.reshape(list(FramePairSampler(joint, seed=0)), (-1, 2)))
    drawn = np.concatenate(parts)
    assert [len(part) for part in parts] == [3, 3]
    assert len(set(drawn[:, 0])) == 6
    assert joint.neighbours()[drawn[:, 0]].tolist() == drawn[:, 1].tolist()


def test_pairs_differ_by_epoch(joint):
    sampler = FramePairSampler(joint, seed=0)
    first = list(sampler)
    assert len(first) == len(sampler) == 12
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first
