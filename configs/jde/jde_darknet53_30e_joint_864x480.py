# JDE at 864x480: the published anchors of that size.
_base_ = './jde_darknet53_30e_joint.py'

model = dict(
    detector=dict(
        bbox_head=dict(
            anchor_generator=dict(
                base_sizes=[[(102, 305), (143, 429), (203, 508), (407, 508)],
                            [(25, 76), (36, 107), (51, 152), (71, 215)],
                            [(6, 19), (9, 27), (13, 38), (18, 54)]]))))

train_dataloader, val_dataloader = _base_.train_dataloader, _base_.val_dataloader
_letterbox = dict(type='Letterbox', size=(864, 480))
for _source in train_dataloader.dataset.datasets:
    _source.pipeline[3] = _letterbox
val_dataloader.dataset.pipeline[0].transforms[1] = _letterbox
test_dataloader = val_dataloader
