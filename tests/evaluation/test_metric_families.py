import subprocess
import sys

import pytest

from mots_plugin.evaluation.functional.families import METRIC_FAMILIES, check_metric_names
from mots_plugin.formats.errors import FormatError


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(FormatError, match=r"there is no metric smota; known are: smotsa, hota, idf1, clear"):
        check_metric_names(["smotsa", "smota"])
    with pytest.raises(FormatError, match="no metric is named"):
        check_metric_names([])
    check_metric_names(list(METRIC_FAMILIES))
    with pytest.raises(FormatError, match="there is no metric smotsa; known are: clear"):
        check_metric_names(["smotsa"], ["clear"])


def test_scoring_files_loads_no_torch() -> None:
    modules = "mots_plugin.evaluation.functional.families, mots_plugin.evaluation.tables"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
