"""Configs by name, built the way the tools build them."""

import copy

import pytest
from leaves import config_of
from mmdet.registry import MODELS
from mmengine.registry import init_default_scope


@pytest.fixture
def build_model():
    """Build a config's model with random weights: nothing is downloaded."""

    def build(name: str):
        config = copy.deepcopy(config_of(name))
        config.model.detector.backbone.init_cfg = None
        init_default_scope(config.default_scope)
        model = MODELS.build(config.model)
        model.init_weights()
        return model

    return build
