"""What differs between languages when they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hookline.flow.values import Object

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
    wraps: bool  # numbers have 32 bits, or 64
    characters: bool  # are numbers, too
    compares_objects: bool  # '==' of texts looks whether they are one object
    overloads: bool  # of functions of one name, the one that fits is called
    argument_lists: bool  # a program is run with a list of its arguments
    types_hold: bool  # a parameter declared as a number is one
    adds_as_text: bool  # '+' of a text and anything is a text
    truthy: bool  # every value is true or false
    annotates: bool  # decorators replace nothing
    body_names_fields: bool  # a class without constructor takes them as arguments
    defaults_once: bool  # of parameters: evaluated where the function is defined
    enums_by_value: bool  # an enum is called with the value of a member
    constructor: str
    extend: str
    numbers: frozenset[str]  # types whose values harm nobody
    arithmetic: frozenset[str]  # operators that give a number or an error
    tests: Mapping[str, str]  # methods by what they test
    operations: Operations
    harmless_methods: frozenset[str]  # their results hold nothing of the value
    callers: frozenset[str]  # methods of a function that call it
    text_methods: Mapping[str, str]  # methods of a text by what they leave of it
    reads: frozenset[str]  # methods of containers that only read
    raising_methods: frozenset[str]  # of paths: they fail unless it is below a folder
    fills: frozenset[str]  # methods that put what they are of into what they are given
    this_names: frozenset[str] = frozenset()
    # By which a file changes itself: calls, parts that are read, with = that are set.
    dynamic: frozenset[str] = frozenset()
    plain_decorators: frozenset[str] = frozenset()  # they replace nothing
    plain_endings: frozenset[str] = frozenset()  # last parts of names of such
    prototypes: bool = False  # objects are dicts, functions objects: see scripting.py
    loose_equality: bool = False  # what equals depends on types that are not known
    # What is harmless of anything that is a text for certain, and no object.
    text_clears: frozenset[str] = frozenset()
    types_clear: Mapping[str, frozenset[str]] = field(default_factory=dict)
    types_by_name: bool = True  # a request is known by its type, where it has one
    readers: frozenset[str] = frozenset()  # functions that only look at arguments

    def transparent(self, decorator: str) -> bool:
        """Say whether a decorated function is still the function."""
        return (
            self.annotates
            or decorator in self.plain_decorators
            or decorator.rpartition('.')[2] in self.plain_endings
        )

    def operation(self, one: Object, name: str, count: int) -> str:
        """Return what a method does with a container, '' where it is not known."""
        for kind in (one.info, one.kind):
            known = self.operations.get(kind, {})
            found = known.get(f'{name}/{count}', known.get(name, ''))
            if found or kind == 'keyed':
                return found
        return ''

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
    'remove': 'remove-value',
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
    wraps=False,
    characters=False,
    compares_objects=False,
    overloads=False,
    argument_lists=True,
    types_hold=False,
    adds_as_text=False,
    truthy=True,
    annotates=False,
    body_names_fields=True,
    defaults_once=True,
    enums_by_value=True,
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
        'issubset': 'equals',
        'issuperset': 'contains',
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
        'set': {**_SEQUENCE, 'remove': 'loosen', 'discard': 'loosen'},
        # A configparser, by section and option.
        'keyed': {
            'get/2': 'keyed-get',
            'get/3': 'keyed-get',
            'set/3': 'keyed-put',
            'add_section': 'section',
            'has_section': 'harmless',
            'has_option': 'harmless',
        },
    },
    harmless_methods=frozenset(
        ('startswith', 'endswith', 'isdigit', 'isalnum', 'isalpha', 'count')
    ),
    callers=frozenset(('__call__',)),
    text_methods={
        'replace/2': 'replace',
        'replace/3': 'altered',
        'translate': 'altered',
        'strip/1': 'cut',
        'lstrip/1': 'cut',
        'rstrip/1': 'cut',
        'removeprefix': 'cut',
        'removesuffix': 'cut',
        'split': 'split',
        'rsplit': 'split',
        'splitlines': 'split',
        'partition': 'split',
        'find': 'place',
        'rfind': 'place',
        'index': 'place',
        'rpartition': 'split',
        'group': 'group',
        'groups': 'group',
        'groupdict': 'group',
    },
    raising_methods=frozenset(('relative_to',)),
    fills=frozenset(('readinto', 'readinto1', 'recv_into', 'unpack_from')),
    reads=frozenset(
        (
            *('get', 'items', 'keys', 'values', 'copy', 'index', 'count'),
            *('isdisjoint', 'issubset', 'issuperset', 'union', 'intersection'),
        )
    ),
    dynamic=frozenset(
        (
            *('exec', 'globals', 'locals', 'vars', '__import__'),
            *('__dict__', '__getattribute__', '__globals__', '__code__', 'modules'),
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
    'removeLast': 'remove-last',
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
    'collect': 'some',
    'toList': 'same',
    'toArray': 'copy',
    'clone': 'copy',
    'distinct': 'some',
    'sorted': 'some',
    'limit': 'some',
    'skip': 'some',
    'peek/1': 'each',
    'takeWhile': 'some',
    'dropWhile': 'some',
    'boxed': 'same',
    'mapToObj': 'map',
    'mapToInt': 'map',
    'count': 'harmless',
    'allMatch': 'each',
    'noneMatch': 'each',
    'filter': 'some',
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
_LISTS['add/1'] = 'append'
JAVA = Language(
    name='java',
    explicit_self=False,
    implicit_this=True,
    assignment_declares=False,
    break_leaves_switch=True,
    divides_integers=True,
    wraps=True,
    characters=True,
    compares_objects=True,
    overloads=True,
    argument_lists=False,
    types_hold=True,
    adds_as_text=True,
    truthy=False,
    annotates=True,
    body_names_fields=False,
    defaults_once=False,
    enums_by_value=False,
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
        'find': 'finds',
        'lookingAt': 'finds',
        'isEmpty': 'plain',
        'isBlank': 'plain',
    },
    operations={
        'list': _LISTS,
        'tuple': _LISTS,
        'set': {**_LISTS, 'remove': 'loosen'},
        'stack': {
            'push': 'append',
            'pop': 'remove-last',
            'peek': 'last',
        },
        # A deque is a queue at one end and a stack at the other.
        'queue': {
            'push': 'insert-first',
            'offerFirst': 'insert-first',
            'pop': 'remove-first',
            'poll': 'remove-first',
            'remove/0': 'remove-first',
            'pollFirst': 'remove-first',
            'peek': 'first',
            'peekFirst': 'first',
            'element': 'first',
            'offerLast': 'append',
            'removeLast': 'remove-last',
            'pollLast': 'remove-last',
            'peekLast': 'last',
        },
        # Which one comes next is not known.
        'heap': dict.fromkeys(('poll', 'peek', 'element', 'remove/0'), 'contents'),
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
    text_methods={
        'replace': 'replace',
        'replaceAll': 'replace-regex',
        'replaceFirst': 'altered',
        'substring': 'cut',
        'subSequence': 'cut',
        'charAt': 'cut',
        'split': 'split',
        'toCharArray': 'characters',
        'chars': 'characters',
        'codePoints': 'characters',
        'group': 'group',
        'map': 'map',
        'flatMap': 'map',
        'thenApply': 'map',
        'ifPresent': 'map',
    },
    raising_methods=frozenset(),
    fills=frozenset(
        (
            'read',
            'readFully',
            'readNBytes',
            'getChars',
            'getBytes',
            'transferTo',
            'drainTo',
        )
    ),
    reads=frozenset(
        (
            *('get', 'getOrDefault', 'contains', 'containsKey', 'containsValue'),
            *('isEmpty', 'size', 'stream', 'iterator', 'entrySet', 'keySet', 'values'),
            *('getProperty', 'indexOf', 'containsAll', 'equals', 'hashCode'),
        )
    ),
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
_NOSQL = frozenset(('nosql',))
JAVASCRIPT = Language(
    name='javascript',
    explicit_self=False,
    implicit_this=False,
    assignment_declares=False,
    break_leaves_switch=True,
    divides_integers=False,
    overloads=False,
    argument_lists=False,
    types_hold=False,
    adds_as_text=True,
    truthy=True,
    wraps=False,
    compares_objects=False,
    characters=False,
    defaults_once=False,
    enums_by_value=False,
    text_methods={},
    raising_methods=frozenset(),
    fills=frozenset(),
    annotates=True,
    body_names_fields=False,
    constructor='constructor',
    extend='concat',
    this_names=frozenset(('this', 'super')),
    # With them what the reader calls so: text of no caller is in them.
    numbers=frozenset(
        (
            *('number', 'boolean', 'bigint', 'Number', 'Boolean', 'BigInt', 'Date'),
            *('typeof', 'JSX.Element', 'undefined', 'function'),
        )
    ),
    arithmetic=frozenset(('-', '/', '*', '%', '**', '<<', '>>', '>>>', '&', '|', '^')),
    tests={
        'startsWith': 'starts',
        'endsWith': 'ends',
        'includes': 'contains',
        'has': 'contains',
        'hasOwnProperty': 'contains',
        'match': 'matches',
    },
    operations={},
    harmless_methods=frozenset(
        (
            *('indexOf', 'lastIndexOf', 'startsWith', 'endsWith', 'includes'),
            *('charCodeAt', 'codePointAt', 'localeCompare', 'search', 'hasOwnProperty'),
            *('getTime', 'test', 'isInteger', 'toFixed', 'toISOString', 'has'),
        )
    ),
    callers=frozenset(),
    dynamic=frozenset(('eval', '__proto__=')),
    prototypes=True,
    loose_equality=True,
    text_clears=_NOSQL,
    types_clear={'string': _NOSQL},
    types_by_name=False,
    reads=frozenset(
        (
            *('includes', 'indexOf', 'has', 'get', 'find', 'some', 'every', 'map'),
            *('filter', 'forEach', 'join', 'slice', 'concat', 'keys', 'values'),
            *('entries', 'hasOwnProperty', 'findIndex', 'lastIndexOf', 'at', 'test'),
            *('exec', 'reduce', 'flatMap', 'toString', 'startsWith', 'endsWith'),
            *('replace', 'split', 'trim', 'toLowerCase', 'toUpperCase', 'match'),
        )
    ),
    readers=frozenset(
        (
            *('Object.keys', 'Object.values', 'Object.entries', 'Object.hasOwn'),
            *('Object.freeze', 'Object.isFrozen', 'Array.isArray', 'JSON.stringify'),
            *('String', 'Number', 'Boolean', 'Object.getOwnPropertyNames'),
        )
    ),
)
LANGUAGES: Mapping[str, Language] = {
    one.name: one for one in (PYTHON, JAVA, JAVASCRIPT)
}
# Languages that are read as another.
READ_AS = {'typescript': 'javascript'}
