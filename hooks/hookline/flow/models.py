"""What is known of names from elsewhere: sources, sanitizers, checks, containers.

All of it is data (`*.flow.yaml` in the rules directories), by language and framework; a
consumer's file adds to it. A symbol is a dotted name, with () behind what is called
and @ before an object that the program is given: `flask.request.args`,
`HttpServletRequest().getParameter()`, `@request.GET`. In patterns * stands for a part
without dots, ** for any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hookline.flow import ir
from hookline.flow import values as v
from hookline.flow.languages import Language
from hookline.flow.values import Value
from hookline.rulebook import FLOW_LISTS, FLOW_TABLES

ALL = frozenset(('*',))
# Keys of a document whose names are symbols; a package's are types.
_TABLES = tuple(key for key in FLOW_TABLES if key != 'packages')
_CHECKS = re.compile(
    r'(?i)(valid|sanit|safe|clean|escap|encod|quot|allow|white|permit|check|verif'
    r'|assert|ensure|normali[sz]|filter|strip|scrub|trusted|legal)'
)


# A function that is registered for a path, whatever it calls its parameters.
_REGISTERED = re.compile(
    rb'[\'"`](?:/[^\'"`\n]*)?[\'"`]\s*,[^;{}]{0,80}(?:=>|\bfunction\b|\(\s*\{)'
)


class Names:
    """Symbols by pattern; remembers what it was asked."""

    def __init__(self, rows: Iterable[tuple[str, Any]]) -> None:
        self.exact: dict[str, list[Any]] = {}
        self.patterns: list[tuple[re.Pattern[str], Any]] = []
        self.known: dict[str, tuple[Any, ...]] = {}
        for pattern, value in rows:
            if '*' in pattern:
                parts = re.split(r'(\*\*|\*)', pattern)
                text = ''.join(
                    {'**': r'.+', '*': r'[^.()?]+'}.get(part, re.escape(part))
                    for part in parts
                )
                self.patterns.append((re.compile(text), value))
            else:
                self.exact.setdefault(pattern, []).append(value)

    def of(self, symbol: str) -> tuple[Any, ...]:
        known = self.known.get(symbol)
        if known is None:
            known = (
                *self.exact.get(symbol, ()),
                *(value for p, value in self.patterns if p.fullmatch(symbol)),
            )
            self.known[symbol] = known
        return known

    def has(self, symbol: str) -> bool:
        return bool(self.of(symbol))


class Models:
    """The documents of one language, joined."""

    def __init__(
        self, language: Language, documents: Sequence[Mapping[str, Any]]
    ) -> None:
        self.language = language

        def listed(key: str) -> Names:
            return Names((p, p) for d in documents for p in d.get(key, ()))

        def tabled(key: str) -> Names:
            return Names(
                (pattern, name)
                for d in documents
                for name, patterns in d.get(key, {}).items()
                for pattern in patterns
            )

        self.sources = listed('sources')
        self.requests = listed('requests')
        self.routes = listed('routes')
        self.harmless_calls = listed('pure')
        self.raising = listed('raises')
        self.normalising = listed('normalises')
        self.carriers = listed('carriers')
        self.ending = listed('ends')
        self.passing = listed('passes')
        self.undoing = listed('undoes')
        self.views = listed('views')
        self.handlers = listed('handlers')
        self.answering = listed('answers')
        self.sanitizers = tabled('sanitizers')
        self.checking = tabled('checks')
        self.containers = tabled('containers')
        self.part_names = tabled('parts')
        self.regexes = tabled('regexes')
        self.handling = tabled('registers')
        self.sparing = tabled('harmless')
        # Names of parameters that have sources of their own: `@ctx.query`.
        self.handed = frozenset(
            match.group(1)
            for d in documents
            for key in ('sources', 'carriers')
            for pattern in d.get(key, ())
            for match in [re.match(r'@(\w+)', pattern)]
            if match and match.group(1) != 'request'
        )
        every = [
            *(p for d in documents for key in FLOW_LISTS for p in d.get(key, ())),
            *(
                p
                for d in documents
                for key in _TABLES
                for patterns in d.get(key, {}).values()
                for p in patterns
            ),
        ]
        # By source: the words without which it is nowhere in a file.
        self.needed = {
            frozenset(
                word.encode()
                for word in (
                    *re.findall(r'\w+', re.sub('^@(request|props)', '', pattern)),
                    *([name.rpartition('.')[2]] if name else []),
                )
            )
            for d in documents
            for pattern in (*d.get('sources', ()), *d.get('carriers', ()))
            for name in (
                d.get('requests', ()) if pattern.startswith('@request') else ('',)
            )
        }
        # Functions are registered for these by words alone.
        self.needed |= {
            frozenset(re.findall(rb'\w+', pattern.encode()))
            for d in documents
            for pattern in d.get('registers', {}).get('value', ())
        }
        # Decorators and annotations that make parameters of what a caller chose.
        names = {p.rpartition('.')[2] for d in documents for p in d.get('routes', ())}
        self.given = re.compile(
            rb'@\s*[\w.]*\b(?:%s)\b' % '|'.join(sorted(names)).encode()
            if names
            else rb'(?!)'
        )
        # Types that some pattern speaks of, as `HttpServletRequest` in `…().getPart()`.
        self.types = frozenset(
            match.group(1)
            for pattern in every
            for match in [re.match(r'([\w.]+)\(\)\.', pattern)]
            if match
        )

    def name(self, name: str) -> Value:
        """Return what a name means that nothing in the file defines."""
        return Value(symbol=name)

    def source(self, symbol: str) -> str:
        """Return what a caller chooses there, '' where nothing."""
        found = self.sources.of(symbol)
        return f'from {_shown(symbol)}' if found else ''

    def chosen(self, symbol: str, node: ir.Node) -> Value | None:
        """Return what a caller chose there, None where nothing.

        What is harmless for a class although it was chosen is unknown for that one.
        """
        said = self.source(symbol)
        if not said:
            return None
        classes = self.clears(symbol.removesuffix('()'))
        value = v.chosen(node.at, node.end, said, classes)
        spared = frozenset(self.sparing.of(symbol))
        return value.but(marks=v.spared(value.marks, spared)) if spared else value

    def answers(self, symbol: str) -> bool:
        """Say whether what a call gives is not told by what it is given."""
        return bool(symbol) and (
            self.answering.has(symbol)
            or f'?.{symbol.rpartition(".")[2]}' in self.answering.exact
        )

    def handles(self, function: ir.Function) -> str:
        """Return what a function is registered for: the kind of its parameter."""
        for one in function.decorators:
            if isinstance(one, ir.Name):
                found = self.handling.of(one.id)
                if found:
                    return str(found[0])
        return ''

    def carries(self, symbol: str) -> bool:
        """Say whether who is given this object can take a caller's input from it."""
        return bool(symbol) and self.carriers.has(symbol)

    def may_be_reached(self, content: bytes) -> bool:
        """Say whether anything in a file can come from a caller; errs towards yes.

        By its words alone: most files have no source, and are not even parsed.
        """
        if self.given.search(content) or (
            self.handling.patterns and _REGISTERED.search(content)
        ):
            return True
        found = set(re.findall(rb'\w+', content))
        return any(words <= found for words in self.needed)

    def roots(self) -> tuple[str, ...]:
        """Return the names of sources as they are written, without calls."""
        return tuple(
            dict.fromkeys(
                pattern.replace('()', '').partition('*')[0].rstrip('.')
                for pattern in self.sources.exact
            )
        )

    def clears(self, symbol: str) -> frozenset[str]:
        """Return the classes of weakness that a call makes its result harmless for."""
        if self.passing.has(symbol):
            return v.NO_CLASSES
        return frozenset(self.sanitizers.of(symbol))

    def clears_of(self, value: Value, name: str) -> frozenset[str]:
        """Return what a part, or a method, of such a value is harmless for."""
        found = self.clears(f'?.{name}')
        for fact in value.facts:
            if fact.startswith('of:'):
                found |= self.clears(f'{fact[3:]}().{name}')
        return found

    def ends(self, symbol: str) -> bool:
        """Say whether a call never returns."""
        return self.ending.has(symbol)

    def raises(self, symbol: str) -> bool:
        """Say whether a call fails unless what it is given is harmless as it is."""
        return self.raising.has(symbol)

    def checks(self, symbol: str) -> frozenset[str]:
        """Return the classes that its argument is harmless for when it is true."""
        return frozenset(self.checking.of(symbol)) if symbol else frozenset()

    def regex(self, symbol: str) -> str:
        found = self.regexes.of(symbol) if symbol else ()
        return found[0] if found else ''

    def special(self, symbol: str) -> str:
        found = self.containers.of(symbol)
        return found[0] if found else ''

    def facts(self, symbol: str) -> frozenset[str]:
        if symbol and self.normalising.has(symbol):
            return frozenset(('normal',))
        return frozenset()

    def pure(self, symbol: str) -> bool:
        """Say whether a call keeps nothing and gives back nothing but its arguments."""
        return bool(symbol) and self.harmless_calls.has(symbol)

    def undoes(self, symbol: str) -> bool:
        """Say whether a call makes what was harmless what it was before."""
        return bool(symbol) and self.undoing.has(symbol)

    def part(self, name: str, base: Value) -> tuple[str, int] | None:
        """Return what a part of a value is (the host of a URL) and of which value."""
        found = self.part_names.of(name)
        if not found:
            return None
        whole = base.about is not None and base.about[0] == 'url'
        number = base.about[1] if base.about is not None and whole else base.number
        return (found[0], number)

    def plain_base(self, base: Value) -> bool:
        return base.symbol in (
            'object',
            'Object',
            'Enum',
            'enum.Enum',
            'ABC',
            'abc.ABC',
        )

    def looks_like_check(self, name: str) -> bool:
        """Say whether a name that nobody here knows promises a check or an escape."""
        return bool(name) and _CHECKS.search(name.rpartition('.')[2]) is not None

    def typed(self, name: str) -> str:
        """Return the symbol of an object of a declared type, '' where none is known."""
        short = re.sub(r'[<\[].*', '', name).strip().strip('\'"')
        if short in self.types:
            return f'{short}()'
        last = short.rpartition('.')[2]
        return f'{last}()' if last in self.types else ''

    def parameter(
        self, function: ir.Function, parameter: ir.Parameter, of_view: bool = False
    ) -> Value:
        """Return what a parameter is when the function is called from elsewhere."""
        by_name = not (parameter.type and self.language.types_by_name)
        if self.requests.has(parameter.type) or (
            by_name and self.requests.has(parameter.name)
        ):
            return Value(symbol='@request')
        registered = self.handles(function)
        named = by_name and parameter.name in self.handed
        if named and registered in ('', 'request'):
            return Value(symbol=f'@{parameter.name}')
        handled = self.handled(function, parameter, registered)
        if handled is not None:
            return handled
        symbol = self.typed(parameter.type)
        if symbol:
            return Value(symbol=symbol)
        number = parameter.type.strip() in self.language.numbers
        path = self.route_of(function, parameter)
        handles = of_view and self.handlers.has(function.name)
        if path is None and handles and not _NUMBERED.search(parameter.name):
            path = ''
        if path is None:
            known = number and self.language.types_hold
            return Value() if known else v.ANYTHING.but(number=0)
        if number or re.search(
            rf'<(int|float|uuid):{re.escape(parameter.name)}>', path
        ):
            return Value()
        if _is_dependency(parameter):
            return v.ANYTHING.but(number=0)
        return v.chosen(parameter.at, parameter.end, f'parameter {parameter.name}')

    def handled(
        self, function: ir.Function, parameter: ir.Parameter, kind: str
    ) -> Value | None:
        """Return the parameter of a registered function that it is registered for."""
        number = next(
            (n for n, one in enumerate(function.parameters) if one is parameter), -1
        )
        # (error, request, response, next)
        first = 1 if kind == 'request' and len(function.parameters) == 4 else 0
        if kind and number == first:
            if kind == 'value':
                said = f'parameter {parameter.name}'
                return v.chosen(parameter.at, parameter.end, said)
            return Value(symbol=f'@{kind}')
        if parameter.name.startswith('#') and 'props' in self.handed:
            # Taken apart where it is declared: its parts have the names.
            return Value(symbol='@props')
        return None

    def route_of(self, function: ir.Function, parameter: ir.Parameter) -> str | None:
        """Return the path by which a caller gives a parameter, None where none does."""
        for decorator in function.decorators:
            if isinstance(decorator, ir.Call) and self.routes.has(
                ir.dotted(decorator.function)
            ):
                first = decorator.arguments[:1]
                path = first[0].value if first else None
                return str(path.value) if isinstance(path, ir.Const) else ''
        for one in parameter.annotations:
            if isinstance(one, ir.Name) and self.routes.has(one.id):
                return ''
        return None


def _shown(symbol: str) -> str:
    return symbol.lstrip('@').replace('()', '')


# Parts of a route that are numbers, by what everybody calls them.
_NUMBERED = re.compile(r'(?:^|_)(?:id|pk|uuid|year|month|day|page)$')


def _is_dependency(parameter: ir.Parameter) -> bool:
    default = parameter.default
    return 'Depends' in parameter.type or (
        isinstance(default, ir.Call)
        and ir.dotted(default.function).rpartition('.')[2] in ('Depends', 'Security')
    )
