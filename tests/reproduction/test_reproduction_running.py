"""Steps as they are run: marked last, stopped at the first that fails, taken up again."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.reproduction.paper import DataSet
from mots_plugin.reproduction.plan import Step
from mots_plugin.reproduction.running import check_data_set, missing_input, run_steps


def step(folder: Path, code: str, **options) -> Step:
    return Step(folder.name, folder, ("python", "-c", code), **options)


def test_steps_run_in_order_and_are_marked(tmp_path, capfd):
    first = step(tmp_path / "first", "open('first/made', 'w').write('1'); print('working')")
    second = step(tmp_path / "second", "open('second/made', 'w').write(open('first/made').read() + '2')")
    assert run_steps([first, second], tmp_path) == 0
    assert (second.folder / "made").read_text() == "12"
    assert json.loads(first.marker.read_text())["command"].startswith("python -c 'open(")
    output = capfd.readouterr()
    assert output.out == ""
    assert "== 1 of 2: first\n$ python -c" in output.err
    assert "working" in output.err


def test_a_step_that_fails_is_not_marked_and_stops_the_rest(tmp_path, capfd):
    fails, never = step(tmp_path / "fails", "raise SystemExit(3)"), step(tmp_path / "never", "pass")
    assert run_steps([fails, never], tmp_path) == 3
    assert not fails.finished
    assert not never.folder.exists()
    assert "stopped at: fails (exit code 3); the same command continues here" in capfd.readouterr().err


def test_a_killed_step_is_not_marked(tmp_path):
    killed = step(tmp_path / "killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert run_steps([killed], tmp_path) == -9
    assert not killed.finished


def test_what_outlives_a_killed_run_is_waited_for(tmp_path):
    """The command of a run that was killed works on; it must not meet a second one in the same folder."""
    code = "import os, sys, time; open('slow/started', 'w').close()\nwhile not os.path.exists('stop'): time.sleep(0.01)"
    slow = step(tmp_path / "slow", code)
    run = (
        "from pathlib import Path; from mots_plugin.reproduction.plan import Step\n"
        "from mots_plugin.reproduction.running import run_steps\n"
        f"run_steps([Step('slow', Path({str(slow.folder)!r}), {slow.command!r})], Path({str(tmp_path)!r}))"
    )
    first = subprocess.Popen([sys.executable, "-c", run], stderr=subprocess.DEVNULL)
    while not (slow.folder / "started").exists():
        assert first.poll() is None
    first.kill()
    first.wait()
    with pytest.raises(FormatError, match="slow: a process .* is still working there; wait until it has ended"):
        run_steps([slow], tmp_path)
    (tmp_path / "stop").touch()
    deadline = time.monotonic() + 30
    while not slow.finished and time.monotonic() < deadline:
        with contextlib.suppress(FormatError):
            assert run_steps([slow], tmp_path) == 0
    assert slow.finished


def test_ctrl_c(tmp_path):
    interrupt = "import os, signal; os.kill(os.getppid(), signal.SIGINT)"
    assert run_steps([step(tmp_path / "slow", interrupt)], tmp_path) == 130


def test_commands_run_under_this_interpreter(tmp_path):
    run_steps([step(tmp_path / "which", "import sys; open('which/made', 'w').write(sys.executable)")], tmp_path)
    assert (tmp_path / "which" / "made").read_text() == sys.executable


def test_a_missing_data_set_is_named_with_how_to_get_it(tmp_path):
    data = DataSet("toy street", "unused", ["val.json"], "run `make demo`")
    with pytest.raises(FormatError) as error:
        check_data_set(data, tmp_path)
    assert str(error.value) == f"{tmp_path}/val.json: not found, so toy street is not at hand; run `make demo`"
    (tmp_path / "val.json").touch()
    check_data_set(data, tmp_path)


def test_a_missing_input_of_one_step_is_found_before_anything_runs(tmp_path):
    needs_labels = step(tmp_path / "labels", "pass", requires=tmp_path / "label_02", cure="get the labels")
    steps = [step(tmp_path / "other", "pass"), needs_labels]
    assert str(missing_input(steps)) == f"{tmp_path}/label_02: not found; get the labels"
    (tmp_path / "label_02").mkdir()
    assert missing_input(steps) is None
