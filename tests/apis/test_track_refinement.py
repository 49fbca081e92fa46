"""Masks of whole tracks, with a network that only fills boxes and remembers what was asked of it."""

from dataclasses import replace

import numpy as np

from mots_plugin.annotation.box_shapes import fill_boxes
from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.apis.track_refinement import TrackRefiner
from mots_plugin.formats import MaskTracks
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.rle import areas, encode

BOXES = np.array([[0, 0, 2, 2], [4, 4, 7, 7], [1, 0, 3, 2], [2, 0, 4, 2.0]])
TRACKS = BoxTracks([3, 1, 1, 2], [5, 9, 5, 5], BOXES, class_ids=[1, 2, 1, 1], name="a")
VIDEO = BoxVideo("a", TRACKS, 8, 8, {1: "1.png", 2: "2.png", 3: "3.png"})
DRAWN = encode(np.eye(8, dtype=bool))
GIVEN = MaskTracks([2], [5], [1], [DRAWN])


class FillingNetwork:
    """Stands in for ObjectRefiner."""

    def __init__(self):
        self.calls = []
        self.weights = "weights as trained"

    def restore(self, weights):
        self.calls.append(("restore", weights))

    def fine_tune(self, objects, schedule, seed):
        self.calls.append((schedule, [item["img_path"] for item in objects], seed))

    def predict(self, objects):
        self.calls.append(("predict", [item["img_path"] for item in objects]))
        return fill_boxes(np.array([item["bbox"] for item in objects]), 8, 8)


def test_the_network_is_tuned_to_each_object_from_the_same_weights():
    network = FillingNetwork()
    (rows, masks), (other_rows, other_masks) = TrackRefiner(network).refine(VIDEO, GIVEN)
    assert rows.tolist() == [2, 3, 0]  # track 5, in order of frame
    assert areas(masks).tolist() == [4, 8, 4]
    assert masks[1] == DRAWN
    assert other_rows.tolist() == [1]
    assert areas(other_masks).tolist() == [9]
    seed = network.calls[1][2]
    assert network.calls == [
        ("restore", "weights as trained"),
        ("one_object", ["2.png"], seed),
        ("predict", ["1.png", "3.png"]),
        ("restore", "weights as trained"),  # track 9 has no mask to learn from
        ("predict", ["1.png"]),
    ]


def test_an_object_drawn_in_all_frames_needs_no_network():
    network = FillingNetwork()
    given = MaskTracks([1], [9], [2], [DRAWN])
    *_, (_, masks) = TrackRefiner(network).refine(VIDEO, given)
    assert masks == [DRAWN]
    assert [call[0] for call in network.calls] == ["restore", "predict"]  # of track 5 alone


def test_objects_that_are_done_are_taken_from_disk(tmp_path):
    whole = [masks for _, masks in TrackRefiner(FillingNetwork()).refine(VIDEO, GIVEN)]
    stopped = TrackRefiner(FillingNetwork(), tmp_path).refine(VIDEO, GIVEN)
    next(stopped)
    stopped.close()
    assert (tmp_path / "a" / "5.txt").is_file()
    network = FillingNetwork()
    assert [masks for _, masks in TrackRefiner(network, tmp_path).refine(VIDEO, GIVEN)] == whole
    assert [call[0] for call in network.calls] == ["restore", "predict"]  # of track 9 alone


def test_objects_of_ones_own_classes_are_taken_from_disk_too(tmp_path):
    cows = replace(VIDEO, tracks=replace(TRACKS, class_ids=[3, 2, 3, 3]), class_names={2: "pedestrian", 3: "cow"})
    given = replace(GIVEN, class_ids=[3])
    whole = [masks for _, masks in TrackRefiner(FillingNetwork(), tmp_path).refine(cows, given)]
    network = FillingNetwork()
    assert [masks for _, masks in TrackRefiner(network, tmp_path).refine(cows, given)] == whole
    assert network.calls == []


def test_boxes_that_changed_since_are_done_anew(tmp_path):
    list(TrackRefiner(FillingNetwork(), tmp_path).refine(VIDEO, GIVEN))
    fewer = BoxVideo("a", TRACKS.select([1, 2, 3]), 8, 8, VIDEO.images)
    (rows, masks), _ = TrackRefiner(FillingNetwork(), tmp_path).refine(fewer, GIVEN)
    assert rows.tolist() == [1, 2]
    assert areas(masks).tolist() == [4, 8]


def test_seeds_differ_by_object_and_stay_the_same():
    def seed_of(track_id):
        network = FillingNetwork()
        tracks = BoxTracks([1, 2], [track_id] * 2, BOXES[:2], class_ids=[1, 1])
        given = MaskTracks([1], [track_id], [1], [DRAWN])
        list(TrackRefiner(network).refine(BoxVideo("a", tracks, 8, 8, VIDEO.images), given))
        return network.calls[1][2]

    assert seed_of(5) == seed_of(5) != seed_of(9)
