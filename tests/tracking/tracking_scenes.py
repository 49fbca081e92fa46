"""How the tracker tests draw masks and state detections."""

import numpy as np

from mots_plugin.formats.rle import boxes, decode, encode
from mots_plugin.structures import RLE, Frame, Observations, Tracks


def draw(*rows: str) -> RLE:
    """Encode a mask drawn with ``#`` for foreground, one string an image row."""
    return encode(np.array([list(row) for row in rows]) == "#")


def drawing(rle: RLE) -> list[str]:
    """Draw a mask as :func:`draw` takes it."""
    return ["".join("#" if pixel else "." for pixel in row) for row in decode(rle)]


def rectangle(x0: int, y0: int, x1: int, y1: int, height: int = 8, width: int = 8) -> RLE:
    """Encode a rectangle with exclusive right and bottom edges."""
    mask = np.zeros((height, width), bool)
    mask[y0:y1, x0:x1] = True
    return encode(mask)


def observe(boxes_xyxy=(), scores=None, labels=None, embeddings=None) -> Observations:
    """State box detections; score 0.9 and label 0 unless told."""
    count = len(boxes_xyxy)
    return Observations(
        np.array(boxes_xyxy, np.float32).reshape(-1, 4),
        np.full(count, 0.9, np.float32) if scores is None else np.array(scores, np.float32),
        np.zeros(count, np.int64) if labels is None else np.array(labels, np.int64),
        None,
        None if embeddings is None else np.array(embeddings, np.float32),
    )


def observe_masks(masks, scores=None, labels=None, embeddings=None) -> Observations:
    """State mask detections, their boxes tight."""
    plain = observe(boxes(masks), scores, labels, embeddings)
    return Observations(plain.boxes, plain.scores, plain.labels, list(masks), plain.embeddings)


def frame(index: int, flow=None, size=(8, 8)) -> Frame:
    return Frame(index, size, "street", flow)


def run(tracker, *detections: Observations) -> list[Tracks]:
    """Track a video given frame by frame, from its beginning."""
    tracker.reset()
    return [tracker.track(observations, frame(index)) for index, observations in enumerate(detections)]


def ids_by_row(tracks: Tracks) -> dict[int, int]:
    """Map the row of each detection that was reported to its identity."""
    return dict(zip(tracks.rows.tolist(), tracks.ids.tolist(), strict=True))
