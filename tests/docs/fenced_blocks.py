"""Fenced blocks of the documents, and what a command line in them asks of the tools.

The word after the fence says what a block is:

- ``bash``: commands that are run, in the order of the document; ``bash slow`` in the slow suite alone; ``bash not-run``
  never, because they need a cluster, a GPU or foreign data.
- ``python``: code that is run; one that begins with ``# name.py`` is written to that file instead.
- ``text output``: what the block before prints. A line of ``…`` stands for any lines.
- ``text``, or nothing: shown only.

Command lines of all blocks, shown or run, are checked: the script must be there, and have the options.
"""

import ast
import functools
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CONVERTERS = "data_converters"


@dataclass(frozen=True)
class Block:
    """A fenced block: its document, line, words after the fence, and text."""

    document: str
    line: int
    words: tuple[str, ...]
    text: str

    @property
    def file_name(self) -> str | None:
        """The file that Python code is to be written to."""
        match = re.match(r"# ([\w/]+\.py)\n", self.text) if self.words[:1] == ("python",) else None
        return match[1] if match else None

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks_of(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    name = document.relative_to(ROOT).as_posix()
    return [
        Block(name, text.count("\n", 0, match.start()) + 1, tuple(match[1].split()), match[2])
        for match in _FENCE.finditer(text)
    ]


def commands(text: str) -> list[str]:
    """The commands of a block, lines that end in a backslash joined, comments left out."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line for line in (re.sub(r"(^|\s)# ?.*$", "", line).strip().removeprefix("$ ") for line in lines) if line]


def script_of(command: str) -> tuple[str, list[str]] | None:
    """The script of this project that a command runs, and its arguments; None for other programs."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    words = [word for word in words if not re.fullmatch(r"[A-Z_]+=\S*", word)]
    if words[:1] and words[0] in ("torchrun", "srun"):
        words = words[next((n for n, word in enumerate(words) if word.endswith(".py")), 0) :]
    if words[:1] and re.fullmatch(r"(.*/)?(python3?|bash)", words[0]):
        words = words[1:]
    if words[:2] == ["-m", "mots_plugin.cli"]:
        words = ["mots", *words[2:]]
    if words[:1] == ["mots"] and len(words) > 1 and not words[1].startswith("-"):
        return _of_mots(words[1:])
    if words[:1] and re.fullmatch(r"(tools|data_converters)/[\w/]+\.(py|sh)", words[0]):
        return words[0], words[1:]
    return None


def _of_mots(words: list[str]) -> tuple[str, list[str]]:
    from mots_plugin.cli import COMMANDS

    if words[0] == "convert":
        return f"{_CONVERTERS}/{words[1]}.py", words[2:]
    return "tools/" + COMMANDS.get(words[0], (f"{words[0]} (no such command)", ""))[0], words[1:]


@functools.cache
def options_of(path: Path) -> frozenset[str]:
    """Every option that a script, or a module of this project that it imports, gives to a parser."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = {"--help", "-h"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            names = {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
            found |= {name for name in names if str(name).startswith("-")}
            if any("BooleanOptionalAction" in ast.dump(keyword.value) for keyword in node.keywords):
                found |= {f"--no-{name[2:]}" for name in names}
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mots_plugin."):
            module = ROOT / (node.module or "").replace(".", "/")
            names_arguments = any("argument" in alias.name for alias in node.names)
            if names_arguments and module.with_suffix(".py").is_file():
                found |= options_of(module.with_suffix(".py"))
    return frozenset(found)


def complaints(command: str) -> list[str]:
    """What is wrong with a command line as far as the files tell: no such script or config, no such option."""
    found = script_of(command)
    if found is None:
        return []
    script, arguments = ROOT / found[0], found[1]
    if not script.is_file():
        return [f"{found[0]} does not exist"]
    configs = [word for word in arguments if re.fullmatch(r"configs/[\w./-]+\.py", word)]
    missing = [f"{config} does not exist" for config in configs if not (ROOT / config).is_file()]
    if missing:
        return missing
    if script.suffix == ".sh":
        target = {"dist_train": "train.py", "dist_test": "test.py", "slurm_train": "train.py", "slurm_test": "test.py"}
        if script.stem not in target:
            return []
        script = script.parent / target[script.stem]
    if script.name == "launch.py":
        return complaints("python " + shlex.join(arguments[1:]))
    known = options_of(script)
    used = [argument.partition("=")[0] for argument in arguments if re.match(r"--[a-z]", argument)]
    return [f"{found[0]} has no option {option}" for option in used if option not in known]
