"""Evaluators of a test: who scores what, and where the results go."""

from pathlib import Path

import pytest
from mmengine.config import Config

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.evaluators import direct_evaluators
from mots_plugin.formats.errors import FormatError

ANNOTATIONS, OUT = Path("val.json"), Path("out")


def panoptic_and_masks() -> Config:
    panoptic = {"type": "PanopticTrackMetric", "metric": ("pat", "stq"), "panoptic_maps": "maps"}
    return Config({"test_evaluator": [panoptic, {"type": "MOTSMetric", "ann_file": "train.json"}]})


def test_one_evaluator_takes_what_is_wanted_and_writes_to_the_folder():
    config = Config({"test_evaluator": {"type": "MOTSMetric", "ann_file": "train.json"}})
    assert direct_evaluators(config, ANNOTATIONS, OUT, ["smotsa", "hota"]) == [OUT]
    assert config.test_evaluator.to_dict() == {
        "type": "MOTSMetric", "ann_file": "val.json", "metric": ["smotsa", "hota"], "out_dir": "out",
    }  # fmt: skip


def test_several_share_the_metrics_out_by_what_they_know():
    config = panoptic_and_masks()
    assert direct_evaluators(config, ANNOTATIONS, OUT, ["smotsa", "pq"]) == [OUT, OUT / "smotsa"]
    assert [evaluator.metric for evaluator in config.test_evaluator] == [["pq"], ["smotsa"]]
    assert [evaluator.get("prefix") for evaluator in config.test_evaluator] == [None, "smotsa"]


def test_one_that_knows_none_of_them_is_left_out():
    config = panoptic_and_masks()
    assert direct_evaluators(config, ANNOTATIONS, OUT, ["smotsa"]) == [OUT]
    assert config.test_evaluator.type == "MOTSMetric"


def test_without_a_wish_each_scores_what_its_config_says():
    config = panoptic_and_masks()
    assert direct_evaluators(config, ANNOTATIONS, OUT, None) == [OUT, OUT / "smotsa"]
    assert config.test_evaluator[0].metric == ("pat", "stq")
    assert "metric" not in config.test_evaluator[1]


def test_evaluators_without_a_choice_of_metrics_stay_as_they_are():
    config = panoptic_and_masks()
    config.test_evaluator.append({"type": "RetrievalMetric"})
    direct_evaluators(config, ANNOTATIONS, OUT, ["smotsa"])
    assert [evaluator.type for evaluator in config.test_evaluator] == ["MOTSMetric", "RetrievalMetric"]
    assert config.test_evaluator[1].to_dict() == {"type": "RetrievalMetric"}


def test_a_metric_that_nobody_knows_is_named_with_those_that_are():
    config = Config({"test_evaluator": {"type": "MOTSMetric", "ann_file": "train.json"}})
    with pytest.raises(FormatError, match=r"--eval: metric pq is none .*choose from smotsa"):
        direct_evaluators(config, ANNOTATIONS, OUT, ["pq"])
