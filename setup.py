"""Packaging of mots_plugin; tool settings live in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = next(
    line.split('"')[1]
    for line in (HERE / "mots_plugin" / "__init__.py").read_text().splitlines()
    if line.startswith("__version__")
)

# What the mots command runs; installed, these folders lie within the package.
SCRIPTS = {
    "mots_plugin.tools": "tools",
    "mots_plugin.tools.analysis": "tools/analysis",
    "mots_plugin.data_converters": "data_converters",
}

# tools/export_onnx.py, whose exporter is that of torch 2.6 and later; the upper bounds are what was run.
ONNX = ["onnx>=1.17,<1.24", "onnxruntime>=1.20,<1.32", "onnxscript>=0.5,<0.8"]

setup(
    name="mots_plugin",
    version=VERSION,
    description="Multi-object tracking and segmentation (MOTS) for MMDetection 3.x: four papers over shared parts",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    packages=[*find_packages(include=["mots_plugin", "mots_plugin.*"]), *SCRIPTS],
    package_dir=SCRIPTS,
    package_data={"mots_plugin.reporting": ["page.html.jinja", "page.css"]},
    entry_points={"console_scripts": ["mots = mots_plugin.cli:main"]},
    python_requires=">=3.10",
    install_requires=[
        "numpy>=1.22",
        "scipy>=1.8",
        "pycocotools>=2.0.7",  # 2.0.6 and older were built against numpy 1 only
        "torch>=2.0",
        "mmengine>=0.10.3,<1.0",
        # mmcv (with its compiled operators, 2.0.0rc4 <= version < 2.2.0, as mmdet 3.3.0 itself checks) is left out on
        # purpose: pip would build it in an isolated environment without torch, hence without operators. See README.
        "mmdet>=3.3.0,<3.4",  # the tracking code of MMTracking lives here since 3.1
        "opencv-python>=4.6",  # drawing, 16-bit PNG, dense optical flow
        "pillow>=9.1",
        "pyyaml>=5.1",  # table files of tools/reproduce.py
        "tqdm>=4.60",
        "jinja2>=3.0",  # the page of --report; torch needs it too
    ],
    extras_require={
        # torchvision must match the torch build, so it is never installed by default.
        "raft": ["torchvision>=0.14"],
        "tune": ["optuna>=3.4"],  # tools/tune_tracker.py
        "onnx": ONNX,
        "test": [
            "pytest>=7",
            "hypothesis>=6",
            "optuna>=3.4",
            *ONNX,
            "ruff>=0.6",
            "mypy>=1.10",
            "trackeval==1.3.0",  # the independent implementation that the metrics are checked against
        ],
    },
)
