"""A refinement network at work: masks for given boxes, fine-tuned on masks that people drew (MOTS paper, section 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.device import get_device
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from torch.nn.modules.batchnorm import _BatchNorm

from mots_plugin.apis.checkpoints import check_fits, read_checkpoint
from mots_plugin.datasets.transforms import LoadFrameImage
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import RLE


class ObjectRefiner:
    """Predicts masks of boxes, and adapts to masks of the same objects.

    Objects are dicts as of ``ObjectCropDataset``: ``img_path``, ``bbox`` (xyxy, pixels) and, to learn from, ``mask``.

    Args:
        config: Config of a ``MaskRefinementNetwork`` with ``train_pipeline``, ``test_pipeline`` (both of which begin
            with ``LoadFrameImage``) and ``fine_tuning``.
        checkpoint: Weights that ``tools/train.py`` wrote.

    Raises:
        FormatError: The config is of something else, or the weights of another model.
    """

    def __init__(self, config: Config, checkpoint: str | Path) -> None:
        missing = [key for key in ("train_pipeline", "test_pipeline", "fine_tuning") if key not in config]
        if missing:
            problem = f"is no config of a refinement network: it has no {missing[0]}"
            raise FormatError(config.filename, problem, "take one of configs/mask_refinement/")
        init_default_scope(config.default_scope)
        self.schedules: dict[str, Any] = config.fine_tuning
        self.model = MODELS.build(config.model)
        content = read_checkpoint(checkpoint)
        check_fits(checkpoint, content, self.model)
        self.model.load_state_dict(content["state_dict"])
        self.model.to(get_device())
        self._training, self._testing = Compose(config.train_pipeline[1:]), Compose(config.test_pipeline[1:])
        load = LoadFrameImage()
        self._image = lru_cache(maxsize=8)(lambda path: load({"img_path": path}))  # objects of a frame come together

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        """A copy of the weights as they are now; :meth:`restore` brings them back."""
        return {name: value.clone() for name, value in self.model.state_dict().items()}

    def restore(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Take over weights of this model."""
        self.model.load_state_dict(weights)

    def fine_tune(self, objects: Sequence[dict], schedule: str, seed: int = 0) -> None:
        """Adapt the weights to masks; the same objects and seed give the same weights.

        Args:
            objects: What to learn from, each with its ``mask``.
            schedule: Which part of the config's ``fine_tuning``: ``'all_objects'`` or ``'one_object'``.
            seed: Of the order and the augmentation.
        """
        settings = self.schedules[schedule]
        set_random_seed(seed)
        optimizer = build_optim_wrapper(self.model, {"type": "OptimWrapper", "optimizer": settings["optimizer"]})
        self.model.train()
        for module in self.model.modules():
            if isinstance(module, _BatchNorm):
                module.eval()  # a few crops of one object say nothing of the statistics of all
        batch_size = settings["batch_size"]
        order = torch.cat(
            [torch.randperm(len(objects)) for _ in range(-(-settings["iterations"] * batch_size // len(objects)))]
        )
        for batch in order.split(batch_size)[: settings["iterations"]]:
            self.model.train_step(self._collate([objects[row] for row in batch.tolist()], self._training), optimizer)

    @torch.no_grad()
    def predict(self, objects: Sequence[dict], batch_size: int = 32) -> list[RLE]:
        """Return one mask an object, in its image."""
        self.model.eval()
        masks: list[RLE] = []
        for start in range(0, len(objects), batch_size):
            batch = self._collate(objects[start : start + batch_size], self._testing)
            masks += [sample.pred_instances.masks[0] for sample in self.model.test_step(batch)]
        return masks

    def _collate(self, objects: Sequence[dict], pipeline: Compose) -> dict:
        return pseudo_collate([pipeline({**item, **self._image(item["img_path"])}) for item in objects])
