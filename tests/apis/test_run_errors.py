"""Which errors of a run are put as one line, and which keep their traceback."""

import pytest
from mmdet.registry import TASK_UTILS
from torch._utils import ExceptionWrapper

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.run_errors import named_run_errors
from mots_plugin.formats.errors import FormatError


def raise_in_a_worker(error: Exception) -> None:
    """Raise an error as torch does when a data loader worker met it: as the text of a traceback."""
    try:
        raise error
    except Exception:
        wrapped = ExceptionWrapper(where="in DataLoader worker process 0")
    wrapped.reraise()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"type": "StagedTrackr"}, "StagedTrackr is not in the mmdet::task util registry"),
        ({"type": "EmbeddingGallery", "size": 3}, r"EmbeddingGallery.__init__\(\) got an unexpected .* 'size'"),
        ({"type": "EmbeddingGallery", "max_per_track": 0}, "EmbeddingGallery: max_per_track is 0, it must be at .*"),
        ({"type": "MaxIoUAssigner", "foo": 1}, r"MaxIoUAssigner.__init__\(\) got an unexpected .* 'foo'"),
    ],
)
def test_a_part_that_cannot_be_built_names_the_config(part, reason):
    with pytest.raises(FormatError, match=rf"^street.py: {reason}; correct the entry"), named_run_errors("street.py"):
        TASK_UTILS.build(part)


def test_bad_input_that_a_worker_met_is_raised_as_the_worker_did():
    error = FormatError("a: b/000005.png", "cannot be read (x; y)", "restore the file", place=3)
    with pytest.raises(FormatError) as raised, named_run_errors("street.py"):
        raise_in_a_worker(error)
    assert str(raised.value) == str(error)


def test_a_bug_of_a_worker_keeps_its_traceback():
    with pytest.raises(ValueError, match="(?s)Traceback.*a bug") as raised, named_run_errors("street.py"):
        raise_in_a_worker(ValueError("a bug"))
    assert not isinstance(raised.value, FormatError)


def test_a_bug_outside_of_building_passes_as_it_is():
    with pytest.raises(TypeError, match="^got an unexpected keyword argument$"), named_run_errors("street.py"):
        raise TypeError("got an unexpected keyword argument")


def handle_every_exception_alike() -> None:
    """Fail as mmengine does when Ctrl-C comes while it formats the config for a checkpoint."""
    try:
        raise KeyboardInterrupt
    except BaseException:
        raise SyntaxError("Failed to format the config file")  # noqa: B904


def test_ctrl_c_that_a_library_took_for_an_error_is_still_ctrl_c():
    with pytest.raises(KeyboardInterrupt), named_run_errors("street.py"):
        handle_every_exception_alike()
