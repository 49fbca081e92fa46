"""Who may import whom: the plan of the house, read off the syntax trees."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "mots_plugin"

# Room: the rooms it may import. A room may always import itself.
ALLOWED = {
    "formats": set(),
    "structures": set(),
    "ops": set(),
    "toy_street": {"formats"},
    "evaluation.functional": {"formats"},
    "tracking": {"formats", "structures"},
    "annotation": {"formats", "structures", "tracking"},
    "reproduction": {"formats"},
    "flow": {"structures", "formats"},
    "datasets": {"formats", "flow", "structures"},
    "models": {"ops", "structures"},
    "export": {"formats", "models"},
    "engine": {"formats"},
    "diagnosis": set(),
    "evaluation": {"formats", "evaluation.functional", "structures"},
    "visualization": {"formats", "structures"},
    "reporting": set(),
    "weights": {"formats"},
}
WITHOUT_TORCH = (
    "diagnosis",
    "cli",
    "reporting",
    "reproduction",
    "annotation",
    "formats",
    "structures",
    "tracking",
    "evaluation.functional",
    "toy_street",
    "flow",
    "weights",
)
TORCH = ("torch", "mmdet", "mmcv", "mmengine")


def room_of(module: str) -> str:
    """``mots_plugin.evaluation.functional.mots`` -> ``evaluation.functional``."""
    parts = module.split(".")[1:]
    if parts[:2] == ["evaluation", "functional"]:
        return "evaluation.functional"
    return parts[0] if parts else ""


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(file: Path) -> set[str]:
    """Absolute names of all modules that a file imports, inside functions too."""
    module = module_of(file)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            found |= {prefix} | {f"{prefix}.{alias.name}" for alias in node.names if prefix == "mots_plugin"}
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_rooms_import_only_what_they_may(file):
    room = room_of(module_of(file))
    if room not in ALLOWED:
        return  # registration and apis stand above all rooms
    rooms = {room_of(name) for name in imports_of(file) if name.startswith("mots_plugin")} - {room, ""}
    assert rooms <= ALLOWED[room]


@pytest.mark.parametrize("file", [file for file in FILES if room_of(module_of(file)) in WITHOUT_TORCH], ids=module_of)
def test_torch_free_rooms_stay_so(file):
    assert not {name for name in imports_of(file) if name.split(".")[0] in TORCH}


@pytest.mark.parametrize("folder", ["tracking/cues", "models/heads", "models/mot"])
def test_siblings_do_not_import_each_other(folder):
    # A wrapper may use its base, and the region head is built around the association head by registry.
    bases = {"mots_plugin.models.mot.online"}
    for file in (PACKAGE / folder).glob("[!_]*.py"):
        package = module_of(file).rpartition(".")[0]
        siblings = {name for name in imports_of(file) if name.startswith(f"{package}.")}
        assert siblings <= bases, file


def test_models_never_name_the_tracking_package():
    for file in (PACKAGE / "models").rglob("*.py"):
        assert not any(name.startswith("mots_plugin.tracking") for name in imports_of(file)), file


def test_converters_import_formats_only():
    for file in (ROOT / "data_converters").glob("*.py"):
        rooms = {room_of(name) for name in imports_of(file) if name.startswith("mots_plugin.")}
        assert rooms <= {"formats", "toy_street"}, file


@pytest.mark.parametrize("module", ["mots_plugin.formats", "mots_plugin.tracking", "mots_plugin.evaluation.functional"])
def test_importing_a_torch_free_room_loads_no_torch(module):
    code = f"import sys, {module}; sys.exit(any(name in sys.modules for name in {TORCH!r}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_there_are_no_grab_bags():
    folders = [ROOT / name for name in ("mots_plugin", "tools", "data_converters")]
    names = {file.stem for folder in folders for file in folder.rglob("*.py")}
    assert not names & {"utils", "util", "common", "helpers", "helper", "misc"}
