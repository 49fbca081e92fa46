import pytest

from mots_plugin.datasets import ClipSampler, MOTSVideoDataset, WholeVideoSampler, samplers
from mots_plugin.datasets.samplers import split_videos
from mots_plugin.formats.errors import FormatError


@pytest.fixture
def dataset(street) -> MOTSVideoDataset:
    """Videos of 6 frames, all with objects, and of 3 frames, of which the last has one."""
    return MOTSVideoDataset(ann_file="train.json", data_root=str(street), data_prefix={"img_path": ""}, pipeline=[])


def as_rank(monkeypatch, rank: int, world_size: int) -> None:
    monkeypatch.setattr(samplers, "get_dist_info", lambda: (rank, world_size))


def test_every_clip_comes_once_an_epoch(dataset):
    sampler = ClipSampler(dataset, clip_length=4, seed=0)
    assert len(sampler) == 4
    assert sorted(sampler) == [(0, 0), (0, 1), (0, 2), (1, 0)]  # the short video is one clip


def test_clips_without_enough_annotated_frames_are_skipped(dataset):
    every_frame = ClipSampler(dataset, clip_length=2, min_annotated_frames=0, seed=0)
    assert sorted(every_frame) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 1)]
    one = ClipSampler(dataset, clip_length=2, min_annotated_frames=1, seed=0)
    assert sorted(one) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 1)]
    both = ClipSampler(dataset, clip_length=2, min_annotated_frames=2, seed=0)
    assert sorted(both) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]


def test_no_clip_at_all_is_an_error(street):
    dataset = MOTSVideoDataset(
        ann_file="train.json", data_root=str(street), data_prefix={"img_path": ""}, pipeline=[], indices=[1]
    )
    with pytest.raises(FormatError, match=r"train\.json: no clip of 2 frames has 2 with objects"):
        ClipSampler(dataset, clip_length=2, min_annotated_frames=2)


def test_order_depends_on_seed_and_epoch_only(dataset):
    def order(seed: int, epoch: int) -> list:
        sampler = ClipSampler(dataset, clip_length=1, seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(0, 1) == order(0, 1)
    assert order(0, 0) != order(0, 1)
    assert order(0, 0) != order(7, 0)


def test_ranks_share_the_clips_and_get_equally_many(dataset, monkeypatch):
    parts = []
    for rank in range(3):
        as_rank(monkeypatch, rank, 3)
        parts.append(list(ClipSampler(dataset, clip_length=4, seed=0)))
    assert [len(part) for part in parts] == [2, 2, 2]
    assert {clip for part in parts for clip in part} == {(0, 0), (0, 1), (0, 2), (1, 0)}


def test_more_ranks_than_twice_the_clips_still_get_one_each(dataset, monkeypatch):
    parts = []
    for rank in range(9):
        as_rank(monkeypatch, rank, 9)
        parts.append(list(ClipSampler(dataset, clip_length=4, seed=0)))
    assert [len(part) for part in parts] == [1] * 9


def test_other_datasets_are_refused_by_name():
    with pytest.raises(ValueError, match="not a list"):
        ClipSampler([], clip_length=4)


def test_testing_feeds_frames_in_order(dataset):
    sampler = WholeVideoSampler(dataset)
    assert list(sampler) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 0), (1, 1), (1, 2)]
    assert len(sampler) == 9


def test_ranks_get_whole_videos_and_a_rank_may_get_none(dataset, monkeypatch):
    parts = []
    for rank in range(3):
        as_rank(monkeypatch, rank, 3)
        parts.append(list(WholeVideoSampler(dataset)))
    assert parts == [[(0, frame) for frame in range(6)], [(1, 0), (1, 1), (1, 2)], []]


def test_videos_are_split_evenly_by_frames():
    assert split_videos([10, 40, 10, 20], 2) == [[1], [0, 2, 3]]
    assert split_videos([5, 5, 5], 1) == [[0, 1, 2]]
    assert split_videos([5, 5, 5], 2) == [[0, 2], [1]]
