"""Files that hookline writes when it is told to: whole, or not at all."""

from __future__ import annotations

import os

from hookline.nouns import Failure


def held(root: str, name: str) -> bytes:
    """Return what a file holds, b'' where there is none."""
    path = os.path.join(root, name)
    if os.path.islink(path) or os.path.islink(os.path.dirname(path)):
        raise Failure(f'{name}: is a link; it must lie in the repository')
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return b''
    except OSError as error:
        raise Failure(f'{name}: {error.strerror}') from None


def write(root: str, name: str, content: bytes, *, new: bool = False) -> None:
    """Write a file in one step; with `new` what somebody else has put there stays."""
    path = os.path.join(root, name)
    part = f'{path}.{os.getpid()}.part'
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(part, 'xb') as file:
            file.write(content)
        if new:
            try:
                os.link(part, path)
            finally:
                os.unlink(part)
        else:
            os.replace(part, path)
    except OSError as error:
        raise Failure(f'{name}: {error.strerror}') from None
