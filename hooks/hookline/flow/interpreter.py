"""Follows what a caller chose through one file, forwards, and tells where it arrives.

A forward abstract interpreter over the nodes of `ir`. It errs to one side: what it does
not understand is UNKNOWN, so that "proven safe" is never said of a flow that is real.
Calls to functions of the same file are followed into them (to a depth, recursion is
cut), loops run to a fixed point, branches on constants are pruned.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hookline.flow import guards, ir, survey
from hookline.flow import values as v
from hookline.flow.models import Models
from hookline.flow.survey import DEPTH, Sink, Verdict
from hookline.flow.values import Object, Place, State, Value

ROUNDS = 6  # of a loop, before what still changes is taken for anything
STEPS = 20_000  # expressions that one function and what it calls may take
ALL_STEPS = 120_000  # and all of a file
SECONDS = 20.0  # of a file, on a machine that does other things
RECURSION = 8000


class Exhausted(Exception):
    """The work that one file may take is used up."""


class _Loop:
    def __init__(self, label: str, switch: bool = False) -> None:
        self.label = label
        self.switch = switch  # `continue` passes by it
        self.breaks: list[State] = []
        self.continues: list[State] = []


class _Frame:
    """One function at work."""

    def __init__(
        self, place: Place, function: ir.Function | None, this: Value | None
    ) -> None:
        self.place = place
        self.function = function
        self.this = this
        self.returns: list[tuple[Value, State, ir.Expression | None]] = []
        self.loops: list[_Loop] = []
        self.outer: dict[str, Place] = {}
        self.yielded: list[Value] = []
        self.held = False  # something made here may look at this scope later


class Interpreter:
    """Runs the functions of one module; `verdicts` has what became of each sink."""

    def __init__(
        self,
        module: ir.Module,
        sinks: Sequence[Sink],
        models: Models,
        content: bytes,
    ) -> None:
        self.module = module
        self.models = models
        self.language = models.language
        self.deadline = time.monotonic() + SECONDS
        self.steps = 0
        self.allowed = STEPS
        self.context: tuple[int, ...] = ()
        self.frames: list[_Frame] = []
        self.collectors: list[list[State]] = []
        self.carried: list[list[Value]] = []  # by what may be raised, along with them
        self.top: Place = ('top',)
        self.entry: int = -1
        self.sinks = sinks
        self.executed: set[int] = set()
        # By sink: the entries that reached it, with the worst that arrived.
        self.seen: dict[Sink, dict[int, tuple[int, v.Step | None]]] = {}
        self.inlined: set[int] = set()
        self.cut: set[int] = set()
        self.unfinished: set[int] = set()
        self.survey = survey.of(module, models.language.dynamic)
        self.wanted = survey.placed(self.survey, sinks, content)

    # ------------------------------------------------------------ the whole
    def run(self) -> dict[Sink, Verdict]:
        exhausted = False
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, RECURSION))
        entries = survey.entries(self.survey, self.wanted)
        base = State({self.top: Object('frame', {})})
        try:
            base = self.begin()
            for function in entries:
                self.allowed = min(self.steps + STEPS, ALL_STEPS)
                try:
                    self.enter(function, base)
                except (Exhausted, RecursionError):
                    self.mark(function, self.unfinished)
        except (Exhausted, RecursionError):
            exhausted = True
        finally:
            sys.setrecursionlimit(limit)
        return {sink: self.verdict(sink, exhausted) for sink in self.sinks}

    def begin(self) -> State:
        """Run the top of the module; functions are entered with what it leaves."""
        state = State({self.top: Object('frame', {})})
        self.frames = [_Frame(self.top, None, None)]
        self.entry = -1
        self.block(self.module.body, state)
        state.dead = False
        for name in self.survey.shared:
            # Other functions change it, at times that nobody knows.
            frame = state.heap[self.top]
            known = frame.slots.get(name)
            if known is None:
                continue
            self.spoil(state, [known], v.UNSURE)
            if name in self.survey.rebound:
                frame = state.heap[self.top]
                slots = {**frame.slots, name: v.joined(known, v.ANYTHING)}
                state.heap[self.top] = frame._replace(slots=slots)
        for place, one in list(state.heap.items()):
            if one.kind == 'class' and self.language.implicit_this:
                changed = [
                    value
                    for name, value in one.slots.items()
                    if name in self.survey.shared
                ]
                self.spoil(state, changed, v.UNSURE)
                # A static field that is not final may be set by anybody.
                slots = {
                    name: value
                    if not isinstance(name, str)
                    or name in one.info.finals
                    or any(
                        state.heap[p].kind in ('function', 'class')
                        for p in value.places
                        if p in state.heap
                    )
                    else v.joined(value, v.ANYTHING)
                    for name, value in one.slots.items()
                }
                state.heap[place] = one._replace(slots=slots)
        return state

    def enter(self, function: ir.Function, base: State) -> None:
        """Run a function as somebody else would call it."""
        self.entry = function.at
        self.context = ()
        state = base.copy()
        self.frames = [_Frame(self.top, None, None)]
        this = self.this_of(function, state)
        given = self.parameters_from_outside(function, this, state)
        closure = self.closure_of(function, state)
        self.inlined.add(function.at)
        self.perform(function, closure, this, given, state)
        # What was made inside and not called here may be called any time later.
        for one in list(state.heap.values()):
            if one.kind != 'function' or one.info.at in self.inlined:
                continue
            if one.info.at != function.at and self.holds_sink(one.info):
                self.inlined.add(one.info.at)
                self.frames = [_Frame(self.top, None, None)]
                inner = self.parameters_from_outside(one.info, None, state)
                held = one.slots.get('closure')
                outer = next(iter(held.places)) if held and held.places else self.top
                self.perform(one.info, outer, None, inner, state.copy())

    def verdict(self, sink: Sink, exhausted: bool) -> Verdict:
        node = self.wanted.by_sink.get(sink)
        if node is None:
            return Verdict(1, None, 'it was not found again in the parsed file', True)
        for start, end in self.module.broken:
            if start < node.end and node.at < end:
                return Verdict(1, None, 'a part of the line could not be parsed', True)
        owner = self.wanted.owner.get(sink)
        if owner is not None and owner.broken:
            return Verdict(1, None, 'a part of the function could not be parsed', True)
        reached = dict(self.seen.get(sink, {}))
        worst = max(reached.values(), key=lambda r: r[0], default=(0, None))
        if worst[0] == v.TAINTED:
            return Verdict(2, worst[1], '')
        if exhausted:
            return Verdict(1, None, 'it would have taken too long to follow', True)
        if owner is not None and owner.at in self.unfinished:
            return Verdict(1, None, 'it would have taken too long to follow', True)
        if owner is not None and owner.at in self.cut:
            return Verdict(1, None, 'it is called from too deep to be followed')
        if self.survey.dynamic:
            return Verdict(1, None, 'the file changes its own names while it runs')
        if owner is not None and self.only_called_here(owner, reached):
            reached.pop(owner.at, None)
            worst = max(reached.values(), key=lambda r: r[0], default=(0, None))
        if worst[0] == v.UNKNOWN:
            return Verdict(1, None, 'where it comes from is not known')
        statement = self.wanted.statement.get(sink)
        if (
            not reached
            and id(statement) in self.executed
            and sink not in self.wanted.optional
        ):
            return Verdict(1, None, 'it stands where nothing is evaluated')
        if not reached:
            return Verdict(0, None, 'nothing in this file can get there')
        return Verdict(0, None, 'only constants and checked values get there')

    def only_called_here(self, owner: ir.Function, reached: Mapping[int, Any]) -> bool:
        """Say whether all calls of a function were followed from its callers."""
        others = [entry for entry in reached if entry != owner.at]
        return owner.private and bool(others) and owner.name not in self.wanted.loose

    def holds_sink(self, function: ir.Function) -> bool:
        return any(
            function.at <= sink.start and sink.end <= function.end
            for sink in self.sinks
        )

    # ------------------------------------------------------------ entries
    def this_of(self, function: ir.Function, state: State) -> Value | None:
        """Return an object of the class of a method, as it may be at any time."""
        if not function.owner or function.static:
            return None
        cls = self.class_named(function.owner, state)
        place: Place = ('this', function.owner)
        slots: dict[Any, Value] = {}
        if cls is not None:
            node = state.heap[cls].info
            frame = _Frame(self.top, None, None)
            this = Value(places=frozenset((place,)))
            frame.this = this
            state.heap[place] = Object('instance', {}, v.ANYTHING, info=cls)
            self.frames.append(frame)
            try:
                self.fields(node, this, state)
            finally:
                self.frames.pop()
            slots = {
                name: value
                if name in self.language.constant_fields(node)
                else v.joined(value, v.ANYTHING)
                for name, value in state.heap[place].slots.items()
            }
        state.heap[place] = Object('instance', slots, v.ANYTHING, info=cls)
        return Value(places=frozenset((place,)))

    def closure_of(self, function: ir.Function, state: State) -> Place:
        for one in state.heap.values():
            if one.kind == 'function' and one.info is function:
                held = one.slots.get('closure')
                if held is not None and held.places:
                    return next(iter(held.places))
        if function.owner:
            cls = self.class_named(function.owner, state)
            if cls is not None:
                return cls if self.language.implicit_this else self.top
        return self.top

    def class_named(self, name: str, state: State) -> Place | None:
        for place, one in state.heap.items():
            if one.kind == 'class' and one.info.name == name:
                return place
        return None

    def parameters_from_outside(
        self, function: ir.Function, this: Value | None, state: State
    ) -> dict[str, Value]:
        found: dict[str, Value] = {}
        bound = this is not None and self.language.explicit_self
        for number, parameter in enumerate(function.parameters):
            if number == 0 and bound and this is not None:
                found[parameter.name] = this
                continue
            found[parameter.name] = self.models.parameter(function, parameter, self)
            if parameter.splat:
                place = ('given', function.at, number)
                kind = 'dict' if parameter.splat == '**' else 'tuple'
                state.heap[place] = Object(kind, {}, found[parameter.name])
                found[parameter.name] = Value(places=frozenset((place,)))
        return found

    # ------------------------------------------------------------ calls
    def perform(
        self,
        function: ir.Function,
        closure: Place,
        this: Value | None,
        given: Mapping[str, Value],
        state: State,
        at: int = -1,
    ) -> _Frame:
        """Run a function's body; the frame has what it returned, with its states."""
        place: Place = ('frame', function.at, *self.context)
        frame = _Frame(place, function, this)
        slots = dict(given)
        known = state.heap.get(place)
        single = known is None
        if known is not None:
            # Called here before (in a loop): closures may still hold that scope.
            for name, value in known.slots.items():
                slots[name] = v.joined(slots[name], value) if name in slots else value
        parent = Value(places=frozenset((closure,)))
        state.heap[place] = Object('frame', slots, None, info=parent, single=single)
        around, self.frames = self.frames, [*self.frames, frame]
        try:
            self.block(function.body, state)
        finally:
            self.frames = around
        if not state.dead:
            frame.returns.append((v.constant(None), state.copy(), None))
        ends = [one for _, one, _ in frame.returns]
        state.become(v.joined_states(ends))
        if not frame.held:
            state.heap.pop(place, None)
        return frame

    def call_function(
        self,
        one: Object,
        arguments: Sequence[_Given],
        state: State,
        at: int,
        node: ir.Node,
    ) -> Value:
        """Follow a call into a function of this file."""
        function: ir.Function = one.info
        stack = [frame.function for frame in self.frames]
        if len(self.context) >= DEPTH or function in stack:
            self.cut_off(function)
            self.spoil(state, [given.value for given in arguments], v.UNSURE)
            self.spoil_scopes(state)
            marks = v.merged(*(self.deep(g.value, state) for g in arguments), v.UNSURE)
            return Value(v.stepped(marks, at, node.end, 'passed on'))
        this = one.slots.get('self')
        given = self.bind(function, arguments, this, state)
        held = one.slots.get('closure')
        closure = next(iter(held.places)) if held and held.places else self.top
        self.context = (*self.context, at)
        for name, value in given.items():
            if value.marks:
                marks = v.stepped(value.marks, at, node.end, f'passed as {name}')
                given[name] = value.but(marks=marks)
        self.inlined.add(function.at)
        try:
            frame = self.perform(function, closure, this, given, state, at)
        finally:
            self.context = self.context[:-1]
        if function.generator:
            items = v.all_of(frame.yielded)
            # Run when it is read, and not now: what it looks at may have changed.
            items = Value(v.merged(items.marks, v.UNSURE), places=items.places)
            return self.allocate('list', {}, items, state, (at, 'generator'))
        value = v.all_of(value for value, _, _ in frame.returns)
        if function.decorators and not self.transparent(function):
            value = v.joined(value, v.ANYTHING)
        return value

    def transparent(self, function: ir.Function) -> bool:
        return all(
            self.language.transparent(ir.dotted(decorator))
            for decorator in function.decorators
        )

    def cut_off(self, function: ir.Function) -> None:
        """Note that a call was not followed, nor what it calls in turn."""
        self.mark(function, self.cut)

    def mark(self, function: ir.Function, marked: set[int]) -> None:
        """Mark a function and all of this file that can be reached from it."""
        if function.at in marked:
            return
        waiting, known = [function], {function.at}
        while waiting:
            current = waiting.pop()
            marked.add(current.at)
            for name in self.survey.mentions(current):
                for other in self.survey.named.get(name, ()):
                    if other.at not in known:
                        known.add(other.at)
                        waiting.append(other)

    def bind(
        self,
        function: ir.Function,
        arguments: Sequence[_Given],
        this: Value | None,
        state: State,
    ) -> dict[str, Value]:
        """Return what each parameter gets."""
        names = list(function.parameters)
        found: dict[str, Value] = {}
        if this is not None and self.language.explicit_self and names:
            found[names.pop(0).name] = this
        plain = [p for p in names if not p.splat]
        extra: list[Value] = []
        extra_named: dict[str, Value] = {}
        loose: Value | None = None
        position = 0
        for given in self.spread(arguments, state):
            if given.splat:
                content = (
                    self.contents(given.value, state)
                    if given.splat == '*'
                    else v.all_of(self.held(given.value, state))
                )
                loose = content if loose is None else v.joined(loose, content)
            elif given.name:
                if any(p.name == given.name for p in plain):
                    found[given.name] = given.value
                else:
                    extra_named[given.name] = given.value
            elif position < len(plain) and loose is None:
                found[plain[position].name] = given.value
                position += 1
            else:
                extra.append(given.value)
        for parameter in names:
            if parameter.splat == '**':
                found[parameter.name] = self.allocate(
                    'dict', dict(extra_named), loose, state, (parameter.at, '**')
                )
            elif parameter.splat:
                slots: dict[Any, Value] = dict(enumerate(extra))
                found[parameter.name] = self.allocate(
                    'tuple',
                    {} if loose else slots,
                    v.all_of([*extra, loose]) if loose else None,
                    state,
                    (parameter.at, '*'),
                    None if loose else len(slots),
                )
            elif parameter.name not in found:
                default = v.ANYTHING
                if parameter.default is not None:
                    default = self.evaluate(parameter.default, state)
                if loose is not None:
                    default = v.joined(default, loose)
                found[parameter.name] = default
        for parameter in names:
            symbol = self.models.typed(parameter.type)
            value = found[parameter.name]
            if symbol and not value.symbol and not value.places:
                found[parameter.name] = value.but(symbol=symbol)
        return found

    def spread(self, arguments: Sequence[_Given], state: State) -> Iterator[_Given]:
        """Yield arguments; of `*` and `**` one by one what is known to be in them."""
        for given in arguments:
            items = self.known_items(given.value, state) if given.splat else None
            one = self.copied(given.value, state) if given.splat == '**' else None
            if items is not None:
                yield from (_Given(item) for item in items)
            elif (
                one is not None
                and one.rest is None
                and all(isinstance(key, str) for key in one.slots)
            ):
                # A key may be there on one way only: the default is possible too.
                yield from (_Given(item, key) for key, item in one.slots.items())
            else:
                yield given

    def held(self, value: Value, state: State) -> list[Value]:
        """Return what stands in a dict, or something like it."""
        one = self.copied(value, state)
        if one is None or one.kind != 'dict':
            return [Value(v.merged(self.deep(value, state), v.UNSURE))]
        return [*one.slots.values(), *([one.rest] if one.rest is not None else [])]

    # ------------------------------------------------------------ statements
    def block(self, statements: ir.Block, state: State) -> None:
        for statement in statements:
            if state.dead:
                return
            self.collect(state)
            if id(statement) in self.wanted.by_statement:
                self.executed.add(id(statement))
            _STATEMENTS[type(statement)](self, statement, state)
            self.collect(state)

    def collect(self, state: State) -> None:
        """An exception may leave from here, to the handlers around."""
        if self.collectors and not state.dead:
            self.collectors[-1].append(state.copy())

    def step(self) -> None:
        self.steps += 1
        if self.steps > self.allowed or (
            not self.steps & 1023 and time.monotonic() > self.deadline
        ):
            raise Exhausted

    def on_evaluate(self, node: ir.Evaluate, state: State) -> None:
        self.evaluate(node.value, state)

    def on_if(self, node: ir.If, state: State) -> None:
        truth = self.truth(self.evaluate(node.test, state))
        if state.dead:
            return
        other = state.copy()
        if truth is not False:
            self.assume(node.test, True, state)
            self.block(node.then, state)
        else:
            state.dead = True
        if truth is not True:
            self.assume(node.test, False, other)
            self.block(node.other, other)
        else:
            other.dead = True
        state.become(v.joined_states((state, other)))

    def on_loop(self, node: ir.Loop, state: State) -> None:
        loop = _Loop(node.label)
        frame = self.frames[-1]
        iterable = (
            self.evaluate(node.test, state)
            if node.target is not None and node.test is not None
            else None
        )
        if state.dead:
            return
        ends: list[State] = []
        frame.loops.append(loop)
        try:
            if iterable is None or not self.unrolled(node, iterable, state, loop):
                self.fixed_point(node, iterable, state, loop, ends)
            else:
                ends.append(state.copy())
        finally:
            frame.loops.pop()
        normal = v.joined_states(ends)
        self.block(node.other, normal)
        state.become(v.joined_states((normal, *loop.breaks)))

    def unrolled(
        self, node: ir.Loop, iterable: Value, state: State, loop: _Loop
    ) -> bool:
        """Go through a sequence that is known item by item, if it is a short one."""
        items = self.known_items(iterable, state)
        if items is None or len(items) > 8 or node.target is None:
            return False
        place = next(iter(iterable.places))
        before, held = state.copy(), state.heap[place]
        for item in items:
            if state.dead:
                break
            self.assign(node.target, item, state)
            self.block(node.body, state)
            state.become(v.joined_states((state, *loop.continues)))
            loop.continues.clear()
            if not state.dead and state.heap.get(place) is not held:
                # It changes while it is gone through: who knows how often.
                state.become(before)
                loop.breaks.clear()
                return False
        return True

    def known_items(self, iterable: Value, state: State) -> list[Value] | None:
        if len(iterable.places) != 1 or iterable.marks:
            return None
        one = state.heap.get(next(iter(iterable.places)))
        if one is None or one.kind not in ('list', 'tuple') or one.length is None:
            return None
        return [one.slots.get(number, v.ANYTHING) for number in range(one.length)]

    def fixed_point(
        self,
        node: ir.Loop,
        iterable: Value | None,
        state: State,
        loop: _Loop,
        ends: list[State],
    ) -> None:
        first = True
        for number in range(ROUNDS + 20):
            before = state.copy()
            skip_test = node.after and first
            first = False
            if node.target is not None:
                ends.append(state.copy())
                if iterable is not None:
                    item = self.contents(iterable, state)
                    marks = v.stepped(item.marks, node.at, node.at, 'taken from')
                    self.assign(node.target, item.but(marks=marks), state)
            elif node.test is not None and not skip_test:
                truth = self.truth(self.evaluate(node.test, state))
                if state.dead:
                    return
                if truth is not True:
                    left = state.copy()
                    self.assume(node.test, False, left)
                    ends.append(left)
                if truth is False:
                    state.dead = True
                    return
                self.assume(node.test, True, state)
            self.block(node.body, state)
            state.become(v.joined_states((state, *loop.continues)))
            loop.continues.clear()
            self.block(node.update, state)
            if state.dead:
                return
            after = v.joined_states((before, state))
            if number >= ROUNDS:
                _widen(before, after)
            if v.same_states(before, after):
                break
            state.become(after)
        else:
            raise Exhausted
        if node.target is None and node.test is not None:
            left = state.copy()
            self.evaluate(node.test, left)
            self.assume(node.test, False, left)
            ends.append(left)
        elif node.target is not None:
            ends.append(state.copy())

    def on_switch(self, node: ir.Switch, state: State) -> None:
        self.switch(node, state)

    def switch(self, node: ir.Switch, state: State) -> Value:
        """Run a switch; return its value, where its cases have one."""
        subject = self.evaluate(node.subject, state)
        loop = _Loop('', switch=True)
        frame = self.frames[-1]
        ends: list[State] = []
        found: list[Value] = []
        falling: State | None = None
        left = state  # where no case has fitted yet
        if self.language.break_leaves_switch:
            frame.loops.append(loop)
        try:
            default = None
            order = []
            for case in node.cases:
                if (
                    not case.patterns
                    and case.exact
                    and case.guard is None
                    and (self.language.break_leaves_switch)
                ):
                    default = case
                order.append(case)
            fitted = self.certain(subject, order, left)
            for case in order:
                entered = State({}, True)
                fits = self.fits(subject, case, left, fitted)
                if case is default and fitted is None:
                    fits = None
                if fits is not False and not left.dead:
                    entered = left.copy()
                    for name in case.binds:
                        self.bind_name(name, subject, entered)
                    if (
                        case.patterns
                        and case.exact
                        and self.safe_patterns(case, entered)
                    ):
                        self.equals(node.subject, case, entered)
                    if case.guard is not None:
                        truth = self.truth(self.evaluate(case.guard, entered))
                        if truth is False:
                            entered.dead = True
                        self.assume(case.guard, True, entered)
                        fits = None if fits else fits
                if falling is not None:
                    entered = v.joined_states((entered, falling))
                    falling = None
                if fits is True and default is None:
                    left = State({}, True)
                if not entered.dead:
                    self.block(case.body, entered)
                    if case.value is not None and not entered.dead:
                        found.append(self.evaluate(case.value, entered))
                if case.falls and not entered.dead:
                    falling = entered
                else:
                    ends.append(entered)
            if falling is not None:
                ends.append(falling)
            if default is None and fitted is None:
                ends.append(left)
        finally:
            if self.language.break_leaves_switch:
                frame.loops.pop()
        state.become(v.joined_states((*ends, *loop.breaks)))
        return v.all_of(found) if found else v.ANYTHING

    def certain(
        self, subject: Value, cases: Sequence[ir.Case], state: State
    ) -> ir.Case | None:
        """Return the case that a constant subject takes, None where unsure."""
        if subject.marks or subject.constants is None or len(subject.constants) != 1:
            return None
        default = None
        for case in cases:
            if case.guard is not None or not case.exact:
                return None
            if not case.patterns:
                default = default or case
                if not self.language.break_leaves_switch:
                    return default
                continue
            for pattern in case.patterns:
                value = self.evaluate(pattern, state.copy())
                if value.constants is None or len(value.constants) != 1:
                    return None
                if value.only == subject.only:
                    return case
        return default

    def fits(
        self,
        subject: Value,
        case: ir.Case,
        state: State,
        fitted: ir.Case | None,
    ) -> bool | None:
        if fitted is not None:
            return case is fitted
        if not case.patterns and case.exact:
            return True
        if subject.constants is None or subject.marks or not case.exact:
            return None
        values = [self.evaluate(pattern, state.copy()) for pattern in case.patterns]
        if any(value.constants is None for value in values):
            return None
        either = frozenset().union(*(value.constants or () for value in values))
        return None if either & subject.constants else False

    def safe_patterns(self, case: ir.Case, state: State) -> bool:
        return all(
            not self.evaluate(pattern, state.copy()).marks for pattern in case.patterns
        )

    def equals(self, subject: ir.Expression, case: ir.Case, state: State) -> None:
        value = self.evaluate(subject, state.copy())
        guards.clear(self, value, frozenset(('*',)), state)

    def on_try(self, node: ir.Try, state: State) -> None:
        frame = self.frames[-1]
        marks = (
            len(frame.returns),
            [(len(w.breaks), len(w.continues)) for w in frame.loops],
        )
        collected: list[State] = []
        carried: list[Value] = []
        catches = bool(node.handlers)
        before = state.copy()
        if catches or node.final:
            self.collectors.append(collected)
        self.carried.append(carried)
        try:
            self.block(node.body, state)
        finally:
            if catches or node.final:
                self.collectors.pop()
            self.carried.pop()
        collected.append(before)
        raised = v.joined_states(collected)
        ends: list[State] = []
        escaped: list[State] = (
            []
            if catches and any(handler.every for handler in node.handlers)
            else [raised]
        )
        if not state.dead:
            self.block(node.other, state)
            ends.append(state.copy())
        for handler in node.handlers:
            entered = raised.copy()
            if handler.name:
                # One from elsewhere may carry what was wrong with a value.
                thrown = v.joined(v.ANYTHING, v.all_of(carried)).but(number=0)
                self.bind_name(handler.name, thrown, entered)
            inner: list[State] = []
            if node.final:
                self.collectors.append(inner)
            try:
                self.block(handler.body, entered)
            finally:
                if node.final:
                    self.collectors.pop()
            escaped.extend(inner)
            ends.append(entered)
        state.become(v.joined_states(ends))
        if self.carried:
            self.carried[-1].extend(carried)
        if node.final:
            self.finish(node, state, escaped, frame, marks)
        elif escaped and self.collectors:
            self.collectors[-1].extend(one for one in escaped if not one.dead)
        elif self.collectors and not raised.dead:
            self.collectors[-1].append(raised)

    def finish(
        self,
        node: ir.Try,
        state: State,
        escaped: Sequence[State],
        frame: _Frame,
        marks: tuple[int, list[tuple[int, int]]],
    ) -> None:
        """Run `finally` behind each way out of a try."""
        self.block(node.final, state)
        late = v.joined_states(escaped)
        self.block(node.final, late)
        if self.collectors and not late.dead:
            self.collectors[-1].append(late)
        number, loops = marks
        for index in range(number, len(frame.returns)):
            value, one, expression = frame.returns[index]
            self.block(node.final, one)
            frame.returns[index] = (value, one, expression)
        frame.returns[:] = [row for row in frame.returns if not row[1].dead]
        for loop, (breaks, continues) in zip(frame.loops, loops, strict=False):
            for one in (*loop.breaks[breaks:], *loop.continues[continues:]):
                self.block(node.final, one)

    def on_scope(self, node: ir.Scope, state: State) -> None:
        if not node.label:
            self.block(node.body, state)
            return
        loop = _Loop(node.label)
        frame = self.frames[-1]
        frame.loops.append(loop)
        try:
            self.block(node.body, state)
        finally:
            frame.loops.pop()
        state.become(v.joined_states((state, *loop.breaks)))

    def on_return(self, node: ir.Return, state: State) -> None:
        value = v.constant(None)
        if node.value is not None:
            value = self.evaluate(node.value, state)
        if not state.dead:
            self.frames[-1].returns.append((value, state.copy(), node.value))
        state.dead = True

    def on_raise(self, node: ir.Raise, state: State) -> None:
        if node.value is not None:
            value = self.evaluate(node.value, state)
            if self.carried:
                self.carried[-1].append(value)
        self.collect(state)
        state.dead = True

    def on_break(self, node: ir.Break, state: State) -> None:
        loop = self.loop_for(node.label, leaves=True)
        if loop is not None:
            loop.breaks.append(state.copy())
        state.dead = True

    def on_continue(self, node: ir.Continue, state: State) -> None:
        loop = self.loop_for(node.label, leaves=False)
        if loop is not None:
            loop.continues.append(state.copy())
        state.dead = True

    def loop_for(self, label: str, leaves: bool) -> _Loop | None:
        for loop in reversed(self.frames[-1].loops):
            if loop.label == label if label else leaves or not loop.switch:
                return loop
        return None

    def on_define(self, node: ir.Define, state: State) -> None:
        value = self.function_value(node.function, state)
        for decorator in reversed(node.function.decorators):
            name = ir.dotted(decorator)
            if self.language.transparent(name):
                continue
            applied = self.evaluate(decorator, state)
            if applied.places and any(
                state.heap[place].kind == 'function'
                for place in applied.places
                if place in state.heap
            ):
                value = self.apply(applied, [_Given(value)], state, node)
        frame = self.frames[-1]
        one = state.heap.get(frame.place)
        if self.language.overloads and one is not None and node.name in one.slots:
            known = one.slots[node.name]
            value = Value(places=value.places | known.places)
        self.bind_name(node.name, value, state)

    def on_class(self, node: ir.Class, state: State) -> None:
        place: Place = ('class', node.at, *self.context)
        for around_frame in self.frames:
            around_frame.held = True
        parent = Value(places=frozenset((self.frames[-1].place,)))
        bases = [self.look_up(base, state) for base in node.bases if base]
        slots: dict[Any, Value] = {
            ('base', number): base for number, base in enumerate(bases)
        }
        state.heap[place] = Object('class', slots, None, info=node)
        value = Value(places=frozenset((place,)))
        self.bind_name(node.name, value, state)
        frame = _Frame(place, None, None)
        around = self.frames
        self.frames = [*self.frames, frame]
        state.heap[place] = state.heap[place]._replace(
            slots={**slots, ('parent',): parent}
        )
        try:
            self.block(node.body, state)
        finally:
            self.frames = around

    def on_outer(self, node: ir.Outer, state: State) -> None:
        frame = self.frames[-1]
        for name in node.names:
            if node.top:
                frame.outer[name] = self.top
                continue
            place: Place | None = self.parent(frame.place, state)
            while place is not None:
                if name in state.heap[place].slots:
                    break
                place = self.parent(place, state)
            frame.outer[name] = place or self.top

    def on_import(self, node: ir.Import, state: State) -> None:
        for local, name in node.names:
            self.bind_name(local, self.symbol(name), state)

    def symbol(self, name: str) -> Value:
        """Return something from elsewhere."""
        return Value(symbol=name)

    def on_delete(self, node: ir.Delete, state: State) -> None:
        for target in node.targets:
            if isinstance(target, ir.Item):
                base = self.evaluate(target.base, state)
                key = self.evaluate(target.key, state)
                self.remove(base, key, state)
            elif isinstance(target, ir.Slice):
                self.spoil(state, [self.evaluate(target.base, state)], ())

    # ------------------------------------------------------------ names
    def parent(self, place: Place, state: State) -> Place | None:
        one = state.heap.get(place)
        if one is None:
            return None
        held = one.slots.get(('parent',)) if one.kind == 'class' else one.info
        if not isinstance(held, Value) or not held.places:
            return None
        return next(iter(held.places))

    def bind_name(self, name: str, value: Value, state: State) -> None:
        frame = self.frames[-1]
        place = frame.outer.get(name, frame.place)
        self.write_slot(place, name, value, state)

    def set_name(self, name: str, value: Value, state: State, declares: bool) -> None:
        frame = self.frames[-1]
        if self.language.assignment_declares or declares:
            self.bind_name(name, value, state)
            return
        place: Place | None = frame.place
        while place is not None:
            one = state.heap.get(place)
            if one is not None and name in one.slots:
                self.write_slot(place, name, value, state)
                return
            place = self.parent(place, state)
        if self.language.implicit_this:
            this = self.this()
            if this is not None:
                self.write_field(this, name, value, state)
                return
        self.bind_name(name, value, state)

    def this(self) -> Value | None:
        for frame in reversed(self.frames):
            if frame.this is not None:
                return frame.this
            if frame.function is not None and not frame.function.arrow:
                break
        return None

    def write_slot(
        self, place: Place, name: Any, value: Value, state: State, strong: bool = True
    ) -> None:
        one = state.heap.get(place)
        if one is None:
            return
        known = one.slots.get(name)
        if known is not None and (not strong or not one.single):
            value = v.joined(known, value)
        state.heap[place] = one._replace(slots={**one.slots, name: value})

    def look_up(self, name: str, state: State) -> Value:
        frame = self.frames[-1]
        place: Place | None = frame.outer.get(name, frame.place)
        own = True
        while place is not None:
            one = state.heap.get(place)
            if one is not None and name in one.slots and (own or one.kind != 'class'):
                return self.of_this(one.slots[name], state)
            if one is not None and one.kind == 'class' and self.language.implicit_this:
                found = self.member(place, name, state)
                if found is not None:
                    return self.of_this(found, state)
            own = False
            place = self.parent(place, state)
        return self.models.name(name)

    def member(self, cls: Place, name: str, state: State) -> Value | None:
        """Return a field or method that is named alone; None where none is declared."""
        this = self.this()
        if this is not None and not self.is_other(this, cls, state):
            held = [
                state.heap[place].slots[name]
                for place in this.places
                if place in state.heap and name in state.heap[place].slots
            ]
            if held:
                return v.all_of(held)
        found = self.class_slot(cls, name, state)
        return None if found is v.ANYTHING else found

    def of_this(self, value: Value, state: State) -> Value:
        """Return a method that is named alone as one of the object at work."""
        this = self.this() if self.language.implicit_this else None
        if this is None or not value.places:
            return value
        return self.bound(value, this, state)

    def is_other(self, this: Value | None, cls: Place, state: State) -> bool:
        """Say whether a class is not that of `this`, but one around it."""
        if this is None:
            return True
        for place in this.places:
            one = state.heap.get(place)
            if one is not None and one.kind == 'instance':
                waiting = [one.info]
                while waiting:
                    current = waiting.pop()
                    if current == cls:
                        return False
                    held = state.heap.get(current) if current is not None else None
                    number = 0
                    while held is not None and ('base', number) in held.slots:
                        waiting.extend(held.slots[('base', number)].places)
                        number += 1
        return True

    # ------------------------------------------------------------ expressions
    def evaluate(self, node: ir.Expression, state: State) -> Value:
        self.step()
        value = _EXPRESSIONS[type(node)](self, node, state)
        sinks = self.wanted.by_node.get(id(node))
        if sinks and not state.dead:
            self.arrived(sinks, value, state)
        return value

    def arrived(self, sinks: Iterable[Sink], value: Value, state: State) -> None:
        marks = self.deep(value, state)
        for sink in sinks:
            if sink.weakness == 'command' and self.language.argument_lists:
                marks = self.arguments_of_a_program(value, state)
            found = v.level(marks, sink.weakness)
            entries = self.seen.setdefault(sink, {})
            known = entries.get(self.entry)
            if known is None or found[0] > known[0]:
                entries[self.entry] = found

    def arguments_of_a_program(self, value: Value, state: State) -> v.Marks:
        """Return the marks of what is run, and not of the arguments that it gets.

        Of ['sh', '-c', text] the text is run; of ['convert', name] nothing is.
        """
        items = self.known_items(value, state)
        if not items:
            return self.deep(value, state)
        program = items[0].constants
        shell = len(items) > 2 and (
            program is None or any(_is_shell(one) for one in program)
        )
        run = items if shell else items[:1]
        return v.merged(*(self.deep(item, state) for item in run))

    def deep(self, value: Value, state: State) -> v.Marks:
        """Return the marks of a value and of all that it holds."""
        if not value.places:
            # Something from elsewhere that nobody here knows.
            return v.merged(value.marks, v.UNSURE) if value.symbol else value.marks
        marks = [value.marks]
        waiting, known = list(value.places), set(value.places)
        while waiting:
            one = state.heap.get(waiting.pop())
            if one is None or one.kind in ('frame', 'class', 'function'):
                continue
            held = list(one.slots.values())
            if one.rest is not None:
                held.append(one.rest)
            for inner in held:
                marks.append(inner.marks)
                for place in inner.places - known:
                    known.add(place)
                    waiting.append(place)
        return v.merged(*marks)

    def on_const(self, node: ir.Const, state: State) -> Value:
        return v.constant(node.value)

    def on_name(self, node: ir.Name, state: State) -> Value:
        if node.id in self.language.this_names:
            this = self.this()
            if this is None:
                return v.ANYTHING
            return self.super_of(this, state) if node.id == 'super' else this
        return self.look_up(node.id, state)

    def on_field(self, node: ir.Field, state: State) -> Value:
        base = self.evaluate(node.base, state)
        return self.field(base, node.name, state, node)

    def field(self, base: Value, name: str, state: State, node: ir.Node) -> Value:
        found: list[Value] = []
        for place in base.places:
            one = state.heap.get(place)
            if one is None:
                continue
            if one.kind == 'instance':
                value = self.instance_slot(
                    Value(places=frozenset((place,))), name, state
                )
                found.append(v.ANYTHING if value is None else value)
            elif one.kind == 'class':
                value = self.class_slot(place, name, state)
                found.append(v.ANYTHING if value is None else value)
            elif one.kind == 'external':
                if name in one.slots:
                    found.append(one.slots[name])
                else:
                    found.append(one.rest or v.ANYTHING)
            elif one.kind in ('list', 'tuple', 'dict', 'set') and name == 'length':
                found.append(v.SAFE)
        if base.symbol:
            symbol = f'{base.symbol}.{name}'
            known = self.models.source(symbol)
            if known:
                return self.source(known, node)
            about = self.models.part(name, base)
            found.append(Value(base.marks, symbol=symbol, about=about))
        if not found:
            about = self.models.part(name, base)
            if not base.marks and base.constants is not None:
                return Value(v.UNSURE)
            marks = base.marks or v.UNSURE
            if base.places:
                marks = v.merged(self.deep(base, state), v.UNSURE)
            found.append(
                Value(
                    v.stepped(marks, node.at, node.end, f'read of {name}'), about=about
                )
            )
        value = v.all_of(found)
        if base.marks and not base.symbol:
            value = value.but(marks=v.merged(value.marks, base.marks))
        return value

    def source(self, said: str, node: ir.Node) -> Value:
        """Return what a caller of the program chose."""
        step = v.Step(node.at, node.end, said, None, 1)
        return Value((v.Mark(v.TAINTED, v.NO_CLASSES, step),))

    def instance_slot(self, this: Value, name: str, state: State) -> Value | None:
        found: list[Value] = []
        for place in this.places:
            one = state.heap.get(place)
            if one is None or one.kind != 'instance':
                continue
            if name in one.slots:
                found.append(one.slots[name])
                continue
            value = None
            if one.info is not None:
                value = self.class_slot(one.info, name, state)
            if value is not None:
                value = self.bound(value, Value(places=frozenset((place,))), state)
                functions = any(
                    state.heap[p].kind == 'function'
                    for p in value.places
                    if p in state.heap
                )
                if one.rest is not None and not functions:
                    value = v.joined(value, one.rest)
                found.append(value)
            elif one.rest is not None:
                found.append(one.rest)
        return v.all_of(found) if found else None

    def class_slot(self, place: Place, name: str, state: State) -> Value | None:
        """Look a name up in a class and its bases; None where none of them has it."""
        one = state.heap.get(place)
        if one is None:
            return None
        if name in one.slots:
            return one.slots[name]
        found: Value | None = None
        number = 0
        while ('base', number) in one.slots:
            base = one.slots[('base', number)]
            number += 1
            for above in base.places:
                value = self.class_slot(above, name, state)
                if value is not None:
                    return value
            if not base.places:
                found = v.ANYTHING
        return found

    def bound(self, value: Value, this: Value, state: State) -> Value:
        """Return a function as a method of `this`; a property as what it returns."""
        places: set[Place] = set()
        results: list[Value] = []
        for place in value.places:
            one = state.heap.get(place)
            if one is None or one.kind != 'function' or 'self' in one.slots:
                places.add(place)
                continue
            if one.info.static or not one.info.owner:
                places.add(place)
                continue
            names = [ir.dotted(decorator) for decorator in one.info.decorators]
            made: Place = ('method', *place, *sorted(this.places, key=repr))
            slots = {**one.slots, 'self': this}
            state.heap[made] = Object('function', slots, info=one.info)
            if 'property' in names or 'functools.cached_property' in names:
                results.append(
                    self.call_function(
                        state.heap[made], (), state, one.info.at, one.info
                    )
                )
            else:
                places.add(made)
        if results:
            return v.all_of(results)
        return value.but(places=frozenset(places))

    def on_item(self, node: ir.Item, state: State) -> Value:
        base = self.evaluate(node.base, state)
        key = self.evaluate(node.key, state)
        if base.symbol:
            known = self.models.source(base.symbol + '[]')
            if known:
                return self.source(known, node)
        return self.item(base, key, state, node)

    def item(
        self,
        base: Value,
        key: Value,
        state: State,
        node: ir.Node,
        default: Value | None = None,
    ) -> Value:
        """Return what stands at a key of a container, or character of a text."""
        found: list[Value] = []
        for place in base.places:
            one = state.heap.get(place)
            if one is not None and one.kind in _CONTAINERS:
                found.append(self.slot(one, key, default))
            else:
                found.append(Value(v.merged(self.deep(base, state), v.UNSURE)))
        if base.marks or not base.places:
            constants = _indexed(base, key)
            marks = base.marks
            if base.symbol and not marks:
                marks = v.UNSURE
            elif base.constants is None and not base.places and not base.marks:
                marks = ()
            marks = v.stepped(marks, node.at, node.end, 'item of')
            found.append(Value(marks, constants))
        return v.all_of(found)

    def slot(self, one: Object, key: Value, default: Value | None) -> Value:
        if key.constants is not None and not key.marks and len(key.constants) == 1:
            only = next(iter(key.constants))
            if isinstance(only, int) and only < 0 and one.length is not None:
                only += one.length
            if only in one.slots:
                value = one.slots[only]
                return value if default is None else v.joined(value, default)
            if one.rest is None:
                # Missing for certain: an error, or the default.
                return default if default is not None else v.constant(None)
            value = one.rest.but(number=0)
        else:
            value = v.all_of(
                [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
            )
            value = value.but(number=0)
        return value if default is None else v.joined(value, default)

    def contents(self, value: Value, state: State) -> Value:
        """Return what iterating over a value gives."""
        found: list[Value] = []
        for place in value.places:
            one = state.heap.get(place)
            if one is None:
                continue
            if one.kind == 'dict':
                keys = [v.constant(key) for key in one.slots]
                if one.rest is not None:
                    keys.append(Value(v.at_most(one.rest.marks, v.TAINTED)))
                found.extend(keys)
            elif one.kind in _CONTAINERS:
                found.extend(held.but(number=0) for held in one.slots.values())
                if one.rest is not None:
                    found.append(one.rest.but(number=0))
            else:
                found.append(Value(v.merged(self.deep(value, state), v.UNSURE)))
        if value.marks or not value.places:
            marks = value.marks
            if value.symbol and not marks:
                marks = v.UNSURE
            found.append(Value(marks))
        return v.all_of(found)

    def on_slice(self, node: ir.Slice, state: State) -> Value:
        base = self.evaluate(node.base, state)
        bounds = [self.evaluate(b, state) if b else None for b in node.bounds]
        if base.places and not base.marks:
            items = self.known_items(base, state)
            numbers = [_integer(bound) for bound in bounds]
            if items is not None and False not in numbers:
                cut = items[slice(*numbers)]
                return self.allocate(
                    'list',
                    dict(enumerate(cut)),
                    None,
                    state,
                    (node.at, 'cut'),
                    len(cut),
                )
            content = self.contents(base, state)
            return self.allocate('list', {}, content, state, (node.at, 'cut'))
        constants = None
        if base.constants is not None and not base.marks:
            numbers = [_integer(bound) for bound in bounds]
            if False not in numbers:
                constants = frozenset(
                    one[slice(*numbers)]
                    for one in base.constants
                    if isinstance(one, (str, bytes))
                )
        marks = v.merged(
            v.stepped(base.marks, node.at, node.end, 'part of'),
            v.UNSURE if base.symbol and not base.marks else (),
        )
        inner = frozenset(('inside',)) if _is_inside(node) else frozenset()
        return Value(marks, constants, about=('inside', base.number) if inner else None)

    def on_call(self, node: ir.Call, state: State) -> Value:
        function = node.function
        receiver: Value | None = None
        name = ''
        if isinstance(function, ir.Field):
            receiver = self.evaluate(function.base, state)
            name = function.name
        elif isinstance(function, ir.Name):
            name = function.id
        arguments = self.arguments(node.arguments, state)
        if state.dead:
            return v.SAFE
        if receiver is not None:
            value = self.method(receiver, name, arguments, state, node)
        else:
            target = self.evaluate(function, state)
            value = self.apply(target, arguments, state, node)
        return value

    def arguments(self, given: Sequence[ir.Argument], state: State) -> list[_Given]:
        return [
            _Given(self.evaluate(one.value, state), one.name, one.splat, one.value)
            for one in given
        ]

    def apply(
        self,
        target: Value,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
    ) -> Value:
        """Call a value."""
        results: list[Value] = []
        places = [
            (place, state.heap[place])
            for place in sorted(target.places, key=repr)
            if place in state.heap
        ]
        ends: list[State] = []
        known = [
            (place, one)
            for place, one in places
            if one.kind in ('function', 'class', 'instance', 'partial')
        ]
        if self.language.overloads and len(known) > 1:
            known = self.of_arity(known, len(arguments)) or known
        for place, one in known:
            own = state.copy() if len(known) > 1 else state
            if one.kind == 'function':
                results.append(self.call_function(one, arguments, own, node.at, node))
            elif one.kind == 'class':
                results.append(self.instantiate(place, arguments, own, node))
            elif one.kind == 'partial':
                held = one.slots['function']
                more = [_Given(value) for value in _ordered(one)] + [
                    _Given(value, name)
                    for name, value in one.slots.items()
                    if isinstance(name, str) and name != 'function'
                ]
                results.append(self.apply(held, [*more, *arguments], own, node))
            else:
                call = self.instance_slot(
                    Value(places=frozenset((place,))), '__call__', own
                )
                results.append(
                    self.apply(call, arguments, own, node)
                    if call is not None and call.places
                    else self.unknown_call(target, arguments, own, node, '')
                )
            ends.append(own)
        if len(known) > 1:
            state.become(v.joined_states(ends))
        if target.symbol:
            results.append(self.external(target, arguments, state, node))
        elif not known or target.marks:
            results.append(self.unknown_call(target, arguments, state, node, ''))
        return v.all_of(results)

    def of_arity(
        self, known: Sequence[tuple[Place, Object]], count: int
    ) -> list[tuple[Place, Object]]:
        """Return the functions of an overloaded name that take so many arguments."""
        return [
            (place, one)
            for place, one in known
            if one.kind == 'function'
            and (
                len(one.info.parameters) == count
                or any(p.splat for p in one.info.parameters)
            )
        ]

    def instantiate(
        self, place: Place, arguments: Sequence[_Given], state: State, node: ir.Node
    ) -> Value:
        """Make an object of a class of this file."""
        made: Place = ('object', node.at, *self.context)
        known = state.heap.get(made)
        cls = state.heap[place].info
        foreign = self.has_foreign_base(place, state)
        rest = None
        if foreign:
            # A class from elsewhere may keep what it is given, anywhere.
            marks = [self.deep(given.value, state) for given in arguments]
            rest = Value(v.merged(*marks, v.UNSURE))
        one = Object('instance', {}, rest, info=place, single=known is None)
        state.heap[made] = one if known is None else v.joined_objects(known, one)
        this = Value(places=frozenset((made,)))
        self.fields(cls, this, state)
        start = self.class_slot(place, self.language.constructor(cls), state)
        if start is not None and start.places:
            start = self.bound(start, this, state)
            self.apply(start, arguments, state, node)
        else:
            self.language.without_constructor(self, cls, this, arguments, state)
        return this

    def fields(self, cls: ir.Class, this: Value, state: State) -> None:
        """Run the initial values of an object's fields."""
        for base in cls.bases:
            above = self.class_named(base, state)
            if above is not None and state.heap[above].info is not cls:
                self.fields(state.heap[above].info, this, state)
        if not cls.fields:
            return
        frame = _Frame(self.frames[-1].place, None, this)
        self.frames.append(frame)
        try:
            for statement in cls.fields:
                if isinstance(statement, ir.Evaluate) and isinstance(
                    statement.value, ir.Assign
                ):
                    target = statement.value.target
                    value = self.evaluate(statement.value.value, state)
                    if isinstance(target, ir.Name):
                        self.write_field(this, target.id, value, state)
                else:
                    _STATEMENTS[type(statement)](self, statement, state)
        finally:
            self.frames.pop()

    def has_foreign_base(self, place: Place, state: State) -> bool:
        one = state.heap.get(place)
        if one is None:
            return True
        number = 0
        while ('base', number) in one.slots:
            base = one.slots[('base', number)]
            number += 1
            if not base.places and not self.models.plain_base(base):
                return True
            if any(self.has_foreign_base(above, state) for above in base.places):
                return True
        return False

    def method(
        self,
        receiver: Value,
        name: str,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Call,
    ) -> Value:
        """Call a method of a value."""
        results: list[Value] = []
        for place in sorted(receiver.places, key=repr):
            one = state.heap.get(place)
            if one is None:
                continue
            if one.kind in _CONTAINERS or one.kind == 'text':
                results.append(
                    self.container_call(place, name, arguments, state, node, receiver)
                )
            elif one.kind in ('instance', 'class'):
                found = (
                    self.instance_slot(Value(places=frozenset((place,))), name, state)
                    if one.kind == 'instance'
                    else self.class_slot(place, name, state)
                )
                if found is not None and (found.places or found.symbol):
                    results.append(self.apply(found, arguments, state, node))
                else:
                    results.append(
                        self.unknown_call(
                            Value(places=frozenset((place,))),
                            arguments,
                            state,
                            node,
                            name,
                        )
                    )
            elif one.kind == 'external':
                results.append(
                    self.external_method(place, name, arguments, state, node, receiver)
                )
            elif one.kind in ('function', 'partial'):
                results.append(
                    self.function_method(place, name, arguments, state, node)
                )
        if results and not receiver.symbol and not receiver.marks:
            return v.all_of(results)
        if receiver.symbol and not any(
            state.heap[place].kind == 'external'
            for place in receiver.places
            if place in state.heap
        ):
            target = Value(receiver.marks, symbol=f'{receiver.symbol}.{name}')
            results.append(self.external(target, arguments, state, node, receiver))
        elif not receiver.places or receiver.marks:
            results.append(self.value_method(receiver, name, arguments, state, node))
        return v.all_of(results)

    def function_method(
        self,
        place: Place,
        name: str,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
    ) -> Value:
        """Call through a function object: Java's functional interfaces, call, apply."""
        target = Value(places=frozenset((place,)))
        if self.language.calls_function(name):
            return self.apply(target, arguments, state, node)
        return self.unknown_call(target, arguments, state, node, name)

    def value_method(
        self,
        receiver: Value,
        name: str,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
    ) -> Value:
        """Call a method of a text, a number, or something unknown."""
        folded = guards.fold_method(self.language, receiver, name, arguments)
        if folded is not None:
            return folded
        fixed = guards.fixed(receiver) if name in ('format', 'concat') else v.NO_CLASSES
        if fixed and not receiver.marks:
            marks = v.merged(*(self.deep(given.value, state) for given in arguments))
            marks = v.cleared(marks, guards.told(fixed))
            marks = v.stepped(marks, node.at, node.end, 'put together')
            return Value(marks, facts=fixed)
        classes = self.models.clears(f'?.{name}')
        if '*' in classes:
            return Value()
        if self.language.is_harmless_method(name):
            return Value()
        return self.unknown_call(receiver, arguments, state, node, name)

    def external(
        self,
        target: Value,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
        receiver: Value | None = None,
    ) -> Value:
        """Call something from elsewhere that has a name."""
        symbol = target.symbol
        known = self.models.source(f'{symbol}()') or self.models.source(symbol)
        if known:
            return self.source(known, node)
        if self.models.ends(symbol):
            self.collect(state)
            state.dead = True
            return v.SAFE
        if symbol in self.survey.patched or f'builtins.{symbol}' in self.survey.patched:
            # By its own name: a name that the models know would not be it.
            return self.unknown_call(target, arguments, state, node, '(patched)')
        special = self.models.special(symbol)
        if special:
            value = self.special(special, target, arguments, state, node, receiver)
            if value is not None:
                return value
        folded = guards.fold_call(self.language, symbol, arguments)
        if folded is not None:
            return folded
        classes = self.models.clears(symbol)
        marks = v.merged(
            target.marks, *(self.deep(given.value, state) for given in arguments)
        )
        if classes:
            if self.models.raises(symbol) and arguments:
                if self.carried and marks:
                    self.carried[-1].append(Value(marks))
                guards.clear(self, arguments[0].value, frozenset(('*',)), state)
            return Value(
                v.stepped(
                    v.cleared(marks, classes), node.at, node.end, f'through {symbol}'
                ),
                facts=self.models.facts(symbol),
            )
        return self.unknown_call(target, arguments, state, node, symbol)

    def special(
        self,
        kind: str,
        target: Value,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
        receiver: Value | None,
    ) -> Value | None:
        """Call what the models know to make a container, a copy, a partial …"""
        first = arguments[0].value if arguments else v.SAFE
        at = (node.at, kind)
        sized = first.constants is not None and all(
            type(one) is int for one in first.constants
        )
        if kind in ('list', 'set', 'tuple', 'sorted', 'reversed'):
            if not arguments or (sized and not first.places):
                return self.allocate(
                    'set' if kind == 'set' else 'list', {}, None, state, at, 0
                )
            items = self.known_items(first, state)
            if items is not None and kind in ('list', 'tuple'):
                return self.allocate(
                    'list', dict(enumerate(items)), None, state, at, len(items)
                )
            if items is not None and kind == 'reversed':
                return self.allocate(
                    'list',
                    dict(enumerate(reversed(items))),
                    None,
                    state,
                    at,
                    len(items),
                )
            return self.allocate('list', {}, self.contents(first, state), state, at)
        if kind == 'dict':
            slots: dict[Any, Value] = {}
            rest: Value | None = None
            for given in arguments:
                if given.name:
                    slots[given.name] = given.value
                elif given.value.constants is not None and not given.value.marks:
                    continue  # how many it is made for
                else:
                    copied = self.copied(given.value, state)
                    if copied is not None and copied.kind == 'dict':
                        slots = {**copied.slots, **slots}
                        rest = copied.rest
                    else:
                        rest = Value(
                            v.merged(self.deep(given.value, state), v.UNSURE),
                            places=self.contents(given.value, state).places,
                        )
            return self.allocate('dict', slots, rest, state, at)
        if kind == 'text':
            content = Value(
                v.merged(*(self.deep(given.value, state) for given in arguments)),
                first.constants if arguments else frozenset(('',)),
            )
            return self.allocate('text', {0: content}, None, state, at)
        if kind == 'array':
            item = v.SAFE
            for number in range(1, len(arguments)):
                item = self.allocate('list', {}, item, state, (*at, 'row', number))
                for row in item.places:
                    # It stands for all the rows.
                    state.heap[row] = state.heap[row]._replace(single=False)
            return self.allocate('list', {}, item, state, at)
        if kind == 'copy':
            one = self.copied(first, state)
            if one is None:
                return None
            return self.allocate(
                one.kind, dict(one.slots), one.rest, state, at, one.length, one.info
            )
        if kind == 'list-of':
            plain = [given.value for given in arguments if not given.splat]
            if len(plain) != len(arguments):
                return None
            if len(plain) == 1 and self.known_items(plain[0], state) is not None:
                plain = self.known_items(plain[0], state) or []
            return self.allocate(
                'list', dict(enumerate(plain)), None, state, at, len(plain)
            )
        if kind == 'dict-of':
            held: dict[Any, Value] = {}
            for number in range(0, len(arguments) - 1, 2):
                try:
                    held[arguments[number].value.only] = arguments[number + 1].value
                except LookupError:
                    return None
            return self.allocate('dict', held, None, state, at)
        if kind == 'partial' and arguments:
            partial: dict[Any, Value] = {'function': first}
            number = 0
            for given in arguments[1:]:
                if given.splat:
                    return None
                if given.name:
                    partial[given.name] = given.value
                else:
                    partial[number] = given.value
                    number += 1
            return self.allocate('partial', partial, None, state, at)
        if kind == 'keyed':
            return self.allocate('dict', {}, None, state, (*at, 'keyed'))
        if kind == 'map' and len(arguments) == 2:
            item = self.contents(arguments[1].value, state)
            value = self.apply(first, [_Given(item)], state, node)
            return self.allocate('list', {}, value, state, at)
        if kind == 'filter' and len(arguments) == 2:
            item = self.contents(arguments[1].value, state)
            self.apply(first, [_Given(item)], state, node)
            return self.allocate('list', {}, item, state, at)
        if kind == 'enumerate' and arguments:
            item = self.contents(first, state)
            pair = self.allocate(
                'tuple', {0: v.SAFE, 1: item}, None, state, (*at, 'pair'), 2
            )
            return self.allocate('list', {}, pair, state, at)
        if kind == 'zip':
            items = [self.contents(given.value, state) for given in arguments]
            pair = self.allocate(
                'tuple', dict(enumerate(items)), None, state, (*at, 'pair'), len(items)
            )
            return self.allocate('list', {}, pair, state, at)
        if kind == 'setattr' and len(arguments) == 3:
            try:
                self.write_field(
                    first, str(arguments[1].value.only), arguments[2].value, state
                )
            except LookupError:
                self.spoil(state, [first], self.deep(arguments[2].value, state))
            return v.constant(None)
        if kind == 'getattr' and len(arguments) >= 2:
            try:
                found = self.field(first, str(arguments[1].value.only), state, node)
            except LookupError:
                found = Value(v.merged(self.deep(first, state), v.UNSURE))
            if len(arguments) > 2:
                found = v.joined(found, arguments[2].value)
            return found
        if kind == 'super':
            this = self.this() or self.look_up('self', state)
            return self.super_of(this, state)
        if kind == 'url':
            marks = v.merged(*(self.deep(given.value, state) for given in arguments))
            return Value(marks, about=('url', first.number))
        if kind == 'same':
            return first
        if kind == 'contents':
            return self.contents(first, state)
        return None

    def super_of(self, this: Value, state: State) -> Value:
        """Return `this` as an object of the class above."""
        function = next(
            (f.function for f in reversed(self.frames) if f.function is not None), None
        )
        owner = function.owner if function else ''
        place = self.class_named(owner, state) if owner else None
        above: set[Place] = set()
        if place is not None:
            one = state.heap[place]
            number = 0
            while ('base', number) in one.slots:
                above |= one.slots[('base', number)].places
                number += 1
        made: set[Place] = set()
        for cls in above:
            view: Place = ('super', cls, *sorted(this.places, key=repr))
            slots = {}
            cls_one = state.heap.get(cls)
            if cls_one is None:
                continue
            for name, value in cls_one.slots.items():
                if isinstance(name, str):
                    slots[name] = self.bound(value, this, state)
            state.heap[view] = Object('instance', slots, v.ANYTHING, info=cls)
            made.add(view)
        if not made:
            return v.ANYTHING
        return Value(places=frozenset(made))

    def copied(self, value: Value, state: State) -> Object | None:
        if len(value.places) != 1 or value.marks:
            return None
        one = state.heap.get(next(iter(value.places)))
        return one if one is not None and one.kind in _CONTAINERS else None

    def unknown_call(
        self,
        target: Value,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
        name: str,
    ) -> Value:
        """Call what nobody here knows: it may return and keep all that it is given."""
        passed = [given.value for given in arguments]
        own = target.marks if target.symbol else self.deep(target, state)
        marks = v.merged(own, *(self.deep(value, state) for value in passed))
        if any(self.models.carries(value.symbol) for value in passed):
            # A wrapper of the request, or what it took out of it.
            marks = v.merged(marks, self.source('from the request', node).marks)
        short = name.rpartition('.')[2]
        callbacks = [
            value
            for value in passed
            if any(
                state.heap[place].kind in ('function', 'partial')
                for place in value.places
                if place in state.heap
            )
        ]
        rest = [value for value in passed if value not in callbacks]
        results: list[Value] = []
        for callback in callbacks:
            given = v.merged(
                *(self.deep(value, state) for value in (*rest, target)), v.UNSURE
            )
            before = state.copy()
            results.append(
                self.apply(
                    callback,
                    [_Given(Value(given)) for _ in range(self.arity(callback, state))],
                    state,
                    node,
                )
            )
            state.become(v.joined_states((before, state)))
        pure = self.models.pure(name)
        if self.models.undoes(name):
            marks = tuple(mark._replace(cleared=v.NO_CLASSES) for mark in marks)
        if not pure:
            kept = self.spoiled_by(marks)
            self.spoil(state, [*rest, target], kept)
        if not pure and self.models.looks_like_check(short):
            marks = v.at_most(marks, v.UNKNOWN)
        if not pure or not name:
            marks = v.merged(marks, v.UNSURE)
        marks = v.stepped(
            marks, node.at, node.end, f'through {short}' if short else 'called'
        )
        places = frozenset().union(*(result.places for result in results))
        marks = v.merged(marks, *(result.marks for result in results))
        value = Value(
            marks,
            symbol=f'{name}()'
            if target.symbol and not pure and not marks_taint(marks)
            else '',
            facts=self.models.facts(name),
            about=self.models.part(short, target),
        )
        if target.symbol and not pure and not marks_taint(marks):
            place: Place = ('external', node.at, *self.context)
            state.heap[place] = Object(
                'external', {}, Value(marks), single=place not in state.heap
            )
            return value.but(places=places | frozenset((place,)), marks=())
        return value.but(places=places)

    def arity(self, callback: Value, state: State) -> int:
        counts = [
            len(state.heap[place].info.parameters)
            for place in callback.places
            if place in state.heap and state.heap[place].kind == 'function'
        ]
        return max(counts, default=1)

    def spoiled_by(self, marks: v.Marks) -> v.Marks:
        return v.at_most(v.merged(marks, v.UNSURE), v.UNKNOWN)

    def external_method(
        self,
        place: Place,
        name: str,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
        receiver: Value,
    ) -> Value:
        """Call a method of an object from elsewhere; it keeps what it is given."""
        one = state.heap[place]
        symbol = f'{receiver.symbol}.{name}' if receiver.symbol else name
        known = self.models.source(f'{symbol}()') or self.models.source(symbol)
        if known:
            return self.source(known, node)
        given = v.merged(*(self.deep(value.value, state) for value in arguments))
        rest = one.rest or v.SAFE
        target = Value(rest.marks, symbol=symbol if receiver.symbol else '')
        if given:
            kept = Value(v.merged(rest.marks, given))
            state.heap[place] = one._replace(rest=kept)
        if receiver.symbol:
            return self.external(target, arguments, state, node)
        return self.value_method(target, name, arguments, state, node)

    # ------------------------------------------------------------ containers
    def allocate(
        self,
        kind: str,
        slots: dict[Any, Value],
        rest: Value | None,
        state: State,
        at: tuple[Any, ...],
        length: int | None = None,
        info: Any = None,
    ) -> Value:
        place: Place = (kind, *at, *self.context)
        known = state.heap.get(place)
        one = Object(kind, slots, rest, length, known is None, info)
        if known is not None:
            one = v.joined_objects(known, one)._replace(single=False)
        state.heap[place] = one
        return Value(places=frozenset((place,)))

    def container_call(
        self,
        place: Place,
        name: str,
        arguments: Sequence[_Given],
        state: State,
        node: ir.Node,
        receiver: Value,
    ) -> Value:
        one = state.heap[place]
        operation = self.language.operation(one.kind, name, len(arguments), place)
        given = [argument.value for argument in arguments]
        if any(argument.splat for argument in arguments):
            operation = ''
        strong = one.single and len(receiver.places) == 1 and not receiver.marks
        if operation == 'append' and given:
            self.append(place, given[-1], state, strong)
            return v.constant(True)
        if operation == 'insert' and len(given) >= 2:
            self.insert(place, given[0], given[1], state, strong)
            return v.constant(None)
        if operation == 'insert-first' and given:
            self.insert(place, v.constant(0), given[0], state, strong)
            return v.constant(None)
        if operation in ('get', 'get-default') and given:
            default = given[1] if len(given) > 1 else v.constant(None)
            if one.kind == 'dict':
                return self.slot(one, given[0], default)
            return self.item(Value(places=frozenset((place,))), given[0], state, node)
        if operation in ('put', 'set-default') and len(given) >= 2:
            before = self.slot(one, given[0], v.constant(None))
            self.put(place, given[0], given[1], state, strong)
            return v.joined(before, given[1])
        if operation == 'set-item' and len(given) >= 2:
            before = self.slot(one, given[0], None)
            self.put(place, given[0], given[1], state, strong)
            return before
        if operation == 'remove' and given:
            only = given[0].constants
            if only is not None and all(type(one) is int for one in only):
                return self.pop(place, given, state, strong)
            state.heap[place] = v.loosened(one)
            return v.SAFE
        if operation == 'pop':
            return self.pop(place, given, state, strong)
        if operation == 'remove-first' or operation == 'first':
            start = v.constant(0)
            if operation == 'first':
                return self.item(Value(places=frozenset((place,))), start, state, node)
            return self.pop(place, [start], state, strong)
        if operation == 'last':
            return self.item(
                Value(places=frozenset((place,))), v.constant(-1), state, node
            )
        if operation == 'extend' and given:
            content = self.contents(given[-1], state)
            items = self.known_items(given[-1], state)
            if items is not None and strong and one.length is not None:
                for item in items:
                    self.append(place, item, state, strong)
            elif one.kind == 'dict':
                other = self.copied(given[-1], state)
                if other is not None and other.kind == 'dict' and strong:
                    for key, value in other.slots.items():
                        self.put(place, v.constant(key), value, state, strong)
                    if other.rest is not None:
                        self.put(place, v.ANYTHING, other.rest, state, False)
                else:
                    marks = v.merged(self.deep(given[-1], state), v.UNSURE)
                    self.put(place, v.ANYTHING, Value(marks), state, False)
            else:
                self.put(place, v.ANYTHING, content, state, False)
            return v.constant(None)
        if operation == 'clear':
            if strong:
                length = 0 if one.kind != 'dict' else None
                state.heap[place] = Object(one.kind, {}, None, length, one.single)
            return v.constant(None)
        if operation == 'reorder':
            state.heap[place] = v.loosened(one) if one.length != 1 else one
            for value in given:
                if value.places:
                    self.unknown_call(v.SAFE, [_Given(value)], state, node, '')
            return v.constant(None)
        if operation == 'reverse':
            if one.length is not None and strong:
                slots = {
                    one.length - 1 - number: value
                    for number, value in one.slots.items()
                }
                state.heap[place] = one._replace(slots=slots)
            else:
                state.heap[place] = v.loosened(one)
            return v.constant(None)
        if operation == 'values':
            content = v.all_of(
                [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
            )
            return self.allocate('list', {}, content, state, (node.at, 'values'))
        if operation == 'keys':
            content = self.contents(Value(places=frozenset((place,))), state)
            return self.allocate('list', {}, content, state, (node.at, 'keys'))
        if operation == 'items':
            key = self.contents(Value(places=frozenset((place,))), state)
            value = v.all_of(
                [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
            )
            pair = self.allocate(
                'tuple', {0: key, 1: value}, None, state, (node.at, 'pair'), 2
            )
            return self.allocate('list', {}, pair, state, (node.at, 'items'))
        if operation == 'copy':
            return self.allocate(
                one.kind,
                dict(one.slots),
                one.rest,
                state,
                (node.at, 'copy'),
                one.length,
            )
        if operation == 'same':
            return Value(places=frozenset((place,)))
        if operation == 'keyed-put' and given:
            *keys, value = given
            self.put(place, _key_of(keys), value, state, strong)
            return v.constant(None)
        if operation == 'keyed-get' and given:
            return self.slot(one, _key_of(given), None)
        if operation == 'harmless':
            return Value()
        if operation == 'map' and given:
            content = self.contents(Value(places=frozenset((place,))), state)
            value = self.apply(given[0], [_Given(content)], state, node)
            return self.allocate('list', {}, value, state, (node.at, 'map'))
        if operation == 'each' and given:
            content = self.contents(Value(places=frozenset((place,))), state)
            earlier = state.copy()
            self.apply(given[0], [_Given(content)], state, node)
            state.become(v.joined_states((earlier, state)))
            return Value(places=frozenset((place,)))
        if operation == 'contents':
            return self.contents(Value(places=frozenset((place,))), state)
        if operation in ('key-of', 'value-of'):
            index = v.constant(0 if operation == 'key-of' else 1)
            return self.item(Value(places=frozenset((place,))), index, state, node)
        if operation == 'put-any' and given:
            self.put(place, v.ANYTHING, given[0], state, False)
            return v.constant(True)
        if operation == 'join' and given:
            return Value(self.deep(Value(places=frozenset((place,))), state))
        if operation == 'text':
            return self.text_call(place, name, given, state, node, strong)
        return self.unknown_call(
            Value(places=frozenset((place,))), arguments, state, node, name
        )

    def text_call(
        self,
        place: Place,
        name: str,
        given: Sequence[Value],
        state: State,
        node: ir.Node,
        strong: bool,
    ) -> Value:
        """Call a builder of text: what it holds is one value."""
        one = state.heap[place]
        held = one.slots.get(0, v.SAFE)
        this = Value(places=frozenset((place,)))
        if name in ('toString', 'getvalue', 'substring', 'String'):
            if name == 'substring':
                return Value(held.marks)
            return held
        if name in ('length', 'capacity', 'indexOf', 'charAt', 'lastIndexOf'):
            return Value(held.marks if name == 'charAt' else ())
        if name in ('reverse', 'deleteCharAt', 'delete', 'setLength', 'trimToSize'):
            changed = held.but(constants=None, number=0)
        elif name in ('append', 'write', 'insert', 'replace', 'setCharAt'):
            text = given[-1] if given else v.SAFE
            marks = v.stepped(
                v.merged(held.marks, self.deep(text, state)),
                node.at,
                node.end,
                'put together',
            )
            constants = None
            if name == 'append' and not held.marks and not text.marks and strong:
                constants = guards.folded('+', held, text, self.language)
            changed = Value(marks, constants)
        else:
            return self.unknown_call(
                this, [_Given(g) for g in given], state, node, name
            )
        if not strong:
            changed = v.joined(held, changed)
        state.heap[place] = one._replace(slots={0: changed})
        return this

    def append(self, place: Place, value: Value, state: State, strong: bool) -> None:
        one = state.heap[place]
        if one.length is not None and strong:
            slots = {**one.slots, one.length: value}
            state.heap[place] = one._replace(slots=slots, length=one.length + 1)
            if one.length > 64:
                state.heap[place] = v.loosened(state.heap[place])
        else:
            self.put(place, v.ANYTHING, value, state, False)

    def insert(
        self, place: Place, key: Value, value: Value, state: State, strong: bool
    ) -> None:
        one = state.heap[place]
        try:
            index = key.only
        except LookupError:
            index = None
        if one.length is None or not strong or not isinstance(index, int):
            self.put(place, v.ANYTHING, value, state, False)
            return
        items = [one.slots.get(number, v.ANYTHING) for number in range(one.length)]
        items.insert(index, value)
        state.heap[place] = one._replace(
            slots=dict(enumerate(items)), length=len(items)
        )

    def put(
        self, place: Place, key: Value, value: Value, state: State, strong: bool
    ) -> None:
        """Write a key; one that is not known may be any of them."""
        one = state.heap[place]
        if key.constants is not None and not key.marks and len(key.constants) == 1:
            only = next(iter(key.constants))
            if isinstance(only, int) and only < 0 and one.length is not None:
                only += one.length
            inside = one.kind == 'dict' or (
                one.length is not None and isinstance(only, int) and only < one.length
            )
            known = one.slots.get(only)
            if inside or known is not None:
                if not strong:
                    value = v.joined(known or one.rest or v.constant(None), value)
                state.heap[place] = one._replace(slots={**one.slots, only: value})
                return
            if one.kind != 'dict' and one.rest is not None and strong:
                # An array of unknown length: this item is known now.
                state.heap[place] = one._replace(slots={**one.slots, only: value})
                return
        slots = {name: v.joined(held, value) for name, held in one.slots.items()}
        rest = value if one.rest is None else v.joined(one.rest, value)
        if one.kind == 'dict' and key.marks:
            rest = rest.but(marks=v.merged(rest.marks, v.as_key(key.marks)))
        changed = one._replace(slots=slots, rest=rest)
        if one.kind != 'dict':
            changed = v.loosened(changed)
        state.heap[place] = changed

    def remove(self, base: Value, key: Value, state: State) -> None:
        for place in base.places:
            one = state.heap.get(place)
            if one is not None and one.kind in _CONTAINERS:
                strong = one.single and len(base.places) == 1
                self.pop(place, [key], state, strong)

    def pop(
        self, place: Place, given: Sequence[Value], state: State, strong: bool
    ) -> Value:
        one = state.heap[place]
        if one.kind == 'dict':
            key = given[0] if given else v.ANYTHING
            default = given[1] if len(given) > 1 else None
            value = self.slot(one, key, default)
            try:
                only = key.only
            except LookupError:
                return value
            if strong and only in one.slots:
                slots = {k: held for k, held in one.slots.items() if k != only}
                state.heap[place] = one._replace(slots=slots)
            return value
        index: Any = -1
        if given:
            try:
                index = given[0].only
            except LookupError:
                index = None
        if one.length is not None and strong and type(index) is int:
            items = [one.slots.get(number, v.ANYTHING) for number in range(one.length)]
            try:
                value = items.pop(index)
            except IndexError:
                return v.SAFE
            state.heap[place] = one._replace(
                slots=dict(enumerate(items)), length=len(items)
            )
            return value
        value = self.contents(Value(places=frozenset((place,))), state)
        state.heap[place] = v.loosened(one)
        return value

    def spoil(self, state: State, values: Iterable[Value], marks: v.Marks) -> None:
        """Let all that is reachable hold anything: somebody unknown had it."""
        waiting: list[Place] = []
        for value in values:
            waiting.extend(value.places)
        known = set(waiting)
        extra = Value(v.merged(marks, v.UNSURE))
        while waiting:
            place = waiting.pop()
            one = state.heap.get(place)
            if one is None or one.kind in ('frame', 'class', 'function', 'partial'):
                continue
            held = [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
            for inner in held:
                for below in inner.places - known:
                    known.add(below)
                    waiting.append(below)
            slots = {name: v.joined(inner, extra) for name, inner in one.slots.items()}
            rest = extra if one.rest is None else v.joined(one.rest, extra)
            changed = one._replace(slots=slots, rest=rest)
            if one.kind in ('list', 'tuple', 'set'):
                changed = v.loosened(changed)
            state.heap[place] = changed

    def spoil_scopes(self, state: State) -> None:
        """Let outer scopes hold anything: a call that was not followed may set them."""
        own = self.frames[-1].place if self.frames else None
        for place, one in list(state.heap.items()):
            if one.kind == 'frame' and place != own:
                slots = {
                    name: value
                    if any(
                        state.heap[p].kind in ('function', 'class')
                        for p in value.places
                        if p in state.heap
                    )
                    or value.symbol
                    else v.joined(value, v.ANYTHING)
                    for name, value in one.slots.items()
                }
                state.heap[place] = one._replace(slots=slots)
            elif one.kind == 'instance':
                slots = {
                    name: v.joined(value, v.ANYTHING)
                    for name, value in one.slots.items()
                }
                state.heap[place] = one._replace(slots=slots)

    def write_field(self, base: Value, name: str, value: Value, state: State) -> None:
        if not base.places:
            return
        for place in base.places:
            one = state.heap.get(place)
            if one is None:
                continue
            strong = one.single and len(base.places) == 1
            if one.kind in ('instance', 'class', 'external', 'frame', 'function'):
                known = one.slots.get(name)
                new = value
                if not strong:
                    new = v.joined(known or v.ANYTHING, value)
                state.heap[place] = one._replace(slots={**one.slots, name: new})

    # ------------------------------------------------------------ operators
    def on_new(self, node: ir.New, state: State) -> Value:
        arguments = self.arguments(node.arguments, state)
        if node.body is not None:
            self.on_class(node.body, state)
            place: Place = ('class', node.body.at, *self.context)
            return self.instantiate(place, arguments, state, node)
        cls = self.look_up(node.type, state)
        if cls.places and any(
            state.heap[p].kind == 'class' for p in cls.places if p in state.heap
        ):
            return self.apply(cls, arguments, state, node)
        name = cls.symbol or node.type
        return self.external(Value(symbol=name), arguments, state, node)

    def on_binary(self, node: ir.Binary, state: State) -> Value:
        left = self.evaluate(node.left, state)
        right = self.evaluate(node.right, state)
        return self.combined(node.operator, left, right, state, node)

    def combined(
        self, operator: str, left: Value, right: Value, state: State, node: ir.Node
    ) -> Value:
        marks = v.merged(self.deep(left, state), self.deep(right, state))
        constants = None
        fixed = guards.fixed(left) if operator in ('+', '%') else v.NO_CLASSES
        if fixed:
            marks = v.merged(
                self.deep(left, state),
                v.cleared(self.deep(right, state), guards.told(fixed)),
            )
        if not marks:
            constants = guards.folded(operator, left, right, self.language)
        if self.language.is_arithmetic(operator, left, right):
            # A number, or an error.
            return Value((), constants)
        places: frozenset[Place] = frozenset()
        if (left.places or right.places) and operator in ('+', '*', '|', '&'):
            one, other = self.known_items(left, state), self.known_items(right, state)
            if operator == '+' and one is not None and other is not None:
                items = [*one, *other]
                return self.allocate(
                    'list',
                    dict(enumerate(items)),
                    None,
                    state,
                    (node.at, 'sum'),
                    len(items),
                )
            inner = v.joined(self.contents(left, state), self.contents(right, state))
            kinds = {
                state.heap[p].kind
                for p in left.places | right.places
                if p in state.heap
            }
            kind = 'dict' if kinds == {'dict'} else 'list'
            if kinds & _CONTAINERS:
                if kind == 'dict':
                    inner = Value(marks, places=inner.places)
                at = (
                    node.at,
                    'sum',
                )  # not the object on its left, which begins there too
                places = self.allocate(kind, {}, inner, state, at).places
        marks = v.stepped(marks, node.at, node.end, 'put together')
        return Value(marks, constants, places, facts=fixed)

    def on_unary(self, node: ir.Unary, state: State) -> Value:
        value = self.evaluate(node.operand, state)
        if node.operator == 'not':
            truth = self.truth(value)
            return Value() if truth is None else v.constant(not truth)
        constants = guards.folded_unary(node.operator, value)
        return Value(() if node.operator == '~' else value.marks, constants)

    def on_logic(self, node: ir.Logic, state: State) -> Value:
        left = self.evaluate(node.left, state)
        truth = self.truth(left)
        if node.operator == '??':
            truth = None if left.constants is None else left.constants != {None}
        takes_left = (
            truth
            if node.operator in ('or', '??')
            else (None if truth is None else not truth)
        )
        if takes_left is True:
            return left
        other = state.copy()
        self.assume(node.left, node.operator == 'and', other)
        if takes_left is None:
            self.assume(node.left, node.operator != 'and', state)
        right = self.evaluate(node.right, other)
        if takes_left is False:
            state.become(other)
            return right
        state.become(v.joined_states((state, other)))
        if node.operator == 'and':
            # The left one only where it is false: '' or 0, and so nothing of it.
            left = left.but(marks=v.at_most(left.marks, v.UNKNOWN), number=0)
            if not self.deep(left, state):
                left = Value()
        return v.joined(left, right)

    def on_compare(self, node: ir.Compare, state: State) -> Value:
        left = self.evaluate(node.left, state)
        right = self.evaluate(node.right, state)
        constants = guards.compared(node.operator, left, right, state, self)
        return Value((), constants)

    def on_instance_of(self, node: ir.InstanceOf, state: State) -> Value:
        value = self.evaluate(node.value, state)
        if node.binds:
            self.bind_name(node.binds, value, state)
        return Value()

    def on_choice(self, node: ir.Choice, state: State) -> Value:
        truth = self.truth(self.evaluate(node.test, state))
        if truth is not None:
            self.assume(node.test, truth, state)
            return self.evaluate(node.then if truth else node.other, state)
        other = state.copy()
        self.assume(node.test, True, state)
        then = self.evaluate(node.then, state)
        self.assume(node.test, False, other)
        instead = self.evaluate(node.other, other)
        if state.dead or other.dead:
            then = instead if state.dead else then
            instead = then
        state.become(v.joined_states((state, other)))
        return v.joined(then, instead)

    def on_text(self, node: ir.Text, state: State) -> Value:
        values = [self.evaluate(part, state) for part in node.parts]
        marks = v.merged(*(self.deep(value, state) for value in values))
        constants = guards.concatenated(values) if not marks else None
        fixed = guards.fixed(values[0]) if values else v.NO_CLASSES
        marks = v.cleared(marks, guards.told(fixed))
        marks = v.stepped(marks, node.at, node.end, 'put together')
        return Value(marks, constants, facts=fixed)

    def on_collection(self, node: ir.Collection, state: State) -> Value:
        slots: dict[Any, Value] = {}
        rest: Value | None = None
        number: int | None = 0
        for entry in node.entries:
            value = self.evaluate(entry.value, state)
            if entry.splat:
                items = self.known_items(value, state)
                other = self.copied(value, state)
                if node.kind == 'dict' and other is not None and other.kind == 'dict':
                    slots.update(other.slots)
                    if other.rest is not None:
                        slots = {k: v.joined(s, other.rest) for k, s in slots.items()}
                        rest = (
                            other.rest if rest is None else v.joined(rest, other.rest)
                        )
                elif items is not None and number is not None and node.kind != 'dict':
                    for item in items:
                        slots[number] = item
                        number += 1
                else:
                    content = self.contents(value, state)
                    if node.kind == 'dict':
                        marks = v.merged(self.deep(value, state), v.UNSURE)
                        content = Value(marks)
                        slots = {k: v.joined(s, content) for k, s in slots.items()}
                    rest = content if rest is None else v.joined(rest, content)
                    number = None
                continue
            if node.kind == 'dict':
                key = (
                    self.evaluate(entry.key, state)
                    if entry.key is not None
                    else v.ANYTHING
                )
                try:
                    slots[key.only] = value
                except (LookupError, TypeError):
                    slots = {k: v.joined(s, value) for k, s in slots.items()}
                    held = value if rest is None else v.joined(rest, value)
                    rest = held.but(marks=v.merged(held.marks, v.as_key(key.marks)))
            elif number is not None:
                slots[number] = value
                number += 1
            else:
                rest = value if rest is None else v.joined(rest, value)
        length = None if node.kind == 'dict' else number
        if length is None and node.kind != 'dict' and slots:
            rest = v.all_of([*slots.values(), *([rest] if rest is not None else [])])
            slots = {}
        return self.allocate(node.kind, slots, rest, state, (node.at,), length)

    def on_comprehension(self, node: ir.Comprehension, state: State) -> Value:
        frame = self.frames[-1]
        place: Place = ('frame', node.at, *self.context)
        inner = _Frame(place, frame.function, frame.this)
        # What is assigned inside (:=) is a name of the scope around.
        around = {
            name: frame.outer.get(name, frame.place)
            for name in self.survey.assigned_in(node)
        }
        inner.outer = {**frame.outer, **around}
        parent = Value(places=frozenset((frame.place,)))
        slots: dict[str, Value] = {}
        known = state.heap.get(place)
        if known is not None:
            slots = dict(known.slots)
        state.heap[place] = Object('frame', slots, info=parent)
        self.frames = [*self.frames, inner]
        after = state.copy()
        value, key = v.SAFE, v.SAFE
        try:
            for clause in node.clauses:
                if clause.target is None:
                    truth = self.truth(self.evaluate(clause.iterable, state))
                    if truth is False:
                        state.dead = True
                    self.assume(clause.iterable, True, state)
                else:
                    iterable = self.evaluate(clause.iterable, state)
                    self.assign(clause.target, self.contents(iterable, state), state)
            dead = state.dead
            if not dead:
                value = self.evaluate(node.value, state)
                if node.key is not None:
                    key = self.evaluate(node.key, state)
        finally:
            self.frames = self.frames[:-1]
        empty = dead
        state.become(v.joined_states((state, after)))
        kind = 'list' if node.kind == 'generator' else node.kind
        if empty:
            return self.allocate(
                kind,
                {},
                None,
                state,
                (node.at, 'result'),
                None if kind == 'dict' else 0,
            )
        if node.kind == 'dict':
            marks = v.merged(value.marks, v.at_most(key.marks, v.TAINTED))
            value = value.but(marks=marks, constants=None)
        if node.kind == 'generator' and self.lazy(node):
            value = value.but(marks=v.merged(value.marks, v.UNSURE))
        return self.allocate(
            kind, {}, value.but(constants=None), state, (node.at, 'result')
        )

    def lazy(self, node: ir.Comprehension) -> bool:
        """Say whether a generator may look at names that change before it runs."""
        return id(node) not in self.wanted.eager

    def on_assign(self, node: ir.Assign, state: State) -> Value:
        if node.operator:
            before = self.evaluate(node.target, state)
            value = self.evaluate(node.value, state)
            # `x += [..]` changes the list that others may hold as well.
            if before.places and node.operator == '+':
                for place in before.places:
                    one = state.heap.get(place)
                    if one is not None and one.kind == 'list':
                        self.container_call(
                            place,
                            self.language.extend_name,
                            [_Given(value)],
                            state,
                            node,
                            before,
                        )
                if any(
                    state.heap[p].kind == 'list'
                    for p in before.places
                    if p in state.heap
                ):
                    return before
            value = self.combined(node.operator, before, value, state, node)
        else:
            value = self.evaluate(node.value, state)
        if state.dead:
            return value
        symbol = self.models.typed(node.type)
        if symbol and not value.symbol and not value.places and value.constants is None:
            value = value.but(symbol=symbol)
        if value.marks:
            said = self.shown(node.target)
            if said:
                marks = v.stepped(value.marks, node.at, node.end, f'assigned to {said}')
                value = value.but(marks=marks)
        self.assign(node.target, value, state, node.declares)
        return value

    def shown(self, target: ir.Expression) -> str:
        name = ir.dotted(target)
        return name if name and len(name) < 60 else ''

    def assign(
        self, target: ir.Expression, value: Value, state: State, declares: bool = False
    ) -> None:
        if isinstance(target, ir.Name):
            self.set_name(target.id, value, state, declares)
        elif isinstance(target, ir.Field):
            base = self.evaluate(target.base, state)
            self.write_field(base, target.name, value, state)
        elif isinstance(target, ir.Item):
            base = self.evaluate(target.base, state)
            key = self.evaluate(target.key, state)
            for place in base.places:
                one = state.heap.get(place)
                if one is None:
                    continue
                if one.kind in _CONTAINERS:
                    strong = one.single and len(base.places) == 1
                    self.put(place, key, value, state, strong)
                elif one.kind in ('external', 'instance'):
                    extra = self.deep(value, state)
                    held = one.rest or v.SAFE
                    rest = Value(v.merged(held.marks, extra), places=held.places)
                    state.heap[place] = one._replace(rest=rest)
        elif isinstance(target, ir.Slice):
            base = self.evaluate(target.base, state)
            self.spoil(state, [base], self.deep(value, state))
        elif isinstance(target, ir.Collection):
            self.unpack(target, value, state)
        elif isinstance(target, ir.Star):
            self.assign(target.target, value, state)
        else:
            self.evaluate(target, state)

    def unpack(self, target: ir.Collection, value: Value, state: State) -> None:
        items = self.known_items(value, state)
        targets = [entry.value for entry in target.entries]
        starred = any(isinstance(one, ir.Star) for one in targets)
        if items is not None and not starred and len(items) == len(targets):
            for one, item in zip(targets, items, strict=True):
                self.assign(one, item, state)
            return
        content = self.contents(value, state)
        for one in targets:
            if isinstance(one, ir.Star):
                held = self.allocate('list', {}, content, state, (one.at, 'star'))
                self.assign(one.target, held, state)
            else:
                self.assign(one, content, state)

    def on_star(self, node: ir.Star, state: State) -> Value:
        return self.evaluate(node.target, state)

    def on_cast(self, node: ir.Cast, state: State) -> Value:
        value = self.evaluate(node.value, state)
        if self.language.is_number_type(node.type):
            constants = guards.cast(node.type, value)
            return Value((), constants)
        symbol = self.models.typed(node.type)
        if symbol and not value.symbol and not value.places:
            return value.but(symbol=symbol)
        return value

    def on_yield(self, node: ir.Yield, state: State) -> Value:
        if node.value is not None:
            value = self.evaluate(node.value, state)
            if node.delegates:
                value = self.contents(value, state)
            self.frames[-1].yielded.append(value)
        return v.ANYTHING

    def on_opaque(self, node: ir.Opaque, state: State) -> Value:
        marks = v.merged(
            *(self.deep(self.evaluate(part, state), state) for part in node.parts)
        )
        return Value(v.merged(marks, v.UNSURE))

    def on_function(self, node: ir.Function, state: State) -> Value:
        return self.function_value(node, state)

    def function_value(self, node: ir.Function, state: State) -> Value:
        frame = self.frames[-1]
        for around in self.frames:
            around.held = True
        place: Place = ('function', node.at, *self.context)
        closure = Value(places=frozenset((frame.place,)))
        slots: dict[Any, Value] = {'closure': closure}
        if node.arrow:
            this = self.this()
            if this is not None:
                slots['self'] = this
        state.heap[place] = Object('function', slots, info=node)
        return Value(places=frozenset((place,)))

    def on_switch_value(self, node: ir.SwitchValue, state: State) -> Value:
        return self.switch(node.switch, state)

    # ------------------------------------------------------------ truth
    def truth(self, value: Value) -> bool | None:
        """Say whether a value is true for certain, or false; None: either."""
        if value.marks or value.constants is None or value.places:
            return None
        found = {self.language.is_true(one) for one in value.constants}
        return found.pop() if len(found) == 1 else None

    def assume(self, test: ir.Expression, truth: bool, state: State) -> None:
        """Learn from a test that came out so."""
        if not state.dead:
            guards.assume(self, test, truth, state)


class _Given(NamedTuple):
    """An argument of a call."""

    value: Value
    name: str = ''
    splat: str = ''
    node: ir.Expression | None = None


_CONTAINERS = frozenset(('list', 'tuple', 'set', 'dict'))


def _is_shell(program: Any) -> bool:
    name = str(program).rpartition('/')[2].lower().removesuffix('.exe')
    return name in (
        'sh',
        'bash',
        'dash',
        'zsh',
        'ksh',
        'ash',
        'cmd',
        'powershell',
        'env',
    )


def marks_taint(marks: v.Marks) -> bool:
    return any(mark.level == v.TAINTED for mark in marks)


def _ordered(one: Object) -> Iterator[Value]:
    number = 0
    while number in one.slots:
        yield one.slots[number]
        number += 1


def _key_of(keys: Sequence[Value]) -> Value:
    try:
        return v.constant(tuple(str(key.only) for key in keys))
    except LookupError:
        return v.ANYTHING


def _integer(bound: Value | None) -> Any:
    """Return the integer of a bound, None for none, False where it is not known."""
    if bound is None:
        return None
    try:
        only = bound.only
    except LookupError:
        return False
    return only if type(only) is int or only is None else False


def _is_inside(node: ir.Slice) -> bool:
    """Say whether a slice is all but the first and the last character."""
    bounds = node.bounds
    if len(bounds) != 2:
        return False
    first, last = bounds
    return (
        isinstance(first, ir.Const)
        and first.value == 1
        and isinstance(last, ir.Unary)
        and last.operator == '-'
        and isinstance(last.operand, ir.Const)
        and last.operand.value == 1
    )


def _indexed(base: Value, key: Value) -> frozenset[Any] | None:
    if base.constants is None or key.constants is None or base.marks or key.marks:
        return None
    found = set()
    for one in base.constants:
        for index in key.constants:
            if not isinstance(one, str) or type(index) is not int:
                return None
            if -len(one) <= index < len(one):
                found.add(one[index])
    return frozenset(found) or None


def _widen(before: State, after: State) -> None:
    """Forget the constants of what a loop still changes."""
    for place, one in after.heap.items():
        known = before.heap.get(place)
        if known is one or known is None:
            continue
        slots = {}
        for name, value in one.slots.items():
            was = known.slots.get(name)
            if was is not None and was.same(value):
                slots[name] = value
            else:
                slots[name] = value.but(constants=None, number=0)
        rest = one.rest.but(constants=None, number=0) if one.rest is not None else None
        changed = one._replace(slots=slots, rest=rest)
        if (
            one.kind in ('list', 'tuple', 'set')
            and one.slots.keys() != known.slots.keys()
        ):
            changed = v.loosened(changed)
        after.heap[place] = changed


_EXPRESSIONS: dict[type, Callable[[Interpreter, Any, State], Value]] = {
    ir.Const: Interpreter.on_const,
    ir.Name: Interpreter.on_name,
    ir.Field: Interpreter.on_field,
    ir.Item: Interpreter.on_item,
    ir.Slice: Interpreter.on_slice,
    ir.Call: Interpreter.on_call,
    ir.New: Interpreter.on_new,
    ir.Binary: Interpreter.on_binary,
    ir.Unary: Interpreter.on_unary,
    ir.Logic: Interpreter.on_logic,
    ir.Compare: Interpreter.on_compare,
    ir.InstanceOf: Interpreter.on_instance_of,
    ir.Choice: Interpreter.on_choice,
    ir.Text: Interpreter.on_text,
    ir.Collection: Interpreter.on_collection,
    ir.Comprehension: Interpreter.on_comprehension,
    ir.Assign: Interpreter.on_assign,
    ir.Star: Interpreter.on_star,
    ir.Cast: Interpreter.on_cast,
    ir.Yield: Interpreter.on_yield,
    ir.Opaque: Interpreter.on_opaque,
    ir.Function: Interpreter.on_function,
    ir.SwitchValue: Interpreter.on_switch_value,
}
_STATEMENTS: dict[type, Callable[[Interpreter, Any, State], None]] = {
    ir.Evaluate: Interpreter.on_evaluate,
    ir.If: Interpreter.on_if,
    ir.Loop: Interpreter.on_loop,
    ir.Switch: Interpreter.on_switch,
    ir.Try: Interpreter.on_try,
    ir.Scope: Interpreter.on_scope,
    ir.Return: Interpreter.on_return,
    ir.Raise: Interpreter.on_raise,
    ir.Break: Interpreter.on_break,
    ir.Continue: Interpreter.on_continue,
    ir.Define: Interpreter.on_define,
    ir.Class: Interpreter.on_class,
    ir.Outer: Interpreter.on_outer,
    ir.Import: Interpreter.on_import,
    ir.Delete: Interpreter.on_delete,
}
