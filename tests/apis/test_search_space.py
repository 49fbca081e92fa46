"""How the settings of a tracker follow from parameters, and what is said of a space that does not fit."""

import ast
from pathlib import Path

import pytest
from mmengine.config import Config

from mots_plugin.apis.search_space import SearchSpace, read_search_spaces
from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.formats.errors import FormatError

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
TRACKER = {
    "type": "StagedTracker",
    "stages": [{"max_cost": 1.0, "weights": [0.5, 0.5]}],
    "lifecycle": {"min_score": 0.1},
}


def space(**settings) -> SearchSpace:
    return SearchSpace({"offset": (5.0, 10.0), "scale": (0.7, 1.7)}, settings, "config.py")


def test_settings_are_arithmetic_of_parameters():
    tuned = space(
        **{
            "stages.0.max_cost": "offset - 0.5 / scale",
            "stages.0.weights.1": "-(1 - scale) * 2",
            "lifecycle.min_score": "scale",
        }
    ).apply(TRACKER, {"offset": 8.0, "scale": 2.0})
    assert tuned["stages"] == [{"max_cost": 7.75, "weights": [0.5, 2.0]}]
    assert tuned["lifecycle"] == {"min_score": 2.0}
    assert TRACKER["stages"][0]["max_cost"] == 1.0  # the template stays as it is


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"stages.1.max_cost": "scale"}, "sets stages.1.max_cost, but the tracker has no 1"),
        ({"lifecycle.max_score": "scale"}, "sets lifecycle.max_score, but the tracker has no max_score"),
        (
            {"lifecycle.min_score": "scala"},
            r"'scala', which does not evaluate \('scala'\); use numbers, \+ - \* / and the",
        ),
        ({"lifecycle.min_score": "scale +"}, "does not evaluate"),
        ({"lifecycle.min_score": "scale / 0"}, "does not evaluate"),
        ({"lifecycle.min_score": "__import__('os')"}, "Call is not arithmetic"),
    ],
)
def test_what_does_not_fit_is_named(settings, problem):
    with pytest.raises(FormatError, match=problem):
        space(**settings).apply(TRACKER, {"offset": 1.0, "scale": 1.0})


@pytest.mark.parametrize("missing", ["tracker_search_space", "one class", "upside down"])
def test_spaces_are_one_a_class(missing):
    entry = {"parameters": {"scale": (0.0, 1.0)}, "settings": {"lifecycle.min_score": "scale"}}
    config = {"model": {"tracker": {"trackers": [TRACKER, TRACKER]}}, "tracker_search_space": [entry, entry]}
    assert list(read_search_spaces(config, ["car", "pedestrian"], "config.py")) == ["car", "pedestrian"]
    if missing == "tracker_search_space":
        del config["tracker_search_space"]
    elif missing == "one class":
        config["tracker_search_space"] = [entry]
    else:
        config["tracker_search_space"] = [entry, {**entry, "parameters": {"scale": (1.0, 0.0)}}]
    with pytest.raises(FormatError, match="config.py: .*tracker_search_space"):
        read_search_spaces(config, ["car", "pedestrian"], "config.py")


def test_the_official_ranges_of_the_released_tracker():
    config = Config.fromfile(CONFIGS / "_base_" / "trackers" / "track_rcnn_released.py").to_dict()
    car, pedestrian = (entry["parameters"] for entry in config["tracker_search_space"])
    shared = {"threshold": (0.0, 0.99), "offset": (5.0, 10.0), "scale": (0.7, 1.7)}
    assert car == {"confidence": (0.5, 0.85), "keep_alive": (0, 4), **shared}
    assert pedestrian == {"confidence": (0.8, 0.99), "keep_alive": (6, 10), **shared}


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("_base_/trackers/*.py")), ids=lambda file: file.stem)
def test_every_space_builds_trackers_at_both_ends(file):
    config = Config.fromfile(file).to_dict()
    if "tracker_search_space" not in config:
        assert file.stem == "byte_track"  # its thresholds are published
        return
    for found in read_search_spaces({**config, "model": config}, ["car", "pedestrian"], str(file)).values():
        for end in (0, 1):
            values = {name: bounds[end] for name, bounds in found.parameters.items()}
            build_torch_free(found.apply(config["tracker"]["trackers"][0], values))
        names = {
            node.id
            for text in found.settings.values()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Name)
        }
        assert names == set(found.parameters)  # none is drawn in vain
