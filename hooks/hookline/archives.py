"""What is packed in an archive: its members, as files of their own.

A member is called `lib/a.zip!/path/in/it`. Everything is unpacked in memory, within
limits, and nothing is written. What of the archive is no member's content (comments,
headers, what lies behind its end) is still read as it is.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Collection, Iterator
from typing import NamedTuple, Protocol

SEPARATOR = '!/'
# An archive in an archive in an archive is read; what is packed deeper is named.
DEPTH = 3
# Of one file, with all that is packed in what is packed in it.
MAX_BYTES = 512 << 20
MAX_MEMBERS = 50_000
# One member in memory; as much as a file of its own may have.
MAX_MEMBER_BYTES = 64 << 20
CHUNK = 1 << 16

ZIP, GZIP, BZIP2, XZ = b'PK\3\4', b'\x1f\x8b\x08', b'BZh', b'\xfd7zXZ\0'
TAR, TAR_AT = b'ustar', 257
ENDINGS = ('.gz', '.tgz', '.bz2', '.tbz2', '.tbz', '.xz', '.txz')
TARS = {'.tgz': '.tar', '.tbz2': '.tar', '.tbz': '.tar', '.txz': '.tar'}


class Member(NamedTuple):
    """A file in an archive, or why it could not be read."""

    name: str  # in the archive; of an archive in it with the separator again
    content: bytes
    problem: str = ''  # why the content is not all there is
    limit: bool = False  # and that is a limit of ours


class _File(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Budget:
    """What may still be unpacked of one file."""

    def __init__(self) -> None:
        self.bytes = MAX_BYTES
        self.members = MAX_MEMBERS


class _TooMuch(Exception):
    """A limit is reached."""


class _Broken(Exception):
    """What cannot be read, and why; says nothing of the content."""


def is_archive(content: bytes) -> bool:
    """Say whether a content begins as an archive does that can be opened."""
    return content.startswith((ZIP, GZIP, BZIP2, XZ)) or (
        content.startswith(TAR, TAR_AT)
    )


def members(path: str, content: bytes) -> Iterator[Member]:
    """Yield what is packed in a file, and last, under the name '', what is left of it.

    The rest is the whole file where something could not be read.
    """
    rest = _Rest(content)
    names: dict[str, int] = {}
    try:
        for one in _opened(path, content, 1, _Budget(), rest):
            # Two entries may have one name; a report tells them apart.
            times = names[one.name] = names.get(one.name, 0) + 1
            yield one._replace(name=f'{one.name}~{times}') if times > 1 else one
    except _TooMuch as error:
        yield Member('', content, str(error), limit=True)
        return
    yield Member('', rest.content(), rest.problem)


def some(path: str, content: bytes, wanted: Collection[str]) -> dict[str, bytes]:
    """Return those members of a file that there are; '' is what is left of it."""
    if not is_archive(content):
        return {'': content}
    return {
        one.name: one.content for one in members(path, content) if one.name in wanted
    }


class _Rest:
    """What of an archive is no member's content."""

    def __init__(self, content: bytes) -> None:
        self.bytes = content
        self.spans: list[tuple[int, int]] = []
        self.whole = False
        self.problem = ''
        self.more = b''  # what was packed behind the end of a packed tar

    def broken(self, problem: str) -> None:
        self.whole = True
        self.problem = self.problem or problem

    def content(self) -> bytes:
        if self.whole:
            return self.bytes
        parts: list[bytes] = []
        at = 0
        for start, stop in sorted(self.spans):
            parts.append(self.bytes[at:start])
            at = max(at, stop)
        return b''.join((*parts, self.bytes[at:], self.more))


def _opened(
    path: str, content: bytes, depth: int, budget: _Budget, rest: _Rest
) -> Iterator[Member]:
    """Yield the members of an archive; what they do not cover is left in `rest`."""
    try:
        if content.startswith(ZIP):
            yield from _zip(content, depth, budget, rest)
        elif content.startswith(TAR, TAR_AT):
            yield from _tar(io.BytesIO(content), depth, budget, rest)
        else:
            yield from _stream(path, content, depth, budget, rest)
    except _Broken as error:
        rest.broken(str(error))


def _nested(name: str, content: bytes, depth: int, budget: _Budget) -> Iterator[Member]:
    """Yield a member, and what is packed in it."""
    budget.members -= 1
    if budget.members < 0:
        raise _TooMuch(f'over {MAX_MEMBERS:,} files are packed in it')
    if not is_archive(content):
        yield Member(name, content)
        return
    if depth >= DEPTH:
        yield Member(name, content, f'packed {DEPTH} times over: not opened')
        return
    rest = _Rest(content)
    for one in _opened(name, content, depth + 1, budget, rest):
        yield one._replace(name=f'{name}{SEPARATOR}{one.name}')
    yield Member(name, rest.content(), rest.problem)


def _zip(content: bytes, depth: int, budget: _Budget, rest: _Rest) -> Iterator[Member]:
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except Exception:
        raise _Broken('not a zip file that can be read') from None
    rest.spans += _names(content, archive.start_dir)
    for info in archive.infolist():
        # Not is_dir(): before Python 3.12 it fails on a name that is empty.
        if info.filename.endswith('/') and not info.file_size:
            continue
        if info.flag_bits & 1:
            rest.whole = True
            yield Member(info.filename, b'', 'encrypted: not read')
            continue
        try:
            with archive.open(info) as file:
                found, problem = _read(file, budget)
        except _TooMuch:
            raise
        except Exception as error:
            found, problem = b'', _why(error)
        if problem:
            rest.whole = True
            yield Member(info.filename, found, problem)
            continue
        rest.spans += _entry(content, info.header_offset, info.compress_size)
        yield from _nested(info.filename, found, depth, budget)


def _entry(content: bytes, header: int, size: int) -> list[tuple[int, int]]:
    """Return where name and content of an entry stand, by its local header."""
    name = int.from_bytes(content[header + 26 : header + 28], 'little')
    extra = int.from_bytes(content[header + 28 : header + 30], 'little')
    start = header + 30 + name + extra
    return [(header + 30, header + 30 + name), (start, start + size)]


def _names(content: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield where the names stand in the directory of a zip."""
    while content.startswith(b'PK\1\2', at):
        name, extra, comment = (
            int.from_bytes(content[at + n : at + n + 2], 'little') for n in (28, 30, 32)
        )
        yield at + 46, at + 46 + name
        at += 46 + name + extra + comment


def _tar(
    file: _File, depth: int, budget: _Budget, rest: _Rest | None
) -> Iterator[Member]:
    """Yield the files of a tar; without `rest` it is packed, and counted already."""
    import tarfile

    try:
        # One block at a time, so that what follows the end is left where it is. For
        # reading, tarfile asks for read() alone.
        archive = tarfile.open(  # type: ignore[call-overload]  # noqa: SIM115
            fileobj=file, mode='r|', bufsize=512
        )
        for info in archive:
            if not info.isreg():
                continue
            packed = archive.extractfile(info)
            if packed is None:
                continue
            found, problem = _read(packed, budget, counted=rest is None)
            if problem:
                raise _Broken(problem)
            if rest is not None:
                rest.spans.append((info.offset, info.offset_data + info.size))
            yield from _nested(info.name, found, depth, budget)
    except (_TooMuch, _Broken):
        raise
    except Exception:
        raise _Broken('not a tar file that can be read to its end') from None


def _stream(
    path: str, content: bytes, depth: int, budget: _Budget, rest: _Rest
) -> Iterator[Member]:
    """Yield what one compressed stream holds: the files of a tar, or one file."""
    file = _Stream(content, budget)
    try:
        head = file.peek(TAR_AT + len(TAR))
        if head.startswith(TAR, TAR_AT):
            yield from _tar(file, depth, budget, None)
            left, problem = _read(file, budget, counted=True)
            rest.more = left.strip(b'\0')
        else:
            name = posixpath.basename(path)
            for ending in ENDINGS:
                if name.lower().endswith(ending):
                    name = name[: -len(ending)] + TARS.get(ending, '')
                    break
            found, problem = _read(file, budget, counted=True)
            yield from _nested(name, found, depth, budget)
    except (_TooMuch, _Broken):
        raise
    except Exception as error:
        raise _Broken(_why(error)) from None
    if problem:
        # What was appended to it, perhaps.
        raise _Broken(problem)
    rest.spans.append((0, len(content)))


class _Stream:
    """A compressed file, read within the budget."""

    def __init__(self, content: bytes, budget: _Budget) -> None:
        import bz2
        import gzip
        import lzma

        packed = io.BytesIO(content)
        self.file: _File
        if content.startswith(GZIP):
            self.file = gzip.GzipFile(fileobj=packed)
        elif content.startswith(BZIP2):
            self.file = bz2.BZ2File(packed)
        else:
            self.file = lzma.LZMAFile(packed)  # noqa: SIM115
        self.budget = budget
        self.ahead = b''

    def peek(self, size: int) -> bytes:
        self.ahead = self.file.read(size)
        return self.ahead

    def read(self, size: int = CHUNK, /) -> bytes:
        found, self.ahead = self.ahead[:size], self.ahead[size:]
        if len(found) < size:
            found += self.file.read(size - len(found))
        self.budget.bytes -= len(found)
        if self.budget.bytes < 0:
            raise _TooMuch(f'over {MAX_BYTES >> 20} MiB are packed in it')
        return found


def _read(file: _File, budget: _Budget, *, counted: bool = False) -> tuple[bytes, str]:
    """Return a content, and why it is not all; raise _TooMuch over a limit."""
    parts: list[bytes] = []
    size = 0
    try:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            budget.bytes -= 0 if counted else len(chunk)
            if budget.bytes < 0:
                raise _TooMuch(f'over {MAX_BYTES >> 20} MiB are packed in it')
            if size > MAX_MEMBER_BYTES:
                raise _TooMuch(
                    f'a file of over {MAX_MEMBER_BYTES >> 20} MiB is packed in it'
                )
            parts.append(chunk)
    except _TooMuch:
        raise
    except Exception as error:
        # zipfile, tarfile and the codecs raise what they like for broken input.
        return b''.join(parts), _why(error)
    return b''.join(parts), ''


def _why(error: Exception) -> str:
    """Return why something cannot be unpacked; the exception may quote content."""
    if isinstance(error, NotImplementedError):
        return 'packed in a way that is not known here: not read'
    return f'damaged ({type(error).__name__}): not read to its end'
