"""Python entry points.

    from mots_plugin.apis import evaluate, init_model, track_video

    model = init_model("config.py", "checkpoint.pth")
    for frame in track_video(model, "street.mp4"):
        print(frame.number, frame.ids, frame.boxes)
    scores = evaluate("instances_txt", "tracks", "kitti_mots", ["smotsa", "hota"])

Nothing is imported before it is asked for: tools without a network use the other modules here, and need no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mots_plugin.apis.scoring import evaluate
    from mots_plugin.apis.video_tracking import TrackedFrame, init_model, track_video

__all__ = ["TrackedFrame", "evaluate", "init_model", "track_video"]

_MODULES = {
    "evaluate": "scoring",
    "init_model": "video_tracking",
    "track_video": "video_tracking",
    "TrackedFrame": "video_tracking",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
