# JDE at 1088x608, trained as in the paper on its joint set: identities classified, losses weighted by uncertainty.
_base_ = [
    '../_base_/models/jde_darknet53.py', '../_base_/datasets/joint_pedestrians.py', '../_base_/trackers/jde.py',
    '../_base_/schedules/sgd_jde_30e.py', '../_base_/default_runtime.py'
]

model = dict(type='JDE', data_preprocessor=_base_.data_preprocessor, detector=_base_.detector, tracker=_base_.tracker)
