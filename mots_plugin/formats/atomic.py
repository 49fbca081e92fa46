"""Files that are either whole or absent: written under a temporary name, then renamed."""

from __future__ import annotations

import errno
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from mots_plugin.formats.errors import FormatError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FREE_SPACE = "free space on its disk, and run the same command again"


@contextmanager
def full_disk_named(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise a :class:`FormatError` that names the file when the disk is full, as the system's own error does not.

    Args:
        path: The file that the ``with`` block writes.
    """
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None and not (isinstance(cause, OSError) and cause.errno in _FULL):
            cause = cause.__context__  # torch.save wraps what its file says
        if not isinstance(cause, OSError) or cause.errno is None:
            raise
        raise FormatError(path, f"cannot be written ({os.strerror(cause.errno)})", FREE_SPACE) from error


@contextmanager
def atomic_write(path: str | os.PathLike[str], mode: str = "w") -> Iterator[IO[Any]]:
    r"""Open ``path`` for writing so that it appears only when the ``with`` block has ended well.

    The data go to a temporary file in the same folder (created if need be), which replaces ``path`` in one step at the
    end. When the block raises, the temporary file is removed and whatever was at ``path`` before stays as it was. A
    process that is killed leaves its temporary file, which the next one that writes ``path`` takes over.

    Args:
        path: The file to write.
        mode: ``"w"`` for text (UTF-8, ``\n`` line ends) or ``"wb"`` for bytes.

    Yields:
        The open file.

    Raises:
        FormatError: The disk is full.
        OSError: The file cannot be written for another reason.
    """
    if mode not in ("w", "wb"):
        raise ValueError(f"mode must be 'w' or 'wb', not {mode!r}")
    target = Path(path)
    text = {"encoding": "utf-8", "newline": "\n"} if mode == "w" else {}
    with full_disk_named(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = _open_temporary(target)
        file = os.fdopen(handle, mode, **text)  # type: ignore[call-overload]
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        finally:
            with suppress(OSError):  # what a full disk left in the buffer finds no place now either
                file.close()


def append_whole(file: BinaryIO, data: bytes) -> None:
    """Append to a file that is open without a buffer; when that fails, the file ends where it ended before."""
    end = file.tell()
    try:
        while data:
            data = data[file.write(data) :]
    except OSError:
        os.ftruncate(file.fileno(), end)
        file.seek(end)
        raise


def _open_temporary(target: Path) -> tuple[int, Path]:
    """Open an empty temporary file beside a file.

    It has one name, so that what a killed process left is written over; the lock, which ends with the process, tells
    that from what another one is writing right now.
    """
    for name in (f".{target.name}.part", f".{target.name}.{uuid.uuid4().hex}.part"):
        temporary = target.with_name(name)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(temporary)):
                os.ftruncate(handle, 0)
                return handle, temporary
        except OSError:  # locked, renamed meanwhile, or on a file system without locks
            pass
        os.close(handle)
    return os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), temporary
