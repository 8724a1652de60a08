"""Which images a Dockerfile takes in, as BuildKit would resolve them without a build.

Follows frontend/dockerfile/dockerfile2llb of BuildKit: scopes of ARG, stages by name
and index with its rules of letter case, ENV of a stage and of the stage it is from.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.dockerfile import reference, words
from hookline.dockerfile.parser import Dockerfile, Instruction
from hookline.dockerfile.reference import Reference
from hookline.light import Iterator, Mapping, NamedTuple

PLATFORM = {
    **{
        f'{side}{key}': value
        for side in ('BUILD', 'TARGET')
        for key, value in (
            ('PLATFORM', 'linux/amd64'),
            ('OS', 'linux'),
            ('OSVERSION', ''),
            ('ARCH', 'amd64'),
            ('VARIANT', ''),
        )
    },
    'TARGETSTAGE': 'default',
}
SCRATCH = 'scratch'
_STAGE_NAME = re.compile(r'[a-z][a-z0-9_.-]*')
_VARIABLE = re.compile(r'\$.')
# strconv.Atoi
_INDEX = re.compile(r'[+-]?[0-9]{1,9}')


class Source(NamedTuple):
    """One place where an instruction takes in an image."""

    instruction: Instruction
    via: str  # 'FROM', 'COPY --from', 'RUN --mount'
    written: str
    stage: str  # where it stands: 'final' if that is in the image, else 'build'
    kind: str  # 'image', 'stage', 'scratch', 'unresolved', 'template' or 'invalid'
    resolved: Reference | None = None
    value: str = ''  # with the variables replaced
    args: tuple[tuple[str, int], ...] = ()  # ARG and the line that gave its value
    problem: str = ''  # of 'unresolved' and 'invalid'
    onbuild: bool = False
    # COPY --from in ONBUILD may name a stage of the file that builds on this image.
    may_be_stage: bool = False


class Added(NamedTuple):
    """One ADD instruction and what it takes in."""

    instruction: Instruction
    sources: tuple[words.Expansion, ...]
    written: tuple[str, ...]
    checksum: words.Expansion | None


class Resolved(NamedTuple):
    sources: tuple[Source, ...]
    added: tuple[Added, ...]


class _Scope(NamedTuple):
    """ARGs before the first FROM: their values, and the lines that gave them."""

    values: dict[str, str]
    lines: dict[str, int]
    declared: dict[str, int]


class _Stage(NamedTuple):
    source: Source
    base: int  # number of the stage that it is from, or -1
    commands: tuple[Instruction, ...]


def resolve(
    dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None
) -> Resolved:
    build_args = build_args or {}
    first, groups = _groups(dockerfile)
    scope = _global_scope(first, dockerfile.escape, build_args)
    stages: list[_Stage] = []
    names: dict[str, int] = {}
    for number, group in enumerate(groups):
        name, source = _from(group[0], dockerfile.escape, scope, names)
        base = names[source.value] if source.kind == 'stage' else -1
        stages.append(_Stage(source, base, group[1:]))
        if name:
            names[name] = number
    _mark_final(stages)
    sources: list[Source] = []
    added: list[Added] = []
    envs: list[dict[str, str]] = []
    for stage in stages:
        sources.append(stage.source)
        env = dict(envs[stage.base]) if stage.base >= 0 else {}
        # What ONBUILD sets is seen by the triggers behind it, and by nothing here.
        later: dict[str, str] = {}
        for command in stage.commands:
            target = command.inner or command
            if target.keyword in ('ARG', 'ENV'):
                trigger = {**env, **later} if command.inner else env
                changed = _environment(
                    target, trigger, dockerfile.escape, scope, build_args
                )
                (later if command.inner else env).update(changed)
            elif target.keyword == 'ADD':
                seen = {**env, **later} if command.inner and later else env
                added.append(_added(command, target, seen, dockerfile.escape))
            elif target.keyword in ('COPY', 'RUN'):
                for source in _taken(command, target, names, len(stages)):
                    sources.append(source._replace(stage=stage.source.stage))
        envs.append(env)
    # What stands before the first FROM cannot be built, and is judged all the same.
    for command in first:
        target = command.inner or command
        if target.keyword == 'ADD':
            env = dict(scope.values)
            added.append(_added(command, target, env, dockerfile.escape))
        elif target.keyword in ('COPY', 'RUN'):
            sources.extend(_taken(command, target, names, len(stages)))
    return Resolved(tuple(sources), tuple(added))


def _mark_final(stages: list[_Stage]) -> None:
    """Mark the last stage, and those that it is built on: they are in the image."""
    number = len(stages) - 1
    while number >= 0:
        stage = stages[number]
        stages[number] = stage._replace(source=stage.source._replace(stage='final'))
        number = stage.base


def _groups(
    dockerfile: Dockerfile,
) -> tuple[tuple[Instruction, ...], list[tuple[Instruction, ...]]]:
    """Return what stands before the first FROM, and the instructions of each stage."""
    found: list[list[Instruction]] = [[]]
    for instruction in dockerfile.instructions:
        if instruction.keyword == 'FROM':
            found.append([])
        found[-1].append(instruction)
    return tuple(found[0]), [tuple(group) for group in found[1:]]


def _pairs(instruction: Instruction) -> Iterator[tuple[str, str | None]]:
    """Yield the names and values, still quoted, of ARG and ENV."""
    parts = instruction.words
    if instruction.keyword == 'ENV' and parts and '=' not in parts[0]:
        # The old form: ENV name value with spaces
        name = parts[0]
        yield name, instruction.args[len(name) :].strip()
        return
    for part in parts:
        name, equals, value = part.partition('=')
        yield name, value if equals else None


def _global_scope(
    instructions: tuple[Instruction, ...], escape: str, build_args: Mapping[str, str]
) -> _Scope:
    scope = _Scope(dict(PLATFORM), {}, {})
    for instruction in instructions:
        if instruction.keyword != 'ARG':
            continue
        for quoted, raw in _pairs(instruction):
            name = _expanded(quoted, {}, escape)
            scope.declared[name] = instruction.first
            value = build_args.get(name)
            if value is None and raw is not None:
                value = _expanded(raw, scope.values, escape)
            if value is not None:
                scope.values[name] = value
                scope.lines[name] = instruction.first
    return scope


def _expanded(word: str, env: Mapping[str, str], escape: str) -> str:
    try:
        return words.expand(word, env, escape=escape).value
    except words.BadWord:
        return ''


def _environment(
    command: Instruction,
    env: Mapping[str, str],
    escape: str,
    scope: _Scope,
    build_args: Mapping[str, str],
) -> dict[str, str]:
    """Return what an ARG or ENV of a stage sets."""
    found: dict[str, str] = {}
    for quoted, raw in _pairs(command):
        # All values of one ENV see the environment before it; those of ARG do not.
        seen = {**env, **found} if found and command.keyword == 'ARG' else env
        name = _expanded(quoted, seen, escape)
        if command.keyword == 'ARG' and name in build_args:
            found[name] = build_args[name]
        elif command.keyword == 'ENV' or raw is not None:
            found[name] = _expanded(raw or '', seen, escape)
        elif name in scope.values:
            found[name] = scope.values[name]
    return found


def _from(
    instruction: Instruction,
    escape: str,
    scope: _Scope,
    names: Mapping[str, int],
) -> tuple[str, Source]:
    parts = instruction.words
    name = ''
    if len(parts) >= 3 and parts[1].lower() == 'as':
        name = parts[2].lower()
    written = parts[0] if parts else ''
    source = Source(instruction, 'FROM', written, 'build', 'invalid')
    if not written:
        return name, source._replace(problem='no image is named')
    if '{{' in instruction.args:
        problem = 'a template gives the image'
        written = instruction.args
        return name, source._replace(kind='template', written=written, problem=problem)
    try:
        found = words.expand(written, scope.values, escape=escape)
    except words.BadWord as error:
        kind, problem = _failed(str(error), written, scope)
        return name, source._replace(kind=kind, problem=problem)
    value = found.value
    args = tuple((key, scope.lines[key]) for key in found.used if key in scope.lines)
    source = source._replace(value=value, args=args)
    if value == SCRATCH:
        return name, source._replace(kind='scratch')
    if value in names:
        return name, source._replace(kind='stage')
    parsed = reference.parse(value)
    if isinstance(parsed, Reference):
        return name, source._replace(kind='image', resolved=parsed)
    empty = [*found.unset, *(key for key in found.used if not scope.values[key])]
    if empty:
        text = _without_value(empty, scope)
        return name, source._replace(kind='unresolved', problem=text)
    return name, source._replace(problem=parsed)


def _failed(error: str, written: str, scope: _Scope) -> tuple[str, str]:
    """Tell `${X:?}`, which a build argument mends, from what is wrong for ever."""
    name = error.partition(':')[0]
    if name in scope.declared or f'${{{name}' in written:
        return 'unresolved', _without_value([name], scope)
    return 'invalid', error


def _without_value(names: list[str], scope: _Scope) -> str:
    said = []
    for name in names:
        line = scope.declared.get(name)
        if line:
            said.append(f'ARG {name} (line {line}) has no default: ARG {name}=…')
        elif name in PLATFORM:
            said.append(f'{name} is empty on most platforms')
        else:
            said.append(f'there is no ARG {name} before the first FROM')
    return ', '.join(said)


def _taken(
    command: Instruction, target: Instruction, names: Mapping[str, int], stages: int
) -> Iterator[Source]:
    """Yield the images of COPY --from and RUN --mount=from."""
    via, written = 'COPY --from', target.flag('from')
    if target.keyword == 'RUN':
        via = 'RUN --mount'
        written = [name for text in target.flag('mount') if (name := _mounted(text))]
    onbuild = command.inner is not None
    for text in written:
        if not text:
            continue
        source = Source(
            command, via, text, 'build', 'image', value=text, onbuild=onbuild
        )
        if via == 'COPY --from' and _INDEX.fullmatch(text):
            yield _by_index(source, int(text), stages)
        elif text == SCRATCH:
            yield source._replace(kind='scratch')
        elif text.lower() in names:
            yield source._replace(kind='stage')
        elif _VARIABLE.search(text):
            problem = (
                'variables are not expanded here; '
                'name a stage of your own with FROM … AS, and use that'
            )
            yield source._replace(kind='invalid', problem=problem)
        else:
            parsed = reference.parse(text)
            if isinstance(parsed, Reference):
                stage = onbuild and bool(_STAGE_NAME.fullmatch(text.lower()))
                yield source._replace(resolved=parsed, may_be_stage=stage)
            elif onbuild and _STAGE_NAME.fullmatch(text.lower()):
                continue
            else:
                yield source._replace(kind='invalid', problem=parsed)


def _by_index(source: Source, index: int, stages: int) -> Source:
    if source.onbuild or 0 <= index < stages:
        return source._replace(kind='stage')
    problem = f'there is no stage {index}: stages count from 0 to {stages - 1}'
    return source._replace(kind='invalid', problem=problem)


def _mounted(text: str) -> str:
    """Return the `from` of a mount whose type takes one."""
    if '"' in text:
        import csv

        try:
            fields = next(csv.reader([text], strict=True), [])
        except csv.Error:
            fields = text.replace('"', '').split(',')
    else:
        fields = text.split(',')
    kind, found = 'bind', ''
    for field in fields:
        key, _, value = field.partition('=')
        key = key.lower()
        if key == 'type':
            kind = value.lower()
        elif key == 'from':
            found = value
    return '' if kind in ('secret', 'ssh', 'tmpfs') else found


def _added(
    command: Instruction, target: Instruction, env: Mapping[str, str], escape: str
) -> Added:
    from hookline.dockerfile.parser import heredoc_of

    parts = target.words
    # The last word is where it goes; a lone word is an error, and may be a URL.
    named = parts[:-1] if len(parts) > 1 else parts
    if target.heredocs:
        named = tuple(word for word in named if not heredoc_of(word))
    sources = []
    for word in named:
        try:
            sources.append(words.expand(word, env, escape=escape))
        except words.BadWord:
            bare = word.strip('\'"')
            sources.append(words.Expansion(bare, (bare,), (), ()))
    checksum = None
    for text in target.flag('checksum'):
        try:
            checksum = words.expand(text, env, escape=escape)
        except words.BadWord:
            checksum = words.Expansion('', (), (), ())
    return Added(command, tuple(sources), named, checksum)
