"""A private directory of values that can be made again. Any trouble means no cache.

Each file holds the signature of what its value was made from and a checksum, so a
stale or damaged file is a miss. Values are what marshal stores: it loads in a tenth of
the time of JSON and nothing has to be imported for it. Megabytes in one piece stand
behind the value, so that they are read and not copied.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from hookline.light import Any, Sequence

_MAGIC = b'hookline-cache 2\n'
_HEAD = len(_MAGIC) + 12
MAX_FILES = 400
MAX_BYTES = 300 << 20


def directory() -> str:
    """Return the cache directory, made and private, or '' to go without."""
    path = os.environ.get('HOOKLINE_CACHE_DIR') or _default()
    if not path or not os.path.isabs(path):
        return ''
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        stat = os.lstat(path)
    except OSError:
        return ''
    if os.name == 'posix':
        # Somebody else's directory could feed us a database of their making.
        if stat.st_uid != os.getuid() or stat.st_mode & 0o170000 != 0o040000:
            return ''
        if stat.st_mode & 0o077:
            try:
                os.chmod(path, 0o700)
            except OSError:
                return ''
    return path


def _default() -> str:
    if sys.platform == 'win32':
        base = os.environ.get('LOCALAPPDATA', '')
    elif sys.platform == 'darwin':
        base = os.path.expanduser('~/Library/Caches')
    else:
        base = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    # expanduser leaves ~ alone where there is no home.
    return os.path.join(base, 'hookline') if os.path.isabs(base) else ''


def load(cache: str, name: str, signature: bytes) -> Any:
    """Return the value stored for `signature`, or None."""
    found = load_parts(cache, name, signature)
    return found[0] if found else None


def load_parts(
    cache: str, name: str, signature: bytes
) -> tuple[Any, list[bytes]] | None:
    """Return what store() was given, or None.

    The blobs have no checksum of ours: who keeps them there checks them.
    """
    if not cache:
        return None
    try:
        # Not open(): for megabytes in one piece, its buffers cost more than the
        # reading.
        descriptor = os.open(
            os.path.join(cache, name), os.O_RDONLY | getattr(os, 'O_BINARY', 0)
        )
    except OSError:
        return None
    try:
        return _parts(descriptor, signature)
    except (OSError, EOFError, ValueError, TypeError):
        return None
    finally:
        os.close(descriptor)


def _parts(descriptor: int, signature: bytes) -> tuple[Any, list[bytes]] | None:
    head = os.read(descriptor, _HEAD)
    if len(head) != _HEAD or not head.startswith(_MAGIC):
        return None
    crc = int.from_bytes(head[-12:-8], 'little')
    # What is shorter than it should be fails its checksum; what is longer is no size.
    size = int.from_bytes(head[-8:], 'little')
    if size > os.fstat(descriptor).st_size:
        return None
    body = os.read(descriptor, size)
    if zlib.crc32(body) != crc or not body.startswith(signature):
        return None
    told, sizes, value = marshal.loads(memoryview(body)[len(signature) :])
    if told != len(signature):
        return None
    blobs = [os.read(descriptor, size) for size in sizes]
    return (value, blobs) if [len(blob) for blob in blobs] == [*sizes] else None


def store(
    cache: str, name: str, signature: bytes, value: Any, blobs: Sequence[bytes] = ()
) -> None:
    """Keep `value`; another process sees all of it or nothing."""
    if not cache:
        return
    sizes = tuple(len(blob) for blob in blobs)
    body = signature + marshal.dumps((len(signature), sizes, value))
    head = zlib.crc32(body).to_bytes(4, 'little') + len(body).to_bytes(8, 'little')
    path = os.path.join(cache, name)
    part = f'{path}.{os.getpid()}.{id(body):x}.part'
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, 'wb') as file:
                for piece in (_MAGIC, head, body, *blobs):
                    file.write(piece)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
        _prune(cache)
    except OSError:
        return


def _prune(cache: str) -> None:
    """Drop the files that were written longest ago, down to the limits."""
    with os.scandir(cache) as entries:
        found = [(e.stat().st_mtime_ns, e.stat().st_size, e.path) for e in entries]
    found.sort(reverse=True)
    total = 0
    for number, (_, size, path) in enumerate(found):
        total += size
        if number >= MAX_FILES or total > MAX_BYTES:
            try:
                os.unlink(path)
            except OSError:
                continue
