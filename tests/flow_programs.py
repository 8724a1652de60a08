"""Random Python programs, run for real: does what the caller sent reach the sink?

`program` writes one; `arrivals` runs it with a marked value and says which sinks the
mark reached; `verdicts` asks the flow engine. A sink that the mark reached must never
be called proven safe.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from hookline.flow import ir, python
from hookline.flow.interpreter import follow
from hookline.flow.models import Models
from hookline.flow.survey import Sink

MARK = '\N{SNOWMAN}'
HEAD = (
    'from flask import request\nimport collections, enum, functools, io, re, typing\n'
)
VARIABLES = ('a', 'b', 'c')
LISTS = ('l', 'm')
DICTS = ('d', 'e')
KEYS = ('"k"', '"q"', 'a')
INDEXES = ('0', '1', '-1', '2')
REPEATED = ('"x"', '"n"', '""', '"y"')
# What stands around the view in each program.
AROUND = """
OK = ("x", "y")
NAMES = {"x": "y", "k": "q"}
KINDS = {"x": ["k"], "n": {"k": "x"}}
class Color(enum.Enum):
    x = "y"
    k = "q"
class Pair(typing.NamedTuple):
    left: str
    right: str
Point = collections.namedtuple("Point", "x y")
class Kept:
    other = "x"
    def __init__(self, v):
        self.v = v
    def show(self):
        return self.v
    def ok(self, one):
        return one in OK
    @staticmethod
    def of(v):
        return v
class Child(Kept):
    def __init__(self, v):
        super().__init__(v + "y")
        self.other = "k"
    def up(self):
        return super().show()
def glue(a, b):
    return a + b
def first(*many):
    return str(many[0])
def named(**many):
    return str(many.get("k"))
def several(*many):
    for one in many:
        yield one
def is_ok(one):
    if one in NAMES:
        return True
    return one.isalpha()
def checked(one):
    if not re.fullmatch("[a-z]*", one):
        raise ValueError("no")
    return one
"""
LONGEST = 1000  # text or list
LONGEST_RUN = 20_000  # lines; a program that goes on is stopped and counts


class Stopped(BaseException):
    """A program ran for too long."""


class Writer:
    """Writes one program; what it defines is known to the lines that follow."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.functions: list[tuple[str, int]] = []
        self.classes: list[str] = []
        self.makers: list[str] = []  # functions that give functions
        self.number = 0

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def add(self, depth: int, text: str) -> None:
        self.lines.append('    ' * depth + text)

    # ------------------------------------------------------------ expressions
    def value(self, depth: int = 0) -> str:
        """Return an expression that gives a text."""
        if depth > 2:
            return self.pick(*VARIABLES, '"x"', '"y"', 'request.args["n"]')
        one = self.value
        deeper = depth + 1
        kind = self.random.randrange(44)
        if kind < 6:
            return self.pick(*VARIABLES)
        if kind < 8:
            return 'request.args["n"]'
        if kind < 10:
            return self.pick('"x"', '"y"', '"k"', '"q"')
        if kind == 10:
            return f'{one(deeper)} + {one(deeper)}'
        if kind == 11:
            return f'f"{{{self.pick(*VARIABLES)}}}{{{self.pick(*VARIABLES)}}}"'
        if kind == 12:
            return f'str({self.pick(*LISTS)}[{self.pick(*INDEXES)}])'
        if kind == 13:
            return f'str({self.pick(*DICTS)}[{self.pick(*KEYS)}])'
        if kind == 14:
            key = self.pick(*KEYS)
            return f'str({self.pick(*DICTS)}.get({key}, {one(deeper)}))'
        if kind == 15:
            return f'({one(deeper)} if {self.test()} else {one(deeper)})'
        if kind == 16:
            return f'"".join(str(i) for i in {self.pick(*LISTS)})'
        if kind == 17:
            return f'({one(deeper)} {self.pick("or", "and")} {one(deeper)})'
        if kind == 18:
            return f'{self.pick(*VARIABLES)}[{self.pick("1:", ":2", "::-1", "0:")}]'
        if kind == 19:
            return f'"%s-%s" % ({one(deeper)}, {one(deeper)})'
        if kind == 20:
            return f'"{{}}.{{}}".format({one(deeper)}, {one(deeper)})'
        if kind == 21 and self.functions:
            name, count = self.random.choice(self.functions)
            given = ', '.join(one(deeper) for _ in range(count))
            return f'str({name}({given}))'
        if kind == 22:
            method = self.pick('upper()', 'strip()', 'replace("x", "z")', 'lower()')
            return f'{self.pick(*VARIABLES)}.{method}'
        if kind == 23:
            return f'str({self.pick(*LISTS)}.pop({self.pick("", "0", "-1")}))'
        if kind == 24 and self.classes:
            name = self.random.choice(self.classes)
            return f'str({name}({one(deeper)}).{self.pick("show()", "held", "kept")})'
        if kind == 25:
            return f'(lambda p: p + {one(deeper)})({one(deeper)})'
        if kind == 26:
            return self.part()
        if kind == 27:
            return self.gathered(deeper)
        if kind == 28:
            return self.made(deeper)
        if kind == 29:
            return f'str(({self.pick(*VARIABLES)} := {one(deeper)}))'
        if kind == 30:
            name = self.pick(*VARIABLES)
            pattern = self.pick('[a-z]+', '[a-z]*', '(.*)', '[^x]+', '[nxyk]+')
            matched = self.pick('match', 'search', 'fullmatch')
            return f'getattr(re.{matched}("{pattern}", {name}), "string", "x")'
        if kind == 31:
            taken = self.pick('[^a-z]', '[a-z]', '\\W', '[xn]')
            put = self.pick('"x"', '""', 'b')
            return f're.sub(r"{taken}", {put}, {one(deeper)})'
        if kind == 32 and self.makers:
            return (
                f'str({self.random.choice(self.makers)}({one(deeper)})({one(deeper)}))'
            )
        if kind == 33:
            name = self.pick(*VARIABLES)
            return f'({name} if {name} in {self.pick("OK", "NAMES", "KINDS")} else "x")'
        if kind == 34:
            return (
                f'str({self.pick("NAMES", "KINDS")}.get({one(deeper)}, {one(deeper)}))'
            )
        return self.pick(*VARIABLES)

    def part(self) -> str:
        """Return a part of a text or of a container."""
        name, many = self.pick(*VARIABLES), self.pick(*LISTS)
        return self.pick(
            f'{name}.split({self.pick("", *REPEATED[:2])})[{self.pick("0", "-1")}]',
            f'{name}.partition("x")[{self.pick("0", "1", "2")}]',
            f'{name}.strip({self.pick("", REPEATED[0], REPEATED[1])})',
            f'{name}.replace({self.pick(*REPEATED)}, {self.pick(*REPEATED)})',
            f'{name}[{self.pick("0:1", "-1:", "::2", "1:-1")}]',
            f'str({many}[{self.pick("1:", ":1", "::-1", "-1:", "0:2")}])',
            f'str({many}[{self.pick("1:", ":1", "::-1")}][0])',
            f'{name}.encode().decode()',
            f'{name}.join({self.pick(*LISTS)}[:0] + [{self.pick(*VARIABLES)}])',
        )

    def gathered(self, depth: int) -> str:
        """Return what goes through several items."""
        many, other = self.pick(*LISTS), self.pick(*LISTS)
        keyed = self.pick(*DICTS)
        one, two = self.value(depth), self.value(depth)
        return self.pick(
            f'"".join(map(str, {many}))',
            f'"".join(str(i) for i in filter(None, {many}))',
            f'"".join(str(i) + str(j) for i, j in zip({many}, {other}))',
            f'"".join(str(j) for i, j in enumerate({many}))',
            f'str(sorted({many}, key=str))',
            f'str(list(reversed({many})))',
            f'str({{k: str(x) for k, x in {keyed}.items()}})',
            f'"".join(str(x) for k, x in {keyed}.items() if k == {self.pick(*KEYS)})',
            f'str([i for i in {many} if {self.test()}])',
            f'str({{**{keyed}, "k": {self.value(depth)}}}["k"])',
            f'str([*{many}, {self.value(depth)}][-1])',
            f'str(dict(k={one}, q={two})[{self.pick(*KEYS)}])',
            f'str(functools.reduce(lambda i, j: i + str(j), {many}, ""))',
            f'str(next(iter({many}), "x"))',
            f'max("x", {self.value(depth)})',
            f'str(collections.deque({many}).{self.pick("pop", "popleft")}())',
            f'str(tuple({many})[{self.pick(*INDEXES)}])',
            f'str(sum([{many}, {other}], []))',
        )

    def made(self, depth: int) -> str:
        """Return what comes out of an object that is made for it."""
        one, other = self.value(depth), self.value(depth)
        return self.pick(
            f'Pair({one}, {other}).{self.pick("left", "right")}',
            f'Pair(right={one}, left={other})[{self.pick("0", "1")}]',
            f'str(Point({one}, {other}).{self.pick("x", "y")})',
            f'Kept({one}).{self.pick("show()", "v", "other")}',
            f'Child({one}).{self.pick("show()", "v", "other", "up()")}',
            f'str(Color[{one}].value)',
            f'str(Color({one}).name)',
            f'io.StringIO({one}).getvalue()',
            f'functools.partial(glue, {one})({other})',
            f'glue(b={one}, a={other})',
            f'glue(*[{one}, {other}])',
            f'glue(**{{"a": {one}, "b": {other}}})',
            f'first({one}, {other})',
            f'first(*{self.pick(*LISTS)})',
            f'named(k={one}, q={other})',
            f'named(**{self.pick(*DICTS)})',
            f'"".join(several({one}, {other}))',
            f'checked({one})',
            f'str(Kept.of({one}))',
        )

    def test(self) -> str:
        name = self.pick(*VARIABLES)
        return self.pick(
            'coin()',
            'coin()',
            f'{name} == "x"',
            f'{name} != "x"',
            f'{name} in ("x", "y")',
            f'{name} not in ("x", "y")',
            f'{name} in {self.pick(*LISTS)}',
            f'"x" in {name}',
            f'{name}',
            f'not {name}',
            f'len({self.pick(*LISTS)}) > 1',
            f'{self.pick(*KEYS)} in {self.pick(*DICTS)}',
            f'isinstance({name}, str)',
            f'{name} == {self.pick(*VARIABLES)}',
            f'coin() and {name} == "x"',
            f'coin() or {name} in ("x", "y")',
            '1 > 2',
            '3 * 4 == 12',
            f'{name} in OK',
            f'{name} not in NAMES',
            f're.fullmatch("[a-z]+", {name})',
            f'not re.match("^[a-z]*$", {name})',
            f'{name}.isalnum()',
            f'{name}.startswith("x")',
            f'all(i in "nxykq" for i in {name})',
            f'any(i not in "nxykq" for i in {name})',
            f'(m1 := re.fullmatch("[a-z]*", {name})) is None',
            f'is_ok({name})',
            f'not is_ok({name})',
            f'Kept({name}).ok({self.pick(*VARIABLES)})',
            f'set({name}) <= set("nxykq")',
        )

    # ------------------------------------------------------------ statements
    def statement(self, depth: int, loops: int = 0) -> None:
        random = self.random
        add = self.add
        kind = random.randrange(46)
        if kind >= 40:
            self.other_statement(kind, depth, loops)
            return
        if depth > 4:
            kind %= 20
        if kind < 7:
            add(depth, f'{self.pick(*VARIABLES)} = {self.value()}')
        elif kind == 7:
            add(depth, f'{self.pick(*VARIABLES)} += {self.value()}')
        elif kind == 8:
            add(depth, f'{self.pick(*LISTS)}.append({self.value()})')
        elif kind == 9:
            add(depth, f'{self.pick(*LISTS)}[{self.pick(*INDEXES)}] = {self.value()}')
        elif kind == 10:
            add(depth, f'{self.pick(*DICTS)}[{self.pick(*KEYS)}] = {self.value()}')
        elif kind == 11:
            self.container(depth)
        elif kind in (12, 13):
            add(depth, f'sink({self.value()})')
        elif kind == 14:
            one = self.pick(*LISTS)
            add(depth, f'{one} = [{self.value()}, {self.value()}]')
        elif kind == 15:
            one = self.pick(*DICTS)
            add(depth, f'{one} = {{"k": {self.value()}, "q": {self.value()}}}')
        elif kind == 16 and loops:
            add(depth, f'if {self.test()}: {self.pick("break", "continue")}')
        elif kind == 17:
            add(
                depth,
                f'{self.pick(*VARIABLES)}, {self.pick(*VARIABLES)} = '
                f'{self.value()}, {self.value()}',
            )
        elif kind == 18:
            add(depth, f'if {self.test()}: raise ValueError')
        elif kind == 19:
            add(depth, f'sink({self.pick(*VARIABLES, *LISTS, *DICTS)})')
        elif kind < 25:
            add(depth, f'if {self.test()}:')
            self.block(depth + 1, loops)
            if random.random() < 0.5:
                add(depth, 'else:')
                self.block(depth + 1, loops)
        elif kind < 29:
            over = self.pick(
                'range(2)', *LISTS, '("x", a)', f'list({self.pick(*DICTS)}.values())'
            )
            add(depth, f'for {self.pick("i", *VARIABLES)} in {over}:')
            add(depth + 1, 'tick()')
            self.block(depth + 1, loops + 1)
        elif kind == 29:
            add(depth, 'while coin():')
            add(depth + 1, 'tick()')
            self.block(depth + 1, loops + 1)
        elif kind < 33:
            add(depth, 'try:')
            self.block(depth + 1, loops)
            add(depth, 'except Exception:')
            self.block(depth + 1, loops)
            if random.random() < 0.3:
                add(depth, 'finally:')
                self.block(depth + 1, 0)
        elif kind < 35:
            self.define(depth)
        elif kind == 35:
            self.number += 1
            name = f'C{self.number}'
            add(depth, f'class {name}:')
            add(depth + 1, f'kept = {self.value()}')
            add(depth + 1, 'def __init__(self, p):')
            add(depth + 2, f'self.held = {self.pick("p", "p + a", "b", "p")}')
            if random.random() < 0.3:
                add(depth + 2, f'self.kept = {self.pick("p", "a")}')
            add(depth + 1, 'def show(self):')
            add(depth + 2, f'return self.{self.pick("held", "kept")}')
            self.classes.append(name)
        elif kind == 36:
            name = self.pick(*VARIABLES)
            add(depth, f'match {name}:')
            add(depth + 1, 'case "x" | "y":')
            self.block(depth + 2, loops)
            add(depth + 1, f'case _{self.pick("", " if coin()")}:')
            self.block(depth + 2, loops)
        elif kind == 37:
            one, other = self.pick(*LISTS), self.pick(*LISTS)
            add(
                depth,
                f'{one} = [str(i) + {self.value()} for i in {other} if {self.test()}]',
            )
        elif kind == 38:
            one, other = self.pick(*LISTS), self.pick(*LISTS)
            add(depth, f'{one} = {self.pick(other, other + "[:]", other + "[1:]")}')
        else:
            one, other = self.pick(*DICTS), self.pick(*DICTS)
            add(depth, f'{one} = {self.pick(other, "dict(" + other + ")")}')

    def other_statement(self, kind: int, depth: int, loops: int) -> None:
        add, name = self.add, self.pick(*VARIABLES)
        if kind == 40:
            add(
                depth,
                f'{name}, *{self.pick(*LISTS)} = [{self.value()}, {self.value()}]',
            )
        elif kind == 41:
            add(depth, 'try:')
            add(depth + 1, f'raise ValueError({self.value()})')
            add(depth, 'except ValueError as error:')
            add(depth + 1, f'{name} = str(error)')
        elif kind == 42:
            add(depth, f'for k, {name} in list({self.pick(*DICTS)}.items()):')
            add(depth + 1, 'tick()')
            self.block(depth + 1, loops + 1)
        elif kind == 43:
            self.number += 1
            made = f'g{self.number}'
            add(depth, f'def {made}(p, held={self.value()}):')
            kept = self.pick('p', 'held', 'p + held', *VARIABLES)
            add(depth + 1, f'return lambda o: {self.pick("o", kept, kept + " + o")}')
            self.makers.append(made)
        elif kind == 44:
            add(depth, 'with io.StringIO() as out:')
            add(depth + 1, f'out.write({self.value()})')
            add(depth + 1, f'{name} = out.getvalue()')
        else:
            add(depth, f'match {self.pick(*LISTS)}:')
            add(depth + 1, f'case [{name}, *_]:')
            self.block(depth + 2, loops)
            add(depth + 1, 'case _:')
            self.block(depth + 2, loops)

    def container(self, depth: int) -> None:
        one, other = self.pick(*LISTS), self.pick(*LISTS)
        first, second = self.pick(*DICTS), self.pick(*DICTS)
        key = self.pick(*KEYS)
        self.add(
            depth,
            self.pick(
                f'{one}.reverse()',
                f'{one}.sort(key=str)',
                f'{one}.insert({self.pick(*INDEXES)}, {self.value()})',
                f'{one}.extend({other})',
                f'{one} += {other}',
                f'{one}.pop()',
                f'del {one}[{self.pick(*INDEXES)}]',
                f'{one}.clear()',
                f'{first}.update({second})',
                f'{first}.pop({key}, None)',
                f'{first}.setdefault({key}, {self.value()})',
                f'{first}[{key}] = {one}',
                f'{one}.append({other})' if one != other else f'{one}.append("x")',
                f'{first}.clear()',
                f'{one}.remove({self.value()})',
                f'{one}[{self.pick("0:1", ":", "1:")}] = [{self.value()}]',
                f'{one} *= 2',
                f'{first} |= {second}',
                f'{first}.popitem()',
                f'{one}.append([{self.value()}])',
                f'{first}[{key}] = {{"k": {self.value()}}}',
                f'{first}[{key}] += {self.value()}',
                f'{one}[0] += {self.value()}',
                f'setattr(shared, "{self.pick("v", "other")}", {self.value()})',
                f'shared.{self.pick("v", "other")} = {self.value()}',
                f'{self.pick(*VARIABLES)} = str(shared.{self.pick("v", "other")})',
            ),
        )

    def define(self, depth: int) -> None:
        self.number += 1
        name, count = f'f{self.number}', self.random.randrange(3)
        given = ', '.join(f'p{number}' for number in range(count))
        self.add(depth, f'def {name}({given}):')
        self.add(depth + 1, 'tick()')
        if self.random.random() < 0.5:
            outer = self.pick(*VARIABLES)
            self.add(depth + 1, f'nonlocal {outer}')
        else:
            outer = ''
        inner = [f'p{number}' for number in range(count)]
        if outer:
            what = self.pick(*inner, '"x"', 'request.args["n"]', outer)
            self.add(depth + 1, f'{outer} = {what}')
        if self.random.random() < 0.4:
            what = self.pick(*inner, '"x"', 'request.args["n"]')
            self.add(depth + 1, f'{self.pick(*LISTS)}.append({what})')
        if inner and self.random.random() < 0.3:
            self.add(depth + 1, f'if {self.pick(*inner)} == "x": return "y"')
        result = self.pick(*inner, *inner, *VARIABLES[1:], '"x"')
        generator = self.random.random() < 0.15
        self.add(depth + 1, f'{"yield" if generator else "return"} {result}')
        if not generator:
            self.functions.append((name, count))
        else:
            self.add(
                depth,
                f'{self.pick(*LISTS)} = list({name}('
                + ', '.join(self.value() for _ in range(count))
                + '))',
            )

    def block(self, depth: int, loops: int) -> None:
        functions, classes = len(self.functions), len(self.classes)
        makers = len(self.makers)
        for _ in range(self.random.randrange(1, 4)):
            self.statement(depth, loops)
        if self.random.random() < 0.5:
            # What is defined in a branch may not be there behind it.
            del self.functions[functions:], self.classes[classes:]
            del self.makers[makers:]


def program(random: Random, views: int = 1) -> str:
    """Return the text of a file with some views, each with a call of `sink` or more."""
    lines = [HEAD.rstrip(), *AROUND.strip().split('\n')]
    for number in range(views):
        writer = Writer(random)
        writer.add(0, '@app.route("/")')
        writer.add(0, f'def view{number}():')
        writer.add(1, 'a, b, c = "x", "y", request.args["n"]')
        writer.add(1, 'l, m, d, e = ["x", b], [c], {"k": "x"}, {"q": c}')
        writer.add(1, 'shared = Kept("x")')
        for _ in range(random.randrange(3, 12)):
            if random.random() < 0.5:
                writer.statement(1)
                continue
            # What fails is not the end of the program.
            writer.add(1, 'try:')
            writer.statement(2)
            writer.add(1, 'except Exception:')
            writer.add(2, 'pass')
        writer.add(1, f'sink({writer.value()})')
        lines += writer.lines
    return '\n'.join(lines) + '\n'


def arrivals(text: str, seed: int) -> set[int]:
    """Run a program; return the lines of the sinks that the mark reached."""
    random = Random(seed)
    found: set[int] = set()
    left = [LONGEST_RUN]

    def tick() -> None:
        left[0] -= 100
        held = sys._getframe(1).f_locals.values()
        # Texts and lists that are put together with themselves double each time.
        if left[0] < 0 or any(
            isinstance(one, (str, list)) and len(one) > LONGEST for one in held
        ):
            raise Stopped

    def sink(value: Any) -> None:
        if MARK in repr(value):
            found.add(sys._getframe(1).f_lineno)

    class Route:
        def route(self, path: str) -> Callable[[Any], Any]:
            return lambda function: function

    class Request:
        def __init__(self) -> None:
            self.args = {'n': f'n{MARK}n'}

    space: dict[str, Any] = {
        'app': Route(),
        'request': Request(),
        'sink': sink,
        'tick': tick,
        'coin': lambda: random.random() < 0.5,
    }
    imports = HEAD.partition('\n')[2]
    code = compile(text.replace(HEAD, '\n' + imports, 1), 'program', 'exec')
    exec(code, space)
    for name, view in list(space.items()):
        if name.startswith('view'):
            left[0] = LONGEST_RUN
            with contextlib.suppress(Exception, Stopped):
                view()
    return found


def verdicts(text: str, models: Models) -> Iterator[tuple[int, int]]:
    """Yield the line and the level of each sink."""
    content = text.encode()
    module = python.read(content)
    sinks = [
        Sink(node.arguments[0].value.at, node.arguments[0].value.end, 'sql')
        for node in ir.walk(module)
        if isinstance(node, ir.Call)
        and isinstance(node.function, ir.Name)
        and node.function.id == 'sink'
    ]
    judged = follow(module, sinks, models, content)
    for sink, verdict in judged.items():
        yield content.count(b'\n', 0, sink.start) + 1, verdict.level
