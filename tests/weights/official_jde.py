"""Random weights under the names of the official JDE, and what its code made of them.

The numbers in jde_thin_numbers.npz and jde_full_numbers.npz come from the official network definition
(Zhongdao/Towards-Realtime-MOT at e9fa1e8, cfg/yolov3_576x320.cfg, MIT) run on a CPU, with the weights, image and ground
truth below and 20 identities; thin: all its widths but the predictions' divided by 8. They hold of each image, anchors
of a cell in a row and the coarsest scale first: every third box (x, y, w, h) and score, the embedding of every 28th
(full: 44th) anchor; detections after non_max_suppression at the 90 % quantile of the scores; loss, box, confidence and
identity loss of the three heads; targets of build_targets_thres; some gradients of the total loss; and the SHA-256 of
what save_weights wrote; identities and embeddings of the true objects, as its test_emb mode has them.
"""

import zlib
from pathlib import Path

import numpy as np
import torch
from mmcv.cnn import ConvModule
from mmdet.models.backbones import Darknet
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData

import mots_plugin.models  # noqa: F401  registers the parts
from mots_plugin.weights.jde import CONVOLUTIONS, YOLO_LAYERS

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "_base_" / "models" / "jde_darknet53.py"
IDENTITIES = 20
ANCHORS_576 = [
    [(85, 255), (120, 360), (170, 420), (340, 320)],
    [(21, 64), (30, 90), (43, 128), (60, 180)],
    [(6, 16), (8, 23), (11, 32), (16, 45)],
]
# Identity, centre x and y, width and height in pixels.
TRUTH = [
    [
        (3, 40, 50, 22, 63),
        (7, 47, 52, 22, 60),  # overlaps the one before
        (-1, 120, 70, 30, 92),
        (11, 188, 100, 16, 46),  # centred beyond the last cell at the right
        (0, 3, 120, 12, 33),
    ],
    [(5, 96, 64, 43, 126), (19, 97, 64, 84, 250), (2, 150, 40, 8.5, 22), (-1, 152.7, 41, 8.2, 24)],
]


class ThinDarknet(Darknet):
    """Darknet-53, an eighth as wide."""

    arch_settings = {53: (Darknet.arch_settings[53][0], ((4, 8), (8, 16), (16, 32), (32, 64), (64, 128)))}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        style = {"norm_cfg": {"type": "BN"}, "act_cfg": {"type": "LeakyReLU", "negative_slope": 0.1}}
        self.conv1 = ConvModule(3, 4, 3, padding=1, **style)


def numbers(name):
    with np.load(HERE / name) as archive:
        return {key: archive[key] for key in archive.files}


def build_detector(thin):
    """The configured detector for the fixture's anchors and identities, its weights uninitialised."""
    config = Config.fromfile(CONFIG)
    init_default_scope("mmdet")
    detector = config.detector
    detector.backbone.init_cfg = None
    detector.bbox_head.identity_counts = [IDENTITIES]
    detector.bbox_head.anchor_generator.base_sizes = ANCHORS_576
    if thin:
        detector.backbone.type = ThinDarknet
        detector.neck.update(in_channels=[128, 64, 32], out_channels=[64, 32, 16])
        detector.bbox_head.update(in_channels=[64, 32, 16], embed_channels=64)
    return MODELS.build(detector)


def random_weight(name, shape):
    """The value of a weight depends on its official name and its shape alone."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("running_var"):
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if "batch_norm" in name and name.endswith(".weight"):
        return rng.uniform(0.3, 0.9, shape).astype(np.float32)
    if len(shape) > 1:
        return (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)
    if ".yolo_" in name:
        return rng.uniform(-3, -1, shape).astype(np.float32)
    return (rng.standard_normal(shape) * 0.1).astype(np.float32)


def official_weights(detector):
    """Random weights for all layers of a detector, in the official order."""
    shapes = {f"detector.{name}": tuple(value.shape) for name, value in detector.state_dict().items()}
    weights = {}

    def add(official, name):
        weights[official] = random_weight(official, shapes[name])

    for number, layer in CONVOLUTIONS.items():
        if f"{layer}.bn.bias" in shapes:
            for part in ("bias", "weight", "running_mean", "running_var"):
                add(f"module_list.{number}.batch_norm_{number}.{part}", f"{layer}.bn.{part}")
            add(f"module_list.{number}.conv_{number}.weight", f"{layer}.conv.weight")
        else:
            add(f"module_list.{number}.conv_{number}.bias", f"{layer}.bias")
            add(f"module_list.{number}.conv_{number}.weight", f"{layer}.weight")
    for part in ("weight", "bias"):
        add(f"classifier.{part}", f"detector.bbox_head.identity_loss.banks.0.{part}")
    for number in YOLO_LAYERS:
        for part in ("s_c", "s_r", "s_id"):
            name = f"module_list.{number}.yolo_{number}.{part}"
            weights[name] = random_weight(name, (1,))
    return weights


def image(height, width):
    values = np.random.default_rng(1).uniform(0, 1, (2, 3, height, width))
    return torch.from_numpy(values.astype(np.float32))


def samples():
    """The ground truth above as samples of one class."""
    batch = []
    for truth in TRUTH:
        table = torch.tensor(truth, dtype=torch.float32)
        centres, sizes = table[:, 1:3], table[:, 3:]
        sample = DetDataSample()
        sample.gt_instances = InstanceData(
            bboxes=torch.cat([centres - sizes / 2, centres + sizes / 2], 1),
            labels=torch.zeros(len(truth), dtype=torch.long),
            identities=table[:, 0].long(),
        )
        batch.append(sample)
    return batch
