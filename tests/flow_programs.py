"""Random Python programs, run for real: does what the caller sent reach the sink?

`program` writes one; `arrivals` runs it with a marked value and says which sinks the
mark reached; `verdicts` asks the flow engine. A sink that the mark reached must never
be called proven safe.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from hookline.flow import ir, python
from hookline.flow.interpreter import follow
from hookline.flow.models import Models
from hookline.flow.survey import Sink

MARK = '\N{SNOWMAN}'
HEAD = 'from flask import request\n'
VARIABLES = ('a', 'b', 'c')
LISTS = ('l', 'm')
DICTS = ('d', 'e')
KEYS = ('"k"', '"q"', 'a')
INDEXES = ('0', '1', '-1', '2')
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
        kind = self.random.randrange(26)
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
        return self.pick(*VARIABLES)

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
        )

    # ------------------------------------------------------------ statements
    def statement(self, depth: int, loops: int = 0) -> None:
        random = self.random
        add = self.add
        kind = random.randrange(40)
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
        for _ in range(self.random.randrange(1, 4)):
            self.statement(depth, loops)
        if self.random.random() < 0.5:
            # What is defined in a branch may not be there behind it.
            del self.functions[functions:], self.classes[classes:]


def program(random: Random) -> str:
    """Return the text of a program with at least one call of `sink`."""
    writer = Writer(random)
    writer.add(0, HEAD.rstrip())
    writer.add(0, '@app.route("/")')
    writer.add(0, 'def view():')
    writer.add(1, 'a, b, c = "x", "y", request.args["n"]')
    writer.add(1, 'l, m, d, e = ["x", b], [c], {"k": "x"}, {"q": c}')
    for _ in range(random.randrange(4, 16)):
        writer.statement(1)
    writer.add(1, f'sink({writer.value()})')
    return '\n'.join(writer.lines) + '\n'


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
    code = compile(text.replace(HEAD, '\n', 1), 'program', 'exec')
    try:
        exec(code, space)
        space['view']()
    except (Exception, Stopped):
        pass
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
