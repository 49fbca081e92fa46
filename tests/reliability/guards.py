"""A reader may take a few seconds and a bounded amount of memory, whatever the file claims to hold."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 10.0
BYTES = 1 << 30


@contextmanager
def bounded_time_and_memory() -> Iterator[None]:
    """Fail the block that takes longer, or asks for more memory than it found the process with, than it may."""

    def out_of_time(*_: object) -> None:
        raise AssertionError(f"took more than {SECONDS} s of processor time")

    before = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGPROF, out_of_time)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (before + BYTES, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
