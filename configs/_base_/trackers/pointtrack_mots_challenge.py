"""Tracker of PointTrack with the constants that its authors published for MOTSChallenge (MOTS20).

Pedestrians are compared for 50 frames, and their overlap counts next to nothing. Cars are not annotated there.
"""

_base_ = './pointtrack.py'

_stage = _base_.tracker.trackers[1].stages[0]
_stage.weights = [1.3437965549876354, 0.01]
_stage.max_cost = 1.3437965549876354 * 9.447084376750222 + 0.01 - 0.47985540892434836
_base_.tracker.trackers[1].lifecycle.keep_alive = 49
tracker = _base_.tracker
