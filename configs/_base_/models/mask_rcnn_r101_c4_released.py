# mask_rcnn_r101_c4.py with every detail of the released model, so that its converted weights give its features: padding
# as TensorFlow has it, images not padded, anchors in whole pixels, two depthwise-separable Conv3D run in chunks of 5
# frames, negatives of an association within the class, and its normalisation.
_base_ = './mask_rcnn_r101_c4.py'

data_preprocessor = dict(pad_size_divisor=1)

temporal = dict(num_layers=2, depthwise_separable=True, chunk_length=5)

detector = dict(
    backbone=dict(type='TensorFlowResNet'),
    rpn_head=dict(anchor_generator=dict(type='RoundedAnchorGenerator', center_offset=0.5)),
    roi_head=dict(
        shared_head=dict(type='TensorFlowResLayer'),
        association_head=dict(
            # The released code divides it by the frames of a clip, as it does the sum of the detection losses.
            loss=dict(per_class=True, normalisation='released', loss_weight=1 / 8))))
