"""--cfg-options: what is overridden, what is new, what is misspelt."""

import argparse

import pytest
from mmengine.config import Config

from mots_plugin.apis.overrides import KeyValueAction, apply_overrides
from mots_plugin.formats.errors import FormatError


@pytest.fixture
def config() -> Config:
    stages = [{"max_cost": 1.5}, {"max_cost": 0.5}]
    return Config({"model": {"type": "TrackRCNN", "depth": 18, "stages": stages}, "max_iters": 500})


def test_entries_of_dicts_and_lists_are_overridden(config, capsys):
    apply_overrides(config, {"model.depth": 50, "model.stages.1.max_cost": 0.7, "max_iters": 4})
    assert config.model.depth == 50
    assert [stage.max_cost for stage in config.model.stages] == [1.5, 0.7]
    assert config.max_iters == 4
    assert capsys.readouterr().err == ""


def test_a_new_key_is_set_and_reported(config, capsys):
    apply_overrides(config, {"model.clip_grad.max_norm": 10})
    assert config.model.clip_grad.max_norm == 10
    assert capsys.readouterr().err == (
        "note: --cfg-options adds model.clip_grad.max_norm, which the config did not have\n"
    )


@pytest.mark.parametrize(
    ("key", "meant"),
    [("max_itres", "max_iters"), ("model.dept", "model.depth"), ("modell.depth", "model")],
)
def test_a_misspelt_key_is_refused(config, key, meant):
    before = config.to_dict()
    with pytest.raises(FormatError, match=rf"--cfg-options:{key}: .*did you mean {meant}\?"):
        apply_overrides(config, {key: 1})
    assert config.to_dict() == before


@pytest.mark.parametrize(
    ("key", "known"),
    [("model.stages.7.max_cost", "model.stages"), ("model.stages.first", "model.stages"), ("max_iters.x", "max_iters")],
)
def test_a_key_that_leads_nowhere_is_refused(config, key, known):
    with pytest.raises(FormatError, match=rf"--cfg-options:{key}: the config has {known} only"):
        apply_overrides(config, {key: 1})


def test_a_word_without_equals_sign_is_explained(capsys):
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfg-options", nargs="+", action=KeyValueAction)
    assert parser.parse_args(["--cfg-options", "a.b=[1,2]", "c=x=y"]).cfg_options == {"a.b": [1, 2], "c": "x=y"}
    with pytest.raises(SystemExit):
        parser.parse_args(["--cfg-options", "lr"])
    assert "--cfg-options: 'lr' is not KEY=VALUE" in capsys.readouterr().err
