"""ByteTrack's association (ECCV 2022) in stages: Kalman motion and box overlap, confident boxes first, then weak ones.

For detectors without masks or embeddings, and to compare with: nothing but the boxes and their scores is used.
Thresholds are those of the official implementation; the score of a detection does not enter the overlap here.
"""

_base_ = './shared/byte_track_stages.py'

tracker = dict(type='PerClassTracker', overlap='score', trackers=[_base_.byte_tracker] * 2)  # car, pedestrian
