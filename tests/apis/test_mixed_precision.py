"""Mixed precision is chosen by what the device can do."""

import pytest
from mmengine.config import Config

from mots_plugin.apis import mixed_precision
from mots_plugin.apis.mixed_precision import use_mixed_precision
from mots_plugin.formats.errors import FormatError


@pytest.fixture
def machine(monkeypatch):
    def has(device, bfloat16=False):
        monkeypatch.setattr(mixed_precision, "get_device", lambda: device)
        monkeypatch.setattr(mixed_precision, "cpu_computes_bfloat16", lambda: bfloat16)
        return Config({"optim_wrapper": {"type": "OptimWrapper"}})

    return has


def test_half_precision_with_a_scaled_loss_on_gpus(machine):
    config = machine("cuda")
    use_mixed_precision(config)
    assert config.optim_wrapper == {"type": "AmpOptimWrapper", "loss_scale": "dynamic"}


@pytest.mark.parametrize("only_where_faster", [True, False])
def test_bfloat16_on_cpus_that_compute_with_it(machine, only_where_faster):
    config = machine("cpu", bfloat16=True)
    use_mixed_precision(config, only_where_faster)
    assert config.optim_wrapper == {"type": "BFloat16OptimWrapper"}


def test_other_cpus_refuse_or_stay_in_single_precision(machine):
    config = machine("cpu")
    use_mixed_precision(config, only_where_faster=True)
    assert config.optim_wrapper == {"type": "OptimWrapper"}
    with pytest.raises(FormatError, match="^--amp: needs a GPU, or a CPU with AVX512-BF16 or AMX"):
        use_mixed_precision(config)
