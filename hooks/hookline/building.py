"""setuptools' build backend, with two things that setup.cfg cannot say.

It first prepares the built-in rules (see prepared.py). Without that (sources that
cannot be written to, an environment that lacks what it takes) the package is whole all
the same, and a first run takes its time.

And where there is a shell, `hookline` is a launcher of ours that starts in half the
time of what installers write (see bin/hookline). On Windows it is what setup.cfg says.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

from setuptools import Distribution, build_meta
from setuptools.build_meta import (
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = (
    'build_editable',
    'build_sdist',
    'build_wheel',
    'get_requires_for_build_editable',
    'get_requires_for_build_sdist',
    'get_requires_for_build_wheel',
    'prepare_metadata_for_build_editable',
    'prepare_metadata_for_build_wheel',
)

PREPARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'prepared')

LAUNCHER = 'hooks/hookline/bin/hookline'


def _with_launcher(distribution: Distribution, *arguments: Any, **named: Any) -> None:
    _parse(distribution, *arguments, **named)
    if os.path.exists(LAUNCHER):
        distribution.scripts = [LAUNCHER]
        (scripts,) = distribution.entry_points['console_scripts']
        name, _, function = scripts.partition(' = ')
        distribution.entry_points['console_scripts'] = [f'{name}-python = {function}']


_parse = Distribution.parse_config_files
if os.name == 'posix':
    Distribution.parse_config_files = _with_launcher


def build_wheel(directory: str, settings: Any = None, metadata: Any = None) -> str:
    _prepare()
    return str(build_meta.build_wheel(directory, settings, metadata))


def build_editable(directory: str, settings: Any = None, metadata: Any = None) -> str:
    _prepare()
    return str(build_meta.build_editable(directory, settings, metadata))


def build_sdist(directory: str, settings: Any = None) -> str:
    # What was made for this machine is of no use on another.
    shutil.rmtree(PREPARED, ignore_errors=True)
    return str(build_meta.build_sdist(directory, settings))


def _prepare() -> None:
    shutil.rmtree(PREPARED, ignore_errors=True)
    try:
        from hookline import nouns, prepared

        try:
            prepared.make()
        except (nouns.Failure, OSError) as error:
            sys.stderr.write(f'hookline: the rules are not prepared: {error}\n')
    except ImportError as error:
        sys.stderr.write(f'hookline: the rules are not prepared: {error}\n')
