"""Instances as clouds of pixels: what lies on an object, and what lies around it (PointTrack++ paper, section 2.1).

A point carries its colour (blue, green, red in [0, 1]), its offset from the centroid of the instance's mask (down,
right, in units of 128 pixels), and, in the environment, a code for the category of its pixel.

Shapes: N instances, F foreground and E environment points each, images of H x W pixels, P pixels in lists.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

OFFSET_UNIT = 128.0  # pixels
BACKGROUND, OWN, OTHER = 0, 1, 2  # categories of the pixels around an instance
# The released implementation's fixed code of each category, in this order; the paper calls it one-hot.
CATEGORY_CODES = (
    (0.9479751586914062, 0.4561353325843811, 0.16708628965377808),
    (0.1, -0.1, 0.1),
    (0.5455077290534973, -0.6193588972091675, -2.629554510116577),
)


class PointClouds(NamedTuple):
    """N instances as points.

    Attributes:
        foreground: (N, F, 5) float32: blue, green, red, offset down, offset right. Zeros for an empty mask.
        environment: (N, E, 8) float32: the same and the code of the category. Zeros where the box has nothing else.
        boxes: (N, 4) int64 xyxy tight around the masks, pixels of the image, right and bottom exclusive.
        windows: (N, 4) int64 boxes with the surroundings that the environment was drawn from.
    """

    foreground: Tensor
    environment: Tensor
    boxes: Tensor
    windows: Tensor


class PixelLists(NamedTuple):
    """The pixels of N masks, one list after the other, each from left to right and from top to bottom.

    Attributes:
        rows: (P,) int64.
        columns: (P,) int64.
        owners: (P,) int64 instance of each pixel, ascending.
        counts: (N,) int64 pixels an instance.
    """

    rows: Tensor
    columns: Tensor
    owners: Tensor
    counts: Tensor

    @property
    def starts(self) -> Tensor:
        """(N,) int64 where each list begins."""
        return self.counts.cumsum(0) - self.counts

    def boxes(self) -> Tensor:
        """(N, 4) int64 tight boxes, right and bottom exclusive; zeros for an empty mask."""
        zeros = self.counts.new_zeros(len(self.counts))

        def reduced(values: Tensor, reduction: str) -> Tensor:
            return zeros.scatter_reduce(0, self.owners, values, reduction, include_self=False)

        left, top = reduced(self.columns, "amin"), reduced(self.rows, "amin")
        return torch.stack([left, top, reduced(self.columns + 1, "amax"), reduced(self.rows + 1, "amax")], dim=1)

    def centroids(self) -> Tensor:
        """(N, 2) float64 mean row and column; zeros for an empty mask."""
        sums = torch.zeros(len(self.counts), 2, dtype=torch.float64, device=self.counts.device)
        sums.index_add_(0, self.owners, torch.stack([self.rows, self.columns], dim=1).double())
        return sums / self.counts.clamp(min=1)[:, None]


def list_pixels(instance_map: Tensor, instances: int) -> PixelLists:
    """List the pixels of all instances of an image.

    Args:
        instance_map: (H, W) integers, 0 for background, i + 1 for instance i.
        instances: N.
    """
    flat = instance_map.flatten()
    pixels = flat.nonzero()[:, 0]
    owners, order = (flat[pixels].long() - 1).sort(stable=True)
    pixels = pixels[order]
    width = instance_map.shape[1]
    return PixelLists(pixels // width, pixels % width, owners, owners.bincount(minlength=instances))


def enlarge_boxes(boxes: Tensor, share: float, height: int, width: int) -> Tensor:
    """Add a share of the side to each side of (N, 4) int64 boxes, whole pixels, as far as the image reaches.

    As released, a side counts from the first pixel to the last, one less than its length.
    """
    sides = (boxes[:, 2:] - boxes[:, :2] - 1).clamp(min=0)
    margins = (sides.double() * share).floor().long()
    limits = boxes.new_tensor([width, height])
    corners = (boxes[:, :2] - margins).clamp(min=0), (boxes[:, 2:] + margins).minimum(limits)
    return torch.cat(corners, dim=1)


def draw_foreground(pixels: PixelLists, number: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw pixels of each mask with replacement.

    Returns:
        (N, number, 2) int64 rows and columns; anything for an empty mask.
    """
    if not len(pixels.rows):
        return pixels.counts.new_zeros(len(pixels.counts), number, 2)
    ranks = _draw(pixels.counts, number, generator)
    index = (pixels.starts[:, None] + ranks).clamp(max=len(pixels.rows) - 1)
    return torch.stack([pixels.rows[index], pixels.columns[index]], dim=2)


def draw_environment(
    pixels: PixelLists, windows: Tensor, number: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw pixels of each window that are not of its own mask, with replacement, without ever listing them.

    Let the mask have the positions p0 < p1 < … in its window, row by row. Before the pixel that is free and has k free
    ones in front of it lie all p_j with p_j - j <= k; as p_j - j never falls, one binary search counts them.

    Args:
        pixels: The masks; each lies inside its window.
        windows: (N, 4) int64 xyxy, right and bottom exclusive.
        number: Points to draw.
        generator: As of ``torch.rand``.

    Returns:
        (N, number, 2) int64 rows and columns, and (N,) bool whether the window has any pixel to draw; rows and columns
        mean nothing where it has none.
    """
    widths = (windows[:, 2] - windows[:, 0]).clamp(min=1)
    areas = widths * (windows[:, 3] - windows[:, 1])
    free = areas - pixels.counts
    ranks = _draw(free, number, generator)
    left, top = windows[pixels.owners, 0], windows[pixels.owners, 1]
    positions = (pixels.rows - top) * widths[pixels.owners] + pixels.columns - left
    own_before = torch.arange(len(positions), device=positions.device) - pixels.starts[pixels.owners]
    # All instances in one search: each has a range of keys of its own.
    ranges = areas.cumsum(0) - areas
    keys = positions - own_before + ranges[pixels.owners]
    found = torch.searchsorted(keys, ranks + ranges[:, None], right=True) - pixels.starts[:, None]
    position = ranks + found.clamp(min=0).minimum(pixels.counts[:, None])
    rows = windows[:, 1:2] + position.div(widths[:, None], rounding_mode="floor")
    return torch.stack([rows, windows[:, 0:1] + position % widths[:, None]], dim=2), free > 0


def _draw(counts: Tensor, number: int, generator: torch.Generator | None) -> Tensor:
    """Draw (N, number) int64 numbers from 0 to below each of (N,) counts; 0 where that is 0.

    A generator draws on its own device, so that a seed gives the same points wherever the network runs.
    """
    device = counts.device if generator is None else generator.device
    uniform = torch.rand(len(counts), number, generator=generator, device=device, dtype=torch.float64)
    ranks = (uniform.to(counts.device) * counts[:, None]).long()
    return ranks.minimum(counts[:, None] - 1).clamp(min=0)


def frame_clouds(
    image: Tensor,
    instance_map: Tensor,
    labels: Tensor,
    foreground: int = 1000,
    environment: int = 500,
    margin: float = 0.2,
    generator: torch.Generator | None = None,
) -> PointClouds:
    """Turn all instances of an image into points at once.

    Args:
        image: (3, H, W) blue, green, red in [0, 255], uint8 or float.
        instance_map: (H, W) integers, 0 for background, i + 1 for instance i.
        labels: (N,) int64 class of each instance. Only instances of the same class are told from the background.
        foreground: F.
        environment: E.
        margin: Surroundings on each side, as a share of the box's side.
        generator: As of ``torch.rand``.
    """
    height, width = instance_map.shape
    pixels = list_pixels(instance_map, len(labels))
    boxes = pixels.boxes()
    windows = enlarge_boxes(boxes, margin, height, width)
    own = draw_foreground(pixels, foreground, generator)
    around, has_environment = draw_environment(pixels, windows, environment, generator)
    around = around.clamp(min=0).minimum(around.new_tensor([height - 1, width - 1]))  # windows without any pixel
    neighbours = instance_map[around[..., 0], around[..., 1]].long()
    same_class = torch.cat([labels.new_full((1,), -1), labels])[neighbours] == labels[:, None]
    categories = torch.where((neighbours > 0) & same_class, OTHER, BACKGROUND)
    colours = image.permute(1, 2, 0)
    return _clouds(
        pixels,
        (own, colours[own[..., 0], own[..., 1]]),
        (around, colours[around[..., 0], around[..., 1]], categories, has_environment),
        boxes,
        windows,
    )


def crop_clouds(
    pixels: Tensor,
    sizes: Tensor,
    corners: Tensor,
    foreground: int = 1000,
    environment: int = 500,
    generator: torch.Generator | None = None,
) -> PointClouds:
    """Turn N crops, one instance with its surroundings each, into points at once.

    Args:
        pixels: (P, 4) uint8, the pixels of all crops one after the other, row by row: blue, green, red, and the
            category: :data:`OWN` on the instance, :data:`OTHER` on others of its class, :data:`BACKGROUND` elsewhere.
        sizes: (N, 2) int64 height and width of each crop.
        corners: (N, 2) int64 row and column of each crop's first pixel in its image.
        foreground: F.
        environment: E.
        generator: As of ``torch.rand``.
    """
    areas = sizes.prod(1)
    starts = areas.cumsum(0) - areas
    (own_pixels,) = (pixels[:, 3] == OWN).nonzero(as_tuple=True)
    owners = torch.searchsorted(areas.cumsum(0), own_pixels, right=True)
    position, widths = own_pixels - starts[owners], sizes[owners, 1]
    lists = PixelLists(
        position.div(widths, rounding_mode="floor"), position % widths, owners, owners.bincount(minlength=len(sizes))
    )
    windows = torch.cat([torch.zeros_like(sizes), sizes.flip(1)], dim=1)
    own = draw_foreground(lists, foreground, generator)
    around, has_environment = draw_environment(lists, windows, environment, generator)

    def look_up(places: Tensor) -> Tensor:
        index = starts[:, None] + places[..., 0] * sizes[:, 1:] + places[..., 1]
        return pixels[index.clamp(max=len(pixels) - 1)]

    seen = look_up(around)
    shift = corners.flip(1).repeat(1, 2)
    return _clouds(
        lists,
        (own, look_up(own)[..., :3]),
        (around, seen[..., :3], seen[..., 3].long(), has_environment),
        lists.boxes() + shift,
        windows + shift,
    )


def _clouds(
    pixels: PixelLists,
    own: tuple[Tensor, Tensor],
    around: tuple[Tensor, Tensor, Tensor, Tensor],
    boxes: Tensor,
    windows: Tensor,
) -> PointClouds:
    centroids = pixels.centroids()[:, None]

    def features(places: Tensor, colours: Tensor) -> Tensor:
        offsets = (places - centroids) / OFFSET_UNIT
        return torch.cat([colours.float() / 255, offsets.float()], dim=2)

    codes = torch.tensor(CATEGORY_CODES, device=boxes.device)
    places, colours, categories, has_environment = around
    environment = torch.cat([features(places, colours), codes[categories]], dim=2)
    return PointClouds(
        foreground=features(*own) * (pixels.counts > 0)[:, None, None],
        environment=environment * has_environment[:, None, None],
        boxes=boxes,
        windows=windows,
    )


def embed_positions(boxes: Tensor) -> Tensor:
    """Turn boxes into waves: centre, width and height at eight wavelengths.

    Args:
        boxes: (N, 4) float xyxy from the first pixel to the last, as shares of the image's width and height.

    Returns:
        (N, 64) float: sines, then cosines, each of centre x, centre y, width + 1 and height + 1, at 100 / 1000^(i / 8).
    """
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    frequencies = 1000.0 ** (-torch.arange(8, dtype=boxes.dtype, device=boxes.device) / 8)
    angles = (100 * torch.cat([centres, sides], dim=1)[:, :, None] * frequencies).flatten(1)
    return torch.cat([angles.sin(), angles.cos()], dim=1)
