"""The ``mots`` command: the tools under one roof, so that ``mots train CONFIG`` is ``python tools/train.py CONFIG``.

The scripts stay what they are. In a checkout they lie in ``tools/`` and ``data_converters/`` beside this package; in an
installed package, in folders of the same names within it (see ``setup.py``). Nothing is imported before it is known
which of them is wanted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

COMMANDS = {
    "train": ("train.py", "train a model"),
    "test": ("test.py", "track a data set with a trained model, score and draw it"),
    "eval": ("eval_tracks.py", "score tracks on disk, those of any tracker"),
    "track": ("track_video.py", "track a video, a folder of images or a camera"),
    "convert": ("", "make COCO-video json of raw data, and back"),
    "validate": ("validate_data.py", "list every fault of a data set"),
    "configure": ("configure.py", "write a config for data of your own"),
    "tune": ("tune_tracker.py", "search for a tracker's thresholds, on stored detections"),
    "explain": ("analysis/explain_errors.py", "list and draw the errors of a result, or of two"),
    "export": ("export_onnx.py", "write a tracker's networks as ONNX files"),
    "submit": ("submit.py", "check results and pack them for a benchmark's server"),
    "browse": ("browse_dataset.py", "look at a data set as a model gets it"),
    "doctor": ("doctor.py", "find what is broken in this environment"),
}
"""Script and purpose of each command; converters are scripts by their own names."""

_HELP = ("-h", "--help")


def folder_of(name: str) -> Path:
    """Return the folder of scripts of this name, ``tools`` or ``data_converters``."""
    package = Path(__file__).resolve().parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def main() -> int:
    """Run ``sys.argv`` and return, or exit with, the exit code of the script."""
    name, *arguments = sys.argv[1:] or _HELP[:1]
    if name == "convert":
        converters = {script.stem: script for script in sorted(folder_of("data_converters").glob("*.py"))}
        wanted, *arguments = arguments or _HELP[:1]
        return _run("mots convert", wanted, converters, arguments, "\n".join(f"  {format}" for format in converters))
    if name == "--version":
        from mots_plugin import __version__

        print(__version__)
        return 0
    scripts = {name: folder_of("tools") / script for name, (script, _) in COMMANDS.items()}
    return _run(
        "mots", name, scripts, arguments, "\n".join(f"  {name:10}{what}" for name, (_, what) in COMMANDS.items())
    )


def _run(program: str, name: str, scripts: dict[str, Path], arguments: list[str], choices: str) -> int:
    if name in _HELP:
        print(f"usage: {program} COMMAND …\n\n{choices}\n\n{program} COMMAND --help says more.")
        return 0
    if name not in scripts:
        from difflib import get_close_matches

        near = get_close_matches(name, scripts, 1)
        cure = f"did you mean {near[0]}?" if near else f"there are: {', '.join(scripts)}"
        print(f"error: {program} {name}: there is no such command; {cure}", file=sys.stderr)
        return 2
    sys.argv = [f"{program} {name}", *arguments]
    main_module = ModuleType("__main__")
    main_module.__file__ = str(scripts[name])
    sys.modules["__main__"] = main_module  # where worker processes look for the script's functions
    exec(compile(scripts[name].read_bytes(), scripts[name], "exec"), vars(main_module))
    return 0


if __name__ == "__main__":
    sys.exit(main())
