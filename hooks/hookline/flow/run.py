"""One run over one file: what all parts of the interpreter share.

The parts know each other downwards only. What the lower ones need of those above
(evaluate an expression, run a block, call a value) they ask of the run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from hookline.flow import ir, survey
from hookline.flow import values as v
from hookline.flow.models import Models
from hookline.flow.survey import Sink
from hookline.flow.values import Place, State, Value

STEPS = 20_000  # expressions that one function and what it calls may take
ALL_STEPS = 120_000  # and all of a file
SECONDS = 20.0  # of a file, on a machine that does other things


class Exhausted(Exception):
    """The work that one file may take is used up."""


class Given(NamedTuple):
    """An argument of a call."""

    value: Value
    name: str = ''
    splat: str = ''
    node: ir.Expression | None = None


class Loop:
    """A loop, switch or labelled block at work: the states that leave it early."""

    def __init__(self, label: str, switch: bool = False) -> None:
        self.label = label
        self.switch = switch  # `continue` passes by it
        self.breaks: list[State] = []
        self.continues: list[State] = []


class Frame:
    """One function at work."""

    def __init__(
        self, place: Place, function: ir.Function | None, this: Value | None
    ) -> None:
        self.place = place
        self.function = function
        self.this = this
        self.returns: list[tuple[Value, State, ir.Expression | None]] = []
        self.loops: list[Loop] = []
        self.outer: dict[str, Place] = {}
        self.yielded: list[Value] = []
        self.held = False  # something made here may look at this scope later


class Parts(NamedTuple):
    evaluate: Callable[[Run, ir.Expression, State], Value]
    block: Callable[[Run, ir.Block, State], None]
    apply: Callable[[Run, Value, Sequence[Given], State, ir.Node], Value]
    assume: Callable[[Run, ir.Expression, bool, State], None]


class Run:
    """What is known of a file, and where in it the interpreter is."""

    def __init__(
        self,
        module: ir.Module,
        sinks: Sequence[Sink],
        models: Models,
        content: bytes,
        parts: Parts,
    ) -> None:
        self.module = module
        self.models = models
        self.language = models.language
        self.sinks = sinks
        self.survey = survey.of(module, models.language)
        self.wanted = survey.placed(self.survey, sinks, content)
        self.relevant = survey.relevant(self.survey, self.wanted)
        self.evaluate: Callable[[ir.Expression, State], Value] = partial(
            parts.evaluate, self
        )
        self.block: Callable[[ir.Block, State], None] = partial(parts.block, self)
        self.apply: Callable[[Value, Sequence[Given], State, ir.Node], Value] = partial(
            parts.apply, self
        )
        self.assume: Callable[[ir.Expression, bool, State], None] = partial(
            parts.assume, self
        )

        self.deadline = time.monotonic() + SECONDS
        self.steps = 0
        self.allowed = STEPS
        self.context: tuple[int, ...] = ()  # the calls that led here, by place
        self.frames: list[Frame] = []
        self.collectors: list[list[State]] = []
        self.carried: list[list[Value]] = []  # by what may be raised, along with them
        self.top: Place = ('top',)
        self.entry: int = -1
        self.executed: set[int] = set()
        # By sink: the entries that reached it, with the worst that arrived.
        self.seen: dict[Sink, dict[int, tuple[int, v.Step | None]]] = {}
        self.inlined: set[int] = set()
        self.cut: set[int] = set()
        self.unfinished: set[int] = set()
        self.passed_by: list[ir.Function] = []  # entries that no source can reach
        self.origins: list[int] | None = None  # places of sources; not known yet
        self.at_top = False  # one of them is outside of all functions
        # Functions that somebody else has and may call at any time, with the state
        # that they saw; the scopes that they look at, and what is set in them later.
        self.given: list[tuple[Value, State]] = []
        self.leaked: set[Place] = set()
        self.later: dict[tuple[Place, str], Value] = {}

    @property
    def late(self) -> bool:
        return time.monotonic() > self.deadline

    def step(self, cost: int = 1) -> None:
        self.steps += cost
        if self.steps > self.allowed or (not self.steps & 63 and self.late):
            raise Exhausted

    def collect(self, state: State) -> None:
        """An exception may leave from here, to the handlers around."""
        if self.collectors and not state.dead:
            self.collectors[-1].append(state.copy())
