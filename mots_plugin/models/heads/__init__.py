"""Heads: proposals, and what is made of region features."""

from .association_head import AssociationHead
from .association_roi_head import AssociationRoIHead
from .coarse_rpn_head import CoarseRPNHead
from .deeplab_mask_head import DeepLabMaskHead
from .instance_embedding import InstanceEmbedding, StagedInstanceEmbedding
from .jde_head import JDEHead
from .spatial_embedding_head import SpatialEmbeddingHead

__all__ = [
    "AssociationHead",
    "AssociationRoIHead",
    "CoarseRPNHead",
    "DeepLabMaskHead",
    "InstanceEmbedding",
    "JDEHead",
    "SpatialEmbeddingHead",
    "StagedInstanceEmbedding",
]
