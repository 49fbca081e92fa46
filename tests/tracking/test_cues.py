"""Cues by hand, and against naive code on full masks."""

from dataclasses import replace

import numpy as np
import pytest
from tracking_scenes import draw, drawing, frame, observe, observe_masks, rectangle

from mots_plugin.formats.rle import decode, decode_crop, encode, encode_crop
from mots_plugin.tracking import (
    BoxCentreCue,
    BoxHullIoUCue,
    BoxIoUCue,
    BoxKalmanFilter,
    EmbeddingCue,
    EmbeddingGallery,
    GalleryCue,
    Lifecycle,
    MahalanobisCue,
    MaskIoUCue,
    StagedTracker,
    TrackBank,
)
from mots_plugin.tracking.motion.box_flow import shift_boxes
from mots_plugin.tracking.motion.mask_flow import MaskWarp


def tracks_of(observations, gallery=None) -> TrackBank:
    bank = TrackBank.empty(gallery)
    bank.add(np.arange(1, len(observations) + 1), observations, 0)
    return bank


def test_box_iou_is_one_minus_intersection_over_union():
    tracks = tracks_of(observe([[0, 0, 4, 4], [6, 6, 6, 6]]))
    observations = observe([[2, 0, 6, 4], [0, 0, 4, 4], [4, 0, 8, 4]])

    cost = BoxIoUCue().cost(tracks, observations, frame(1))

    np.testing.assert_allclose(cost, [[1 - 8 / 24, 0, 1], [1, 1, 1]])


def test_hull_iou_divides_by_the_box_around_both():
    tracks = tracks_of(observe([[0, 0, 4, 4]]))
    observations = observe([[2, 2, 6, 6], [2, 0, 6, 4], [5, 5, 6, 6]])

    cost = BoxHullIoUCue().cost(tracks, observations, frame(1))

    np.testing.assert_allclose(cost, [[1 - 4 / 36, 1 - 8 / 24, 1]])


def test_box_centre_is_a_distance_in_pixels():
    cost = BoxCentreCue().cost(tracks_of(observe([[0, 0, 2, 2]])), observe([[3, 4, 5, 6], [0, 0, 2, 2]]), frame(1))
    np.testing.assert_allclose(cost, [[5, 0]])


@pytest.mark.parametrize("cue", [BoxIoUCue(), BoxHullIoUCue()])
@pytest.mark.parametrize("seed", range(10))
def test_near_pairs_are_all_that_overlap_at_the_very_same_cost(cue, seed):
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 8, (2, 40, 2))  # whole pixels: edges that touch, boxes that are equal, empty, inside out
    before, after = np.concatenate([corners, corners + rng.integers(-1, 5, (2, 40, 2))], axis=2)
    tracks, observations = tracks_of(observe(before)), observe(after[:30])

    table = cue.cost(tracks, observations, frame(1))
    near = cue.near_pairs(tracks, observations, frame(1))

    filled = np.ones_like(table)
    filled[near.rows, near.columns] = near.costs
    np.testing.assert_array_equal(filled, table)
    assert len(near.rows) == (table < cue.far_cost).sum() > 20


def test_boxes_shift_by_the_median_of_the_flow_inside_them():
    flow = np.zeros((8, 8, 2), np.float32)
    flow[:4, :4] = [2, 1]
    flow[0, 0] = [90, 90]  # an outlier
    flow[4:, 4:] = [-1, 0]
    boxes = np.array([[0, 0, 4, 4], [4.4, 3.6, 8.4, 8.4], [20, 20, 24, 24]], np.float32)

    moved = shift_boxes(boxes, flow, (8, 8))

    np.testing.assert_allclose(moved, [[2, 1, 6, 5], [3.4, 3.6, 7.4, 8.4], [20, 20, 24, 24]], rtol=1e-6)
    assert shift_boxes(boxes[:1], flow[:4, :4], (4, 4)).tolist() == [[2, 1, 6, 5]]
    # A grid of half the size covers the same view: the box covers its upper left quarter.
    assert shift_boxes(boxes[:1], flow[::2, ::2], (8, 8)).tolist() == [[2, 1, 6, 5]]


def test_box_overlap_by_flow():
    tracks, observations = tracks_of(observe([[0, 0, 4, 4]])), observe([[2, 0, 6, 4]])
    two_right = np.full((8, 8, 2), [2, 0], np.float32)
    for cue in (BoxIoUCue, BoxHullIoUCue):
        assert cue(by_flow=True).cost(tracks, observations, frame(1, two_right)).tolist() == [[0]]
        assert cue().cost(tracks, observations, frame(1, two_right)) == pytest.approx(1 - 8 / 24)
        with pytest.raises(ValueError, match="the frame carries no flow"):
            cue(by_flow=True).cost(tracks, observations, frame(1))


def test_mahalanobis_cue_gates_by_the_motion_model():
    tracker = StagedTracker([], Lifecycle(0.5), motion=BoxKalmanFilter())
    tracker.track(observe([[0, 0, 20, 40]]), frame(0))
    tracker.bank.predict(1, 1)
    observations = observe([[0, 0, 20, 40], [16, 0, 36, 40], [18, 0, 38, 40]])

    cost = MahalanobisCue().cost(tracker.bank, observations, frame(1))

    np.testing.assert_allclose(cost, [[0, 16**2 / 30.25, np.inf]])  # variance: see test_kalman
    with pytest.raises(ValueError, match="the tracker predicts no motion"):
        MahalanobisCue().cost(tracks_of(observations), observations, frame(1))


def test_embedding_distances():
    tracks = tracks_of(observe([[0, 0, 1, 1]] * 2, embeddings=[[3, 4], [0, 0]]))
    observations = observe([[0, 0, 1, 1]] * 3, embeddings=[[0, 0], [6, 8], [-4, 3]])

    euclidean = EmbeddingCue("euclidean").cost(tracks, observations, frame(1))
    cosine = EmbeddingCue("cosine").cost(tracks, observations, frame(1))

    np.testing.assert_allclose(euclidean, [[5, 5, np.sqrt(50)], [0, 10, 5]])
    np.testing.assert_allclose(cosine, [[1, 0, 1], [1, 1, 1]], atol=1e-15)


def test_gallery_cue_takes_the_nearest_of_all_that_are_remembered():
    tracks = tracks_of(observe([[0, 0, 1, 1]] * 2, embeddings=[[0.0], [10.0]]), EmbeddingGallery(max_per_track=2))
    tracks.see(np.array([0]), observe([[0, 0, 1, 1]], embeddings=[[4.0]]), 1)
    observations = observe([[0, 0, 1, 1]], embeddings=[[1.0]])

    assert GalleryCue().cost(tracks, observations, frame(2)).tolist() == [[1], [9]]
    assert GalleryCue().cost(tracks.select(np.array([1])), observations, frame(2)).tolist() == [[9]]
    assert EmbeddingCue().cost(tracks, observations, frame(2)).tolist() == [[3], [9]]

    tracks.see(np.array([0]), observe([[0, 0, 1, 1]], embeddings=[[5.0]]), 2)  # a third one replaces the oldest, 0
    assert GalleryCue().cost(tracks, observations, frame(3)).tolist() == [[3], [9]]


def test_mask_iou_with_and_without_flow():
    tracks = tracks_of(observe_masks([rectangle(0, 0, 4, 4)]))
    observations = observe_masks([rectangle(2, 0, 6, 4), rectangle(4, 4, 8, 8)])
    two_right = np.full((8, 8, 2), [2, 0], np.float32)

    np.testing.assert_allclose(MaskIoUCue().cost(tracks, observations, frame(1)), [[1 - 8 / 24, 1]])
    np.testing.assert_allclose(MaskIoUCue().cost(tracks, observations, frame(1, two_right)), [[0, 1]])
    unwarped = MaskIoUCue(by_flow=False)
    np.testing.assert_allclose(unwarped.cost(tracks, observations, frame(1, two_right)), [[1 - 8 / 24, 1]])


def test_mask_iou_with_lost_tracks_or_without():
    square = rectangle(0, 0, 4, 4)
    tracks = tracks_of(observe_masks([square, square]))
    tracks.last_seen[:] = [5, 6]
    half = observe_masks([rectangle(0, 0, 4, 2)])
    np.testing.assert_allclose(MaskIoUCue().cost(tracks, half, frame(7)), [[0.5], [0.5]])
    np.testing.assert_allclose(MaskIoUCue(of_lost_tracks=False).cost(tracks, half, frame(7)), [[1], [0.5]])


def test_mask_iou_is_the_same_of_crops_that_are_at_hand():
    two_right = np.full((8, 8, 2), [2, 0], np.float32)
    before, after = (
        observe_masks([rectangle(0, 0, 4, 4)]),
        observe_masks([rectangle(2, 0, 6, 4), rectangle(4, 4, 8, 8)]),
    )
    # Crops that say something else than the run-length codes show that it is the crops which are compared.
    tracks = tracks_of(replace(before, crops=[(np.ones((4, 2), bool), 0, 0)]))
    crops = [(np.pad(np.ones((4, 2), bool), 1), 1, 0), (np.ones((4, 4), bool), 4, 4)]

    cost = MaskIoUCue().cost(tracks, replace(after, crops=crops), frame(1, two_right))

    np.testing.assert_allclose(cost, [[1 - 6 / 10, 1]])
    assert tracks.select(np.array([0])).crops[0][1:] == (0, 0)


def warped(mask, flow):
    height, width = mask["size"]
    return encode_crop(*MaskWarp(flow, (height, width))(decode_crop(mask)), height, width)


def test_flow_is_looked_up_where_the_mask_arrives():
    mask = draw("##......", "##......", "........")
    flow = np.zeros((3, 8, 2), np.float32)
    flow[:, 4:, 0] = 4  # the right half of this frame came from four pixels further left
    assert drawing(warped(mask, flow)) == ["##..##..", "##..##..", "........"]


def test_coarse_flow_covers_the_whole_image():
    mask = draw("#...", "....", "....", "....")
    flow = np.array([[[1, 2]]], np.float32)  # one cell: one right, two down
    assert drawing(warped(mask, flow)) == ["....", "....", ".#..", "...."]


def test_mask_that_leaves_the_image_is_empty():
    for distance in (-20, 20, 1e9):
        flow = np.full((8, 8, 2), distance, np.float32)
        gone, empty = warped(rectangle(0, 0, 4, 4), flow), warped(rectangle(0, 0, 0, 0), flow)
        assert decode(gone).sum() == decode(empty).sum() == 0
        assert gone["size"] == [8, 8]


def test_flow_is_rounded_to_whole_pixels_first():
    mask = draw("...#...", "..##...")
    assert drawing(warped(mask, np.full((2, 7, 2), [0.5, 0], np.float32))) == drawing(mask)
    assert drawing(warped(mask, np.full((2, 7, 2), [1.5, 0], np.float32))) == [".....#.", "....##."]


def warp_on_the_canvas(mask, flow):
    """The definition, pixel by pixel."""
    height, width = mask.shape
    moved = np.zeros_like(mask)
    for y in range(height):
        for x in range(width):
            dx, dy = flow[int((y + 0.5) * flow.shape[0] / height), int((x + 0.5) * flow.shape[1] / width)]
            source_x, source_y = x - round(float(dx)), y - round(float(dy))
            if 0 <= source_x < width and 0 <= source_y < height:
                moved[y, x] = mask[source_y, source_x]
    return moved


@pytest.mark.parametrize("seed", range(20))
def test_mask_iou_against_full_masks_on_random_data(seed):
    rng = np.random.default_rng(seed)
    height, width = rng.integers(6, 30, 2)
    blobs = np.zeros((7, height, width), bool)
    for blob in blobs[:-1]:  # the last one stays empty
        y, x = rng.integers(0, height), rng.integers(0, width)
        blob[y : y + rng.integers(1, 12), x : x + rng.integers(1, 12)] = True
        blob &= rng.random((height, width)) < 0.8
    flow = rng.normal(0, 3, (rng.integers(1, height + 1), rng.integers(1, width + 1), 2)).astype(np.float32)
    before, after = blobs[:3], blobs[3:]

    cost = MaskIoUCue().cost(
        tracks_of(observe_masks([encode(mask) for mask in before])),
        observe_masks([encode(mask) for mask in after]),
        frame(1, flow, (int(height), int(width))),
    )

    for row, mask in enumerate(warp_on_the_canvas(mask, flow) for mask in before):
        for column, other in enumerate(after):
            union = (mask | other).sum()
            assert cost[row, column] == pytest.approx(1 - (mask & other).sum() / union if union else 1)


def test_a_cue_changes_neither_tracks_nor_observations():
    tracks = tracks_of(observe_masks([rectangle(0, 0, 4, 4)], embeddings=[[1, 2]]), EmbeddingGallery(3))
    observations = observe_masks([rectangle(2, 0, 6, 4)], embeddings=[[3, 4]])
    for cue in (BoxIoUCue(), BoxHullIoUCue(), BoxCentreCue(), EmbeddingCue(), GalleryCue(), MaskIoUCue()):
        first = cue.cost(tracks, observations, frame(1))
        np.testing.assert_array_equal(cue.cost(tracks, observations, frame(1)), first)
    assert tracks.boxes.tolist() == [[0, 0, 4, 4]]
    assert tracks.embeddings.tolist() == [[1, 2]]
    assert observations.embeddings.tolist() == [[3, 4]]


def test_what_a_cue_needs_and_does_not_get_is_named():
    plain, masked = observe([[0, 0, 1, 1]]), observe_masks([rectangle(0, 0, 1, 1)])
    with pytest.raises(ValueError, match="EmbeddingCue: the observations carry no embeddings"):
        EmbeddingCue().cost(tracks_of(plain), plain, frame(1))
    with pytest.raises(ValueError, match="MaskIoUCue: the observations carry no masks"):
        MaskIoUCue().cost(tracks_of(plain), masked, frame(1))
    with pytest.raises(ValueError, match="GalleryCue: the tracker keeps no earlier embeddings"):
        GalleryCue().cost(tracks_of(plain), plain, frame(1))
    with pytest.raises(ValueError, match="GalleryCue: metric 'dot' is none of euclidean, cosine"):
        GalleryCue("dot")
