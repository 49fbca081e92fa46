# Segmented in several sizes when testing (table I). The paper does not name them; these are half a step around the input.
_base_ = './mapt_tiny_1200i_toy-street.py'

model = dict(test_scales=(0.75, 1.25))
