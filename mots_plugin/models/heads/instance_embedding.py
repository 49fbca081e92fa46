"""Instance embeddings from point clouds (PointTrack, and PointTrack++, sections 2.1 and 2.4).

Shapes: N instances, D dimensions, images of H x W pixels.
"""

from __future__ import annotations

from typing import Any

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mots_plugin.models.layers.point_branches import SLOPE, EnvironmentBranch, ForegroundBranch
from mots_plugin.ops.points import PointClouds, crop_clouds, embed_positions, frame_clouds

POSITION_CHANNELS = 64
CPU_CHUNK = 2  # instances at a time: their points fit into caches; GPUs take all at once


class PointCloudHead(BaseModule):
    """From pixels to point clouds to vectors; a subclass says in :meth:`forward` how.

    Args:
        loss: Config of an association loss; batch-hard triplets with a margin of 0.2 in the paper.
        foreground_points: Points on each instance.
        environment_points: Points around it.
        margin: Surroundings on each side of the box, as a share of its side.
        image_size: ``(width, height)`` that positions are divided by. One constant for a data set, as released, since
            the waves of the position are not invariant to scale.
        position_box: ``'mask'``: the position is that of the tight box, as released; ``'window'``: of the enlarged
            box, as the paper says.
        jitter: Standard deviation of noise on the offsets in training, in units of 128 pixels.
        seed: Of the points drawn at test time, anew for each image, so that results do not depend on what came before.
        init_cfg: Initialisation config.

    Raises:
        ValueError: Unknown ``position_box``.
    """

    def __init__(
        self,
        loss: dict,
        foreground_points: int = 1000,
        environment_points: int = 500,
        margin: float = 0.2,
        image_size: tuple[int, int] = (1242, 375),
        position_box: str = "mask",
        jitter: float = 0.001,
        seed: int = 0,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if position_box not in ("mask", "window"):
            raise ValueError(f"position_box {position_box!r} is neither 'mask' nor 'window'")
        self.loss_embedding = MODELS.build(loss)
        self.foreground_points = foreground_points
        self.environment_points = environment_points
        self.margin = margin
        self.image_size = tuple(image_size)
        self.position_box = position_box
        self.jitter = jitter
        self.seed = seed

    def forward(self, foreground: Tensor, environment: Tensor, positions: Tensor) -> Tensor:
        """Map (N, F, 5) and (N, E, 8) points and (N, 64) positions to (N, D) embeddings."""
        raise NotImplementedError

    @torch.no_grad()
    def embed(self, image: Tensor, instance_map: Tensor, labels: Tensor) -> Tensor:
        """Embed all instances of an image in one batched call.

        Args:
            image: (3, H, W) blue, green, red in [0, 255], uint8 or float, not normalised.
            instance_map: (H, W) integers, 0 for background, i + 1 for the pixels of instance i.
            labels: (N,) int64 class of each instance. Boxes are those of the masks.

        Returns:
            (N, D) float32. The head must be in eval mode.
        """
        size = CPU_CHUNK if image.device.type == "cpu" else max(1, len(labels))
        chunks = zip(*(part.split(size) for part in self.draw_points(image, instance_map, labels)), strict=True)
        return torch.cat([self(*chunk) for chunk in chunks]).float()

    def draw_points(self, image: Tensor, instance_map: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Draw the points and positions of all instances, as :meth:`forward` takes them; see :meth:`embed`."""
        clouds = frame_clouds(
            image,
            instance_map,
            labels,
            self.foreground_points,
            self.environment_points,
            self.margin,
            torch.Generator().manual_seed(self.seed),
        )
        return clouds.foreground, clouds.environment, self._positions(clouds)

    def loss(
        self, pixels: Tensor, sizes: Tensor, corners: Tensor, identities: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        """Loss of a batch of crops.

        Args:
            pixels: (P, 4) uint8, sizes: (N, 2), corners: (N, 2): N crops, as
                :func:`~mots_plugin.ops.points.crop_clouds` takes them.
            sizes: See ``pixels``.
            corners: See ``pixels``.
            identities: (N,) int64.
            labels: (N,) int64 class of each crop.
        """
        clouds = crop_clouds(pixels, sizes, corners, self.foreground_points, self.environment_points)
        for points in (clouds.foreground, clouds.environment):
            points[..., 3:5] += torch.randn_like(points[..., 3:5]) * self.jitter
        vectors = self(clouds.foreground, clouds.environment, self._positions(clouds))
        return {"loss_embedding": self.loss_embedding(vectors.float(), identities, labels)}

    def _positions(self, clouds: PointClouds) -> Tensor:
        boxes = clouds.boxes if self.position_box == "mask" else clouds.windows
        inclusive = boxes - boxes.new_tensor([0, 0, 1, 1])
        return embed_positions(inclusive / boxes.new_tensor(self.image_size * 2, dtype=torch.float32))


@MODELS.register_module()
class InstanceEmbedding(PointCloudHead):
    """PointTrack's embedding: foreground, environment and position, fused by two linear layers.

    Args:
        embed_channels: D.
        use_colour: False: shapes, positions and the categories around alone, for masks without images.
        **kwargs: Arguments of :class:`PointCloudHead`.
    """

    def __init__(self, embed_channels: int = 32, use_colour: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.foreground = ForegroundBranch(use_colour)
        self.environment = EnvironmentBranch(use_colour)
        channels = self.foreground.out_channels + self.environment.out_channels + POSITION_CHANNELS
        self.fuse = two_layers(channels, 256, embed_channels)

    def forward(self, foreground: Tensor, environment: Tensor, positions: Tensor) -> Tensor:
        """Map points and positions to (N, D) embeddings."""
        return self.fuse(torch.cat([self.foreground(foreground), self.environment(environment), positions], dim=1))


STAGES = ("foreground", "environment", "position", "aggregate")


@MODELS.register_module()
class StagedInstanceEmbedding(PointCloudHead):
    """PointTrack++'s embedding: three branches that are trained one by one, then a layer that sees all of them.

    The embedding is M_A, M_F, M_P and M_E, concatenated. Each stage trains its own part on its own vector and leaves
    all others as they are; their normalisation uses stored statistics.

    Args:
        stage: What is trained: ``'foreground'``, ``'environment'``, ``'position'`` or ``'aggregate'``.
        branch_channels: Dimensions of M_F, M_P and M_E each; M_A has three times as many.
        use_colour: As of :class:`InstanceEmbedding`.
        **kwargs: Arguments of :class:`PointCloudHead`.

    Raises:
        ValueError: Unknown stage.
    """

    def __init__(
        self, stage: str = "aggregate", branch_channels: int = 32, use_colour: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if stage not in STAGES:
            raise ValueError(f"stage {stage!r} is none of {', '.join(STAGES)}")
        self.stage = stage
        foreground, environment = ForegroundBranch(use_colour), EnvironmentBranch(use_colour)
        self.foreground = nn.Sequential(foreground, two_layers(foreground.out_channels, 64, branch_channels))
        self.environment = nn.Sequential(environment, two_layers(environment.out_channels, 64, branch_channels))
        self.position = two_layers(POSITION_CHANNELS, 64, branch_channels)
        self.aggregate = two_layers(3 * branch_channels, 256, 3 * branch_channels)
        for name in STAGES:
            getattr(self, name).requires_grad_(name == stage)

    def train(self, mode: bool = True) -> StagedInstanceEmbedding:
        """Set the part that is trained to training mode, the others to eval mode."""
        super().train(mode)
        for name in STAGES:
            getattr(self, name).train(mode and name == self.stage)
        return self

    def forward(self, foreground: Tensor, environment: Tensor, positions: Tensor) -> Tensor:
        """Map points and positions to (N, 6 * branch_channels) embeddings, in training to the stage's own vectors."""
        inputs = {"foreground": foreground, "environment": environment, "position": positions}
        if self.training and self.stage != "aggregate":
            return getattr(self, self.stage)(inputs[self.stage])
        branches = [getattr(self, name)(inputs[name]) for name in ("foreground", "position", "environment")]
        aggregated = self.aggregate(torch.cat(branches, dim=1))
        return aggregated if self.training else torch.cat([aggregated, *branches], dim=1)


def two_layers(channels: int, hidden: int, out_channels: int) -> nn.Sequential:
    """Two linear layers with a leaky rectifier in between."""
    return nn.Sequential(nn.Linear(channels, hidden), nn.LeakyReLU(SLOPE), nn.Linear(hidden, out_channels))
