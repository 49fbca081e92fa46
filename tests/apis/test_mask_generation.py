"""Masks of given boxes by a model's mask head."""

import copy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope

from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.apis.mask_generation import MaskHeadOnBoxes
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import boxes as tight_boxes

CONFIG = Path(__file__).resolve().parents[2] / "configs/track_rcnn/track_rcnn_tiny-fpn_800i_toy-street.py"
REFINEMENT = CONFIG.parents[1] / "mask_refinement/mask_refinement_tiny_800i_toy-street.py"
FRAMES = 3


@pytest.fixture(scope="module")
def model_files(tmp_path_factory):
    """The tiny TrackR-CNN with random weights: config and checkpoint, which reports three objects in every frame."""
    config = Config.fromfile(CONFIG)
    config.model.detector.test_cfg.rcnn.update(score_thr=0.0, max_per_img=3)
    init_default_scope(config.default_scope)
    torch.manual_seed(0)
    model = MODELS.build(copy.deepcopy(config.model))
    model.init_weights()
    path = tmp_path_factory.mktemp("model") / "random.pth"
    torch.save({"state_dict": model.state_dict()}, path)
    return config, path


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for number in range(FRAMES):
        cv2.imwrite(str(folder / f"{number:06d}.png"), rng.integers(0, 256, (96, 160, 3), dtype=np.uint8))
    return {number: folder / f"{number:06d}.png" for number in range(FRAMES)}


def detections(config, checkpoint, images):
    """What the model itself finds: boxes, labels and masks by frame."""
    model = MODELS.build(copy.deepcopy(config.model))
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["state_dict"])
    model.eval()
    pipeline = Compose([step for step in config.test_dataloader.dataset.pipeline if "LoadFlow" not in str(step)])
    found = {}
    with torch.no_grad():
        for index, path in images.items():
            frame = {"img_path": str(path), "img_id": index, "frame_id": index, "ori_video_length": FRAMES}
            frame.update(height=96, width=160, frame_number=index, video_id=0, video_name="a", video_length=1)
            data = model.data_preprocessor(pseudo_collate([pipeline({k: [v] for k, v in frame.items()})]), False)
            for sample, observed in model.observe(data["inputs"][:, 0], data["data_samples"][0][0]):
                found[sample.frame_number] = observed
        for sample, observed in model.finish():
            found[sample.frame_number] = observed
    return found


def test_boxes_that_the_model_found_get_the_masks_that_it_found(model_files, images):
    config, checkpoint = model_files
    found = detections(config, checkpoint, images)
    frames = np.concatenate([[frame] * len(observed) for frame, observed in found.items()])[::-1]  # in any order
    boxes = np.concatenate([observed.boxes for observed in found.values()])[::-1]
    labels = np.concatenate([observed.labels for observed in found.values()])[::-1]
    expected = [mask for observed in found.values() for mask in observed.masks][::-1]
    tracks = BoxTracks(frames, np.arange(len(frames)), boxes.astype(float), class_ids=labels + 1)
    assert len(tracks) == 3 * FRAMES

    made = {}
    for rows, masks in MaskHeadOnBoxes(config, checkpoint).masks(BoxVideo("a", tracks, 96, 160, images)):
        made.update(zip(rows.tolist(), masks, strict=True))
    assert [made[row] for row in range(len(tracks))] == expected


def test_the_box_head_may_correct_the_boxes_first(model_files, images):
    config, checkpoint = model_files
    tracks = BoxTracks([0], [1], np.array([[40, 30, 100, 80.0]]), class_ids=[1])
    head = MaskHeadOnBoxes(config, checkpoint, refine_boxes=True)
    torch.nn.init.zeros_(head._roi_head.bbox_head.fc_reg.weight)
    torch.nn.init.constant_(
        head._roi_head.bbox_head.fc_reg.bias, 1.0
    )  # right and down by a tenth of the size, and larger
    torch.nn.init.zeros_(head._roi_head.mask_head.conv_logits.weight)
    torch.nn.init.constant_(head._roi_head.mask_head.conv_logits.bias, 9.0)
    (rows, (mask,)), *_ = head.masks(BoxVideo("a", tracks, 96, 160, images))
    # Centre (70 + 6, 55 + 5), size (60, 50) times exp(0.2), cut off at the border.
    expected = [76 - 36.64, 60 - 30.54, 76 + 36.64, 60 + 30.54]
    assert rows.tolist() == [0]
    assert tight_boxes([mask])[0] == pytest.approx(expected, abs=1.01)


def test_a_model_without_mask_head_is_refused(model_files, tmp_path):
    with pytest.raises(FormatError, match="MaskRefinementNetwork, has no mask head that takes boxes; take one of"):
        MaskHeadOnBoxes(Config.fromfile(REFINEMENT), model_files[1])


def test_a_class_that_the_model_does_not_know_is_named(model_files, images):
    config, checkpoint = model_files
    config = copy.deepcopy(config)
    config.test_dataloader.dataset.metainfo.classes = ("car",)
    tracks = BoxTracks([0], [1], np.array([[40, 30, 100, 80.0]]), class_ids=[2])
    head = MaskHeadOnBoxes(config, checkpoint)
    with pytest.raises(FormatError, match="its model does not know class pedestrian"):
        next(head.masks(BoxVideo("a", tracks, 96, 160, images)))
    with pytest.raises(FormatError, match="its model does not know class cow"):
        next(head.masks(BoxVideo("a", tracks, 96, 160, images, {2: "cow"})))
