"""The deformable convolution of many masks, against mmcv's operator and by hand."""

import pytest
import torch
from mmcv.ops import deform_conv2d

from mots_plugin.ops.shared_deformable import shared_deformable_conv


@pytest.mark.parametrize(("size", "dilation"), [(3, 1), (3, 6), (5, 2)])
def test_values_and_gradients_equal_those_of_mmcv(size, dilation):
    torch.manual_seed(0)
    maps = torch.rand(4, 9, 14, requires_grad=True)
    offsets = (3 * torch.randn(2 * size**2, 9, 14)).requires_grad_()
    kernel = torch.randn(6, size, size, requires_grad=True)
    weights = torch.randn(4, 6, 9, 14)

    ours = shared_deformable_conv(maps, offsets, kernel, dilation)
    padding = dilation * (size // 2)
    kernels = kernel[:, None].repeat(4, 1, 1, 1)
    theirs = deform_conv2d(maps[None], offsets[None], kernels, 1, padding, dilation, 4).view(4, 6, 9, 14)

    torch.testing.assert_close(ours, theirs)
    for our_gradient, their_gradient in zip(
        torch.autograd.grad((ours * weights).sum(), (maps, offsets, kernel)),
        torch.autograd.grad((theirs * weights).sum(), (maps, offsets, kernel)),
        strict=True,
    ):
        torch.testing.assert_close(our_gradient, their_gradient, rtol=1e-4, atol=1e-4)


def test_offsets_move_a_mask_and_what_comes_from_outside_is_empty():
    mask = torch.zeros(1, 8, 8)
    mask[0, 2:4, 1:3] = 1
    kernel = torch.zeros(1, 3, 3)
    kernel[0, 1, 1] = 1
    offsets = torch.zeros(18, 8, 8)
    offsets[8::18], offsets[9::18] = -3, -5  # the kernel's middle looks three cells up and five to the left

    moved = shared_deformable_conv(mask, offsets, kernel, 1)[0, 0]

    expected = torch.zeros(8, 8)
    expected[5:7, 6:8] = 1
    torch.testing.assert_close(moved, expected)
