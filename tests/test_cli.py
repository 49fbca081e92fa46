"""The mots command, from the checkout and as an installed package has it."""

import subprocess
import sys
from pathlib import Path

import pytest

from mots_plugin.cli import COMMANDS, folder_of

ROOT = Path(__file__).resolve().parents[1]


def mots(*arguments: str | Path, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "mots_plugin.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_every_command_has_its_script():
    scripts = [folder_of("tools") / script for name, (script, _) in COMMANDS.items() if name != "convert"]
    assert [script for script in scripts if not script.is_file()] == []


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_help_lists_the_commands(arguments):
    done = mots(*arguments)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")] == list(COMMANDS)


def test_help_imports_next_to_nothing():
    """Within a tenth of a second on any machine, for the time goes into imports."""
    code = "import sys; sys.argv = ['mots']; from mots_plugin.cli import main; main(); print(len(sys.modules))"
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, pathlib, types; print(len(sys.modules))"], capture_output=True
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) <= int(bare.stdout) + 3  # the package, the command, __future__


def test_a_command_is_its_script(tmp_path):
    file = tmp_path / "0001.txt"
    file.write_text("0 1001 1 8 8 0\n")
    script = subprocess.run(
        [sys.executable, ROOT / "tools" / "validate_data.py", file, "--workers", "1"], capture_output=True, text=True
    )
    done = mots("validate", file, "--workers", "1")
    assert (done.returncode, done.stdout) == (script.returncode, script.stdout) == (1, script.stdout)
    assert "1 fault: 1 rle" in done.stdout
    assert mots("validate", "--help").stdout.startswith("usage: mots validate ")


def test_exit_codes_are_those_of_the_script(tmp_path):
    assert mots("validate", tmp_path / "absent.json").returncode == 1
    assert mots("validate").returncode == 2  # argparse's own
    (tmp_path / "0001.txt").write_text("")
    assert mots("validate", tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("evil",), "error: mots evil: there is no such command; did you mean eval?"),
        (("convert", "kity_mots"), "error: mots convert kity_mots: there is no such command; did you mean kitti_mots?"),
    ],
)
def test_unknown_commands(arguments, line):
    done = mots(*arguments)
    assert (done.returncode, done.stderr.strip()) == (2, line)


def test_converters_are_found_by_name():
    done = mots("convert")
    assert {"kitti_mots", "mots_challenge", "davis"} <= set(done.stdout.split())
    assert mots("convert", "kitti_mots", "--help").stdout.startswith("usage: mots convert kitti_mots ")


def test_an_installed_package_brings_the_scripts(tmp_path):
    """Built as pip builds it, and run from elsewhere with the checkout out of sight."""
    build = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    code = "import mots_plugin.cli as cli; print(cli.folder_of('tools')); cli.sys.argv[1:] = ['eval', '-h']; cli.main()"
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(tmp_path / "mots_plugin" / "tools")
    assert done.stdout.splitlines()[1].startswith("usage: mots eval")
    assert (tmp_path / "mots_plugin" / "tools" / "analysis" / "explain_errors.py").is_file()
