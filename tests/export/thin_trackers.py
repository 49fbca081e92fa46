"""Trackers whose networks are a few layers, so that exporting them takes seconds; everything behind them is whole."""

from pathlib import Path

import cv2
import numpy as np
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.model import BaseModule
from torch import nn

from mots_plugin.apis import init_model

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
HEIGHT, WIDTH, FRAMES = 80, 112, 3


@MODELS.register_module(force=True)
class StridedConvolutions(BaseModule):
    """Levels at strides 8, 16 and 32."""

    def __init__(self, channels) -> None:
        super().__init__()
        widths = zip((3, *channels), channels, (8, 2, 2), strict=False)
        self.layers = nn.ModuleList(nn.Conv2d(before, after, stride, stride) for before, after, stride in widths)

    def forward(self, images):
        levels = []
        for layer in self.layers:
            images = layer(images).relu()
            levels.append(images)
        return tuple(levels)


@MODELS.register_module(force=True)
class Pixels(BaseModule):
    """The pixels themselves for features."""

    def forward(self, images):
        return (images,)


@MODELS.register_module(force=True)
class PixelDecoder(BaseModule):
    """One linear layer a pixel."""

    def __init__(self, out_channels) -> None:
        super().__init__()
        self.output_conv = nn.Conv2d(3, out_channels, 1)

    def forward(self, features):
        return self.output_conv(features)


def jde() -> Config:
    """JDE that lets its ten best guesses a frame through."""
    config = Config.fromfile(CONFIGS / "jde" / "jde_tiny_800i_toy-street.py")
    detector = config.model.detector
    detector.backbone = {"type": "StridedConvolutions", "channels": (8, 16, 24)}
    detector.neck.update(in_channels=[24, 16, 8], out_channels=[16, 12, 8])
    detector.bbox_head.update(in_channels=[16, 12, 8], embed_channels=16)
    detector.test_cfg.update(score_thr=0.0, max_per_img=10)
    for tracker in config.model.tracker.trackers:
        tracker.lifecycle.update(min_score=0.0, birth_score=0.0, confirm_hits=1)
    return config


def pointtrack(pairs: int = 1) -> Config:
    """PointTrack; with the weights of :func:`seeing_bright_blobs` it finds what is bright in red, or in green."""
    config = Config.fromfile(CONFIGS / "pointtrack" / "pointtrack_tiny_toy-street.py")
    (pair,) = config.model.networks
    pair.segmenter.backbone = {"type": "Pixels"}
    pair.segmenter.head.decoder = {"type": "PixelDecoder"}
    pair.embedding.update(foreground_points=16, environment_points=8)
    config.model.networks = [pair] * pairs
    return config


def randomised(config: Config, seed: int = 0) -> nn.Module:
    """The model of a config, every weight and every stored statistic drawn at random."""
    model = init_model(config, device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        for name, value in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            if name == "running_var":
                value.data.uniform_(0.5, 2, generator=generator)
            elif value.is_floating_point() and value.dim() > 1:
                value.data.normal_(0, value[0].numel() ** -0.5, generator=generator)
            elif value.is_floating_point():
                value.data.normal_(0, 0.3, generator=generator)
    return model


def seeing_bright_blobs(model: nn.Module) -> None:
    """Set a thin PointTrack's segmenters: a bright red or green pixel is a seed, whose Gaussian reaches ten pixels."""
    for pair in model.networks:
        head = pair.segmenter.head
        with torch.no_grad():
            instances, seeds = head.instance_decoder.output_conv, head.seed_decoder.output_conv
            instances.weight.mul_(1e-3)
            instances.bias.copy_(torch.tensor([0.0, 0.0, 0.85, 0.85]))
            seeds.weight.zero_()
            seeds.weight[0, 0] = seeds.weight[1, 1] = 12.0
            seeds.bias.fill_(-6.0)


def save(model: nn.Module, file: Path) -> str:
    torch.save({"state_dict": model.state_dict()}, file)
    return str(file)


def film(folder: Path) -> Path:
    """Frames of a red and a green blob, brightest in the middle, that come closer to each other over dim patches."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    folder.mkdir()
    for frame in range(FRAMES):
        patches = np.random.default_rng(frame).integers(0, 100, (HEIGHT // 8, WIDTH // 8, 3)).astype(np.uint8)
        image = patches.repeat(8, axis=0).repeat(8, axis=1)
        for channel, centre in ((2, (30, 30 + 3 * frame)), (1, (45, 80 - 2 * frame))):
            distances = np.hypot(rows - centre[0], columns - centre[1])
            image[..., channel] = np.where(distances < 9, 255 - 8 * distances, image[..., channel])
        cv2.imwrite(str(folder / f"{frame:06d}.png"), image)
    return folder
