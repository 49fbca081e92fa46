"""Identities, the bank's rows, and the bounds of the gallery."""

import numpy as np
import pytest
from tracking_scenes import observe, observe_masks, rectangle

from mots_plugin.tracking import EmbeddingGallery, TrackBank
from mots_plugin.tracking.memory import IdAllocator


def vectors(*values):
    return np.array(values, np.float32)[:, None]


def ids(*values):
    return np.array(values, np.int64)


def test_identities_count_from_one_and_again_after_a_reset():
    allocator = IdAllocator()
    assert allocator.take(2).tolist() == [1, 2]
    assert allocator.take(0).tolist() == []
    assert allocator.take(1).tolist() == [3]
    allocator.reset()
    assert allocator.take(1).tolist() == [1]


def test_bank_keeps_each_tracks_last_sight():
    bank = TrackBank.empty()
    bank.add(ids(1, 2), observe_masks([rectangle(0, 0, 2, 2), rectangle(4, 4, 6, 6)], [0.9, 0.8], [0, 1]), 0)
    bank.see(np.array([1]), observe_masks([rectangle(5, 4, 7, 6)], [0.7], [1]), 3)
    bank.add(ids(3), observe_masks([rectangle(0, 6, 2, 8)]), 3)

    assert bank.ids.tolist() == [1, 2, 3]
    assert bank.last_seen.tolist() == [0, 3, 3]
    assert bank.hits.tolist() == [1, 2, 1]
    assert bank.labels.tolist() == [0, 1, 0]
    assert bank.boxes.tolist() == [[0, 0, 2, 2], [5, 4, 7, 6], [0, 6, 2, 8]]
    assert bank.masks.tolist() == [rectangle(0, 0, 2, 2), rectangle(5, 4, 7, 6), rectangle(0, 6, 2, 8)]

    bank.keep(np.array([False, True, True]))
    assert bank.ids.tolist() == [2, 3]
    assert bank.scores.tolist() == [np.float32(0.7), np.float32(0.9)]


def test_bank_does_not_write_into_the_observations_it_was_given():
    detections = observe([[0, 0, 1, 1]], embeddings=[[1.0]])
    bank = TrackBank.empty()
    bank.add(ids(1), detections.select([0]), 0)
    bank.see(np.array([0]), observe([[5, 5, 6, 6]], embeddings=[[9.0]]), 1)
    assert detections.boxes.tolist() == [[0, 0, 1, 1]]
    assert detections.embeddings.tolist() == [[1.0]]


def test_gallery_keeps_the_most_recent_of_each_track():
    gallery = EmbeddingGallery(max_per_track=2)
    gallery.remember(ids(1, 2), vectors(1, 20))
    gallery.remember(ids(1), vectors(2))
    gallery.remember(ids(1), vectors(3))

    remembered, starts = gallery.select(ids(2, 1))
    assert remembered.ravel().tolist() == [20, 3, 2]  # of track 1, the third replaced the first
    assert starts.tolist() == [0, 1]


def test_gallery_reuses_the_room_of_tracks_that_ended():
    gallery = EmbeddingGallery(max_per_track=3)
    gallery.remember(ids(1, 2), vectors(1, 2))
    gallery.keep(ids(2))
    gallery.remember(ids(3), vectors(3))

    assert gallery.select(ids(3))[0].ravel().tolist() == [3]
    assert gallery.select(ids(2))[0].ravel().tolist() == [2]
    assert len(gallery._ids) == 2


def test_gallery_grows_no_further_than_the_tracks_alive():
    gallery = EmbeddingGallery(max_per_track=4)
    for number in range(1, 1001):
        gallery.remember(ids(number), vectors(number))
        gallery.keep(ids(number))
    assert gallery._vectors.shape == (2, 4, 1)  # the old track and the new one


def test_gallery_needs_room_for_one():
    with pytest.raises(ValueError, match="max_per_track is 0"):
        EmbeddingGallery(0)
