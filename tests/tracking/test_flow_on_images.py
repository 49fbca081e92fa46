"""The mask propagation cue with flow that was computed from images: the direction is right and warping pays."""

import cv2
import numpy as np
import pytest
from tracking_scenes import observe_masks

from mots_plugin.flow import DISFlow, FlowQuery
from mots_plugin.formats.id_png import read_id_png_folder
from mots_plugin.formats.rle import decode_crops, encode_crop, iou
from mots_plugin.structures import Frame
from mots_plugin.tracking import Lifecycle, MaskIoUCue, Stage, StagedTracker
from mots_plugin.tracking.crop_overlap import crop_iou
from mots_plugin.tracking.motion.mask_flow import MaskWarp


def texture(seed: int, height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)


def test_objects_that_move_far_are_followed_by_flow_only():
    """Two of them, 60 pixels wide, go 16 pixels a frame: without flow their masks overlap by 44 / 76."""
    background, objects = texture(0, 160, 400), [texture(1, 100, 60), texture(2, 100, 60)]
    images, masks = [], []
    for step in range(4):
        image, seen = background.copy(), []
        for number, pixels in enumerate(objects):
            x = 10 + 16 * step + 150 * number
            image[30:130, x : x + 60] = pixels
            seen.append(encode_crop(np.ones((100, 60), bool), x, 30, 160, 400))
        images.append(image)
        masks.append(seen)

    def identities(with_flow):
        tracker = StagedTracker([Stage([MaskIoUCue()], max_cost=0.35)], Lifecycle(birth_score=0.5))
        found = []
        for step, seen in enumerate(masks):
            flow = DISFlow(scale=1.0).between(images[step - 1], images[step]) if step and with_flow else None
            found.append(tracker.track(observe_masks(seen), Frame(step, (160, 400), flow=flow)).ids.tolist())
        return found

    assert identities(with_flow=True) == [[1, 2]] * 4
    assert identities(with_flow=False)[1] == [3, 4]


@pytest.mark.parametrize("sequence", ["0002", "0010"])
def test_warping_raises_the_overlap_of_real_masks(shared_data, sequence):
    root = shared_data / "davis_mots"
    tracks = read_id_png_folder(root / "instances" / sequence)
    images = sorted((root / "training" / "image_02" / sequence).iterdir())
    dis = DISFlow()

    def objects(number):
        rows = np.flatnonzero((tracks.frames == number) & (tracks.class_ids != 10))
        return {int(tracks.track_ids[row]): tracks.masks[row] for row in rows}

    still, forward, backward = [], [], []
    for number in range(1, 12):
        before, after = objects(number - 1), objects(number)
        shared = sorted(before.keys() & after.keys())
        flow = dis.flow(FlowQuery(sequence, number, number, images[number], images[number - 1]))
        earlier, later = [before[name] for name in shared], [after[name] for name in shared]
        still.extend(np.diag(iou(earlier, later)))
        for direction, overlaps in ((flow, forward), (-flow, backward)):
            warp = MaskWarp(direction, tuple(earlier[0]["size"]))
            overlaps.extend(np.diag(crop_iou([warp(crop) for crop in decode_crops(earlier)], decode_crops(later))))

    assert len(still) >= 11
    assert np.mean(backward) < np.mean(still) < np.mean(forward) - 0.05
