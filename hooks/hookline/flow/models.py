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
from hookline.flow.values import State, Value

ALL = frozenset(('*',))
# By language key of a document; each holds symbols, or symbols by something.
LISTS = (
    'sources',
    'requests',
    'routes',
    'pure',
    'raises',
    'normalises',
    'carriers',
    'ends',
    'passes',
    'undoes',
)
TABLES = ('sanitizers', 'checks', 'containers', 'parts', 'regexes')
_CHECKS = re.compile(
    r'(?i)(valid|sanit|safe|clean|escap|encod|quot|allow|white|permit|check|verif'
    r'|assert|ensure|normali[sz]|filter|strip|scrub|trusted|legal)'
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
                    {'**': r'.+', '*': r'[^.]+'}.get(part, re.escape(part))
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
        self.sanitizers = tabled('sanitizers')
        self.checking = tabled('checks')
        self.containers = tabled('containers')
        self.part_names = tabled('parts')
        self.regexes = tabled('regexes')
        every = [
            *(p for d in documents for key in LISTS for p in d.get(key, ())),
            *(
                p
                for d in documents
                for key in TABLES
                for patterns in d.get(key, {}).values()
                for p in patterns
            ),
        ]
        # By source: the words without which it is nowhere in a file.
        self.needed = {
            frozenset(
                word.encode()
                for word in (
                    *re.findall(r'\w+', pattern.replace('@request.', '')),
                    *([name.rpartition('.')[2]] if name else []),
                )
            )
            for d in documents
            for pattern in (*d.get('sources', ()), *d.get('carriers', ()))
            for name in (
                d.get('requests', ()) if pattern.startswith('@request') else ('',)
            )
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

    def carries(self, symbol: str) -> bool:
        """Say whether who is given this object can take a caller's input from it."""
        return bool(symbol) and self.carriers.has(symbol)

    def may_be_reached(self, content: bytes) -> bool:
        """Say whether anything in a file can come from a caller; errs towards yes.

        By its words alone: most files have no source, and are not even parsed.
        """
        if self.given.search(content):
            return True
        found = set(re.findall(rb'\w+', content))
        return any(words <= found for words in self.needed)

    def clears(self, symbol: str) -> frozenset[str]:
        """Return the classes of weakness that a call makes its result harmless for."""
        if self.passing.has(symbol):
            return v.NO_CLASSES
        return frozenset(self.sanitizers.of(symbol))

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
        number = base.about[1] if base.about is not None else base.number
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
        self, function: ir.Function, parameter: ir.Parameter, run: Any
    ) -> Value:
        """Return what a parameter is when the function is called from elsewhere."""
        return self.language.parameter(self, function, parameter)


def _shown(symbol: str) -> str:
    return symbol.lstrip('@').replace('()', '')


class Language:
    """What differs between languages when they run; the defaults are Python's."""

    name = 'python'
    explicit_self = True
    implicit_this = False
    assignment_declares = True
    break_leaves_switch = False
    divides_integers = False
    # Calls, parts that are read, and with = parts that are set.
    dynamic = frozenset(
        (
            *('exec', 'globals', 'locals', 'vars', '__import__'),
            *('__dict__', '__globals__', '__code__', 'modules'),
            *('__class__=', '__bases__=', '__defaults__='),
        )
    )
    extend_name = 'extend'
    this_names: frozenset[str] = frozenset()
    overloads = False
    argument_lists = True  # a program is run with a list of its arguments
    numbers = frozenset(('int', 'float', 'bool', 'complex'))
    tests: Mapping[str, str] = {
        'startswith': 'starts',
        'endswith': 'ends',
        'is_relative_to': 'starts',
        '__contains__': 'contains',
        '__eq__': 'equals',
        'isdigit': 'plain',
        'isdecimal': 'plain',
        'isnumeric': 'plain',
        'isalnum': 'plain',
        'isalpha': 'plain',
        'isidentifier': 'plain',
    }
    operations: Mapping[str, str] = {
        'append': 'append',
        'appendleft': 'insert-first',
        'add': 'append',
        'insert': 'insert',
        'extend': 'extend',
        'update': 'extend',
        'pop': 'pop',
        'popleft': 'remove-first',
        'get': 'get-default',
        'setdefault': 'set-default',
        'clear': 'clear',
        'sort': 'reorder',
        'reverse': 'reverse',
        'values': 'values',
        'keys': 'keys',
        'items': 'items',
        'copy': 'copy',
        'count': 'harmless',
        'index': 'harmless',
        '__len__': 'harmless',
        '__enter__': 'same',
    }
    harmless_methods = frozenset(
        ('startswith', 'endswith', 'isdigit', 'isalnum', 'isalpha', 'count', 'find')
    )
    plain_decorators = frozenset(
        (
            *('staticmethod', 'classmethod', 'property', 'functools.cached_property'),
            *('cached_property', 'functools.wraps', 'wraps', 'abstractmethod'),
            *('abc.abstractmethod', 'override', 'typing.override', 'overload'),
            *('dataclass', 'dataclasses.dataclass', 'login_required', 'csrf_exempt'),
            *('require_POST', 'require_GET', 'require_http_methods'),
        )
    )

    def constant_fields(self, node: ir.Class) -> frozenset[str]:
        return node.finals

    def transparent(self, name: str) -> bool:
        return name in self.plain_decorators or name.rpartition('.')[2] in (
            'route',
            'get',
            'post',
            'put',
            'delete',
            'patch',
            'errorhandler',
            'before_request',
        )

    def constructor(self, node: ir.Class) -> str:
        return '__init__'

    def without_constructor(
        self,
        run: Any,
        node: ir.Class,
        this: Value,
        arguments: Sequence[Any],
        state: State,
    ) -> None:
        """Give the fields of a dataclass or a NamedTuple what the call gives."""
        names = [
            one.value.target.id
            for one in node.body
            if isinstance(one, ir.Evaluate)
            and isinstance(one.value, ir.Assign)
            and isinstance(one.value.target, ir.Name)
        ]
        for number, given in enumerate(arguments):
            if given.name:
                run.write_field(this, given.name, given.value, state)
            elif given.splat:
                run.spoil(state, [this], run.deep(given.value, state))
            elif number < len(names):
                run.write_field(this, names[number], given.value, state)
        if any(not given.name for given in arguments):
            # Fields without a default are not seen as assignments: any may be meant.
            _keeps(run, this, arguments, state)

    def calls_function(self, name: str) -> bool:
        return name in ('__call__',)

    def is_harmless_method(self, name: str) -> bool:
        return name in self.harmless_methods

    def operation(self, kind: str, name: str, count: int, place: Any) -> str:
        if kind == 'text':
            return 'text'
        if 'keyed' in place:
            if name == 'get' and count >= 2:
                return 'keyed-get'
            if name == 'set' and count >= 3:
                return 'keyed-put'
            if name in ('add_section', 'has_section', 'has_option'):
                return 'harmless'
            return ''
        if kind == 'dict' and name == 'append':
            return ''
        if kind != 'dict' and name in ('get', 'keys', 'values', 'items'):
            return ''
        return self.operations.get(name, '')

    def is_number_type(self, name: str) -> bool:
        return name in self.numbers

    def is_arithmetic(self, operator: str, left: Value, right: Value) -> bool:
        """Say whether the result can only be a number."""
        if operator in ('-', '/', '//', '**', '<<', '>>', '^', '&', '@'):
            return not (left.places or right.places) and not (
                operator == '/' and (left.marks or right.marks or left.symbol)
            )
        return False

    def add(self, one: Any, other: Any) -> Any:
        return one + other

    def is_true(self, value: Any) -> bool:
        return bool(value)

    def test(self, name: str) -> str:
        return self.tests.get(name, '')

    def parameter(
        self, models: Models, function: ir.Function, parameter: ir.Parameter
    ) -> Value:
        symbol = models.typed(parameter.type)
        if models.requests.has(f'{parameter.type}') or (
            not parameter.type and models.requests.has(parameter.name)
        ):
            return Value(symbol='@request')
        if symbol:
            return Value(symbol=symbol)
        number = parameter.type.strip() in self.numbers
        for decorator in function.decorators:
            if not isinstance(decorator, ir.Call):
                continue
            name = ir.dotted(decorator.function)
            if not models.routes.has(name):
                continue
            if number or _is_dependency(parameter):
                return Value() if number else Value(v.UNSURE)
            path = ''
            if decorator.arguments and isinstance(
                decorator.arguments[0].value, ir.Const
            ):
                path = str(decorator.arguments[0].value.value)
            if re.search(rf'<(int|float|uuid):{re.escape(parameter.name)}>', path):
                return Value()
            step = v.Step(
                parameter.at, parameter.end, f'parameter {parameter.name}', None, 1
            )
            return Value((v.Mark(v.TAINTED, v.NO_CLASSES, step),))
        if number:
            return Value(v.UNSURE)
        return v.ANYTHING


class Java(Language):
    """Java, and what its collections do."""

    name = 'java'
    explicit_self = False
    implicit_this = True
    assignment_declares = False
    break_leaves_switch = True
    divides_integers = True
    overloads = True
    argument_lists = False
    this_names = frozenset(('this', 'super'))
    dynamic: frozenset[str] = frozenset()
    extend_name = 'addAll'
    numbers = frozenset(
        (
            *('int', 'long', 'short', 'byte', 'char', 'float', 'double', 'boolean'),
            *('Integer', 'Long', 'Short', 'Byte', 'Float', 'Double', 'Boolean'),
            *('BigInteger', 'BigDecimal', 'UUID', 'LocalDate', 'LocalDateTime'),
            *('Instant', 'Number', 'Duration', 'ZonedDateTime', 'Date'),
        )
    )
    tests: Mapping[str, str] = {
        'startsWith': 'starts',
        'endsWith': 'ends',
        'contains': 'contains',
        'containsKey': 'contains',
        'equals': 'equals',
        'equalsIgnoreCase': 'equals',
        'contentEquals': 'equals',
        'matches': 'matches',
        'isEmpty': 'plain',
        'isBlank': 'plain',
    }
    lists: Mapping[str, str] = {
        'add': 'append',
        'addLast': 'append',
        'addElement': 'append',
        'offer': 'append',
        'addFirst': 'insert-first',
        'push': 'put-any',
        'get': 'get',
        'elementAt': 'get',
        'set': 'set-item',
        'remove': 'remove',
        'removeFirst': 'remove-first',
        'poll': 'contents',
        'pop': 'contents',
        'peek': 'contents',
        'getFirst': 'first',
        'firstElement': 'first',
        'getLast': 'last',
        'lastElement': 'last',
        'addAll': 'extend',
        'clear': 'clear',
        'sort': 'reorder',
        'reversed': 'copy',
        'size': 'harmless',
        'length': 'harmless',
        'isEmpty': 'harmless',
        'contains': 'harmless',
        'indexOf': 'harmless',
        'hasNext': 'harmless',
        'hashCode': 'harmless',
        'iterator': 'same',
        'listIterator': 'same',
        'stream': 'same',
        'parallelStream': 'same',
        'collect': 'same',
        'toList': 'same',
        'toArray': 'copy',
        'clone': 'copy',
        'distinct': 'same',
        'filter': 'each',
        'forEach': 'each',
        'anyMatch': 'each',
        'map': 'map',
        'flatMap': 'map',
        'next': 'contents',
        'findFirst': 'contents',
        'findAny': 'contents',
        'getKey': 'key-of',
        'getValue': 'value-of',
    }
    maps: Mapping[str, str] = {
        'put': 'put',
        'putIfAbsent': 'set-default',
        'setProperty': 'put',
        'get': 'get',
        'getProperty': 'get-default',
        'getOrDefault': 'get-default',
        'remove': 'pop',
        'putAll': 'extend',
        'clear': 'clear',
        'keySet': 'keys',
        'values': 'values',
        'entrySet': 'items',
        'size': 'harmless',
        'isEmpty': 'harmless',
        'containsKey': 'harmless',
        'containsValue': 'harmless',
        'clone': 'copy',
    }
    callers = frozenset(
        (
            *('apply', 'accept', 'test', 'get', 'run', 'call', 'applyAsInt', 'invoke'),
            *('applyAsLong', 'compare', 'handle', 'execute'),
        )
    )
    harmless_methods = frozenset(
        (
            *('length', 'equals', 'equalsIgnoreCase', 'isEmpty', 'isBlank', 'indexOf'),
            *('startsWith', 'endsWith', 'contains', 'matches', 'hashCode', 'compareTo'),
            *('lastIndexOf', 'size', 'hasNext', 'hasMoreElements', 'intValue'),
            *('longValue', 'doubleValue', 'isInstance', 'exists', 'isDirectory'),
        )
    )

    def transparent(self, name: str) -> bool:
        # Annotations do not replace a method.
        return True

    def constructor(self, node: ir.Class) -> str:
        return '<init>'

    def without_constructor(
        self,
        run: Any,
        node: ir.Class,
        this: Value,
        arguments: Sequence[Any],
        state: State,
    ) -> None:
        if arguments:
            _keeps(run, this, arguments, state)

    def calls_function(self, name: str) -> bool:
        return name in self.callers

    def operation(self, kind: str, name: str, count: int, place: Any) -> str:
        if kind == 'text':
            return 'text'
        if kind == 'dict':
            return self.maps.get(name, '')
        if name == 'add' and count == 2:
            return 'insert'
        return self.lists.get(name, '')

    def is_arithmetic(self, operator: str, left: Value, right: Value) -> bool:
        return operator not in ('+',)

    def add(self, one: Any, other: Any) -> Any:
        if isinstance(one, str) or isinstance(other, str):
            return _java_text(one) + _java_text(other)
        return one + other

    def is_true(self, value: Any) -> bool:
        return value is True

    def parameter(
        self, models: Models, function: ir.Function, parameter: ir.Parameter
    ) -> Value:
        symbol = models.typed(parameter.type)
        if symbol:
            return Value(symbol=symbol)
        number = parameter.type in self.numbers
        given = any(
            isinstance(one, ir.Name) and models.routes.has(one.id)
            for one in parameter.annotations
        )
        if given and not number:
            step = v.Step(
                parameter.at, parameter.end, f'parameter {parameter.name}', None, 1
            )
            return Value((v.Mark(v.TAINTED, v.NO_CLASSES, step),))
        return Value() if number else v.ANYTHING


def _keeps(run: Any, this: Value, arguments: Sequence[Any], state: State) -> None:
    """Let any field of an object hold what it was made with."""
    marks = v.merged(*(run.deep(given.value, state) for given in arguments))
    for place in this.places:
        one = state.heap[place]
        state.heap[place] = one._replace(rest=Value(v.merged(marks, v.UNSURE)))


def _java_text(value: Any) -> str:
    if value is True or value is False:
        return 'true' if value else 'false'
    return 'null' if value is None else str(value)


def _is_dependency(parameter: ir.Parameter) -> bool:
    default = parameter.default
    text = parameter.type
    return 'Depends' in text or (
        isinstance(default, ir.Call)
        and ir.dotted(default.function).rpartition('.')[2] in ('Depends', 'Security')
    )
