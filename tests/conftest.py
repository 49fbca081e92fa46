"""Fixtures that several rooms share."""

import signal
from pathlib import Path

import pytest

# A shell that starts pytest in the background makes it, and the tools it runs, deaf to Ctrl-C; some tests send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real sample data beside the checkout; tests that use it skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real sample data (../shared/data) is not at hand")
    return folder
