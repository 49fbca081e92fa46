"""The table file of a made-up paper: two data sets, one training that two rows share, and a row without seeds."""

from pathlib import Path

import pytest

PAPER = """
data:
  street:
    title: toy street
    root: work_dirs/street
    requires: [val.json]
    cure: run `make demo`
    values: {config: configs/tiny, annotations: "{root}/val.json", precision: [--amp, auto], options: []}
  kitti:
    title: KITTI
    root: data/kitti
    requires: [val.json]
    cure: download it
    values: {config: configs/large, annotations: "{root}/val.json", precision: [], options: []}
steps:
  train:
    command: python train.py {config}{network}.py {out} --seed {seed} {precision} {options}
  track:
    after:
      training: {step: train, network: "{network}"}
    command: python track.py {config}{by}.py {training}/last.pth --out {out} {annotations}
  labels:
    requires: "{root}/label 02"
    cure: get the labels of KITTI
    command: cp -r "{root}/label 02" {out}
  fill:
    after:
      boxes: {step: "{of}"}
    command: python fill.py {boxes} {out}
columns:
  sMOTSA: [car/sMOTSA, pedestrian/sMOTSA]
  IDSW: [car/IDSW]
tables:
  table1:
    title: trackers
    data: [street, kitti]
    rows:
    - {row: one, paper: [71.8, 41.4, null], result: {step: track, network: "", by: _one}, remark: "`_one`"}
    - {row: two, paper: [71.3, 41.3, 95], result: {step: track, network: "", by: _two}, remark: "`_two`"}
    - {row: filled, result: {step: fill, of: labels}, data: [kitti]}
    - {row: theirs, paper: [72.6, null, null], remark: another method}
    - {row: differs, result: {street: {step: train, network: ""}, kitti: {step: track, network: "", by: _one}}}
"""


@pytest.fixture
def paper_file(tmp_path) -> Path:
    path = tmp_path / "made-up_tables.yml"
    path.write_text(PAPER)
    return path
