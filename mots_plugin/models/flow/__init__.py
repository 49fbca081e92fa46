"""Networks that estimate optical flow, behind arrays."""

from .torchvision_raft import TorchvisionRAFT

__all__ = ["TorchvisionRAFT"]
