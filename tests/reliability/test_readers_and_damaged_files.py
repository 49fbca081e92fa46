"""Whatever a file holds, its reader returns something sound or says in one line what is wrong with which file."""

import os
import warnings
from pathlib import Path

import pytest
from damage import damaged
from guards import bounded_time_and_memory
from hypothesis import HealthCheck, given, settings
from structured_readers import STRUCTURED_READERS
from text_readers import TEXT_READERS, Reader

from mots_plugin.formats.errors import FormatError

READERS = {**TEXT_READERS, **STRUCTURED_READERS}
LONG_RUN = int(os.environ.get("FUZZ_EXAMPLES", "2000"))


def check_one(reader: Reader, file: Path, data: bytes) -> None:
    file.write_bytes(data)
    try:
        with bounded_time_and_memory():
            value = reader.read(file)
    except FormatError as error:
        message = str(error)
        assert "\n" not in message
        assert len(message) < 2000
        assert str(file if not reader.named else file.parent) in message
    else:
        assert reader.check(value) is not False


def check_many(name: str, folder: Path, examples: int) -> None:
    reader = READERS[name]
    file = folder / reader.file
    file.parent.mkdir(parents=True, exist_ok=True)
    reader.write(file)
    sample = file.read_bytes()

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(sample))
    def fuzz(data: bytes) -> None:
        check_one(reader, file, data)

    check_one(reader, file, sample)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fuzz()


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file(name, tmp_path):
    check_many(name, tmp_path, 15)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_many_damaged_files(name, tmp_path):
    check_many(name, tmp_path, LONG_RUN)
