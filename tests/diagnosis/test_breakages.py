"""Each breakage simulated: packages that fail as broken ones do, put in the way of the real ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mots_plugin.apis.checkpoints import read_checkpoint
from mots_plugin.diagnosis.attempts import Attempt, try_checkpoint, try_parts
from mots_plugin.diagnosis.breakages import Breakage, explain_checkpoint, find_breakages
from mots_plugin.formats.errors import FormatError

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    "numpy": "__version__ = '2.4.0'\ndef ones(*shape, **options): pass",
    "scipy/__init__": "__version__ = '1.16.0'",
    "scipy/optimize": "",
    "pycocotools/__init__": "",
    "pycocotools/mask": "def area(mask): pass\ndef encode(mask): pass",
    "cv2": "__version__ = '4.12.0'",
    "torch": (
        "__version__ = '2.13.0'\nclass _Ones:\n    def numpy(self): pass\n"
        "def ones(*shape): return _Ones()\n"
        "class cuda:\n    is_available = staticmethod(lambda: False)\n"
        "class version: cuda = None"
    ),
    "mmengine": "__version__ = '0.10.7'",
    "mmcv/__init__": "__version__ = '2.1.0'",
    "mmcv/ops": "def nms(*arguments): pass\ndef get_compiling_cuda_version(): return 'not available'",
    "mmdet": "__version__ = '3.3.0'",
    "mots_plugin/__init__": "__version__ = '0.1.0'",
    "mots_plugin/registration": "",
}
NUMPY_1_MODULE = "raise ImportError('numpy.core.multiarray failed to import')"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Return a function that makes an environment of hollow packages, some of them as given, and tries them all."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def make(gpus=(), distributions=(), **changed: str) -> list[Breakage]:
        for name in distributions:
            folder = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        for name, code in {**MODULES, **{name.replace("__", "/", 1): code for name, code in changed.items()}}.items():
            file = tmp_path / f"{name.replace('/init', '/__init__')}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(code)
        names = ["numpy", "pycocotools", "cv2", "torch", "mmengine", "mmcv", "mmdet", "mots_plugin"]
        return find_breakages(try_parts(names), gpus)

    return make


def only(found: list[Breakage]) -> Breakage:
    (breakage,) = found
    return breakage


def test_nothing_is_broken(environment):
    assert environment() == []


def test_libgl_is_missing(environment):
    error = "libGL.so.1: cannot open shared object file: No such file or directory"
    found = only(environment(cv2=f"raise ImportError('{error}')"))
    assert (found.part, found.problem) == ("cv2", "misses the system's library libGL.so.1")
    assert "opencv-python-headless" in found.cure
    assert "apt-get install libgl1" in found.cure


def test_mmcv_without_operators(environment):
    found = only(environment(mmcv__ops="import mmcv._ext"))
    assert (found.part, found.problem) == ("mmcv", "is installed without its compiled operators")
    assert found.cure.startswith("pip uninstall -y mmcv mmcv-lite && ")
    assert "MMCV_WITH_OPS=1 pip install --no-build-isolation" in found.cure


def test_mmcv_for_another_torch(environment):
    error = "/lib/mmcv/_ext.so: undefined symbol: _ZN2at4_ops10zeros_like4callERKNS_6TensorE"
    found = only(environment(mmcv__ops=f"raise ImportError('{error}')"))
    assert found.part == "mmcv"
    assert found.problem.startswith("was built for another torch than the one installed")
    assert "--force-reinstall mmcv" in found.cure


def test_mmcv_of_another_version(environment):
    asked = "mmcv>=2.0.0rc4, <2.2.0"
    error = f"MMCV==2.2.0 is used but incompatible. Please install {asked}."
    found = only(environment(mmdet=f"assert False, '{error}'"))
    assert (found.part, found.problem) == ("mmcv", f"2.2.0 does not go with this mmdet, which asks for {asked}")
    assert found.cure.startswith("pip uninstall -y mmcv && ")


def test_the_fork_of_mmcv_without_operators(environment):
    found = only(environment(distributions=["onedl-mmcv"], mmcv__ops="import mmcv._ext"))
    assert (found.part, found.problem) == ("mmcv", "is installed without its compiled operators")
    assert found.cure.startswith("pip uninstall -y onedl-mmcv && ")
    assert found.cure.endswith("--no-build-isolation --no-deps onedl-mmcv==2.3.6")


def test_the_fork_of_mmcv_beside_openmmlabs_mmdet(environment):
    error = "MMCV==2.3.6 is used but incompatible. Please install mmcv>=2.0.0rc4, <2.2.0."
    found = only(environment(distributions=["onedl-mmcv"], mmdet=f"assert False, '{error}'"))
    assert (found.part, found.problem) == ("mmdet", "does not go with onedl-mmcv==2.3.6")
    assert found.cure == "pip uninstall -y mmdet && pip install onedl-mmdetection==3.5.1"


def test_mmcv_and_its_fork_one_over_the_other(environment):
    found = only(environment(distributions=["mmcv", "onedl-mmcv"], mmcv__ops="import mmcv._ext"))
    assert found.problem == "is installed as mmcv and as onedl-mmcv, whose files overwrite each other"
    assert found.cure.startswith("pip uninstall -y mmcv onedl-mmcv && ")
    assert found.cure.endswith(" mmcv==2.1.0   # or onedl-mmcv==2.3.6, with all its kin")


@pytest.mark.parametrize(
    "module",
    [
        {"pycocotools__mask": NUMPY_1_MODULE},
        {"pycocotools__mask": "raise ValueError('numpy.dtype size changed, may indicate binary incompatibility.')"},
    ],
)
def test_a_package_built_for_another_numpy(environment, module):
    found = only(environment(**module))
    assert found.part == "pycocotools"
    assert found.problem.startswith("was built for another numpy than the one installed")
    assert found.cure.startswith("pip install 'numpy<2'")


def test_a_torch_built_for_another_numpy_only_warns_as_it_is_imported(environment):
    code = (
        "import sys; __version__ = '2.1.2'\n"
        "print('UserWarning: Failed to initialize NumPy: _ARRAY_API not found', file=sys.stderr)\n"
        "class _Ones:\n    def numpy(self): raise RuntimeError('Numpy is not available')\n"
        "def ones(*shape): return _Ones()"
    )
    found = only(environment(torch=code))
    assert (found.part, found.stops_training) == ("torch", True)
    assert found.problem == "was built for another numpy than the one installed (RuntimeError: Numpy is not available)"


def test_a_part_that_takes_its_process_down(environment):
    found = only(environment(pycocotools__mask="import os; os.kill(os.getpid(), 11)"))
    assert found.problem == "cannot be imported (the process was killed by signal 11)"
    assert found.cure == "pip install --force-reinstall pycocotools"


def test_what_needs_a_broken_part_is_not_named(environment):
    found = only(environment(torch="import nothing_of_the_kind", mmcv__ops="import torch", mmdet="import torch"))
    assert (found.part, found.problem) == ("torch", "needs nothing_of_the_kind, which is not installed")


def test_a_part_that_is_not_installed():
    found = find_breakages({"mmdet": Attempt(error="ModuleNotFoundError: No module named 'mmdet'")})
    assert found == [Breakage("mmdet", "is not installed", "pip install 'mmdet>=3.3.0,<3.4'")]


def test_optional_parts_may_be_absent_but_not_broken():
    absent = Attempt(error="importlib.metadata.PackageNotFoundError: No package metadata was found for torchvision")
    assert find_breakages({"torchvision": absent}) == []
    broken = Attempt({"version": "0.20"}, "RuntimeError: operator torchvision::nms does not exist")
    (found,) = find_breakages({"torchvision": broken})
    assert (found.cure, found.stops_training) == ("pip install --force-reinstall torchvision", False)


def test_a_gpu_beside_a_torch_for_cpus(environment):
    found = only(environment(gpus=["0000:01:00.0"]))
    assert found.problem == "is a build for CPUs, though this machine has 1 GPU"
    assert not found.stops_training


def test_a_gpu_that_torch_cannot_use(environment):
    found = only(environment(gpus=["a", "b"], torch=MODULES["torch"].replace("cuda = None", "cuda = '12.8'")))
    assert "finds no CUDA device, though this machine has 2 GPUs" in found.problem
    assert found.cure.startswith("nvidia-smi")


def test_operators_for_cpus_beside_a_gpu(environment):
    code = (
        MODULES["torch"]
        .replace("lambda: False", "lambda: True")
        .replace("version: cuda = None", "version: cuda = '12'")
    )
    code = code.replace("\nclass version", "\n    get_device_name = staticmethod(lambda: 'A GPU')\nclass version")
    found = only(environment(gpus=["a"], torch=code))
    assert (found.part, found.stops_training) == ("mmcv", True)
    assert found.cure.startswith("FORCE_CUDA=1 MMCV_WITH_OPS=1 pip install")


class Evil:
    def __reduce__(self):
        return print, ("ran",)


@pytest.fixture
def pickled(tmp_path):
    torch.save({"state_dict": {"weight": torch.ones(2)}, "extra": Evil()}, tmp_path / "pickled.pth")
    return str(tmp_path / "pickled.pth")


def test_checkpoints(tmp_path, pickled):
    sound, cut = tmp_path / "sound.pth", tmp_path / "cut.pth"
    torch.save({"state_dict": {"weight": torch.ones(2)}}, sound)
    cut.write_bytes(sound.read_bytes()[:-40])
    assert explain_checkpoint(str(sound), Attempt({"weights": 1})) is None
    cures = []
    for file in (pickled, str(cut)):
        with pytest.raises(FormatError) as error:
            read_checkpoint(file)
        cures.append(explain_checkpoint(file, Attempt({"problem": error.value.problem})).cure)
    assert "weights_only=False" in cures[0]
    assert cures[1] == "copy or download it again"


@pytest.mark.slow
def test_the_cure_of_a_pickled_checkpoint(pickled):
    found = explain_checkpoint(pickled, try_checkpoint(pickled))
    assert found.problem == "refused to load: it asks for print, which could run code"
    cure = found.cure.replace("python", sys.executable, 1)
    shell = {name: value for name, value in os.environ.items() if not name.startswith("TORCH_")}
    done = subprocess.run(cure, shell=True, env=shell, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert try_checkpoint(f"{pickled}.plain.pth") == Attempt({"weights": 1})


@pytest.mark.slow
def test_this_environment_is_sound():
    done = subprocess.run([sys.executable, ROOT / "tools" / "doctor.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("training can run here, on ")
