"""JDE's head on a hand-drawn grid: who is asked what, what is found where, and whose embedding it is."""

import math

import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData

import mots_plugin.models  # noqa: F401  registers the head
from mots_plugin.models.heads.jde_head import ScalePredictions

CAR, PEDESTRIAN = 0, 1
FAR = -100.0  # a logit that leaves no probability


def build_head(**changes):
    """Two classes, one scale of stride 8 with anchors of 16x8 (a car) and 8x16 (a pedestrian); embeddings of 2."""
    init_default_scope("mmdet")
    settings = {
        "type": "JDEHead",
        "in_channels": [4],
        "num_classes": 2,
        "identity_counts": [10, 20],
        "embed_channels": 2,
        "anchor_generator": {"type": "CornerAnchorGenerator", "strides": [8], "base_sizes": [[(16, 8), (8, 16)]]},
        "weighting": {"type": "FixedTaskWeighting", "weights": [1, 1, 1]},
        "train_cfg": {
            "assigner": {
                "type": "MaxIoUAssigner",
                "pos_iou_thr": 0.5,
                "neg_iou_thr": 0.4,
                "min_pos_iou": 0.5,
                "match_low_quality": False,
            }
        },
        "test_cfg": {
            "score_thr": 0.5,
            "nms": {"type": "nms", "iou_threshold": 0.4},
            "class_agnostic": False,
            "nms_pre": 100,
            "max_per_img": 10,
        },
    }
    return MODELS.build({**settings, **changes})


def image_with(boxes, labels, identities, **metainfo):
    sample = DetDataSample(metainfo=metainfo)
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        labels=torch.tensor(labels, dtype=torch.long),
        identities=torch.tensor(identities, dtype=torch.long),
    )
    return sample


def row_of(column, row, anchor, columns=4):
    """Row of an anchor among all of a scale."""
    return (row * columns + column) * 2 + anchor


def test_anchors_are_centred_on_the_corners_of_the_cells():
    anchors = build_head().prior_generator.grid_priors([(4, 4)], device="cpu")[0]
    assert anchors[row_of(0, 0, 0)].tolist() == [-8, -4, 8, 4]
    assert anchors[row_of(2, 1, 1)].tolist() == [12, 0, 20, 16]


def test_targets_of_two_classes():
    """A car fits the wide anchor at (16, 8), a pedestrian the high one at (8, 16), each with a box of its own."""
    head = build_head()
    sample = image_with([[8, 4, 24, 12], [6, 8, 14, 24]], [CAR, PEDESTRIAN], [7, 3])
    (targets,) = head.get_targets([(4, 4)], [sample])
    assert targets.classes.shape == (1, 32)
    assert targets.classes[0, row_of(2, 1, 0)] == 1 + CAR
    assert targets.classes[0, row_of(1, 2, 1)] == 1 + PEDESTRIAN
    assert (targets.classes > 0).sum() == 2
    # The car is the anchor; the pedestrian is two pixels, a quarter of the anchor's width, to the right of it.
    assert targets.deltas.tolist() == [[0, 0, 0, 0], [pytest.approx(0.25), 0, 0, 0]]
    assert targets.identities[0, 1 * 4 + 2].tolist() == [7, -1]
    assert targets.identities[0, 2 * 4 + 1].tolist() == [-1, 3]
    assert (targets.identities >= 0).sum() == 2


def test_overlap_between_the_thresholds_is_ignored():
    """Six pixels to the right, the car shares 10 of 22 columns with the anchor: 0.4545 is neither yes nor no.

    With the next anchor, two pixels to its right, it shares 14 of 18: 0.78.
    """
    (targets,) = build_head().get_targets([(4, 4)], [image_with([[14, 4, 30, 12]], [CAR], [0])])
    assert targets.classes[0, row_of(2, 1, 0)] == -1
    assert targets.classes[0, row_of(3, 1, 0)] == 1 + CAR
    assert (targets.classes == 0).sum() == 30


def test_several_objects_in_a_cell():
    """Of two cars the one with the larger identity counts, as released; a pedestrian's identity stands beside it."""
    head = build_head(
        anchor_generator={"type": "CornerAnchorGenerator", "strides": [8], "base_sizes": [[(16, 8), (16, 4), (4, 16)]]}
    )
    boxes = [[8, 4, 24, 12], [8, 6, 24, 10], [14, 0, 18, 16]]
    (targets,) = head.get_targets([(4, 4)], [image_with(boxes, [CAR, CAR, PEDESTRIAN], [5, 2, 9])])
    cell = 1 * 4 + 2
    assert targets.classes[0, cell * 3 : cell * 3 + 3].tolist() == [1, 1, 2]
    assert targets.identities[0, cell].tolist() == [5, 9]


def test_an_object_without_identity_is_detected_all_the_same():
    (targets,) = build_head().get_targets([(4, 4)], [image_with([[8, 4, 24, 12]], [CAR], [-1])])
    assert (targets.classes > 0).sum() == 1
    assert (targets.identities == -1).all()


def test_centres_beyond_the_last_cell_are_moved_to_it():
    """Centred at x = 30, behind the last corner at 24: the released code moves the box there."""
    (targets,) = build_head().get_targets([(4, 4)], [image_with([[22, 4, 38, 12]], [CAR], [1])])
    assert targets.classes[0, row_of(3, 1, 0)] == 1 + CAR
    assert targets.deltas.tolist() == [[0, 0, 0, 0]]


def test_ignored_objects_ask_nothing():
    """No negatives within a box of unknown content; elsewhere there are."""
    head = build_head(
        train_cfg={
            "assigner": {
                "type": "IgnoreRegionAssigner",
                "pos_iou_thr": 0.5,
                "neg_iou_thr": 0.4,
                "match_low_quality": False,
                "ignore_coverage": 0.5,
            }
        }
    )
    sample = image_with([[8, 4, 24, 12]], [CAR], [1])
    sample.ignored_instances = InstanceData(bboxes=torch.tensor([[0.0, 16.0, 32.0, 32.0]]))
    (targets,) = head.get_targets([(4, 4)], [sample])
    assert targets.classes[0, row_of(2, 1, 0)] == 1 + CAR
    assert targets.classes[0, row_of(1, 3, 0)] == -1
    assert targets.classes[0, row_of(1, 0, 0)] == 0


class Given:
    """Stands for the convolutions: one scale of 4 x 4 cells, nothing but background, until something is drawn."""

    def __init__(self, images=1):
        self.deltas = torch.zeros(images, 32, 4)
        self.logits = torch.tensor([0, FAR, FAR]).repeat(images, 32, 1)
        cells = torch.arange(16, dtype=torch.float32).reshape(4, 4)
        self.embeddings = torch.stack([torch.ones(4, 4), cells]).repeat(images, 1, 1, 1)  # (1, number of the cell)

    def draw(self, column, row, anchor, label, probability):
        self.logits[0, row_of(column, row, anchor), 1 + label] = math.log(probability / (1 - probability))

    def __call__(self, features):
        return [ScalePredictions(self.deltas, self.logits, self.embeddings, self.embeddings)]


def predict(head, given, samples=None, **kwargs):
    head.forward = given
    return head.predict([torch.zeros(len(given.deltas), 4, 4, 4)], samples or [DetDataSample()], **kwargs)


def test_detections_with_their_embeddings():
    given = Given()
    given.draw(2, 1, 0, CAR, 0.9)
    given.draw(1, 2, 1, PEDESTRIAN, 0.95)
    given.draw(3, 3, 0, CAR, 0.45)  # below the threshold
    (found,) = predict(build_head(), given)
    assert found.labels.tolist() == [PEDESTRIAN, CAR]
    assert found.scores.tolist() == pytest.approx([0.95, 0.9])
    assert found.bboxes.tolist() == [[4, 8, 12, 24], [8, 4, 24, 12]]
    # Cells 9 and 6, of unit length.
    assert found.embeddings[0].tolist() == pytest.approx([1 / math.sqrt(82), 9 / math.sqrt(82)])
    assert found.embeddings[1].tolist() == pytest.approx([1 / math.sqrt(37), 6 / math.sqrt(37)])


@pytest.mark.parametrize(("agnostic", "labels"), [(False, [CAR, PEDESTRIAN]), (True, [CAR])])
def test_suppression_within_or_across_classes(agnostic, labels):
    """A car and a pedestrian in one box, and a second car there."""
    given = Given()
    given.draw(1, 1, 0, CAR, 0.9)
    given.draw(2, 1, 0, CAR, 0.8)
    given.draw(1, 2, 0, PEDESTRIAN, 0.7)
    given.deltas[0, row_of(2, 1, 0), 0] = -0.5  # eight pixels to the left: where the first is
    given.deltas[0, row_of(1, 2, 0), 1] = -1.0  # eight pixels up
    head = build_head()
    head.test_cfg["class_agnostic"] = agnostic
    (found,) = predict(head, given)
    assert found.labels.tolist() == labels
    assert found.bboxes.tolist() == [[0, 4, 16, 12]] * len(labels)


def test_the_best_are_kept():
    given = Given()
    for column in range(4):
        given.draw(column, 3, 1, PEDESTRIAN, 0.6 + 0.1 * column)
    head = build_head()
    head.test_cfg["max_per_img"] = 2
    assert predict(head, given)[0].scores.tolist() == pytest.approx([0.9, 0.8])
    head.test_cfg["nms_pre"] = 1
    assert predict(head, given)[0].scores.tolist() == pytest.approx([0.9])


def test_nothing_found():
    (found,) = predict(build_head(), Given())
    assert found.bboxes.shape == (0, 4)
    assert found.embeddings.shape == (0, 2)
    assert found.labels.dtype == torch.int64


def test_boxes_return_to_the_original_image():
    """Twice as large there, and six rows of padding above; what sticks out at the top is cut."""
    given = Given()
    given.draw(2, 1, 0, CAR, 0.9)
    sample = DetDataSample(metainfo={"scale_factor": (0.5, 0.5), "letterbox_offset": (0, 6)})
    (found,) = predict(build_head(), given, [sample], rescale=True)
    assert found.bboxes.tolist() == [[16, 0, 48, 12]]


def test_embeddings_of_several_scales():
    """Rows of the second scale begin behind those of the first."""
    head = build_head(
        in_channels=[4, 4],
        anchor_generator={"type": "CornerAnchorGenerator", "strides": [16, 8], "base_sizes": [[(16, 8), (8, 16)]] * 2},
    )
    coarse, fine = Given(), Given()
    maps = -coarse.embeddings[:, :, :2, :2]
    coarse = ScalePredictions(coarse.deltas[:, :8], coarse.logits[:, :8], maps, maps)
    coarse.logits[0, 3, 1 + CAR] = 5.0  # second anchor of cell 1
    fine.draw(2, 3, 0, PEDESTRIAN, 0.9)  # cell 14
    head.forward = lambda features: [coarse, *fine(features)]
    (found,) = head.predict([torch.zeros(1, 4, 2, 2), torch.zeros(1, 4, 4, 4)], [DetDataSample()])
    assert found.labels.tolist() == [CAR, PEDESTRIAN]
    assert found.embeddings[0].tolist() == pytest.approx([-1 / math.sqrt(2), -1 / math.sqrt(2)])
    assert found.embeddings[1].tolist() == pytest.approx([1 / math.sqrt(197), 14 / math.sqrt(197)])


def test_losses_by_hand():
    """All logits zero: log 3 for each anchor that is asked; the pedestrian's box is 2 of 8 pixels off."""
    head = build_head()
    given = Given()
    given.logits.zero_()
    given.deltas.requires_grad_()
    head.forward = given
    for bank in head.identity_loss.banks:
        torch.nn.init.zeros_(bank.weight)
        torch.nn.init.zeros_(bank.bias)
    sample = image_with([[8, 4, 24, 12], [6, 8, 14, 24]], [CAR, PEDESTRIAN], [7, 3])
    losses = head.loss([torch.zeros(1, 4, 4, 4)], [sample])
    assert losses["loss_box"].item() == pytest.approx(0.5 * 0.25**2 / 8)
    assert losses["loss_objectness"].item() == pytest.approx(math.log(3))
    assert losses["loss_identity"].item() == pytest.approx((math.log(10) + math.log(20)) / 2)
    assert losses["unweighted_identity"].item() == losses["loss_identity"].item()


def test_what_is_ignored_costs_nothing():
    head = build_head()
    given = Given()
    given.logits.zero_()
    given.logits[0, row_of(2, 1, 0)] = torch.tensor([1000.0, 0, 0])  # very wrong, were it asked
    given.logits[0, row_of(3, 1, 0)] = torch.tensor([0, 1000.0, 0])  # right
    head.forward = given
    losses = head.loss([torch.zeros(1, 4, 4, 4)], [image_with([[14, 4, 30, 12]], [CAR], [0])])
    assert losses["loss_objectness"].item() == pytest.approx(math.log(3) * 30 / 31)


def test_weighting_sees_every_task():
    head = build_head(weighting={"type": "FixedTaskWeighting", "weights": [64, 32, 0.5]})
    head.forward = Given()
    losses = head.loss([torch.zeros(1, 4, 4, 4)], [image_with([[6, 8, 14, 24]], [PEDESTRIAN], [3])])
    for task, weight in (("box", 64), ("objectness", 32), ("identity", 0.5)):
        assert losses[f"loss_{task}"].item() == pytest.approx(weight * losses[f"unweighted_{task}"].item())
        assert losses[f"loss_{task}"].item() > 0


def test_an_image_without_objects_teaches_the_background_alone():
    torch.manual_seed(0)
    head = build_head()
    losses = head.loss([torch.randn(1, 4, 4, 4)], [image_with([], [], [])])
    assert losses["loss_box"].item() == losses["loss_identity"].item() == 0
    assert losses["loss_objectness"].item() > 0
    sum(value for name, value in losses.items() if name.startswith("loss")).backward()
    assert all(weight.grad is not None for weight in head.parameters())


@pytest.mark.parametrize("changes", [{"identity_counts": None}, {"loss_identity": {"type": "IdentityTripletLoss"}}])
def test_identities_are_classified_or_compared(changes):
    with pytest.raises(ValueError, match="either identity_counts, to classify identities, or loss_identity"):
        build_head(**changes)


def test_every_class_needs_a_count():
    with pytest.raises(ValueError, match="identity_counts has 1 classes, num_classes 2"):
        build_head(identity_counts=[5])
