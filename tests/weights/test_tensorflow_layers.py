"""The numpy layers that converted weights are checked against equal TensorFlow's own, where that is installed."""

import numpy as np
import pytest
import tensorflow_layers as layers

tf = pytest.importorskip("tensorflow")


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize("height", [8, 9])
def test_conv2d(height, kernel, stride, padding):
    image, weights = draw(2, height, height + 3, 4), draw(kernel, kernel, 4, 5)
    expected = tf.nn.conv2d(image, weights, stride, padding).numpy()
    np.testing.assert_allclose(layers.conv2d(image, weights, stride, padding), expected, atol=1e-4)


def test_conv3d():
    clip, weights = draw(5, 6, 7, 4), draw(3, 3, 3, 4, 2)
    expected = tf.nn.conv3d(clip[None], weights, [1] * 5, "SAME").numpy()[0]
    np.testing.assert_allclose(layers.conv3d(clip, weights), expected, atol=1e-4)


def test_max_pool():
    image = draw(1, 9, 11, 3)
    np.testing.assert_array_equal(layers.max_pool_3x3(image), tf.nn.max_pool2d(image, 3, 2, "VALID").numpy())


def test_roi_align():
    """crop_and_resize on a grid of two samples a cell, at pixel centres, over features with their border repeated."""
    features, size = draw(6, 8, 3), 14
    boxes = np.array([[3, 5, 40, 50], [20.5, 1.25, 131, 100], [0, 0, 16, 9]], np.float32)
    padded = np.pad(features, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
    first, last = boxes[:, :2] / 16 + 1, boxes[:, 2:] / 16 + 1
    spacing = (last - first) / (2 * size)
    extent = np.array(padded.shape[1::-1]) - 1  # crop_and_resize counts 0 to 1 from the first cell to the last
    start = (first + spacing / 2 - 0.5) / extent
    end = start + spacing * (2 * size - 1) / extent
    corners = np.concatenate([start[:, ::-1], end[:, ::-1]], axis=1)
    crops = tf.image.crop_and_resize(padded[None], corners, [0] * 3, [2 * size] * 2).numpy()
    expected = crops.reshape(3, size, 2, size, 2, 3).mean((2, 4))
    np.testing.assert_allclose(layers.roi_align(features, boxes, size), expected, atol=1e-4)
