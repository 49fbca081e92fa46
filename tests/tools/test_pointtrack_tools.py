"""PointTrack with the tools that users have: trained apart, the segmenter tested alone, put together, tracked."""

import json
import re

import pytest
from command_lines import options_for_testing, options_for_training, python, succeed

CONFIGS = "configs/pointtrack"
SEGMENTER = f"{CONFIGS}/pointtrack_segmenter-tiny_800i_toy-street.py"


def any_instance(head):
    """Overrides of clustering rules: from nothing, no pixel is certain of anything."""
    rule = {"seed_threshold": 0.05, "candidate_threshold": 0.04, "min_pixels": 3, "max_instances": 5}
    return [f"{head}.clustering.{label}.{name}={value}" for label in (0, 1) for name, value in rule.items()]


@pytest.mark.slow
def test_from_two_trainings_to_scored_tracks(street, tmp_path):
    options = ["--cfg-options", *options_for_training(street, 2)]
    segmenter, embedding, joined = tmp_path / "segmenter", tmp_path / "embedding", tmp_path / "joined.pth"
    succeed(python("tools/train.py", SEGMENTER, "--work-dir", segmenter, *options))

    alone = python("tools/test.py", SEGMENTER, segmenter / "iter_2.pth", "--work-dir", segmenter, "--cfg-options")
    alone += [*options_for_testing(street), *any_instance("model.head")]
    output = succeed([*alone, f"test_evaluator.ann_file={street}/annotations/val.json"])
    assert re.search(r"Average Precision +\(AP\) @\[ IoU=0.50 +\| area= +all", output)
    assert re.search(r"\| pedestrian +\| ", output)

    crops = tmp_path / "crops"
    succeed(python("tools/build_crop_database.py", street / "annotations" / "train.json", street, crops))
    config = f"{CONFIGS}/pointtrack_embedding-tiny_300i_toy-street.py"
    options = ["train_cfg.max_iters=2", "default_hooks.checkpoint.interval=2", "train_dataloader.num_workers=0"]
    options += ["train_dataloader.persistent_workers=False", f"train_dataloader.dataset.database={crops}"]
    options += ["train_dataloader.sampler.batch_size=2", "train_dataloader.batch_size=2"]
    succeed(python("tools/train.py", config, "--work-dir", embedding, "--cfg-options", *options))

    tracker = f"{CONFIGS}/pointtrack_tiny_toy-street.py"
    parts = [f"networks.0.segmenter={segmenter}/iter_2.pth", f"networks.0={embedding}/iter_2.pth"]
    assert f"weights lie in {joined}" in succeed(python("tools/join_checkpoints.py", tracker, joined, *parts))

    out = tmp_path / "out"
    whole = python("tools/test.py", tracker, joined, "--work-dir", tmp_path / "work", "--out", out, "--eval", "smotsa")
    rules = any_instance("model.networks.0.segmenter.head")
    succeed([*whole, "--cfg-options", *options_for_testing(street), *rules])
    scores = json.loads((out / "metrics.json").read_text())
    assert scores["car"]["TP"] + scores["car"]["FN"] > 0
    assert sorted(path.name for path in (out / "tracks").iterdir()) == ["0001.txt", "0002.txt"]
