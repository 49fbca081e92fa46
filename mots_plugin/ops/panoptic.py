"""Panoptic fusion: class scores of every pixel and instances become one map of segments.

Shapes: K classes, N instances, H x W pixels of the original image, s x s cells of an instance's mask.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class PanopticMap(NamedTuple):
    """One segment a pixel.

    Attributes:
        classes: (H, W) int64 class of each pixel, or ``void``.
        instances: (H, W) int64 row of the instance that owns a pixel, -1 for none.
        kept: (M,) int64 rows of the instances that own a pixel at all, highest score first.
    """

    classes: Tensor
    instances: Tensor
    kept: Tensor


class BoxPixels(NamedTuple):
    """The pixels of N boxes, box after box, P in all.

    Attributes:
        owners: (P,) int64 which box.
        pixels: (P,) int64 index in the flattened image.
        logits: (P,) mask logits there.
        counts: N numbers of pixels.
    """

    owners: Tensor
    pixels: Tensor
    logits: Tensor
    counts: list[int]


def sample_masks_in_boxes(mask_logits: Tensor, boxes: Tensor, image_shape: tuple[int, int]) -> BoxPixels:
    """Resample masks at the pixels whose centre lies in their box, bilinearly; what lies outside is never touched.

    Args:
        mask_logits: (N, s, s), cells spanning the box; beyond the centres of the outermost cells their value holds.
        boxes: (N, 4) xyxy in pixels of the image.
        image_shape: (H, W).
    """
    height, width = image_shape
    limits = boxes.new_tensor([width, height, width, height])
    left, top, right, bottom = torch.ceil(boxes - 0.5).clamp(min=boxes.new_zeros(4), max=limits).long().unbind(1)
    columns, rows = (right - left).clamp(min=0), (bottom - top).clamp(min=0)
    areas = columns * rows
    owners = torch.repeat_interleave(torch.arange(len(boxes), device=boxes.device), areas)
    position = torch.arange(len(owners), device=boxes.device) - (areas.cumsum(0) - areas)[owners]
    y = top[owners] + torch.div(position, columns[owners], rounding_mode="floor")
    x = left[owners] + position % columns[owners]
    cells = mask_logits.shape[-1]
    sizes = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1e-6)
    u = ((x + 0.5 - boxes[owners, 0]) / sizes[owners, 0] * cells - 0.5).clamp(0, cells - 1)
    v = ((y + 0.5 - boxes[owners, 1]) / sizes[owners, 1] * cells - 0.5).clamp(0, cells - 1)
    u0, v0 = u.long().clamp(max=cells - 2), v.long().clamp(max=cells - 2)
    across, down = u - u0, v - v0
    flat = mask_logits.flatten()
    corner = (owners * cells + v0) * cells + u0
    upper = torch.lerp(flat[corner], flat[corner + 1], across)
    lower = torch.lerp(flat[corner + cells], flat[corner + cells + 1], across)
    return BoxPixels(owners, y * width + x, torch.lerp(upper, lower, down), areas.tolist())


def without_hidden_instances(found: BoxPixels, pixel_count: int, max_hidden: float) -> Tensor:
    """Drop instances of which too much is covered by better ones, one after another.

    Args:
        found: Pixels of instances in descending order of score; a mask is where the logit is above 0.
        pixel_count: H * W.
        max_hidden: Largest part of a mask that instances kept before may cover.

    Returns:
        (N,) bool, which are kept; those without a single pixel are not.
    """
    occupied = torch.zeros(pixel_count, dtype=torch.bool, device=found.pixels.device)
    kept = []
    inside = found.logits > 0
    for pixels, covered in zip(found.pixels.split(found.counts), inside.split(found.counts), strict=True):
        mask = pixels[covered]
        keep = len(mask) > 0 and int(occupied[mask].sum()) <= max_hidden * len(mask)
        if keep:
            occupied[mask] = True
        kept.append(keep)
    return torch.tensor(kept, dtype=torch.bool, device=found.pixels.device)


def fuse_panoptic(
    semantic_logits: Tensor,
    mask_logits: Tensor,
    boxes: Tensor,
    scores: Tensor,
    thing_classes: Tensor,
    all_things: Tensor,
    max_hidden: float = 0.5,
    instance_factor: float = 1.0,
    unclaimed: str = "stuff",
    min_unclaimed_area: int = 0,
    min_stuff_area: int = 0,
    void: int = 255,
) -> PanopticMap:
    """Let stuff and instances compete for every pixel (EfficientPS; MAPT, equation 8).

    An instance's score at a pixel of its box is ``(sigmoid(A) + sigmoid(B)) * (A + B)``, A its mask logit and B the
    semantic logit of its class; stuff has its semantic logit. The highest takes the pixel.

    Args:
        semantic_logits: (K, H, W).
        mask_logits: (N, s, s).
        boxes: (N, 4) xyxy in pixels of the image.
        scores: (N,) which instances come first where masks overlap.
        thing_classes: (N,) int64 semantic class of each instance.
        all_things: (T,) int64 semantic classes that have instances; the others are stuff.
        max_hidden: Largest part of a mask that better instances may cover.
        instance_factor: Factor on the mask logit; 4 in the code of EfficientPS, 1 in the papers.
        unclaimed: What becomes of pixels that no instance claims although a thing class scores highest: ``'stuff'``,
            the best stuff class; ``'void'``, as in the code of EfficientPS, which STQ takes for an error; ``'thing'``,
            that class without an instance, where they are enough.
        min_unclaimed_area: How many such pixels of a class in the image are enough; fewer are taken for the ragged
            edges of instances and become stuff: to panoptic quality they would be a false segment a class and frame.
        min_stuff_area: Stuff classes with fewer pixels in the image become void; 2048 in the code of EfficientPS.
        void: Class id of pixels without one.

    Raises:
        ValueError: ``unclaimed`` is none of the three.
    """
    if unclaimed not in ("stuff", "void", "thing"):
        raise ValueError(f"fuse_panoptic: unclaimed is {unclaimed!r}; it must be 'stuff', 'void' or 'thing'")
    height, width = semantic_logits.shape[1:]
    order = scores.argsort(descending=True, stable=True)
    found = sample_masks_in_boxes(mask_logits[order], boxes[order], (height, width))
    kept = without_hidden_instances(found, height * width, max_hidden)
    scored = kept[found.owners]
    owners, pixels, logits = found.owners[scored], found.pixels[scored], instance_factor * found.logits[scored]
    flat = semantic_logits.flatten(1)
    semantic = flat[thing_classes[order][owners], pixels]
    fused = (logits.sigmoid() + semantic.sigmoid()) * (logits + semantic)

    stuff = torch.ones(len(flat), dtype=torch.bool, device=flat.device)
    stuff[all_things] = False
    best_stuff, stuff_class = flat[stuff].max(dim=0)
    stuff_class = stuff.nonzero()[:, 0][stuff_class]
    best = best_stuff.scatter_reduce(0, pixels, fused, "amax")
    wins = (fused == best[pixels]) & (fused > best_stuff[pixels])
    nobody = len(order)
    winner = torch.full_like(stuff_class, nobody).scatter_reduce(0, pixels[wins], owners[wins], "amin")

    claimed = winner < nobody
    classes = stuff_class
    if unclaimed == "void":
        classes = torch.where(stuff[flat.argmax(dim=0)], stuff_class, void)
    elif unclaimed == "thing":
        highest = flat.argmax(dim=0)
        areas = torch.bincount(highest[~claimed], minlength=len(flat))
        classes = torch.where(areas[highest] >= min_unclaimed_area, highest, stuff_class)
    if min_stuff_area:
        areas = torch.bincount(classes[~claimed], minlength=void + 1)
        classes = torch.where(areas[classes] < min_stuff_area, void, classes)
    rows = torch.cat([order, order.new_tensor([-1])])
    instance_classes = torch.cat([thing_classes[order], thing_classes.new_tensor([void])])
    return PanopticMap(
        torch.where(claimed, instance_classes[winner], classes).view(height, width),
        rows[winner].view(height, width),
        order[torch.unique(winner[claimed])],
    )
