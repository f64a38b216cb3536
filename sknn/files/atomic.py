"""Files that are whole at any moment: written aside, then renamed."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Open a file that takes the place of the one at `path` once it is complete.

    It is written beside its target, all the way to the disk, and renamed in one step.  Whatever
    goes wrong before leaves the old file as it was, and nothing beside it.  A link stays a link,
    and the old file's permissions stay too.

    Parameters
    ----------
    path : str or path-like
        The file; what exists and is no regular file, such as a pipe, is written to directly.

    Yields
    ------
    BinaryIO
        The file to write to.
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with aside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, aside)
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
