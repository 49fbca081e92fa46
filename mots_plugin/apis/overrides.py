"""``--cfg-options``: entries of a config that the command line overrides, with typing errors caught."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config, DictAction

from mots_plugin.formats.errors import FormatError


class KeyValueAction(DictAction):
    """mmengine's parser of ``KEY=VALUE``, which explains itself when there is no ``=``."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Parse the values into a dict."""
        for value in values or ():
            if "=" not in value:
                parser.error(f"{option_string}: {value!r} is not KEY=VALUE, such as optim_wrapper.optimizer.lr=1e-3")
        super().__call__(parser, namespace, values, option_string)


def add_override_argument(parser: argparse.ArgumentParser, example: str) -> None:
    """Add ``--cfg-options`` to a tool that reads a config; ``example`` is one ``KEY=VALUE`` for its help."""
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=KeyValueAction,
        default={},
        metavar="KEY=VALUE",
        help=f"override entries of the config, e.g. {example}",
    )


def apply_overrides(config: Config, overrides: dict[str, Any]) -> None:
    """Override entries of a config in place; keys that are new to it are reported on stderr.

    New keys are legitimate, as most constructors have defaults. One that is all but the name of an entry beside it is
    taken for a typing error, since nothing would ever read it.

    Args:
        config: The config.
        overrides: Values by dotted key, ``{"train_dataloader.batch_size": 4}``; numbers count the entries of lists.

    Raises:
        FormatError: A key looks misspelt, an index exceeds its list, or an entry that has no entries is given some.
    """
    for key, value in overrides.items():
        known = _longest_known(config, key)
        if known != key:
            _check_spelling(config, key, known)
        try:
            config.merge_from_dict({key: value})
        except (KeyError, TypeError, AssertionError):
            problem = f"the config has {known or 'nothing'} only, and nothing can be added to it below"
            raise FormatError("--cfg-options", problem, "look the key up in the config", place=key) from None
        if known != key:
            print(f"note: --cfg-options adds {key}, which the config did not have", file=sys.stderr)


def _longest_known(config: Config, key: str) -> str:
    """Return the part of a dotted key, from its beginning, that the config has."""
    entry, known = config, []
    for part in key.split("."):
        if isinstance(entry, list | tuple) and part.isdigit() and int(part) < len(entry):
            entry = entry[int(part)]
        elif hasattr(entry, "keys") and part in entry:
            entry = entry[part]
        else:
            break
        known.append(part)
    return ".".join(known)


def _check_spelling(config: Config, key: str, known: str) -> None:
    siblings = config
    for part in known.split(".") if known else ():
        siblings = siblings[int(part)] if isinstance(siblings, list | tuple) else siblings[part]
    prefix = f"{known}." if known else ""
    new = key[len(prefix) :].split(".")[0]
    similar = difflib.get_close_matches(new, siblings.keys() if hasattr(siblings, "keys") else (), n=1, cutoff=0.85)
    if similar:
        raise FormatError(
            "--cfg-options", f"the config has no {prefix}{new}", f"did you mean {prefix}{similar[0]}?", place=key
        )
