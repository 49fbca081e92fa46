# PointTrack++'s segmenter as released, where it differs from the paper: the seed decoder stays, and is trained, beside the
# semantic one; the focal loss keeps the hardest half; ignore regions are learnt as background.
_base_ = './branched_erfnet_pp.py'

segmenter = dict(
    head=dict(
        with_seeds=True,
        semantic_loss=dict(hardest=0.5, loss_weight=0.5),
        foreground_weight=20,
        ignore_as_background=True,
    )
)
