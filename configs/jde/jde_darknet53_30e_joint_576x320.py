# JDE at 576x320: the published anchors of that size.
_base_ = './jde_darknet53_30e_joint.py'

model = dict(
    detector=dict(
        bbox_head=dict(
            anchor_generator=dict(
                base_sizes=[[(85, 255), (120, 360), (170, 420), (340, 320)],
                            [(21, 64), (30, 90), (43, 128), (60, 180)],
                            [(6, 16), (8, 23), (11, 32), (16, 45)]]))))

train_dataloader, val_dataloader = _base_.train_dataloader, _base_.val_dataloader
_letterbox = dict(type='Letterbox', size=(576, 320))
for _source in train_dataloader.dataset.datasets:
    _source.pipeline[3] = _letterbox
val_dataloader.dataset.pipeline[0].transforms[1] = _letterbox
test_dataloader = val_dataloader
