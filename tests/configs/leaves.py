"""The configs that users name, and which of them hold the same network."""

import functools
import json
from pathlib import Path

from mmengine.config import Config

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
LEAVES = sorted(str(file.relative_to(CONFIGS)) for file in CONFIGS.glob("[!_]*/*.py"))


@functools.cache
def config_of(name: str) -> Config:
    """Read a config once; take a copy before changing it."""
    return Config.fromfile(CONFIGS / name)


def distinct_networks(names: list[str]) -> list[str]:
    """The first config of each network: those that differ in tracker or data alone train alike."""
    networks: dict[str, str] = {}
    for name in names:
        network = {part: value for part, value in config_of(name).model.items() if part != "tracker"}
        networks.setdefault(json.dumps(network, sort_keys=True), name)
    return list(networks.values())
