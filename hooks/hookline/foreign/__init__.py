"""What other tools' configuration comes to in hookline's, for `hookline import`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hookline.nouns import Rule

Rules = Mapping[str, Rule]


class Carried(NamedTuple):
    """What one file comes to: entries of policy.yaml and images.yaml, and the rest."""

    mode: Mapping[str, str] = {}
    paths: tuple[Mapping[str, Any], ...] = ()
    allow: tuple[Mapping[str, Any], ...] = ()
    baseline: bool = False  # it lists findings, which a scan finds again
    left: tuple[str, ...] = ()  # what has no counterpart, and what to do instead


def rows(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list, of whatever else a file may hold there."""
    listed = value if isinstance(value, list) else []
    return [row for row in listed if isinstance(row, dict)]


def texts(value: Any) -> list[str]:
    """Return a list as texts."""
    return [str(one) for one in value] if isinstance(value, list) else []


def entry(
    globs: tuple[str, ...], names: tuple[str, ...], source: str
) -> dict[str, Any]:
    """Return an entry of `paths` that switches rules off there."""
    return {
        'match': list(globs),
        'mode': dict.fromkeys(names, 'off'),
        'reason': f'carried over from {source}',
    }
