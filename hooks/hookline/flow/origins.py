"""Where in a file something that a caller chose may come from, before it is run.

Functions that no such place can reach need not be run. Errs towards too many places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from hookline.flow import ir
from hookline.flow import values as v
from hookline.flow.models import Models
from hookline.flow.survey import Survey


def places(survey: Survey, models: Models) -> list[int]:
    """Return the places of parameters and expressions that may be sources, sorted."""
    roots = models.roots()
    handed: dict[str, list[tuple[ir.Function, str]]] = {}
    found: set[int] = set()
    imported: dict[str, str] = {}
    for function in survey.functions:
        for parameter in function.parameters:
            value = models.parameter(function, parameter)
            if any(mark.level == v.TAINTED for mark in value.marks):
                found.add(parameter.at)
            elif value.symbol:
                row = (function, value.symbol)
                handed.setdefault(parameter.name, []).append(row)
    for node in survey.nodes:
        if isinstance(node, ir.Import):
            imported.update(node.names)
    used: set[int] = set()  # names of which a part is taken, or that are tested
    for node in survey.nodes:
        if isinstance(node, (ir.Field, ir.Item)):
            used.add(id(node.base))
        elif isinstance(node, (ir.Compare, ir.Unary, ir.InstanceOf)):
            used.update(id(part) for part in ir.parts(node))
        elif isinstance(node, (ir.If, ir.Choice)):
            used.add(id(node.test))
        elif isinstance(node, ir.Assign):
            used.add(id(node.target))
    for node in survey.nodes:
        if isinstance(node, (ir.Field, ir.Name)):
            said = ir.dotted(node)
            first, _, rest = said.partition('.')
            names = [
                symbol
                for function, symbol in handed.get(first, ())
                if function.at <= node.at and node.end <= function.end
            ]
            names.append(imported.get(first, first))
            for name in names:
                if not rest and name.startswith('@'):
                    if id(node) not in used and models.carries(name):
                        found.add(node.at)
                elif (rest and _matches(f'{name}.{rest}', roots)) or name in roots:
                    found.add(node.at)
    return sorted(found)


def _matches(said: str, roots: Sequence[str]) -> bool:
    """Say whether a dotted name is a source, a part of one, or leads to one."""
    return any(
        said == root or said.startswith(f'{root}.') or root.startswith(f'{said}.')
        for root in roots
    )


def between(places: Sequence[int], spans: Iterable[tuple[int, int]]) -> bool:
    """Say whether any place is in one of the spans."""
    for start, end in spans:
        number = bisect_left(places, start)
        if number < len(places) and places[number] < end:
            return True
    return False
