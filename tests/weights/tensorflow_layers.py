"""Layers as TensorFlow defines them, in numpy, and random variables under the names of the released checkpoint.

Arrays are (frames, height, width, channels). Written from the definitions of the layers, to check converted weights
against; nothing here knows torch. Where TensorFlow is installed, test_tensorflow_layers.py compares them with its own.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """What padding="SAME" adds before and after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def conv2d(x, kernel, stride=1, padding="SAME"):
    if padding == "SAME":
        rows, columns = (same_padding(x.shape[axis], kernel.shape[axis - 1], stride) for axis in (1, 2))
        x = np.pad(x, ((0, 0), rows, columns, (0, 0)))
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]  # (B, h, w, C, kh, kw)
    return np.einsum("bhwcij,ijcd->bhwd", windows, kernel, optimize=True)


def conv3d(x, kernel):
    """SAME at stride 1, over (T, H, W, C) with a (T, H, W, in, out) kernel."""
    pads = [same_padding(x.shape[axis], kernel.shape[axis], 1) for axis in range(3)]
    windows = sliding_window_view(np.pad(x, [*pads, (0, 0)]), kernel.shape[:3], axis=(0, 1, 2))
    return np.einsum("thwcijk,ijkcd->thwd", windows, kernel, optimize=True)


def max_pool_3x3(x):
    return sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2].max((-1, -2))


def relu(x):
    return np.maximum(x, 0)


def convolve_and_normalise(x, variables, scope, **options):
    norm = {part: variables[f"{scope}/bn/{part}"] for part in ("gamma", "beta", "mean_ema", "var_ema")}
    x = conv2d(x, variables[f"{scope}/W"], **options)
    return (x - norm["mean_ema"]) / np.sqrt(norm["var_ema"] + 1e-5) * norm["gamma"] + norm["beta"]


def stem(image, variables):
    """Two more rows above, three below; the pooling one more below."""
    x = np.pad(image, ((0, 0), (2, 3), (2, 3), (0, 0)))
    x = relu(convolve_and_normalise(x, variables, "resnetconv4/conv0", stride=2, padding="VALID"))
    return max_pool_3x3(np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0))))


def bottleneck(x, variables, scope, stride):
    """Stride in the 3x3 convolution, one row more below; the shortcut leaves the last row out."""
    shortcut = x
    y = relu(convolve_and_normalise(x, variables, f"{scope}/conv1"))
    if stride == 2:
        y = np.pad(y, ((0, 0), (0, 1), (0, 1), (0, 0)))
        shortcut = shortcut[:, :-1, :-1]
    padding = "SAME" if stride == 1 else "VALID"
    y = relu(convolve_and_normalise(y, variables, f"{scope}/conv2", stride=stride, padding=padding))
    y = convolve_and_normalise(y, variables, f"{scope}/conv3")
    if f"{scope}/convshortcut/W" in variables:
        shortcut = convolve_and_normalise(shortcut, variables, f"{scope}/convshortcut", stride=stride, padding="VALID")
    return relu(y + shortcut)


def group(x, variables, scope, blocks, stride):
    for block in range(blocks):
        x = bottleneck(x, variables, f"{scope}/block{block}", stride if block == 0 else 1)
    return x


def backbone(image, variables, blocks):
    x = stem(image, variables)
    for number, count in enumerate(blocks):
        x = group(x, variables, f"resnetconv4/group{number}", count, stride=1 if number == 0 else 2)
    return x


def separable_conv3d(x, variables, scope):
    channels = [conv3d(x[..., [c]], variables[f"{scope}/channel_{c}/W"]) for c in range(x.shape[-1])]
    return relu(conv3d(np.concatenate(channels, axis=-1), variables[f"{scope}/W"]))


def roi_align(features, boxes, size, stride=16):
    """Mean of 2 x 2 bilinear samples a cell of (H, W, C) features; boxes in pixels.

    Border cells are repeated once around the features; samples beyond those are zero.
    """
    padded = np.pad(features, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
    regions = []
    for x0, y0, x1, y1 in boxes / stride + 1:
        samples = np.arange(2 * size) + 0.5
        rows = bilinear_weights(y0 + (y1 - y0) * samples / (2 * size) - 0.5, padded.shape[0])
        columns = bilinear_weights(x0 + (x1 - x0) * samples / (2 * size) - 0.5, padded.shape[1])
        grid = np.einsum("yi,xj,ijc->yxc", rows, columns, padded, optimize=True)
        regions.append(grid.reshape(size, 2, size, 2, -1).mean((1, 3)))
    return np.stack(regions)


def bilinear_weights(positions, cells):
    weights = np.maximum(0, 1 - abs(positions[:, None] - np.arange(cells)))
    inside = (positions >= 0) & (positions <= cells - 1)
    return weights * inside[:, None]


class RandomVariables(dict):
    """Variables by name, drawn so that activations keep their size through the layers."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def kernel(self, name, *shape, gain=2.0):
        fan_in = int(np.prod(shape[:-1]))
        self[name] = self.rng.normal(0, np.sqrt(gain / fan_in), shape).astype(np.float32)

    def bias(self, name, size):
        self[name] = self.rng.normal(0, 0.1, size).astype(np.float32)

    def convolution(self, scope, *shape):
        """A kernel with batch normalisation."""
        self.kernel(f"{scope}/W", *shape)
        self.bias(f"{scope}/bn/beta", shape[-1])
        self.bias(f"{scope}/bn/mean_ema", shape[-1])
        self[f"{scope}/bn/gamma"] = self.rng.uniform(0.5, 1.0, shape[-1]).astype(np.float32)
        self[f"{scope}/bn/var_ema"] = self.rng.uniform(0.5, 1.5, shape[-1]).astype(np.float32)

    def group(self, scope, inputs, width, blocks):
        for block in range(blocks):
            at = f"{scope}/block{block}"
            self.convolution(f"{at}/conv1", 1, 1, inputs, width)
            self.convolution(f"{at}/conv2", 3, 3, width, width)
            self.convolution(f"{at}/conv3", 1, 1, width, 4 * width)
            if block == 0:
                self.convolution(f"{at}/convshortcut", 1, 1, inputs, 4 * width)
            inputs = 4 * width

    def backbone(self, blocks, width=64):
        self.convolution("resnetconv4/conv0", 7, 7, 3, width)
        inputs = width
        for number, count in enumerate(blocks):
            self.group(f"resnetconv4/group{number}", inputs, width * 2**number, count)
            inputs = width * 2**number * 4

    def separable_conv3d(self, scope, channels):
        for channel in range(channels):
            self.kernel(f"{scope}/channel_{channel}/W", 3, 3, 3, 1, 1)
        self.kernel(f"{scope}/W", 1, 1, 1, channels, channels)

    def conv_lstm(self, layers, channels, hidden):
        for layer in range(layers):
            inputs = channels if layer == 0 else hidden
            self.kernel(f"lstm{layer}/W_lstm", 5, 5, inputs + hidden, 4 * hidden)
            self.bias(f"lstm{layer}/b_lstm", 4 * hidden)
        self.kernel("conv0/W", 3, 3, hidden, channels)
        self["linear_combination/linear_combination_weights"] = np.array([0.9, 0.4], np.float32)

    def heads(self, channels=1024, width=512, embed=128):
        self.kernel("frcnn/rpn/conv0/W", 3, 3, channels, channels)
        self.kernel("frcnn/rpn/class/W", 1, 1, channels, 15)
        self.kernel("frcnn/rpn/box/W", 1, 1, channels, 60)
        self.group("frcnn/group3", channels, width, blocks=3)
        for name, outputs in (("class", 3), ("box", 4), ("reid", embed)):
            self.kernel(f"frcnn/fastrcnn/{name}/W", 4 * width, outputs)
            self.bias(f"frcnn/fastrcnn/{name}/b", outputs)
        self.kernel("frcnn/maskrcnn/deconv/W", 2, 2, 256, 4 * width)
        self.kernel("frcnn/maskrcnn/conv/W", 1, 1, 256, 1)
        for name, outputs in (("rpn/conv0", channels), ("rpn/class", 15), ("rpn/box", 60), ("maskrcnn/deconv", 256)):
            self.bias(f"frcnn/{name}/b", outputs)
        self.bias("frcnn/maskrcnn/conv/b", 1)

    def training_leftovers(self):
        """What a checkpoint holds besides the weights."""
        self["frcnn/rpn/conv0/W/Adam"] = self["frcnn/rpn/conv0/W/Adam_1"] = np.zeros(1, np.float32)
        self["beta1_power"] = self["beta2_power"] = np.float32(0.9)
        self["global_step"] = np.int64(5)
