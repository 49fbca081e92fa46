"""What takes the place of a tracker's networks when they run from ONNX files; the rest stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.export.networks import (
    SIZE_DIVISOR,
    EmbeddingNetwork,
    ExportedNetwork,
    networks_of,
)
from mots_plugin.export.session import OnnxSession
from mots_plugin.formats.errors import FormatError
from mots_plugin.models.heads.instance_embedding import PointCloudHead
from mots_plugin.models.heads.jde_head import JDEHead, in_original_image
from mots_plugin.models.heads.spatial_embedding_head import InstanceMap, SpatialEmbeddingHead
from mots_plugin.models.mot.jde import JDE
from mots_plugin.models.mot.online import OnlineMOT
from mots_plugin.models.mot.pointtrack import PointTrack, SegmentAndEmbed


class OnnxDetector(nn.Module):
    """Stands in for JDE's detector.

    Args:
        session: A file of :class:`~mots_plugin.export.networks.DetectionNetwork`.
        head: The head that it was exported from, for its thresholds.
    """

    def __init__(self, session: OnnxSession, head: JDEHead) -> None:
        super().__init__()
        self._session = session
        self._select = head.select

    @property
    def bbox_head(self) -> OnnxDetector:
        """What decodes the output of :meth:`extract_feat`."""
        return self

    def extract_feat(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return boxes, scores and embeddings of all anchors; see the file's outputs."""
        return self._session(images=images)

    def predict(
        self, predictions: Sequence[Tensor], samples: Sequence[DetDataSample], rescale: bool = True
    ) -> list[InstanceData]:
        """Do as :meth:`JDEHead.predict` does, from what :meth:`extract_feat` returned."""
        results = []
        for boxes, scores, embeddings, sample in zip(*predictions, samples, strict=True):
            found = self._select(scores, boxes.__getitem__)
            anchors = len(boxes) // len(embeddings)
            found.embeddings = embeddings[found.pop("rows") // anchors]
            if rescale:
                found.bboxes = in_original_image(found.bboxes, sample)
            results.append(found)
        return results


class OnnxSegmenter(nn.Module):
    """Stands in for PointTrack's segmenter.

    Args:
        session: A file of :class:`~mots_plugin.export.networks.SegmentationNetwork`.
        head: The head that it was exported from, for its thresholds.
    """

    def __init__(self, session: OnnxSession, head: SpatialEmbeddingHead) -> None:
        super().__init__()
        self._session = session
        self._cluster = head.cluster

    def segment(self, images: Tensor) -> list[InstanceMap]:
        """Instances of (B, 3, H, W) images, at their resolution."""
        height, width = images.shape[-2:]
        enlarged = (0, -width % SIZE_DIVISOR, 0, -height % SIZE_DIVISOR)
        maps = self._session(images=functional.pad(images, enlarged, mode="replicate"))
        return self._cluster(*(part[..., :height, :width] for part in maps))


class OnnxEmbedding(nn.Module):
    """Stands in for PointTrack's embedding.

    Args:
        session: A file of :class:`~mots_plugin.export.networks.EmbeddingNetwork`.
        head: The head that it was exported from, which draws the points.
    """

    def __init__(self, session: OnnxSession, head: PointCloudHead) -> None:
        super().__init__()
        self._session = session
        self._draw_points = head.draw_points

    def embed(self, image: Tensor, instance_map: Tensor, labels: Tensor) -> Tensor:
        """Embed all instances of an image; see :meth:`PointCloudHead.embed`."""
        points = self._draw_points(image, instance_map, labels)
        (embeddings,) = self._session(**dict(zip(EmbeddingNetwork.inputs, points, strict=True)))
        return embeddings


def run_from_files(model: OnlineMOT, folder: Path) -> None:
    """Let files of a folder take the place of a tracker's networks.

    Args:
        model: The tracker that they were exported from, weights or not; changed in place.
        folder: What ``tools/export_onnx.py`` wrote.

    Raises:
        FormatError: A file is missing, cannot be read or is not of this model; or the model has no networks to replace.
    """
    try:
        networks = networks_of(model)
    except ValueError as error:
        raise FormatError(folder, f"the config's model {error}", "pass a checkpoint instead") from None
    sessions = {name: _open(folder / f"{name}.onnx", network) for name, network in networks.items()}
    if isinstance(model, JDE):
        model.detector = OnnxDetector(sessions["detector"], model.detector.bbox_head)
    if isinstance(model, PointTrack):
        segmenters = [session for name, session in sessions.items() if name.startswith("segmenter")]
        embeddings = [session for name, session in sessions.items() if name.startswith("embedding")]
        for pair, segmenter, embedding in zip(model.networks, segmenters, embeddings, strict=True):
            assert isinstance(pair, SegmentAndEmbed)
            pair.segmenter = OnnxSegmenter(segmenter, pair.segmenter.head)
            pair.embedding = OnnxEmbedding(embedding, pair.embedding)


def _open(path: Path, network: ExportedNetwork) -> OnnxSession:
    if not path.is_file():
        raise FormatError(path, "not found", "write it with tools/export_onnx.py")
    session = OnnxSession(path, path.read_bytes(), network.outputs)
    if network.class_axis is not None and session.length(*network.class_axis) != network.num_classes:
        problem = f"tells {session.length(*network.class_axis)} classes apart, the config {network.num_classes}"
        raise FormatError(path, problem, "pass the config that it was exported with")
    return session
