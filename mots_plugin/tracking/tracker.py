"""One tracker for all methods: stages of association, a lifecycle, and memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mots_plugin.structures import Frame, Observations, Tracks
from mots_plugin.tracking.association import Stage, associate
from mots_plugin.tracking.duplicates import DuplicateRule
from mots_plugin.tracking.lifecycle import STATE_NAMES, Lifecycle, TrackState, states_by_name
from mots_plugin.tracking.memory import EmbeddingGallery, IdAllocator, MotionModel, TrackBank
from mots_plugin.tracking.overlap import check_priority, without_overlaps


class StagedTracker:
    """Links the observations of a video, frame by frame, to tracks.

    Each frame: drop what is too weak to look at, run the stages, start tracks from what no stage matched, advance the
    lifecycle, report. A frame without observations takes the same path, so tracks age.

    Args:
        stages: Rounds of matching, in order.
        lifecycle: When tracks begin and end.
        gallery: Earlier embeddings, where a cue compares against them.
        overlap: Who keeps the pixels that two reported masks share: ``'score'``, ``'bottom'`` (see
            :func:`~mots_plugin.tracking.overlap.without_overlaps`), or None inside a ``PerClassTracker``, which
            resolves overlaps over all classes. What a track remembers is the mask as it was detected.
        motion: Predicts where tracks go, and smooths their boxes; without it they are looked for where they were seen.
        moving_states: States of the tracks that it predicts; others stay where they are until they are seen.
        embedding_momentum: Share that a track's embedding keeps of itself when the track is seen (JDE, eq. 7), all of
            them unit vectors; None: the last one is kept as it is.
        duplicates: Which tracks stand for an object that another one stands for, and end.

    Attributes:
        id_allocator: Where identities come from; trackers of one video share it.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        lifecycle: Lifecycle,
        gallery: EmbeddingGallery | None = None,
        overlap: str | None = None,
        motion: MotionModel | None = None,
        moving_states: Sequence[str] = STATE_NAMES,
        embedding_momentum: float | None = None,
        duplicates: DuplicateRule | None = None,
    ) -> None:
        self.stages = list(stages)
        self.lifecycle = lifecycle
        self.gallery = gallery
        self.motion = motion
        self.overlap = check_priority(overlap)
        self.embedding_momentum = embedding_momentum
        self.duplicates = duplicates
        self._moves = states_by_name(moving_states, "StagedTracker")
        self.id_allocator = IdAllocator()
        self.reset()

    def reset(self) -> None:
        """Forget everything, before the first frame of a video."""
        self.id_allocator.reset()
        if self.gallery is not None:
            self.gallery.clear()
        self.bank = TrackBank.empty(self.gallery, self.motion, self.embedding_momentum)
        self._last_frame = -1

    def track(self, observations: Observations, frame: Frame) -> Tracks:
        """Give identities to the observations of the next frame.

        Args:
            observations: All detections of the frame.
            frame: Which frame it is; its index is higher than that of the call before.

        Returns:
            The confirmed tracks seen in this frame, in the order of their birth.

        Raises:
            ValueError: Frames out of order.
        """
        if frame.index <= self._last_frame:
            raise ValueError(
                f"frame {frame.index} of {frame.video_name!r} comes after frame {self._last_frame}; "
                "call reset() before each video"
            )
        self.bank.predict(frame.index, frame.index - self._last_frame, self._moves[self.bank.states])
        self._last_frame = frame.index

        rows = self.lifecycle.usable(observations)
        usable = observations if len(rows) == len(observations) else observations.select(rows)
        matched = associate(self.stages, self.bank, usable, frame)
        seen = np.flatnonzero(matched >= 0)
        self.bank.see(seen, usable.select(matched[seen]), frame.index)

        unmatched = np.ones(len(usable), bool)
        unmatched[matched[seen]] = False
        born = self.lifecycle.births(usable, unmatched)
        if len(born):
            self.bank.add(self.id_allocator.take(len(born)), usable.select(born), frame.index)

        self.bank.states = self.lifecycle.states(self.bank, frame)
        if self.duplicates is not None:
            self.bank.states = self.duplicates.states(self.bank, frame)
        observed = np.concatenate([matched, born])
        reported = self.bank.states == TrackState.CONFIRMED
        tracks = Tracks(
            ids=self.bank.ids[reported],
            boxes=self.bank.boxes[reported],
            scores=self.bank.scores[reported],
            labels=self.bank.labels[reported],
            masks=None if usable.masks is None else [usable.masks[row] for row in observed[reported]],
            rows=rows[observed[reported]].astype(np.int64),
        )
        self.bank.keep(self.bank.states != TrackState.REMOVED)
        return without_overlaps(tracks, self.overlap)
