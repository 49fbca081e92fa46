"""MAPT: panoptic segmentation whose instances are tracked by carried masks and by embeddings.

Shapes: B clips of two frames, N instances of a frame, H x W pixels of the original image, h x w cells of the motion
head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.structures import InstanceData, PixelData
from torch import Tensor
from torch.nn import functional

from mots_plugin.models.heads.motion_appearance_head import fuse_carried_features
from mots_plugin.models.layers.precision import put_out_single_precision, to_single_precision
from mots_plugin.models.proposals import propose
from mots_plugin.ops.coverage import cover_cells, cover_cells_by_segments, soft_overlaps
from mots_plugin.ops.label_maps import instances_of_label_map
from mots_plugin.ops.panoptic import PanopticMap, fuse_panoptic
from mots_plugin.ops.scale_augmentation import merge_detections, scale_image
from mots_plugin.structures import Observations, Tracks

from .online import OnlineMOT


class FrameFeatures(NamedTuple):
    """What the network computes of B frames before any head looks at objects."""

    pyramid: tuple[Tensor, ...]
    motion_source: Tensor
    semantic_logits: Tensor


class Remembered(NamedTuple):
    """The frame before: features that the motion head compares, and the (N, h, w) masks it carries along."""

    motion_source: Tensor
    masks: Tensor


@MODELS.register_module()
class MAPT(OnlineMOT):
    """Segments all pixels, then tracks things by motion and appearance (Hurtado et al., section III).

    Args:
        detector: Config of a two-stage detector whose region head is a ``MaskLogitsRoIHead``. Its neck takes the first
            maps of its backbone, the semantic head the last; so a ``RegNetY`` gives it a dilated one. Before them comes
            the stem, if the semantic head takes one.
        semantic_head: Config of an ``AlignedSemanticHead``.
        thing_ids: Semantic class of each detector class.
        tracker: Config of a tracker.
        fusion: Options of :func:`mots_plugin.ops.panoptic.fuse_panoptic`.
        test_scales: Further sizes, as parts of the input's, in which a frame is segmented when testing (the paper's
            scale augmentation, of which it says no more): class scores are averaged, detections of all sizes go through
            the detector's suppression once more. Tracking looks at the input's own size.
        motion_head: Config of a ``MotionPropagationHead``; None for trackers without the cue of carried masks.
        motion_source: What the motion head compares: ``'semantic'`` features, or the finest level of the
            ``'pyramid'``, as MaskProp does.
        appearance_head: Config of a ``MotionAppearanceHead``; None for trackers without embeddings.
        data_preprocessor: Config of ``TrackDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        detector: dict,
        semantic_head: dict,
        thing_ids: list[int],
        tracker: dict,
        fusion: dict | None = None,
        test_scales: Sequence[float] = (),
        motion_head: dict | None = None,
        motion_source: str = "semantic",
        appearance_head: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(tracker, data_preprocessor, init_cfg)
        if motion_source not in ("semantic", "pyramid"):
            raise ValueError(f"MAPT: motion_source {motion_source!r} is neither 'semantic' nor 'pyramid'")
        self.detector = MODELS.build(detector)
        self.semantic_head = MODELS.build(semantic_head)
        self.motion_head: Any = MODELS.build(motion_head) if motion_head is not None else None
        self.appearance_head: Any = MODELS.build(appearance_head) if appearance_head is not None else None
        self.motion_source = motion_source
        self.fusion = fusion or {}
        if not all(0 < factor < math.inf for factor in test_scales):
            raise ValueError(f"MAPT: test_scales {tuple(test_scales)} are not all positive numbers")
        self.test_scales = tuple(test_scales)
        self.register_buffer("thing_ids", torch.tensor(thing_ids), persistent=False)
        roi_head = self.detector.roi_head
        for head in (self.detector.rpn_head, roi_head.bbox_head, roi_head.mask_head, self.semantic_head.classify):
            put_out_single_precision(head)
        self.reset_network()

    def reset_network(self) -> None:
        """Forget the frame before."""
        self._before: Remembered | None = None

    def _extract(self, images: Tensor) -> FrameFeatures:
        stages = self.detector.backbone(images)
        stem = None
        if self.semantic_head.stem_channels is not None:
            stem, *stages = stages
        pyramid = self.detector.neck(stages[: self.detector.neck.num_inputs])
        features, logits = self.semantic_head(pyramid, stages[-1], stem)
        source = features if self.motion_source == "semantic" else pyramid[0]
        return FrameFeatures(to_single_precision(pyramid), source, logits)

    def loss(self, inputs: Tensor, data_samples: list[TrackDataSample], **kwargs: Any) -> dict[str, Tensor]:
        """Losses on pairs of frames, each frame the other's past once: twice the instances to carry, for one pass.

        Args:
            inputs: (B, 2, 3, H, W) pairs.
            data_samples: B samples of two frames with boxes, masks, labels, ``instances_ids`` and ``gt_sem_seg``.
            **kwargs: Not used; part of the base class's signature.

        Returns:
            Losses of all heads; the total is their plain sum, as in the paper.
        """
        images = inputs.flatten(0, 1)
        frames = [frame for clip in data_samples for frame in clip]
        features = self._extract(images)
        losses, proposals = propose(
            self.detector.rpn_head, features.pyramid, frames, self.detector.train_cfg.rpn_proposal
        )
        regions: list[tuple[Tensor, Tensor, Tensor]] = []
        if self.appearance_head is not None:
            regions = [self.appearance_head.get_targets(*pair) for pair in zip(proposals, frames, strict=True)]
        losses.update(self.detector.roi_head.loss(features.pyramid, proposals, frames))
        losses.update(self.semantic_head.loss(features.semantic_logits, frames, tuple(images.shape[2:])))
        carried = None
        if self.motion_head is not None:
            carried, motion_loss = self._motion_loss(features.motion_source, frames, images.shape[-1])
            losses.update(motion_loss)
        if self.appearance_head is not None:
            losses.update(self._appearance_loss(features.pyramid, carried, regions, frames))
        return losses

    def _motion_loss(self, source: Tensor, frames: list[DetDataSample], width: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Carry the true masks of each frame to the other one of its pair.

        Returns:
            (2B, F, h, w) features carried to each frame, and the loss.
        """
        cell = width // source.shape[-1] * self.motion_head.stride
        cells = self.motion_head.mask_size(source)
        masks = []
        for frame in frames:
            whole = frame.gt_instances.masks.to_tensor(torch.float32, source.device)
            covered = cover_cells(whole, cell)
            masks.append(functional.pad(covered, (0, cells[1] - covered.shape[2], 0, cells[0] - covered.shape[1])))
        others = [now ^ 1 for now in range(len(frames))]
        carried, logits = zip(
            *self.motion_head(source[others], source, [masks[other] for other in others]), strict=True
        )
        targets = [_same_objects(masks[now], frames[now], frames[other]) for now, other in enumerate(others)]
        features = torch.cat([fuse_carried_features(moved) for moved in carried])
        return features, self.motion_head.loss(torch.cat(logits), torch.cat(targets))

    def _appearance_loss(
        self,
        pyramid: tuple[Tensor, ...],
        carried: Tensor | None,
        regions: list[tuple[Tensor, Tensor, Tensor]],
        frames: list[DetDataSample],
    ) -> dict[str, Tensor]:
        boxes, masks, identities = zip(*regions, strict=True)
        embeddings = self.appearance_head(pyramid, bbox2roi(boxes), torch.cat(masks), carried)
        by_frame = embeddings.float().split([len(part) for part in boxes])
        pairs = []
        for now in range(len(frames)):
            other = now ^ 1
            objects = len(frames[other].gt_instances)
            pairs.append((by_frame[now], identities[now], by_frame[other][:objects], identities[other][:objects]))
        return self.appearance_head.loss(pairs)

    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Segment a frame; its observations are the instances that own pixels, and their masks do not overlap."""
        features, found, class_scores = self._segment(image, sample)
        if self.test_scales:
            found, class_scores = self._segment_in_other_sizes(image, sample, found, class_scores)
        fused = self._fuse(class_scores, found, sample)
        ranks = fused.kept.new_full((len(found) + 1,), -1)  # the last for pixels without an instance, -1
        ranks[fused.kept] = torch.arange(len(fused.kept), device=ranks.device)
        found, count = found[fused.kept], len(fused.kept)
        segments = ranks[fused.instances]
        sample.segments = (fused.classes.cpu().numpy(), segments.cpu().numpy())

        carried, overlaps = None, None
        if self.motion_head is not None:
            carried, overlaps = self._carry(features.motion_source, segments, count, sample, image)
        embeddings = None
        if self.appearance_head is not None:
            cells = self.appearance_head.roi_feat_size
            masks = functional.interpolate(found.mask_logits[:, None], size=(cells, cells), mode="bilinear")[:, 0] > 0
            regions = bbox2roi([found.bboxes])
            embeddings = self.appearance_head(features.pyramid, regions, masks, carried).float().cpu().numpy()
        _, boxes, codes = instances_of_label_map(sample.segments[1] + 1, tuple(sample.ori_shape[:2]))
        yield (
            sample,
            Observations(
                boxes=boxes,
                scores=found.scores.float().cpu().numpy(),
                labels=found.labels.cpu().numpy().astype("int64"),
                masks=codes,
                embeddings=embeddings,
                carried_overlaps=None if overlaps is None else overlaps.cpu().numpy(),
                rows=np.arange(count),
            ),
        )

    def _segment(self, image: Tensor, sample: DetDataSample) -> tuple[FrameFeatures, InstanceData, Tensor]:
        """Return features, detections, and the (1, K, h, w) class scores of the input without its padding."""
        features = self._extract(image)
        proposals = self.detector.rpn_head.predict(features.pyramid, [sample], rescale=False)
        (found,) = self.detector.roi_head.predict(features.pyramid, proposals, [sample], rescale=False)
        enlarged = _resize(features.semantic_logits, tuple(image.shape[2:]))
        return features, found, enlarged[..., : sample.img_shape[0], : sample.img_shape[1]]

    def _segment_in_other_sizes(
        self, image: Tensor, sample: DetDataSample, found: InstanceData, class_scores: Tensor
    ) -> tuple[InstanceData, Tensor]:
        """Return detections and class scores as :meth:`_segment` does, from all sizes together."""
        size = tuple(sample.img_shape[:2])
        all_found, all_scores = [found], [class_scores]
        for factor in self.test_scales:
            scaled, scaled_size = scale_image(image, size, factor)
            scaled_sample = DetDataSample(metainfo={**sample.metainfo, "img_shape": scaled_size})
            _, found, class_scores = self._segment(scaled, scaled_sample)
            down, across = (before / now for before, now in zip(size, scaled_size, strict=True))
            found.bboxes = found.bboxes * found.bboxes.new_tensor([across, down, across, down])
            all_found.append(found)
            all_scores.append(_resize(class_scores, size))
        rcnn = self.detector.test_cfg.rcnn
        return merge_detections(all_found, rcnn.nms, rcnn.max_per_img), torch.stack(all_scores).mean(dim=0)

    def _fuse(self, class_scores: Tensor, found: InstanceData, sample: DetDataSample) -> PanopticMap:
        """Panoptic map of the original image."""
        enlarged = _resize(class_scores, tuple(sample.ori_shape[:2]))
        boxes = found.bboxes / found.bboxes.new_tensor(sample.scale_factor).repeat(2)
        classes = self.thing_ids[found.labels]
        return fuse_panoptic(
            enlarged[0], found.mask_logits.float(), boxes, found.scores, classes, self.thing_ids, **self.fusion
        )

    def _carry(
        self, source: Tensor, segments: Tensor, count: int, sample: DetDataSample, image: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Carry the masks of the frame before to this one, and remember this one's.

        Returns:
            (1, F, h, w) carried features, and (N, P) overlaps of this frame's instances with the P carried masks.
        """
        cells = self.motion_head.mask_size(source)
        pixels = image.shape[-1] // source.shape[-1] * self.motion_head.stride
        across, down = (factor / pixels for factor in sample.scale_factor)
        masks = cover_cells_by_segments(segments, count, cells, (across, down))
        before, self._before = self._before, Remembered(source, masks)
        if before is None:
            before = Remembered(source, masks[:0])
        ((moved, logits),) = self.motion_head(before.motion_source, source, [before.masks])
        return fuse_carried_features(moved), soft_overlaps(masks, logits.float().sigmoid())

    def complete(self, sample: DetDataSample, observations: Observations, tracks: Tracks) -> None:
        """Paint identities into the panoptic map.

        ``pred_panoptic_seg.sem_seg`` is (1, H, W) int64, class << 16 | identity. Stuff, and things without a track,
        have identity 0.
        """
        classes, segments = sample.pop("segments")
        identities = np.zeros(len(observations) + 1, np.int64)  # the last for pixels without an instance, -1
        identities[tracks.rows] = tracks.ids
        ids = classes << 16 | identities[segments]
        sample.pred_panoptic_seg = PixelData(sem_seg=torch.from_numpy(ids)[None])


def _resize(maps: Tensor, size: tuple[int, ...]) -> Tensor:
    if maps.shape[2:] == size:
        return maps
    return functional.interpolate(maps, size=size, mode="bilinear", align_corners=False)


def _same_objects(masks: Tensor, frame: DetDataSample, other: DetDataSample) -> Tensor:
    """The masks of the other frame's objects in this frame, in the other's order; empty where one is not there."""
    same = other.gt_instances.instances_ids[:, None] == frame.gt_instances.instances_ids[None]
    return torch.einsum("ij,jhw->ihw", same.to(masks.dtype), masks)
