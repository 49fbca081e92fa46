"""Released JDE weights, renamed, give the official network's numbers: outputs, detections, losses, targets."""

import hashlib

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from official_jde import build_detector, image, numbers, official_weights, samples

from mots_plugin.formats.errors import FormatError
from mots_plugin.weights import convert_darknet, convert_jde, read_darknet

CLOSE = {"rtol": 1e-4, "atol": 1e-4}


@pytest.fixture(scope="module")
def thin():
    detector = build_detector(thin=True)
    load(detector, official_weights(detector))
    return detector.eval()


@pytest.fixture(scope="module")
def expected():
    return numbers("jde_thin_numbers.npz")


def load(detector, weights):
    converted, unknown = convert_jde(weights)
    assert unknown == []
    state = {name.removeprefix("detector."): torch.from_numpy(array) for name, array in converted.items()}
    counters = {name: value for name, value in detector.state_dict().items() if name.endswith("num_batches_tracked")}
    detector.load_state_dict(state | counters)


def assert_dense_outputs(detector, height, width, expected, embedding_step):
    """Boxes and scores of every anchor, before any threshold, and embeddings of their cells."""
    head = detector.bbox_head
    with torch.no_grad():
        scales = head(detector.extract_feat(image(height, width)))
    anchors = torch.cat(head.prior_generator.grid_priors([s.embeddings.shape[-2:] for s in scales], device="cpu"))
    scores = torch.cat([scale.logits.softmax(-1)[..., 1] for scale in scales], 1)
    embeddings = torch.cat([scale.embeddings.flatten(2) for scale in scales], 2).transpose(1, 2)
    embeddings = torch.nn.functional.normalize(embeddings, dim=-1).repeat_interleave(4, dim=1)
    for number in range(2):
        deltas = torch.cat([scale.deltas[number] for scale in scales])
        x1, y1, x2, y2 = head.box_coder.decode(anchors, deltas)[::3].T
        boxes = torch.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], 1)
        np.testing.assert_allclose(boxes, expected["boxes"][number], **CLOSE)
        np.testing.assert_allclose(scores[number, ::3], expected["scores"][number], **CLOSE)
        np.testing.assert_allclose(embeddings[number, ::embedding_step], expected["embeddings"][number], **CLOSE)


def assert_losses(detector, height, width, expected):
    detector.zero_grad()
    losses = detector.loss(image(height, width), samples())
    total = sum(value for name, value in losses.items() if name.startswith("loss_"))
    total.backward()
    for number, task in enumerate(("box", "objectness", "identity"), start=1):
        assert float(losses[f"unweighted_{task}"]) == pytest.approx(expected["losses"][:, number].sum(), rel=1e-4)
    assert total.item() == pytest.approx(float(expected["total"]), rel=1e-4)


def test_outputs_of_all_heads(thin, expected):
    assert_dense_outputs(thin, 128, 192, expected, embedding_step=28)


def test_losses_and_gradients(thin, expected):
    """Each head's losses, their sum under the learnt uncertainties, and what flows back to the first layer."""
    assert_losses(thin, 128, 192, expected)
    np.testing.assert_allclose(
        thin.backbone.conv1.conv.weight.grad[:4].flatten()[:64], expected["first_kernel_gradient"], rtol=1e-3, atol=1e-4
    )
    gradient = thin.bbox_head.weighting.log_variances.grad
    np.testing.assert_allclose(gradient[1, 2], expected["uncertainty_gradient"].item(), rtol=1e-4)


def test_targets(thin, expected):
    sizes = [(4, 6), (8, 12), (16, 24)]
    for scale, targets in enumerate(thin.bbox_head.get_targets(sizes, samples())):
        np.testing.assert_array_equal(targets.classes, expected[f"target_classes_{scale}"])
        np.testing.assert_array_equal(targets.identities[..., 0], expected[f"target_identities_{scale}"])
        np.testing.assert_allclose(targets.deltas, expected[f"target_deltas_{scale}"], **CLOSE)


def test_detections(thin, expected):
    head = thin.bbox_head
    head.test_cfg.score_thr = float(expected["score_threshold"])
    with torch.no_grad():
        results = head.predict(thin.extract_feat(image(128, 192)), samples())
    assert [len(found) for found in results] == expected["detection_counts"].tolist()
    found = InstanceData.cat(results)
    np.testing.assert_allclose(found.bboxes, expected["detections"][:, :4], **CLOSE)
    np.testing.assert_allclose(found.scores, expected["detections"][:, 4], **CLOSE)
    np.testing.assert_allclose(found.embeddings[:, :8], expected["detection_embeddings"], **CLOSE)


def test_embeddings_of_known_objects(thin, expected):
    """As the official test of embeddings takes them: every object once a scale that fits it, scale after scale."""
    with torch.no_grad():
        results = thin.bbox_head.embed_objects(thin.extract_feat(image(128, 192)), samples())
    ids = torch.cat([found.instances_ids for found in results])
    found = torch.cat([found.embeddings for found in results])
    theirs = expected["object_identities"]
    assert sorted(ids.tolist()) == sorted(theirs.tolist())
    # Images follow each other here, scales there; the unlabelled ones, one an image, come in the same order.
    mine = found[np.argsort(ids, stable=True)]
    np.testing.assert_allclose(mine, expected["object_embeddings"][np.argsort(theirs, stable=True)], **CLOSE)


def darknet_file(path, weights):
    """Write arrays, in their order, behind a header, as darknet does; returns the file's SHA-256."""
    layers = [array for name, array in weights.items() if ".conv_" in name or ".batch_norm_" in name]
    content = np.zeros(5, np.int32).tobytes() + b"".join(array.tobytes() for array in layers)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def shapes_of(detector):
    return {f"detector.{name}": tuple(value.shape) for name, value in detector.state_dict().items()}


def test_darknet_files(thin, expected, tmp_path):
    """The same bytes as the official writer's, and cut into the same weights as the checkpoint's."""
    weights = official_weights(thin)
    by_name, _ = convert_jde(weights)
    file = tmp_path / "jde.weights"
    assert darknet_file(file, weights) == str(expected["sha_weights"])
    converted = convert_darknet(read_darknet(file), shapes_of(thin), file)
    assert set(by_name) - set(converted) == {
        "detector.bbox_head.identity_loss.banks.0.weight",
        "detector.bbox_head.identity_loss.banks.0.bias",
        "detector.bbox_head.weighting.log_variances",
    }
    for name, array in converted.items():
        np.testing.assert_array_equal(array, by_name[name])

    backbone = {name: array for name, array in weights.items() if ".conv_" in name or ".batch_norm_" in name}
    backbone = {name: array for name, array in backbone.items() if int(name.split(".")[1]) <= 74}
    file = tmp_path / "darknet53.conv.74"
    assert darknet_file(file, backbone) == str(expected["sha_conv_74"])
    converted = convert_darknet(read_darknet(file), shapes_of(thin), file)
    assert set(converted) == {name for name in by_name if name.startswith("detector.backbone.")}
    for name, array in converted.items():
        np.testing.assert_array_equal(array, by_name[name])


def test_backbone_of_a_longer_file_must_be_asked_for(thin):
    """YOLOv3 for COCO begins with Darknet-53 as well, and has other heads."""
    shapes = shapes_of(thin)
    numbers = np.arange(1_000_000, dtype=np.float32)
    with pytest.raises(
        FormatError, match=r"yolov3.weights: holds 1000000 numbers, the model has \d+, its backbone \d+"
    ):
        convert_darknet(numbers, shapes, "yolov3.weights")
    converted = convert_darknet(numbers, shapes, "yolov3.weights", backbone_only=True)
    np.testing.assert_array_equal(converted["detector.backbone.conv1.bn.bias"], [0, 1, 2, 3])
    np.testing.assert_array_equal(converted["detector.backbone.conv1.bn.running_var"], [12, 13, 14, 15])
    assert converted["detector.backbone.conv1.conv.weight"].shape == (4, 3, 3, 3)
    assert converted["detector.backbone.conv1.conv.weight"][0, 0, 0, 1] == 17


def test_another_backbone_is_refused():
    with pytest.raises(FormatError, match=r"is for Darknet-53, and the model has no detector.backbone.conv1.bn.bias"):
        convert_darknet(np.zeros(10, np.float32), {"detector.backbone.stem.weight": (1,)}, "darknet53.conv.74")


def test_half_a_darknet_file_is_refused(tmp_path):
    file = tmp_path / "some.weights"
    file.write_bytes(b"12345678901234567890123")
    with pytest.raises(FormatError, match="has 23 bytes, which no darknet file has"):
        read_darknet(file)
    with pytest.raises(FormatError, match="cannot be read"):
        read_darknet(tmp_path / "absent.weights")


def test_unknown_layers_are_named():
    weights = {
        "module_list.4.conv_4.weight": np.zeros(1),
        "fc.weight": np.zeros(1),
        "module_list.0.batch_norm_0.bias": np.ones(2),
    }
    converted, unknown = convert_jde(weights)
    assert unknown == ["module_list.4.conv_4.weight", "fc.weight"]  # layer 4 is a shortcut
    assert list(converted) == ["detector.backbone.conv1.bn.bias"]


@pytest.mark.slow
def test_the_network_at_its_full_width():
    detector = build_detector(thin=False)
    load(detector, official_weights(detector))
    detector.eval()
    expected = numbers("jde_full_numbers.npz")
    assert_dense_outputs(detector, 64, 96, expected, embedding_step=44)
    assert_losses(detector, 64, 96, expected)
