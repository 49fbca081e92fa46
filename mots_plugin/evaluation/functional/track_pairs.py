"""What every track metric starts from: the objects of one sequence and how much prediction and truth resemble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TrackPairs:
    """G ground-truth objects, P predictions and the K pairs of them that share a frame and resemble each other.

    Rows ascend by frame and keep the order of the file within a frame.

    Attributes:
        frame_count: Frames of the sequence, with or without objects.
        gt_frames: ``(G,)`` int64 frame of each ground-truth object.
        gt_tracks: ``(G,)`` int64 its track, numbered from 0 without gaps.
        prediction_frames: ``(P,)`` int64.
        prediction_tracks: ``(P,)`` int64, numbered from 0 without gaps.
        pair_gt: ``(K,)`` int64 ground-truth row of each pair.
        pair_prediction: ``(K,)`` int64 prediction row of each pair.
        similarities: ``(K,)`` float64 in (0, 1], the IoU; pairs of similarity 0 are left out.
    """

    frame_count: int
    gt_frames: NDArray[np.int64]
    gt_tracks: NDArray[np.int64]
    prediction_frames: NDArray[np.int64]
    prediction_tracks: NDArray[np.int64]
    pair_gt: NDArray[np.int64]
    pair_prediction: NDArray[np.int64]
    similarities: NDArray[np.float64]

    @property
    def gt_track_count(self) -> int:
        """Number of ground-truth tracks."""
        return int(self.gt_tracks.max(initial=-1)) + 1

    @property
    def prediction_track_count(self) -> int:
        """Number of predicted tracks."""
        return int(self.prediction_tracks.max(initial=-1)) + 1

    def similarity_matrix(self, frame: int) -> tuple[NDArray[np.float64], slice, slice, NDArray[np.int64]]:
        """Return the pairs of one frame as a matrix.

        Args:
            frame: Frame number.

        Returns:
            ``(g, p)`` similarities, the rows of the frame's truths, the rows of its predictions, and ``(g, p)`` the
            index of each pair among the K, -1 where the similarity is 0.
        """
        gt = slice(*np.searchsorted(self.gt_frames, [frame, frame + 1]))
        prediction = slice(*np.searchsorted(self.prediction_frames, [frame, frame + 1]))
        pairs = np.arange(*np.searchsorted(self.pair_gt, [gt.start, gt.stop]))
        matrix = np.zeros((gt.stop - gt.start, prediction.stop - prediction.start))
        index = np.full(matrix.shape, -1)
        place = self.pair_gt[pairs] - gt.start, self.pair_prediction[pairs] - prediction.start
        matrix[place] = self.similarities[pairs]
        index[place] = pairs
        return matrix, gt, prediction, index

    def keep_predictions(self, kept: NDArray[np.bool_]) -> TrackPairs:
        """Return the pairs without some predictions, predicted tracks numbered anew.

        Args:
            kept: ``(P,)`` bool.
        """
        new_row = np.cumsum(kept) - 1
        pairs = kept[self.pair_prediction]
        return TrackPairs(
            frame_count=self.frame_count,
            gt_frames=self.gt_frames,
            gt_tracks=self.gt_tracks,
            prediction_frames=self.prediction_frames[kept],
            prediction_tracks=number_from_zero(self.prediction_tracks[kept]),
            pair_gt=self.pair_gt[pairs],
            pair_prediction=new_row[self.pair_prediction[pairs]],
            similarities=self.similarities[pairs],
        )


@dataclass(frozen=True)
class CountedObjects:
    """The objects of one class that count for or against a result.

    Attributes:
        gt_rows: ``(G,)`` int64 row of each truth among the objects of all classes, ascending.
        prediction_rows: ``(P,)`` int64 row of each prediction among those of all classes, ascending.
        pairs: The objects, in the order of these rows.
    """

    gt_rows: NDArray[np.int64]
    prediction_rows: NDArray[np.int64]
    pairs: TrackPairs


def pairs_among(
    everything: TrackPairs, gt: NDArray[np.bool_], prediction: NDArray[np.bool_], least_similarity: float = 0.0
) -> TrackPairs:
    """Return the pairs among some of the objects, tracks numbered anew.

    Args:
        everything: All objects; their tracks may have any numbers.
        gt: ``(G,)`` bool, ground-truth objects to keep.
        prediction: ``(P,)`` bool, predictions to keep.
        least_similarity: Pairs below are left out.
    """
    among = gt[everything.pair_gt] & prediction[everything.pair_prediction]
    if least_similarity > 0:
        among &= everything.similarities >= least_similarity
    return TrackPairs(
        frame_count=everything.frame_count,
        gt_frames=everything.gt_frames[gt],
        gt_tracks=number_from_zero(everything.gt_tracks[gt]),
        prediction_frames=everything.prediction_frames[prediction],
        prediction_tracks=number_from_zero(everything.prediction_tracks[prediction]),
        pair_gt=(np.cumsum(gt) - 1)[everything.pair_gt[among]],
        pair_prediction=(np.cumsum(prediction) - 1)[everything.pair_prediction[among]],
        similarities=everything.similarities[among],
    )


def without_repeats(ascending: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct values of an ascending array, without the sorting and imports that ``np.unique`` costs."""
    return ascending[np.append(True, ascending[1:] != ascending[:-1])] if len(ascending) else ascending


def number_from_zero(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the distinct ids from 0, in ascending order."""
    return np.unique(ids, return_inverse=True)[1].astype(np.int64)
