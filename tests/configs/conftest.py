"""Configs by name, built the way the tools build them."""

from pathlib import Path

import pytest
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def leaf_configs() -> list[str]:
    return sorted(str(file.relative_to(CONFIGS)) for file in CONFIGS.glob("[!_]*/*.py"))


@pytest.fixture
def build_model():
    """Build a config's model with random weights: nothing is downloaded."""

    def build(name: str):
        config = Config.fromfile(CONFIGS / name)
        config.model.detector.backbone.init_cfg = None
        init_default_scope(config.default_scope)
        model = MODELS.build(config.model)
        model.init_weights()
        return model

    return build
