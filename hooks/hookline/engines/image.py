"""Judges images: FROM, COPY --from, mounts, frontends, and what manifests name."""

from __future__ import annotations

import time

from hookline.dockerfile import images as image_list
from hookline.dockerfile import names, parser, reference, resolver
from hookline.dockerfile.images import Policy
from hookline.dockerfile.reference import Reference
from hookline.dockerfile.resolver import Source
from hookline.light import TYPE_CHECKING, Iterator, Mapping, NamedTuple, Sequence
from hookline.nouns import Change, Compiled, Document, Match, Rule, Run

if TYPE_CHECKING:
    from hookline.dockerfile.manifests import Build, Named

# What the policy can say, and the rule that reports it unless a rule file says else.
VERDICTS = {
    'unapproved': 'image-unapproved',
    'denied': 'image-denied',
    'unresolved': 'image-unresolved',
    'digest-missing': 'image-digest-missing',
    'end-of-life': 'image-end-of-life',
    'frontend': 'frontend-unapproved',
}
UNPARSED = 'unparsed-dockerfile'
UNREAD = 'unparsed-manifest'
# What Use.via says of the file's own stages, which are no image.
STAGE = 'stage'
_START = 'to start one: hookline images list --json, then write .hookline/images.yaml'


class Use(NamedTuple):
    """One image that a file takes in, and what the policy makes of it."""

    via: str  # 'FROM', 'COPY --from', 'compose image', … or 'stage'
    written: str
    resolved: str  # '' if nobody can say
    verdict: str  # 'approved', a key of VERDICTS, or an `unparsed-…` rule
    message: str
    low: bool  # advice only
    start: int  # bytes of the file, half-open
    end: int


def takes(change: Change) -> bool:
    return change.kind == 'file' and (
        names.is_dockerfile(change.path, change.content)
        or names.may_name_images(change.path, change.content)
    )


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    found = dict(VERDICTS)
    for rule in rules:
        if rule.engine != 'image':
            continue
        for key in rule.block:
            if key not in ('verdict', 'images'):
                raise rule.document.wrong(f'image.{key}', 'unknown key')
        verdict = rule.block.get('verdict')
        if verdict not in VERDICTS:
            expected = f'expected one of {", ".join(VERDICTS)}'
            raise rule.document.wrong('image.verdict', expected)
        found[verdict] = rule.id
    return {'rules': found, 'policy': image_list.compile(images)}


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterator[Match]:
    today = _today()
    rules: dict[str, str] = compiled['rules']
    dockerfiles = {
        change.path: change.content
        for change in changes
        if names.is_dockerfile(change.path, change.content)
    }
    for change in changes:
        for use in uses(change, compiled['policy'], today, dockerfiles):
            if use.verdict == 'approved':
                continue
            yield Match(
                rules.get(use.verdict, use.verdict),
                change.path,
                use.start,
                use.end,
                message=use.message,
                confidence='low' if use.low else '',
            )


def _today() -> str:
    return time.strftime('%Y-%m-%d', time.gmtime())


def uses(
    change: Change, policy: Policy, today: str, dockerfiles: Mapping[str, bytes]
) -> Iterator[Use]:
    """Yield every image that a file takes in, with what the policy makes of it.

    `dockerfiles` are those of the same run: what a manifest passes to their builds is
    judged there.
    """
    if change.path in dockerfiles:
        yield from _of_dockerfile(change.content, None, change.path, policy, today)
    else:
        yield from _of_manifest(change, policy, today, dockerfiles)


def _of_dockerfile(
    content: bytes,
    spans: Sequence[tuple[int, int]] | None,  # of its lines, where it is inside a file
    path: str,
    policy: Policy,
    today: str,
    args: Mapping[str, str] | None = None,
) -> Iterator[Use]:
    dockerfile = parser.parse(content)
    starts = parser.line_starts(content)

    def span(first: int, last: int) -> tuple[int, int]:
        if spans is None:
            return parser.span(content, starts, first, last)
        first, last = min(first, len(spans)), min(last, len(spans))
        return spans[first - 1][0], spans[last - 1][1]

    for first, last, said, low in _unread(dockerfile):
        yield Use('', '', '', UNPARSED, said, low, *span(first, last))
    for directive in dockerfile.directives:
        if directive.name == 'syntax':
            place = span(directive.line, directive.line)
            yield _frontend(directive.value, policy, place)
    resolved = resolver.resolve(dockerfile, policy['args'] if args is None else args)
    for source in resolved.sources:
        verdict, said, low = judge(source, path, policy, today) or (
            'approved',
            '',
            False,
        )
        instruction = source.instruction
        place = span(instruction.first, instruction.last)
        name = str(source.resolved or source.value)
        via = source.via if source.kind != 'stage' else STAGE
        yield Use(via, source.written, name, verdict, said, low, *place)


def _of_manifest(
    change: Change, policy: Policy, today: str, dockerfiles: Mapping[str, bytes]
) -> Iterator[Use]:
    from hookline.dockerfile import manifests

    for manifest in manifests.read(change.path, change.content, policy['args']):
        if manifest.problem:
            said = f'{manifest.problem} from here on; what could be read was judged'
            yield Use('', '', '', UNREAD, said, True, *manifest.at)
        judged: set[int] = set()
        for build in manifest.builds:
            if build.dockerfile in dockerfiles:
                content = dockerfiles[build.dockerfile]
                for use in _of_build(build, content, change.path, policy, today):
                    judged.add(use.start)
                    yield use
        for named in manifest.named:
            if named.guess and named.start in judged:
                continue
            found = judge_named(named, manifest.kind, change.path, policy, today)
            if found:
                yield found
        for inline in manifest.inlines:
            yield from _of_dockerfile(
                inline.content, inline.spans, change.path, policy, today, inline.args
            )


def _of_build(
    build: Build, content: bytes, path: str, policy: Policy, today: str
) -> Iterator[Use]:
    """Judge the images that build arguments make of a Dockerfile's."""
    from hookline.dockerfile.tree import TEMPLATE

    given = {argument.name: argument for argument in build.args}
    values = {
        name: argument.value
        for name, argument in given.items()
        if TEMPLATE not in argument.value
    }
    resolved = resolver.resolve(parser.parse(content), {**policy['args'], **values})
    for source in resolved.sources:
        names_ = [name for name, _ in source.args if name in values]
        if not names_:
            continue
        argument = given[names_[0]]
        verdict, said, low = judge(source, path, policy, today) or (
            'approved',
            '',
            False,
        )
        name = str(source.resolved or source.value)
        text = f'{argument.name}={argument.value} for {build.dockerfile}: {said}'
        place = argument.start, argument.end
        yield Use(
            f'args {argument.name}', source.written, name, verdict, text, low, *place
        )


def judge_named(
    named: Named, kind: str, path: str, policy: Policy, today: str
) -> Use | None:
    """Judge an image that a manifest names; None: it is no image after all."""
    from hookline.dockerfile.tree import TEMPLATE

    value = named.value
    said = f'{named.key}: {named.written}' if named.key else named.written
    via = f'{kind} {named.key}'.rstrip()
    place = named.start, named.end
    text = value.text
    known = TEMPLATE not in text
    # Whatever the tag will be, the name says much already.
    name, sign, _ = text.partition('@')[0].rpartition('/')
    last = text.partition('@')[0].rpartition('/')[2].partition(':')[0]
    name = f'{name}{sign}{last}'
    if not known:
        without = ', '.join(value.unset) or 'a variable'
        said_unset = f'{said}: {without} has no value here'
        low = named.soft or policy['unresolved'] == 'note'
        unresolved = Use(via, named.written, '', 'unresolved', said_unset, low, *place)
        if named.guess:
            return None
        start = name.partition(TEMPLATE)[0].lower().split('/')[:-1]
        if start and reference.is_host(start[0]) and TEMPLATE in name:
            if image_list.may_name(policy, start):
                return unresolved
            shown = '/'.join(start)
            message = f'{said}: nothing under {shown} is approved, whatever it is'
            return Use(via, named.written, '', 'unapproved', message, False, *place)
        parsed = 'unknown' if TEMPLATE in name else reference.parse(f'{name}:x')
        if isinstance(parsed, str):
            return unresolved
        verdict = image_list.judge(
            policy, parsed, stage='final', path=path, today=today
        )
        shown = parsed.name
        if verdict.name in ('unapproved', 'digest-missing') and image_list.names(
            policy, parsed
        ):
            return unresolved._replace(resolved=shown)
    elif text == resolver.SCRATCH and kind in ('compose', 'bake'):
        return Use(via, named.written, text, 'approved', '', False, *place)
    else:
        parsed = reference.parse(text)
        if isinstance(parsed, str):
            if named.guess:
                return None
            message = f'{said}: {parsed}'
            return Use(via, named.written, '', 'unresolved', message, False, *place)
        verdict = image_list.judge(
            policy, parsed, stage='final', path=path, today=today
        )
        shown = str(parsed)
    if verdict.name == 'approved':
        return Use(via, named.written, shown, 'approved', '', False, *place)
    if shown != named.written:
        said += f' is {shown}'
    if value.used:
        said += f', by {", ".join(value.used)}'
    message = f'{said}: {verdict.text}'
    if verdict.replace_with:
        message += f'; write {verdict.replace_with}'
    elif not policy['listed']:
        message += f'; {_START}'
    low = verdict.notice
    if verdict.name == 'unapproved':
        low = low or policy['default'] == 'warn'
    return Use(via, named.written, shown, verdict.name, message, low, *place)


def _unread(
    dockerfile: parser.Dockerfile,
) -> Iterator[tuple[int, int, str, bool]]:
    """Yield what could not be read: lines, why, and whether the rest could."""
    read = [i for i in dockerfile.instructions if i.keyword in parser.KEYWORDS]
    if dockerfile.instructions and not read:
        first = dockerfile.instructions[0]
        # A frontend of its own may have a language of its own.
        own = any(directive.name == 'syntax' for directive in dockerfile.directives)
        yield first.first, first.last, 'no instruction that can be read', own
        return
    for note in dockerfile.notes:
        if note.text == 'unterminated heredoc':
            yield note.line, note.line, note.text, True


def judge(
    source: Source, path: str, policy: Policy, today: str
) -> tuple[str, str, bool] | None:
    """Return the verdict, what to say, whether it is advice only; None: approved."""
    said = _written(source)
    if source.kind == 'stage':
        return None
    if source.kind == 'scratch':
        if policy['scratch'] == 'allow':
            return None
        return 'unapproved', f'{said}: scratch is not approved', False
    if source.kind == 'invalid':
        return 'unresolved', f'{said}: {source.problem}', False
    if source.resolved is None:
        low = source.kind == 'template' or policy['unresolved'] == 'note'
        return 'unresolved', f'{said}: {source.problem}', low
    verdict = image_list.judge(
        policy, source.resolved, stage=source.stage, path=path, today=today
    )
    if verdict.name == 'approved':
        return None
    low = verdict.notice or source.may_be_stage
    if verdict.name == 'unapproved':
        low = low or policy['default'] == 'warn'
    text = f'{said}: {verdict.text}'
    if verdict.replace_with:
        text += f'; write {_instead(source, verdict.replace_with)}'
    elif not policy['listed']:
        text += f'; {_START}'
    if source.may_be_stage:
        text += '; ignore this if it is a stage of the file that builds on this image'
    return verdict.name, text, low


def _written(source: Source) -> str:
    """Say the image as written, as resolved, and which ARG gave it."""
    joint = {'FROM': ' ', 'COPY --from': '='}.get(source.via, '=from=')
    text = f'{source.via}{joint}{source.written}'
    resolved = str(source.resolved or source.value)
    if resolved and resolved != source.written:
        text += f' is {resolved}'
    if source.args:
        given = ', '.join(f'{name} (line {line})' for name, line in source.args)
        text += f', by ARG {given}'
    return text


def _instead(source: Source, image: str) -> str:
    if source.via == 'FROM':
        name = ''
        words = source.instruction.words
        if len(words) == 3:
            name = f' AS {words[2]}'
        flags = ''.join(f' --{key}={text}' for key, text in source.instruction.flags)
        return f'FROM{flags} {image}{name}'
    return f'--from={image}' if source.via == 'COPY --from' else f'from={image}'


def _frontend(value: str, policy: Policy, place: tuple[int, int]) -> Use:
    """Judge the image of `# syntax=`."""
    written = value.partition(' ')[0]
    image: Reference | str = reference.parse(written)
    low = not policy['listed']
    if isinstance(image, str):
        text = f'syntax={written}: {image}'
        return Use('syntax', written, '', 'frontend', text, low, *place)
    if image_list.is_frontend(policy, image):
        return Use('syntax', written, str(image), 'approved', '', False, *place)
    text = f'syntax={written} is {image}: not an approved frontend'
    patterns = policy['frontends']
    if patterns:
        text += f'; approved: {", ".join(wanted[0] for wanted in patterns)}'
    return Use('syntax', written, str(image), 'frontend', text, low, *place)
