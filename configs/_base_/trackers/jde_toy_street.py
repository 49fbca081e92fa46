# JDE's association for the rendered street, whose videos last 20 frames and whose objects move far between two of them:
# tracks are reported at once, pairs may be less alike. Chosen on the detections of a small network, on the videos of
# another seed.
_base_ = './jde.py'

for _one_class in _base_.tracker.trackers:
    _one_class.stages[0].max_cost = 1.1
    _one_class.stages[1].max_cost = _one_class.stages[2].max_cost = 0.8
    _one_class.lifecycle.update(min_score=0.4, birth_score=0.6, confirm_hits=1)
tracker = dict(trackers=_base_.tracker.trackers)
