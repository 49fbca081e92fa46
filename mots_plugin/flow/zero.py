"""No motion: what remains of a flow-based cue when nothing is warped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.flow.provider import FlowQuery


class ZeroFlow:
    """Flow that is zero everywhere, for ablations without motion."""

    def flow(self, query: FlowQuery) -> NDArray[np.float32] | None:
        """Return a ``(1, 1, 2)`` grid of zeros, which covers the whole image; None for the first frame."""
        return None if query.previous_image_path is None else np.zeros((1, 1, 2), np.float32)
