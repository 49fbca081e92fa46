# JDE's association for the rendered street, whose videos last 20 frames and whose objects move far between two of them:
# tracks are reported at once, overlap may be less. Chosen on the detections of a small network, on the videos of another
# seed.
_base_ = './jde.py'

for _one_class in _base_.tracker.trackers:
    _one_class.stages[1].max_cost = _one_class.stages[2].max_cost = 0.8
    _one_class.lifecycle.update(birth_score=0.7, confirm_hits=1)
tracker = dict(trackers=_base_.tracker.trackers)
