"""What differs between languages when they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What a method does with a container, by kind of container; of one that does another
# thing with so many arguments, under `name/count`.
Operations = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Language:
    name: str
    explicit_self: bool  # a method's first parameter is the object
    implicit_this: bool  # fields and methods are named alone
    assignment_declares: bool  # in the scope at work
    break_leaves_switch: bool
    divides_integers: bool
    overloads: bool  # of functions of one name, the one that fits is called
    argument_lists: bool  # a program is run with a list of its arguments
    types_hold: bool  # a parameter declared as a number is one
    adds_as_text: bool  # '+' of a text and anything is a text
    truthy: bool  # every value is true or false
    annotates: bool  # decorators replace nothing
    body_names_fields: bool  # a class without constructor takes them as arguments
    constructor: str
    extend: str
    numbers: frozenset[str]  # types whose values harm nobody
    arithmetic: frozenset[str]  # operators that give a number or an error
    tests: Mapping[str, str]  # methods by what they test
    operations: Operations
    harmless_methods: frozenset[str]  # their results hold nothing of the value
    callers: frozenset[str]  # methods of a function that call it
    this_names: frozenset[str] = frozenset()
    # By which a file changes itself: calls, parts that are read, with = that are set.
    dynamic: frozenset[str] = frozenset()
    plain_decorators: frozenset[str] = frozenset()  # they replace nothing
    plain_endings: frozenset[str] = frozenset()  # last parts of names of such

    def transparent(self, decorator: str) -> bool:
        """Say whether a decorated function is still the function."""
        return (
            self.annotates
            or decorator in self.plain_decorators
            or decorator.rpartition('.')[2] in self.plain_endings
        )

    def operation(self, kind: str, name: str, count: int) -> str:
        """Return what a method does with a container, '' where it is not known."""
        known = self.operations.get(kind, {})
        return known.get(f'{name}/{count}', known.get(name, ''))

    def add(self, one: Any, other: Any) -> Any:
        if self.adds_as_text and (isinstance(one, str) or isinstance(other, str)):
            return _text(one) + _text(other)
        return one + other

    def is_true(self, value: Any) -> bool:
        return bool(value) if self.truthy else value is True


def _text(value: Any) -> str:
    if value is True or value is False:
        return 'true' if value else 'false'
    return 'null' if value is None else str(value)


_PYTHON = {
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
_ONLY_DICT = ('get', 'keys', 'values', 'items')
_SEQUENCE = {name: what for name, what in _PYTHON.items() if name not in _ONLY_DICT}
PYTHON = Language(
    name='python',
    explicit_self=True,
    implicit_this=False,
    assignment_declares=True,
    break_leaves_switch=False,
    divides_integers=False,
    overloads=False,
    argument_lists=True,
    types_hold=False,
    adds_as_text=False,
    truthy=True,
    annotates=False,
    body_names_fields=True,
    constructor='__init__',
    extend='extend',
    numbers=frozenset(('int', 'float', 'bool', 'complex')),
    arithmetic=frozenset(('-', '/', '//', '**', '<<', '>>', '^', '&', '@')),
    tests={
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
    },
    operations={
        'dict': {name: what for name, what in _PYTHON.items() if name != 'append'},
        'list': _SEQUENCE,
        'tuple': _SEQUENCE,
        'set': _SEQUENCE,
        # A configparser, by section and option.
        'keyed': {
            'get/2': 'keyed-get',
            'get/3': 'keyed-get',
            'get/4': 'keyed-get',
            'set/3': 'keyed-put',
            'add_section': 'harmless',
            'has_section': 'harmless',
            'has_option': 'harmless',
        },
    },
    harmless_methods=frozenset(
        ('startswith', 'endswith', 'isdigit', 'isalnum', 'isalpha', 'count', 'find')
    ),
    callers=frozenset(('__call__',)),
    dynamic=frozenset(
        (
            *('exec', 'globals', 'locals', 'vars', '__import__'),
            *('__dict__', '__globals__', '__code__', 'modules'),
            *('__class__=', '__bases__=', '__defaults__='),
        )
    ),
    plain_decorators=frozenset(
        (
            *('staticmethod', 'classmethod', 'property', 'functools.cached_property'),
            *('cached_property', 'functools.wraps', 'wraps', 'abstractmethod'),
            *('abc.abstractmethod', 'override', 'typing.override', 'overload'),
            *('dataclass', 'dataclasses.dataclass', 'login_required', 'csrf_exempt'),
            *('require_POST', 'require_GET', 'require_http_methods'),
        )
    ),
    plain_endings=frozenset(
        (
            *('route', 'get', 'post', 'put', 'delete', 'patch'),
            *('errorhandler', 'before_request'),
        )
    ),
)
_LISTS = {
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
_LISTS['add/2'] = 'insert'
JAVA = Language(
    name='java',
    explicit_self=False,
    implicit_this=True,
    assignment_declares=False,
    break_leaves_switch=True,
    divides_integers=True,
    overloads=True,
    argument_lists=False,
    types_hold=True,
    adds_as_text=True,
    truthy=False,
    annotates=True,
    body_names_fields=False,
    constructor='<init>',
    extend='addAll',
    this_names=frozenset(('this', 'super')),
    numbers=frozenset(
        (
            *('int', 'long', 'short', 'byte', 'char', 'float', 'double', 'boolean'),
            *('Integer', 'Long', 'Short', 'Byte', 'Float', 'Double', 'Boolean'),
            *('BigInteger', 'BigDecimal', 'UUID', 'LocalDate', 'LocalDateTime'),
            *('Instant', 'Number', 'Duration', 'ZonedDateTime', 'Date'),
        )
    ),
    arithmetic=frozenset(('-', '/', '*', '%', '<<', '>>', '>>>', '&', '|', '^')),
    tests={
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
    },
    operations={
        'list': _LISTS,
        'tuple': _LISTS,
        'set': _LISTS,
        'dict': {
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
        },
    },
    callers=frozenset(
        (
            *('apply', 'accept', 'test', 'get', 'run', 'call', 'applyAsInt', 'invoke'),
            *('applyAsLong', 'compare', 'handle', 'execute'),
        )
    ),
    harmless_methods=frozenset(
        (
            *('length', 'equals', 'equalsIgnoreCase', 'isEmpty', 'isBlank', 'indexOf'),
            *('startsWith', 'endsWith', 'contains', 'matches', 'hashCode', 'compareTo'),
            *('lastIndexOf', 'size', 'hasNext', 'hasMoreElements', 'intValue'),
            *('longValue', 'doubleValue', 'isInstance', 'exists', 'isDirectory'),
        )
    ),
)
LANGUAGES: Mapping[str, Language] = {one.name: one for one in (PYTHON, JAVA)}
