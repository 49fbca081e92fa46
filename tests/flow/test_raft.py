"""RAFT without its network: what goes in, what is made of what comes out."""

import cv2
import numpy as np
import pytest
from mmdet.registry import TASK_UTILS

import mots_plugin.registration  # noqa: F401
from mots_plugin.flow import FlowQuery, RAFTFlow
from mots_plugin.flow.raft import network_input
from mots_plugin.formats.errors import FormatError

BLUE, GREEN = [255, 0, 0], [0, 255, 0]  # as OpenCV reads them


def test_input_is_rgb_from_minus_one_to_one_with_its_border_repeated():
    image = np.zeros((2, 3, 3), np.uint8)
    image[:, -1] = BLUE
    image[-1] = GREEN
    found = network_input(image)
    assert found.shape == (3, 128, 128)
    assert found[:, 0, :4].T.tolist() == [[-1, -1, -1], [-1, -1, -1], [-1, -1, 1], [-1, -1, 1]]
    assert (found[:, 1:] == np.array([-1, 1, -1])[:, None, None]).all()
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("size", "padded"), [((375, 1242), (376, 1248)), ((128, 136), (128, 136)), ((1, 200), (128, 200))]
)
def test_sides_are_padded_to_multiples_of_eight(size, padded):
    assert network_input(np.zeros((*size, 3), np.uint8)).shape == (3, *padded)


def dense_inverse_search(previous, image):
    """Another estimator in the network's place: whatever it is given, it answers the flow between."""
    grey = [((frame.mean(0) + 1) * 127.5).astype(np.uint8) for frame in (previous, image)]
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)
    return flow.transpose(2, 0, 1)


def moving_texture(folder):
    """Two images of 140 x 150 pixels; the second is the first, 6 to the right and 4 up."""
    noise = np.random.default_rng(0).integers(0, 256, (150, 140, 3)).astype(np.uint8)
    image = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)
    paths = [folder / "000000.png", folder / "000001.png"]
    cv2.imwrite(str(paths[0]), image)
    cv2.imwrite(str(paths[1]), np.roll(image, (-4, 6), axis=(0, 1)))
    return FlowQuery("street", 1, 1, paths[1], paths[0])


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_flow_is_in_pixels_of_the_original_image_on_the_scaled_grid(tmp_path, scale):
    flow = RAFTFlow(dense_inverse_search, scale).flow(moving_texture(tmp_path))
    assert flow.shape == (round(150 * scale), round(140 * scale), 2)
    assert flow.dtype == np.float32
    np.testing.assert_allclose(np.median(flow, axis=(0, 1)), [6, -4], atol=0.25)


def test_what_lies_in_the_padding_is_cut_off():
    def columns(previous, image):
        return np.broadcast_to(np.arange(previous.shape[2], dtype=np.float32), previous.shape)[:2]

    image = np.zeros((130, 129, 3), np.uint8)
    assert RAFTFlow(columns).between(image, image)[..., 0].max() == 128


def test_first_frame_has_no_flow_and_a_missing_one_is_named(tmp_path):
    query = moving_texture(tmp_path)
    assert RAFTFlow(dense_inverse_search).flow(FlowQuery("street", 0, 0, query.image_path)) is None
    query.image_path.unlink()
    with pytest.raises(FormatError, match=r"000001.png: cannot be read \(No such file"):
        RAFTFlow(dense_inverse_search).flow(query)


def test_configs_name_it():
    provider = TASK_UTILS.build({"type": "RAFTFlow", "network": dense_inverse_search, "scale": 0.5})
    assert provider.scale == 0.5
    with pytest.raises(ValueError, match=r"RAFTFlow: scale 0 is outside \(0, 1\]"):
        RAFTFlow(dense_inverse_search, scale=0)
