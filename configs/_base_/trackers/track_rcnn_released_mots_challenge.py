"""Tracker of the released TrackR-CNN on MOTSChallenge (model conv3d_sep2_on_all_mots): see ``track_rcnn_released.py``.

Cars, which MOTSChallenge does not score, keep the constants of KITTI MOTS: the detection head knows both classes.
"""

_base_ = './track_rcnn_released.py'

_pedestrian = _base_.tracker.trackers[1]
_pedestrian.stages[0].max_cost = 9.176847347961733 - 0.9273090046064475 / 1.1158137190659225  # 8.346
_pedestrian.lifecycle.update(min_score=0.9721797956902924, birth_score=0.9721797956902924, keep_alive=9)
tracker = _base_.tracker
