"""TrackR-CNN: Mask R-CNN with temporal convolution and an association head (MOTS paper, section 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from mmdet.registry import MODELS
from mmdet.structures import DetDataSample, TrackDataSample
from torch import Tensor

from mots_plugin.models.layers.precision import put_out_single_precision, to_single_precision
from mots_plugin.models.proposals import propose
from mots_plugin.ops import encode_crops, paste_crops
from mots_plugin.structures import Observations

from .online import OnlineMOT


@MODELS.register_module()
class TrackRCNN(OnlineMOT):
    """Detects, segments and embeds objects frame by frame, with temporal context from neighbouring frames.

    Args:
        detector: Config of a two-stage detector whose region head is an :class:`AssociationRoIHead`; without a mask
            head, boxes are tracked.
        tracker: Config of a tracker.
        temporal: Config of a temporal block over the detector's features, or None for single frames.
        data_preprocessor: Config of ``TrackDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        detector: dict,
        tracker: dict,
        temporal: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(tracker, data_preprocessor, init_cfg)
        self.detector = MODELS.build(detector)
        self.temporal = MODELS.build(temporal) if temporal is not None else None
        roi_head = self.detector.roi_head
        heads = [self.detector.rpn_head, roi_head.bbox_head, roi_head.association_head]
        if roi_head.with_mask:
            heads.append(roi_head.mask_head)
        for head in heads:
            put_out_single_precision(head)
        self.reset_network()

    def reset_network(self) -> None:
        """Forget the frames that the temporal block holds back."""
        self._stream = self.temporal.stream() if self.temporal is not None else None
        self._waiting: deque[DetDataSample] = deque()

    def loss(self, inputs: Tensor, data_samples: list[TrackDataSample], **kwargs: Any) -> dict[str, Tensor]:
        """Losses on clips of adjacent frames.

        Args:
            inputs: (B, T, 3, H, W) clips.
            data_samples: B samples of T frames with masks, labels and ``instances_ids``.
            **kwargs: Not used; part of the base class's signature.

        Returns:
            RPN, box, class and, with a mask head, mask losses, averaged over frames, and ``loss_association``, averaged
            over clips.
        """
        clip_length = inputs.size(1)
        frames = [frame for clip in data_samples for frame in clip]
        features = self.detector.extract_feat(inputs.flatten(0, 1))
        if self.temporal is not None:
            features = self.temporal(features, clip_length)
        losses, proposals = propose(self.detector.rpn_head, features, frames, self.detector.train_cfg.rpn_proposal)
        features = to_single_precision(features)
        losses.update(self.detector.roi_head.loss(features, proposals, frames, clip_length=clip_length))
        return losses

    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Take a frame in; with a temporal block, yield the one before, whose right neighbour has now been seen."""
        self._waiting.append(sample)
        features = self.detector.extract_feat(image)
        ready = [features] if self._stream is None else self._stream.push(features)
        for frame_features in ready:
            yield self._detect(frame_features)

    def finish(self) -> Iterator[tuple[DetDataSample, Observations]]:
        """Yield the last frame, whose right neighbour does not exist."""
        if self._stream is not None:
            for frame_features in self._stream.finish():
                yield self._detect(frame_features)

    def _detect(self, features: tuple[Tensor, ...]) -> tuple[DetDataSample, Observations]:
        sample = self._waiting.popleft()
        proposals = self.detector.rpn_head.predict(features, [sample], rescale=False)
        (found,) = self.detector.roi_head.predict(features, proposals, [sample], rescale=True)
        host = {name: value.detach().float().cpu().numpy() for name, value in found.items()}
        crops = None
        if self.detector.roi_head.with_mask:
            threshold = self.detector.roi_head.test_cfg.mask_thr_binary
            crops = paste_crops(host["mask_probabilities"], host["bboxes"], sample.ori_shape[:2], threshold)
        observations = Observations(
            boxes=host["bboxes"],
            scores=host["scores"],
            labels=host["labels"].astype("int64"),
            masks=None if crops is None else encode_crops(crops, *sample.ori_shape[:2]),
            embeddings=host["embeddings"],
            crops=crops,
        )
        return sample, observations
