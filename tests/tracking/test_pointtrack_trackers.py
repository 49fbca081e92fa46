"""PointTrack's trackers decide as the published formula does, written down here pair by pair and track by track."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from scipy.optimize import linear_sum_assignment
from tracking_scenes import frame, ids_by_row, observe_masks, rectangle, run

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.rle import boxes, iou
from mots_plugin.structures import RLE, Frame, Observations
from mots_plugin.tracking import PerClassTracker

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs" / "_base_" / "trackers"
REAL_MASKS = ROOT.parent / "shared" / "data" / "pointtrack_testsegs"


@dataclass(frozen=True)
class Published:
    """Constants of one class; ``border`` are frames alive, box widths and share of the image."""

    offset: float
    scale: float
    threshold: float
    overlap_scale: float
    alive: int
    border: tuple[int, float, float] | None = None
    previous_frame_only: bool = False


CAR = Published(8.810218833503743, 1.0090931467228708, 0.8165986526897969, 0.74, 30)
PEDESTRIAN = Published(9.447084376750222, 1.3437965549876354, 0.47985540892434836, 0.54, 30)
PUBLISHED = {
    "pointtrack": (CAR, PEDESTRIAN),
    "pointtrack_border_rule": (
        replace(CAR, alive=8, border=(3, 1.5, 0.1), previous_frame_only=True),
        replace(PEDESTRIAN, alive=10, border=(2, 1.0, 0.05), previous_frame_only=True),
    ),
    "pointtrack_mots_challenge": (CAR, replace(PEDESTRIAN, alive=50, overlap_scale=0.01)),
}
CASES = [(name, label) for name in PUBLISHED for label in (0, 1)]


class PlainTracker:
    """The published rules in loops; a track is the frame, the mask and the embedding it was last seen with."""

    def __init__(self, constants: Published) -> None:
        self.constants = constants
        self.tracks: dict[int, tuple[int, RLE, np.ndarray]] = {}
        self.born = 0

    def identities(self, observations: Observations, frame: Frame) -> list[int]:
        """Return the identity of each observation of a frame."""
        constants = self.constants
        for identity, (seen, mask, _) in list(self.tracks.items()):
            alive = constants.alive
            if constants.border is not None and near_border(mask, *constants.border[1:]):
                alive = constants.border[0]
            if seen < frame.index - alive:
                del self.tracks[identity]
        known = list(self.tracks)
        similarity = np.zeros((len(observations), len(known)))
        for row in range(len(observations)):
            for column, identity in enumerate(known):
                seen, mask, embedding = self.tracks[identity]
                distance = np.sqrt(((observations.embeddings[row].astype(float) - embedding) ** 2).sum())
                overlap = iou([mask], [observations.masks[row]])[0, 0]
                if constants.previous_frame_only and seen < frame.index - 1:
                    overlap = 0
                similarity[row, column] = constants.scale * (constants.offset - distance)
                similarity[row, column] += constants.overlap_scale * overlap
        forbidden = similarity <= constants.threshold
        identities = [0] * len(observations)
        for row, column in zip(*linear_sum_assignment(np.where(forbidden, 1e9, -similarity)), strict=True):
            if not forbidden[row, column]:
                identities[row] = known[column]
        for row, identity in enumerate(identities):
            if not identity:
                self.born += 1
                identities[row] = self.born
            self.tracks[identities[row]] = (frame.index, observations.masks[row], observations.embeddings[row])
        return identities


def near_border(mask: RLE, widths: float, share: float) -> bool:
    ((left, _, right, _),) = boxes([mask]).astype(float)
    image_width, centre, width = mask["size"][1], (left + right) / 2, right - left
    if min(centre / width, (image_width - centre) / width) < widths:
        return True
    return left < image_width * share or right > image_width * (1 - share)


def build(name: str) -> PerClassTracker:
    return build_torch_free(Config.fromfile(CONFIGS / f"{name}.py").tracker.to_dict())


def identities_by_both(name: str, label: int, video: list[Observations], size: tuple[int, int]):
    """Return the identities of all observations, frame by frame, by this project's tracker and by the plain one."""
    tracker, plain = build(name).trackers[label], PlainTracker(PUBLISHED[name][label])
    ours, expected = [], []
    for index, observations in enumerate(video):
        # A constant flow, which none of them may look at.
        at = Frame(index, size, flow=np.full((4, 4, 2), 3, np.float32))
        found = ids_by_row(tracker.track(observations, at))
        ours.append([found[row] for row in range(len(observations))])
        expected.append(plain.identities(observations, at))
    return ours, expected


def random_video(seed: int) -> list[Observations]:
    """Objects that move over 40 x 80 pixels, vanish for 1 to 60 frames, and look alike, now less and now more."""
    rng = np.random.default_rng(seed)
    count = 7
    corners, sizes = rng.uniform(0, 40, (count, 2)) * [2, 1], rng.integers(4, 16, (count, 2))
    looks = rng.normal(0, 6, (count, 3))
    returns = np.zeros(count, int)
    video = []
    for index in range(150):
        corners = np.clip(corners + rng.normal(0, 1, (count, 2)), 0, [76, 36])
        leaving = rng.random(count) < 0.06
        returns[leaving] = index + rng.choice([2, 3, 4, 8, 9, 10, 11, 29, 30, 31, 32, 49, 50, 51, 52], leaving.sum())
        present = np.flatnonzero(returns <= index)
        masks = []
        for (x, y), (width, height) in zip(corners[present].astype(int), sizes[present], strict=True):
            masks.append(rectangle(x, y, min(x + width, 80), min(y + height, 40), 40, 80))
        noise = rng.normal(0, 3, (len(present), 3))
        video.append(observe_masks(masks, embeddings=looks[present] + noise))
    return video


@pytest.mark.parametrize(("name", "label"), CASES)
def test_random_videos(name, label):
    links, returned = 0, 0
    for seed in (0, 1):
        ours, expected = identities_by_both(name, label, random_video(seed), (40, 80))
        assert ours == expected
        links += sum(map(len, ours)) - max(map(max, filter(None, ours)))
        returned += sum(
            len(set(now) & set().union(*ours[:index]) - set(before))
            for index, (before, now) in enumerate(zip(ours, ours[1:], strict=False), 1)
        )
    assert (links > 500, returned > 20) == (True, True)  # or the videos would say little


@pytest.mark.parametrize(("name", "label"), CASES)
def test_real_masks_with_drawn_embeddings(name, label):
    """100 frames of the masks that PointTrack's segmenter found in a test sequence of KITTI MOTS."""
    path = REAL_MASKS / ("car", "person")[label] / "0016.txt"
    if not path.is_file():
        pytest.skip("the published masks of PointTrack are not here")
    rng = np.random.default_rng(0)
    looks = rng.normal(0, 4, (1000, 4))
    masks = read_mots_txt(path)
    video = []
    for index in range(100):
        shown = masks.select(masks.frames == index)
        noise = rng.normal(0, 2, (len(shown), 4))
        video.append(observe_masks(list(shown.masks), embeddings=looks[shown.track_ids] + noise))
    ours, expected = identities_by_both(name, label, video, tuple(masks.masks[0]["size"]))
    assert ours == expected


def test_similarity_must_exceed_the_threshold():
    """Offset and threshold of cars: alone, embeddings match up to a distance of 8.001, equal masks up to 8.734."""
    here, there = rectangle(0, 0, 4, 4), rectangle(4, 4, 8, 8)

    def is_same(second, distance):
        first = observe_masks([here], embeddings=[[0.0, 0.0]])
        second = observe_masks([second], embeddings=[[distance, 0.0]])
        return [tracks.ids.tolist() for tracks in run(build("pointtrack"), first, second)] == [[1], [1]]

    assert [is_same(there, 8.0009), is_same(there, 8.0011)] == [True, False]
    assert [is_same(here, 8.7342), is_same(here, 8.7344)] == [True, False]


@pytest.mark.parametrize(("missed", "expected"), [(29, [1, 2]), (30, [3, 4])])
def test_thirty_frames_alive(missed, expected):
    both = observe_masks([rectangle(3, 0, 4, 2), rectangle(5, 0, 6, 2)], labels=[0, 1], embeddings=[[0.0], [9.0]])
    nothing = observe_masks([], embeddings=np.zeros((0, 1)))
    assert run(build("pointtrack"), both, *[nothing] * missed, both)[-1].ids.tolist() == expected


def test_cars_near_the_border_live_three_frames():
    at_border, inside = rectangle(0, 0, 2, 2, 8, 40), rectangle(19, 0, 21, 2, 8, 40)
    both = observe_masks([at_border, inside], labels=[0, 0], embeddings=[[0.0], [20.0]])
    nothing = observe_masks([], embeddings=np.zeros((0, 1)))

    def identities(missed):
        tracker = build("pointtrack_border_rule")
        for index, seen in enumerate([both, *[nothing] * missed, both]):
            tracks = tracker.track(seen, frame(index, size=(8, 40)))
        return ids_by_row(tracks)

    assert [identities(missed) for missed in (2, 3, 7, 8)] == [{0: 1, 1: 2}, {0: 3, 1: 2}, {0: 3, 1: 2}, {0: 3, 1: 4}]
