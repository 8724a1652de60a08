"""Wheels of what is installed here, so that pre-commit and prek install offline."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Builds hookline itself; pip asks for them beside what setup.cfg names.
BUILD = ('setuptools', 'wheel', 'pip')


def fill(directory: Path, *names: str) -> None:
    """Write a wheel of each named distribution and of all that they need."""
    directory.mkdir(parents=True, exist_ok=True)
    packed: set[str] = set()
    done: set[Requirement] = set()
    pending = [Requirement(name) for name in (*names, *BUILD)]
    while pending:
        wanted = pending.pop()
        if wanted in done:
            continue
        done.add(wanted)
        try:
            found = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # for another platform
        for text in found.requires or ():
            need = Requirement(text)
            extras = ('', *wanted.extras)
            if need.marker is None or any(
                need.marker.evaluate({'extra': extra}) for extra in extras
            ):
                pending.append(need)
        name = canonicalize_name(wanted.name)
        if name not in packed and name != 'hookline':
            packed.add(name)
            _pack(found, directory)


def _pack(found: Distribution, directory: Path) -> None:
    name = re.sub(r'[-.]+', '_', found.metadata['Name'])
    version = found.metadata['Version']
    tags = re.findall(r'^Tag: (\S+)$', found.read_text('WHEEL') or '', re.MULTILINE)
    # A file name has each kind of tag once: cp310.cp311-none-manylinux_2_34_x86_64.
    parts = zip(*(tag.split('-') for tag in tags), strict=True)
    tagged = '-'.join('.'.join(dict.fromkeys(part)) for part in parts)
    info = f'{name}-{version}.dist-info'
    rows: list[str] = []
    path = directory / f'{name}-{version}-{tagged}.whl'
    with zipfile.ZipFile(path, 'w') as wheel:
        for file in found.files or ():
            source = Path(str(found.locate_file(file)))
            inside = _inside(str(file).replace('\\', '/'), info, found)
            if inside and source.is_file():
                content = source.read_bytes()
                entry = zipfile.ZipInfo(inside)
                # pip makes a file executable when its entry in the wheel says so.
                entry.external_attr = source.stat().st_mode << 16
                wheel.writestr(entry, content)
                digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
                rows.append(f'{inside},sha256={digest.rstrip(b"=").decode()},')
        rows.append(f'{info}/RECORD,,')
        wheel.writestr(f'{info}/RECORD', '\n'.join(rows) + '\n')


def _inside(file: str, info: str, found: Distribution) -> str:
    """Return where an installed file lies in its wheel; '' for what pip made itself."""
    if file.endswith(('.pyc', '/RECORD', '/INSTALLER', '/REQUESTED')):
        return ''
    if file.partition('/')[0].endswith('.dist-info'):
        return f'{info}/{file.partition(".dist-info/")[2]}'
    if not file.startswith('../'):
        return file
    script = file.rpartition('/')[2]
    made = {entry.name for entry in found.entry_points}
    if '/bin/' in file and script not in made:
        return f'{info.removesuffix(".dist-info")}.data/scripts/{script}'
    if '/bin/' in file:
        return ''
    return f'{info.removesuffix(".dist-info")}.data/data/{file.replace("../", "")}'
