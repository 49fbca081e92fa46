"""What training and testing runs have in common: a config, its overrides, a place to write."""

from __future__ import annotations

import argparse
import atexit
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import torch
from mmengine.config import Config

from mots_plugin.apis.config_files import read_config
from mots_plugin.apis.overrides import add_override_argument
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.errors import FormatError


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every OpenMMLab tool takes."""
    parser.add_argument("config", help="config file")
    parser.add_argument("--work-dir", help="folder for logs and checkpoints; default work_dirs/<name of the config>")
    add_override_argument(parser, "optim_wrapper.optimizer.lr=1e-3")
    parser.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none", help="job launcher")
    # torch.distributed.launch passes it; torchrun sets the environment variable instead.
    parser.add_argument("--local_rank", "--local-rank", type=int, default=0, help=argparse.SUPPRESS)


def load_run_config(arguments: argparse.Namespace) -> Config:
    """Read the config with its overrides and choose the work dir: command line, then config, then config's name.

    Raises:
        FormatError: The config, or one it is based on, is missing or does not parse, or an override does not fit it.
    """
    os.environ.setdefault("LOCAL_RANK", str(arguments.local_rank))
    config = read_config(arguments.config, arguments.cfg_options)
    config.launcher = arguments.launcher
    name = Path(arguments.config).stem
    config.work_dir = arguments.work_dir or config.get("work_dir") or str(Path("work_dirs") / name)
    return config


def set_up_processes(config: Config) -> None:
    """Let a run of several processes use gloo where there is no GPU; mmengine alone would ask for CUDA devices."""
    # With deterministic algorithms torch also fills every tensor that it makes, which costs a twentieth of a step on
    # CPUs and helps only who reads what was never written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    if config.launcher == "none":
        return
    # A process that ends while gloo's threads still run is aborted, after all its work is done.
    atexit.register(_leave_process_group)
    if not torch.cuda.is_available():
        torch.distributed.init_process_group("gloo")
        config.model_wrapper_cfg = {
            "type": "MMDistributedDataParallel",
            "device_ids": None,
            "broadcast_buffers": False,
        }


def _leave_process_group() -> None:
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def end_process(status: int | None) -> NoReturn:
    """End a run's process, its work done; ``status`` as for ``sys.exit``.

    Threads of gloo sometimes outlive the process group, and C++ aborts a process whose globals go while a thread of
    theirs runs. So one of several processes ends without that, once exit handlers have run and output is written.
    """
    if not torch.distributed.is_initialized():
        sys.exit(status)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)


def check_datasets(config: Config, *loaders: str) -> None:
    """Check that the annotation files of the named dataloaders are there, and every image that they name and load.

    Raises:
        FormatError: Something is missing; the message says how to make it.
    """
    for loader in loaders:
        if config.get(loader) is None:
            raise FormatError(config.filename, f"has no {loader}", "its README says how to score such a model")
        dataset = config[loader]["dataset"]
        if "datasets" not in dataset:
            _check_dataset(dataset, loader, f"{loader}.dataset")
            continue
        for number, joined in enumerate(dataset["datasets"]):
            _check_dataset(joined, loader, f"{loader}.dataset.datasets.{number}")


def _check_dataset(dataset: dict, loader: str, option: str) -> None:
    if "ann_file" not in dataset:
        return  # a crop database, which is checked as it is opened
    root = Path(dataset.get("data_root") or "")
    annotations = root / dataset["ann_file"]
    if not annotations.is_file():
        raise FormatError(
            annotations,
            f"annotation file of {loader} not found",
            f"convert the raw data with one of data_converters/, or pass --cfg-options {option}.data_root=FOLDER",
        )
    if "BlankFrameImage" in _transforms(dataset.get("pipeline", ())):
        return
    images = root / dataset.get("data_prefix", {}).get("img_path", "")
    if not images.is_dir():
        raise FormatError(
            images,
            f"image folder of {loader} not found",
            f"pass --cfg-options {option}.data_prefix.img_path=FOLDER",
        )
    files = [os.path.join(images, image["file_name"]) for image in read_coco_video(annotations).data["images"]]
    missing = [file for file in files if not os.path.isfile(file)]
    if missing:
        raise FormatError(
            missing[0],
            f"image of {loader} not found, one of {len(missing)} missing (of {len(files)})",
            "restore it, or convert the raw data again",
        )


def _transforms(pipeline: Sequence[dict]) -> Iterator[str]:
    """Yield the types of a pipeline's transforms, and of those inside of them."""
    for transform in pipeline:
        yield transform["type"]
        yield from _transforms(transform.get("transforms", ()))


def check_writable(folder: str | Path) -> Path:
    """Make a folder and check that files can be written there.

    Raises:
        FormatError: It cannot be made or written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FormatError(folder, f"cannot be written to ({error.strerror})", "choose another folder") from None
    return folder
