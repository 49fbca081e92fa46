# Segmented in several sizes when testing (table I). The paper does not name them; these are half a step around the input.
_base_ = './mapt_regnety-8gf_50e_kitti-step.py'

model = dict(test_scales=(0.75, 1.25))
