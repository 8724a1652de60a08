"""`hookline images pin`: writes digests that are known on this machine."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from hookline import limits, programs
from hookline.dockerfile import reference
from hookline.dockerfile.reference import Reference
from hookline.engines.image import Use
from hookline.nouns import Failure
from hookline.report.escape import escape

# Programs that list what they have pulled, without asking a registry.
STORES = ('docker', 'podman', 'nerdctl')
_LISTED = '{{.Repository}}:{{.Tag}}@{{.Digest}}'


class Row(NamedTuple):
    """One place that takes in an image."""

    path: str
    line: int
    use: Use


class Known:
    """Digests by name and tag; more than one is a matter for a person."""

    def __init__(self) -> None:
        self.digests: dict[tuple[str, str], set[str]] = {}

    def of(self, image: Reference) -> list[str]:
        return sorted(self.digests.get((image.name, image.tag), ()))

    def add(self, text: str) -> None:
        found = reference.parse(text)
        if isinstance(found, Reference) and found.digest and found.tag:
            self.digests.setdefault((found.name, found.tag), set()).add(found.digest)

    def add_rows(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.add(text)

    def add_build(self, path: str, content: bytes) -> None:
        """Take the images of a build that buildx wrote down (`--metadata-file`)."""
        import json
        from urllib.parse import unquote

        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            raise Failure(f'{path}: not the JSON that buildx writes') from None
        for material in _materials(value):
            uri, digest = material.get('uri'), material.get('digest')
            if not isinstance(uri, str) or not uri.startswith('pkg:docker/'):
                continue
            # pkg:docker/python@3.12?platform=linux%2Famd64
            name, _, tag = uri[len('pkg:docker/') :].partition('?')[0].rpartition('@')
            value = digest.get('sha256') if isinstance(digest, dict) else None
            if name and isinstance(value, str):
                self.add(f'{unquote(name)}:{unquote(tag)}@sha256:{value}')

    def add_store(self, name: str, root: str) -> None:
        """Take what docker, podman or nerdctl have pulled."""
        import shutil

        program = shutil.which(name)
        if program is None:
            raise Failure(f'--from {name}: it is not installed')
        program = os.path.realpath(program)
        if program.startswith(os.path.join(os.path.realpath(root), '')):
            raise Failure(f'--from {name}: {program} lies in the repository')
        outcome = programs.run(
            (program, 'images', '--digests', '--format', _LISTED),
            name=name,
            deadline=time.monotonic() + limits.seconds(),
            cwd=os.path.dirname(program),
        )
        if outcome.status:
            said = outcome.stderr.decode('utf-8', 'replace').strip().splitlines()
            raise Failure(f'--from {name}: {said[0] if said else "it failed"}')
        for line in outcome.stdout.decode('utf-8', 'replace').split():
            self.add(line)


def _materials(value: Any) -> Iterator[dict[str, Any]]:
    """Yield what a build was made from, of SLSA 0.2 and of 1.0."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
            for key in ('materials', 'resolvedDependencies'):
                found = value.get(key)
                for one in found if isinstance(found, list) else ():
                    if isinstance(one, dict):
                        yield one


def pin(rows: Sequence[Row], known: Known, root: str, *, write: bool) -> int:
    """Add the digest to each name and tag of which exactly one is known."""
    said: list[tuple[str, int, str]] = []
    pinned = 0
    for path, own in _by_path(rows).items():
        with open(os.path.join(root, path), 'rb') as file:
            content = file.read()
        changed = content
        # From the end, so that the offsets before stay true.
        for row in sorted(own, key=lambda row: -row.use.start):
            found = reference.parse(row.use.resolved)
            if not isinstance(found, Reference) or found.digest:
                continue
            if row.use.via == 'syntax' or row.use.resolved == 'scratch':
                continue
            digests = known.of(found)
            replaced = (
                _pinned(changed, row.use, digests[0]) if len(digests) == 1 else b''
            )
            if replaced:
                pinned += 1
                changed = replaced
                text = f'{found}@{digests[0]}'
            elif not digests:
                text = f'{found}: no digest of it is known here'
            elif len(digests) > 1:
                text = (
                    f'{found}: {len(digests)} different digests of it are in use here'
                )
            else:
                text = (
                    f'{found}: it is made of variables; '
                    f'pin the ARG that gives it: @{digests[0]}'
                )
            said.append((path, row.line, text))
        if write and changed != content:
            _write(os.path.join(root, path), changed)
    for path, line, text in sorted(said):
        sys.stdout.write(f'{escape(f"{path}:{line}: {text}")}\n')
    verb = 'pinned' if write else 'can be pinned'
    unknown = len(said) - pinned
    sys.stdout.write(f'{pinned} {verb}, {unknown} cannot be from what is here\n')
    if unknown:
        sys.stdout.write(
            'docker buildx imagetools inspect IMAGE prints the digest of one\n'
        )
    return 0


def _write(path: str, content: bytes) -> None:
    part = f'{path}.{os.getpid()}.part'
    with open(part, 'xb') as file:
        file.write(content)
    os.chmod(part, os.stat(path).st_mode & 0o777)
    os.replace(part, path)


def _by_path(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.path, []).append(row)
    return found


def _pinned(content: bytes, use: Use, digest: str) -> bytes:
    """Return the content with the digest behind an image, or b'' if it is not there."""
    written = use.written.removeprefix('docker://')
    parsed = reference.parse(written)
    if not isinstance(parsed, Reference) or str(parsed) != use.resolved:
        return b''
    name = re.escape(written.encode())
    match = re.compile(rb'(?<![\w.:@-])' + name + rb'(?![\w./:@-])').search(
        content, use.start, use.end
    )
    if match is None:
        return b''
    # `python` alone means latest; with a digest the tag would be lost to the reader.
    tag = b'' if ':' in written.rpartition('/')[2] else b':latest'
    return (
        content[: match.end()] + tag + b'@' + digest.encode() + content[match.end() :]
    )
