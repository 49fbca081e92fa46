"""The networks of a tracker as they are exported: tensors in, tensors out, whatever is decided on lists left out.

Shapes: B images of H x W pixels, multiples of 32; N instances; C classes; D embedding dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.models.heads.instance_embedding import POSITION_CHANNELS, PointCloudHead
from mots_plugin.models.mot.jde import JDE
from mots_plugin.models.mot.online import OnlineMOT
from mots_plugin.models.mot.pointtrack import PointTrack, SegmentAndEmbed

SIZE_DIVISOR = 32
"""Height and width of exported images are multiples of this."""


class ExportedNetwork(nn.Module):
    """A network to export; a subclass maps the tensors named in ``inputs`` to a tuple of those in ``outputs``.

    Attributes:
        inputs: Meaning of each input, by name.
        outputs: Meaning of each output, by name, in order.
        tolerance: Greatest difference from torch that single precision explains, for each output.
        class_axis: Output, and its axis, that has one entry a class; None: none has.
        num_classes: C.
    """

    inputs: ClassVar[Mapping[str, str]]
    outputs: ClassVar[Mapping[str, str]]
    tolerance: ClassVar[Mapping[str, float]]
    class_axis: ClassVar[tuple[str, int] | None] = None
    num_classes: int

    def dynamic_shapes(self) -> dict[str, dict[int, Any]]:
        """Axes of each input that are not fixed, as ``torch.export`` takes them."""
        raise NotImplementedError

    def examples(self, generator: torch.Generator) -> list[dict[str, Tensor]]:
        """Inputs of several sizes, by name; the first is what is traced."""
        raise NotImplementedError


class _ImageNetwork(ExportedNetwork):
    inputs = {
        "images": "(B, 3, H, W) float32, as the config's data preprocessor puts them out; H and W multiples of 32"
    }

    def dynamic_shapes(self) -> dict[str, dict[int, Any]]:
        """Batch, height and width are free."""
        height, width = (SIZE_DIVISOR * torch.export.Dim(name, max=1024) for name in ("rows", "columns"))
        return {"images": {0: torch.export.Dim("batch", max=1024), 2: height, 3: width}}

    def examples(self, generator: torch.Generator) -> list[dict[str, Tensor]]:
        """Images in [0, 1]: two, one larger, three smaller."""
        sizes = (2, 3, 96, 160), (1, 3, 160, 256), (3, 3, 64, 96)
        return [{"images": torch.rand(size, generator=generator)} for size in sizes]


class DetectionNetwork(_ImageNetwork):
    """JDE's detector and embedding, up to what non-maximum suppression chooses from.

    Args:
        model: The tracker.
    """

    outputs = {
        "boxes": "(B, P, 4) float32 xyxy of all P anchors, in pixels of the input, not cut at its edges",
        "scores": "(B, P, C) float32 probability of each class",
        "embeddings": "(B, P / A, D) float32 unit vectors of the cells; that of anchor p is in row p // A",
    }
    tolerance = {"boxes": 1e-2, "scores": 1e-5, "embeddings": 1e-5}
    class_axis = ("scores", 2)

    def __init__(self, model: JDE) -> None:
        super().__init__()
        self.detector: Any = model.detector
        self.num_classes = model.detector.bbox_head.num_classes

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Decode every anchor of every scale."""
        head = self.detector.bbox_head
        scales = head(self.detector.extract_feat(images))
        deltas = torch.cat([scale.deltas for scale in scales], dim=1)
        sizes = [scale.embeddings.shape[-2:] for scale in scales]
        anchors = torch.cat(head.prior_generator.grid_priors(sizes, device=deltas.device)).expand_as(deltas)
        boxes = head.box_coder.decode(anchors.flatten(0, 1), deltas.flatten(0, 1)).unflatten(0, deltas.shape[:2])
        scores = torch.cat([scale.logits for scale in scales], dim=1).softmax(-1)[..., 1:]
        cells = torch.cat([scale.embeddings.flatten(2) for scale in scales], dim=2).transpose(1, 2)
        return boxes, scores, functional.normalize(cells, dim=-1)


class SegmentationNetwork(_ImageNetwork):
    """PointTrack's segmenter, up to what is clustered.

    Args:
        network: The pair that it belongs to.
    """

    outputs = {
        "offsets": "(B, 2, H, W) float32 vector to the centre of the pixel's instance, across and down, in (-1, 1); "
        "pixels lie 2/2047 apart across and 1/1023 down",
        "sigmas": "(B, 2, H, W) float32; precision of the instance's Gaussian = exp(10 sigma)",
        "seeds": "(B, C, H, W) float32 seed scores in [0, 1]",
    }
    tolerance = {"offsets": 1e-5, "sigmas": 1e-4, "seeds": 1e-5}
    class_axis = ("seeds", 1)

    def __init__(self, network: SegmentAndEmbed) -> None:
        super().__init__()
        self.segmenter: Any = network.segmenter
        self.num_classes = network.num_classes

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Predict for every pixel."""
        maps = self.segmenter(images, mode="tensor")
        return maps.offsets.tanh(), maps.sigmas, self.segmenter.head.seed_scores(maps)


class EmbeddingNetwork(ExportedNetwork):
    """PointTrack's embedding of instances.

    Args:
        network: The pair that it belongs to.
    """

    inputs = {
        "foreground": "(N, F, 5) float32 points on each instance: blue, green, red in [0, 1], offset down and right "
        "from its centroid in units of 128 pixels",
        "environment": "(N, E, 8) float32 points around it: the same, and the code of their category",
        "positions": "(N, 64) float32 waves of its box",
    }
    outputs = {"embeddings": "(N, D) float32"}
    tolerance = {"embeddings": 1e-4}

    def __init__(self, network: SegmentAndEmbed) -> None:
        super().__init__()
        self.head: PointCloudHead = network.embedding
        self.num_classes = network.num_classes

    def forward(self, foreground: Tensor, environment: Tensor, positions: Tensor) -> tuple[Tensor]:
        """Embed every instance."""
        return (self.head(foreground, environment, positions),)

    def dynamic_shapes(self) -> dict[str, dict[int, Any]]:
        """The number of instances is free."""
        instances = torch.export.Dim("instances", max=4096)
        return {name: {0: instances} for name in self.inputs}

    def examples(self, generator: torch.Generator) -> list[dict[str, Tensor]]:
        """Three instances, one, seven."""
        return [
            {
                "foreground": torch.rand(count, self.head.foreground_points, 5, generator=generator),
                "environment": torch.rand(count, self.head.environment_points, 8, generator=generator),
                "positions": torch.rand(count, POSITION_CHANNELS, generator=generator) * 2 - 1,
            }
            for count in (3, 1, 7)
        ]


def networks_of(model: OnlineMOT) -> dict[str, ExportedNetwork]:
    """Return the networks of a tracker by the names of their files; of several pairs, each with its number from 0.

    Raises:
        ValueError: The tracker has none that can be exported; says why.
    """
    if isinstance(model, JDE):
        if model.detector.bbox_head.mask_branch is not None:
            raise ValueError("has a mask branch, which is not exported: its boxes would come without masks")
        return {"detector": DetectionNetwork(model)}
    if isinstance(model, PointTrack):
        pairs = [pair for pair in model.networks if isinstance(pair, SegmentAndEmbed)]
        networks: dict[str, ExportedNetwork] = {}
        for number, pair in enumerate(pairs):
            suffix = f"_{number}" if len(pairs) > 1 else ""
            networks |= {f"segmenter{suffix}": SegmentationNetwork(pair), f"embedding{suffix}": EmbeddingNetwork(pair)}
        return networks
    raise ValueError(f"is a {type(model).__name__}; JDE and PointTrack can be exported")
