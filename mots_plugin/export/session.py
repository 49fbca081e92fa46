"""Networks in ONNX files, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from mots_plugin.formats.errors import FormatError

_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


class OnnxSession:
    """Tensors in, tensors out.

    Args:
        path: The file, for messages.
        content: What it holds, or will hold.
        outputs: Names of the outputs, in the order that they are wanted in.

    Raises:
        FormatError: It is no ONNX file or lacks an output, or onnxruntime is not installed.
    """

    def __init__(self, path: Path, content: bytes, outputs: Iterable[str]) -> None:
        if find_spec("onnxruntime") is None:
            raise FormatError(path, "cannot be run: onnxruntime is not installed", "pip install 'mots_plugin[onnx]'")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3  # errors; they are raised, too
        providers = [name for name in _PROVIDERS if name in onnxruntime.get_available_providers()]
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers)
        except Exception as error:  # onnxruntime's errors share no class of their own
            reason = str(error).split(" : ")[-1].split("\n")[0]
            raise FormatError(path, f"not a readable ONNX file ({reason})", "write it again") from None
        self._outputs = list(outputs)
        missing = set(self._outputs) - {output.name for output in self._session.get_outputs()}
        if missing:
            raise FormatError(path, f"has no output {min(missing)}", "write it with tools/export_onnx.py")

    def length(self, output: str, axis: int) -> int:
        """Return the length of an axis of an output, one that is fixed."""
        (shape,) = (found.shape for found in self._session.get_outputs() if found.name == output)
        return shape[axis]

    def __call__(self, **inputs: Tensor) -> tuple[Tensor, ...]:
        """Run the network; inputs go by name, outputs come on the CPU."""
        arrays = {name: value.detach().cpu().numpy() for name, value in inputs.items()}
        return tuple(torch.from_numpy(array) for array in self._session.run(self._outputs, arrays))
