from types import SimpleNamespace

import pytest
from mmengine.config import ConfigDict

from mots_plugin.engine import IdentityCountHook
from mots_plugin.formats.errors import FormatError


class Log(list):
    warning = list.append


def check(configured, in_data) -> list[str]:
    """Run the check before training; return the warnings."""
    model = {"type": "JDE", "detector": {"bbox_head": {"num_classes": 2, "identity_counts": configured}}}
    runner = SimpleNamespace(
        cfg=SimpleNamespace(model=ConfigDict(model), filename="jde.py"),
        train_dataloader=SimpleNamespace(dataset=SimpleNamespace(identity_counts=in_data)),
        logger=Log(),
    )
    IdentityCountHook().before_train(runner)
    return runner.logger


def test_config_and_data_agree():
    assert check([221, 475], [221, 475]) == []


@pytest.mark.parametrize("configured", [[221, 474], [221], [220, 9000]])
def test_too_few_identities_stop_the_training(configured):
    with pytest.raises(FormatError) as error:
        check(configured, [221, 475])
    key = "model.detector.bbox_head.identity_counts"
    assert str(error.value) == (
        f"jde.py: {key}={configured}, but the training data has [221, 475] identities; write {key}=[221, 475]"
    )


def test_spare_identities_are_said_in_a_warning():
    (warning,) = check([221, 14455], [221, 475])
    assert warning.endswith("to fit them write model.detector.bbox_head.identity_counts=[221, 475]")


def test_a_model_that_classifies_no_identities_fits_all_data():
    assert check(None, [221, 475]) == []
