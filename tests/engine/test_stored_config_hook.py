from mots_plugin.engine import DropStoredConfigHook


def test_only_the_config_text_is_taken_out():
    checkpoint = {"meta": {"iter": 3, "config": "import os"}, "state_dict": {}}
    DropStoredConfigHook().after_load_checkpoint(None, checkpoint)
    assert checkpoint == {"meta": {"iter": 3}, "state_dict": {}}


def test_bare_weights_pass():
    checkpoint = {"weight": 1}
    DropStoredConfigHook().after_load_checkpoint(None, checkpoint)
    assert checkpoint == {"weight": 1}
