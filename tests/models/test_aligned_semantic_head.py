"""MAPT's semantic head on small maps."""

import torch
from mmdet.structures import DetDataSample
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from torch import nn

import mots_plugin.registration  # noqa: F401
from mots_plugin.models.heads import AlignedSemanticHead

init_default_scope("mmdet")


def head(**options) -> AlignedSemanticHead:
    return AlignedSemanticHead(num_classes=2, context_channels=3, pyramid_channels=3, channels=4, **options)


class Seen(nn.Module):
    """A loss that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[torch.Tensor, torch.Tensor]] = []

    def forward(self, logits: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        self.calls.append((logits, classes))
        return logits.sum()


def frame(classes: list[list[int]]) -> DetDataSample:
    sample = DetDataSample()
    sample.gt_sem_seg = PixelData(sem_seg=torch.tensor(classes, dtype=torch.uint8)[None])
    return sample


def test_scores_of_a_cell_lie_side_by_side():
    fine = head(subpixels=2)
    nn.init.zeros_(fine.classify.weight)
    fine.classify.bias.data = torch.arange(8.0)
    pyramid = (torch.randn(1, 3, 4, 6), torch.randn(1, 3, 2, 3))

    features, logits = fine(pyramid, torch.randn(1, 3, 1, 2))

    assert features.shape == (1, 4, 4, 6)
    assert logits.shape == (1, 2, 8, 12)
    assert logits[0, 0, 2:4, 4:6].tolist() == [[0, 1], [2, 3]]
    assert logits[0, 1, 2:4, 4:6].tolist() == [[4, 5], [6, 7]]


def test_the_stem_refines_scores_to_its_own_resolution():
    """Weights by hand: the scores are the stem's first channel, and minus that."""
    fine = head(subpixels=2, stem_channels=1)
    convolution = fine.refine_with_stem.conv
    nn.init.zeros_(convolution.weight)
    convolution.weight.data[0, 2, 1, 1] = 1.0  # two channels of divided cells, then the stem's
    nn.init.zeros_(convolution.bias)
    fine.classify.weight.data = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])[:, :, None, None]
    nn.init.zeros_(fine.classify.bias)
    stem = torch.arange(96.0).view(1, 1, 8, 12)

    features, logits = fine((torch.randn(1, 3, 4, 6), torch.randn(1, 3, 2, 3)), torch.randn(1, 3, 1, 2), stem)

    assert features.shape == (1, 4, 4, 6)
    assert torch.equal(logits[0], torch.cat([stem[0], -stem[0]]))


def test_the_loss_looks_at_another_pixel_of_each_square_every_time():
    sparse = head(loss_stride=2)
    sparse.loss_function = Seen()
    sample = frame([[0, 1, 0, 1], [2, 3, 2, 3]] * 2)

    for _ in range(40):
        sparse.loss(torch.zeros(1, 2, 2, 2), [sample], (4, 4))

    seen = sparse.loss_function.calls
    assert all(logits.shape[2:] == classes.shape[1:] == (2, 2) for logits, classes in seen)
    assert all(len(classes.unique()) == 1 for _, classes in seen)
    assert {int(classes[0, 0, 0]) for _, classes in seen} == {0, 1, 2, 3}


def test_the_loss_of_a_padded_frame_leaves_the_padding_out():
    whole = head()
    whole.loss_function = Seen()
    whole.loss(torch.zeros(1, 2, 1, 1), [frame([[1, 0]])], (2, 4))
    ((_, classes),) = whole.loss_function.calls
    assert classes.tolist() == [[[1, 0, 255, 255], [255] * 4]]
