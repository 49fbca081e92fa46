"""Greedy clustering: drawn by hand, and against a plain loop over all candidates."""

import pytest
import torch

from mots_plugin.ops.clustering import ClusteringRule, cluster_pixels

RULE = ClusteringRule(seed_threshold=0.9, min_pixels=2)


def drawn(*rows, centres, seed=0.8, precision=20.0):
    """Pixels of a drawing point to the centre of their letter; the first one of a letter has the highest seed."""
    height, width = len(rows), len(rows[0])
    embeddings = torch.full((2, height, width), -9.0)
    seeds = torch.zeros(height, width)
    for letter, (x, y) in centres.items():
        inside = torch.tensor([[pixel == letter for pixel in row] for row in rows])
        embeddings[0][inside], embeddings[1][inside] = x, y
        seeds[inside] = seed
        first = inside.nonzero()[0]
        seeds[first[0], first[1]] = 0.95
    return embeddings, torch.full((2, height, width), precision), seeds


def numbers(instances):
    return ["".join(map(str, row)) for row in instances.tolist()]


def test_pixels_that_point_to_one_centre_are_one_instance():
    maps = drawn(
        "........",
        ".aaa.bb.",
        ".aaa.bb.",
        ".aaabbb.",
        "....cc..",
        centres={"a": (2.0, 2.0), "b": (5.5, 2.0), "c": (4.5, 4.0)},
    )
    instances, scores = cluster_pixels(*maps, RULE)
    assert numbers(instances) == ["00000000", "01110220", "01110220", "01112220", "00000000"]  # c has only two pixels
    assert scores.tolist() == pytest.approx([0.95, 0.95])


def test_the_most_certain_pixel_comes_first():
    embeddings, precisions, seeds = drawn("aaa", "bbb", centres={"a": (0.0, 0.0), "b": (0.0, 5.0)})
    seeds[1, 2] = 0.99
    instances, scores = cluster_pixels(embeddings, precisions, seeds, RULE)
    assert numbers(instances) == ["222", "111"]
    assert scores.tolist() == pytest.approx([0.99, 0.95])


def test_without_a_certain_pixel_there_is_no_instance():
    maps = drawn("aaa", "aaa", centres={"a": (0.0, 0.0)})
    assert numbers(cluster_pixels(*maps, ClusteringRule(seed_threshold=0.96, min_pixels=2))[0]) == ["000", "000"]
    empty = torch.zeros(2, 4, 4), torch.ones(2, 4, 4), torch.zeros(4, 4)
    instances, scores = cluster_pixels(*empty, RULE)
    assert instances.sum() == 0
    assert scores.shape == (0,)


def overlapping():
    """A wide Gaussian takes both groups; then a narrow one, with the next seed, has only taken pixels."""
    embeddings, precisions, seeds = drawn("aaaa", "bbbb", centres={"a": (0.0, 0.0), "b": (0.0, 0.5)}, precision=50.0)
    precisions[:, 0, 0] = 1.0  # reaches 0.83 from a's centre
    return embeddings, precisions, seeds


def test_pixels_taken_twice_make_no_instance_of_their_own():
    assert numbers(cluster_pixels(*overlapping(), RULE)[0]) == ["1111", "1111"]


def test_a_later_instance_overwrites_an_earlier_one():
    """Three of its seven pixels are new; that suffices where the share asked for is lower."""
    embeddings, precisions, seeds = drawn(
        "aaaa", "bbbb", "bbb.", centres={"a": (0.0, 0.0), "b": (0.0, 0.5)}, precision=50.0
    )
    precisions[:, 0, 0] = 1.0
    embeddings[1, 2, :3] = 0.9  # beyond the reach of a, within that of the new centre
    seeds[2, 0], seeds[1, 0] = 0.93, 0.8
    precisions[:, 2, 0] = 2.0  # reaches 0.59
    rule = ClusteringRule(seed_threshold=0.9, min_pixels=1, min_unclustered=0.2)
    assert numbers(cluster_pixels(embeddings, precisions, seeds, rule)[0]) == ["1111", "2222", "2220"]
    strict = ClusteringRule(seed_threshold=0.9, min_pixels=1, min_unclustered=0.5)
    assert numbers(cluster_pixels(embeddings, precisions, seeds, strict)[0]) == ["1111", "1111", "0000"]
    # Half of the first instance is left, four pixels: enough for one rule, not for the other.
    loose = ClusteringRule(seed_threshold=0.9, min_pixels=1, min_unclustered=0.2, min_survivor=0.5)
    assert numbers(cluster_pixels(embeddings, precisions, seeds, loose)[0]) == ["1111", "2222", "2220"]
    filtered = ClusteringRule(seed_threshold=0.9, min_pixels=1, min_unclustered=0.2, min_survivor=0.6)
    instances, scores = cluster_pixels(embeddings, precisions, seeds, filtered)
    assert numbers(instances) == ["0000", "1111", "1110"]
    assert scores.tolist() == pytest.approx([0.93])


def test_an_uncertain_mean_is_no_instance():
    maps = drawn("aaa", "bbb", centres={"a": (0.0, 0.0), "b": (0.0, 5.0)}, seed=0.6)
    maps[2][1] = 0.92
    rule = ClusteringRule(seed_threshold=0.9, min_pixels=2, min_mean_seed=0.8)
    assert numbers(cluster_pixels(*maps, rule)[0]) == ["000", "111"]


def test_clustering_ends_with_the_last_instance_allowed():
    maps = drawn("aaa", "bbb", centres={"a": (0.0, 0.0), "b": (0.0, 5.0)})
    rule = ClusteringRule(seed_threshold=0.9, min_pixels=2, max_instances=1)
    assert numbers(cluster_pixels(*maps, rule)[0]) == ["111", "000"]


def test_thresholds_out_of_range_are_refused():
    with pytest.raises(ValueError, match="membership_threshold 1.0 is outside"):
        ClusteringRule(membership_threshold=1.0)


def plain_loop(embeddings, precisions, seeds, rule):
    """The same, every proposal over every pixel of the image."""
    candidates = seeds > rule.candidate_threshold
    free = candidates.clone()
    instances = torch.zeros(seeds.shape, dtype=torch.int32)
    count = 0
    while int(free.sum()) > rule.min_pixels:
        seed = int((seeds * free).argmax())
        row, column = divmod(seed, seeds.shape[1])
        if seeds[row, column] < rule.seed_threshold:
            break
        squares = (embeddings - embeddings[:, row, column, None, None]).square()
        distance = (squares * precisions[:, row, column, None, None]).sum(0)
        proposal = candidates & (torch.exp(-distance) > rule.membership_threshold)
        free[row, column] = False
        size = int(proposal.sum())
        if size > rule.min_pixels and int((free & proposal).sum()) / size > rule.min_unclustered:
            count += 1
            instances[proposal] = count
        free &= ~proposal
    return instances


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_a_plain_loop(seed):
    """Noisy fields of many overlapping instances, equal seeds included."""
    generator = torch.Generator().manual_seed(seed)
    height, width = 48, 96
    down, across = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    pixels = torch.stack([across, down]).float()
    centres = torch.rand(12, 2, generator=generator) * torch.tensor([width, height])
    distances = (pixels[None] - centres[:, :, None, None]).square().sum(1)
    nearest = distances.argmin(0)
    embeddings = centres.T[:, nearest] + torch.randn(2, height, width, generator=generator) * 2
    precisions = 0.02 + 0.1 * torch.rand(2, height, width, generator=generator)
    seeds = torch.exp(-distances.amin(0) / 90) + 0.1 * torch.rand(height, width, generator=generator)
    seeds = (seeds.clamp(0, 1) * 20).round() / 20
    rule = ClusteringRule(seed_threshold=0.8, min_pixels=6, min_unclustered=0.4)
    expected = plain_loop(embeddings, precisions, seeds, rule)
    assert expected.max() > 8
    assert torch.equal(cluster_pixels(embeddings, precisions, seeds, rule)[0], expected)
