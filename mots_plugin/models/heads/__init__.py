"""Heads: proposals, and what is made of region features."""

from .aligned_semantic_head import AlignedSemanticHead
from .association_head import AssociationHead
from .association_roi_head import AssociationRoIHead
from .coarse_rpn_head import CoarseRPNHead
from .deeplab_mask_head import DeepLabMaskHead
from .instance_embedding import InstanceEmbedding, StagedInstanceEmbedding
from .jde_head import JDEHead
from .mask_logits_roi_head import MaskLogitsRoIHead
from .motion_appearance_head import MotionAppearanceHead
from .motion_propagation_head import MotionPropagationHead
from .separable_mask_head import SeparableMaskHead
from .spatial_embedding_head import SpatialEmbeddingHead

__all__ = [
    "AlignedSemanticHead",
    "AssociationHead",
    "AssociationRoIHead",
    "CoarseRPNHead",
    "DeepLabMaskHead",
    "InstanceEmbedding",
    "JDEHead",
    "MaskLogitsRoIHead",
    "MotionAppearanceHead",
    "MotionPropagationHead",
    "SeparableMaskHead",
    "SpatialEmbeddingHead",
    "StagedInstanceEmbedding",
]
