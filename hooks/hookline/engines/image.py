"""Judges the images of a Dockerfile: FROM, COPY --from, mounts and frontends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from hookline.dockerfile import images as image_list
from hookline.dockerfile import names, parser, reference, resolver
from hookline.dockerfile.images import Policy
from hookline.dockerfile.reference import Reference
from hookline.dockerfile.resolver import Source
from hookline.nouns import Change, Compiled, Document, Match, Rule, Run

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
_START = 'to start one: hookline images list --json, then write .hookline/images.yaml'


def takes(change: Change) -> bool:
    return change.kind == 'file' and names.is_dockerfile(change.path)


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
    for change in changes:
        yield from _find(change, compiled['rules'], compiled['policy'], today)


def _today() -> str:
    return time.strftime('%Y-%m-%d', time.gmtime())


def _find(
    change: Change, rules: dict[str, str], policy: Policy, today: str
) -> Iterator[Match]:
    dockerfile = parser.parse(change.content)
    starts = parser.line_starts(change.content)

    def match(rule: str, first: int, last: int, message: str, low: bool) -> Match:
        start, end = parser.span(change.content, starts, first, last)
        return Match(
            rule,
            change.path,
            start,
            end,
            message=message,
            confidence='low' if low else '',
        )

    yield from _unread(dockerfile, match)
    for directive in dockerfile.directives:
        if directive.name == 'syntax':
            text = _frontend(directive.value, policy)
            if text:
                low = not policy['listed']
                yield match(
                    rules['frontend'], directive.line, directive.line, text, low
                )
    for source in resolver.resolve(dockerfile, policy['args']).sources:
        judged = judge(source, change.path, policy, today)
        if judged:
            verdict, text, low = judged
            instruction = source.instruction
            yield match(rules[verdict], instruction.first, instruction.last, text, low)


def _unread(dockerfile: parser.Dockerfile, match: Any) -> Iterator[Match]:
    read = [i for i in dockerfile.instructions if i.keyword in parser.KEYWORDS]
    if dockerfile.instructions and not read:
        first = dockerfile.instructions[0]
        # A frontend of its own may have a language of its own.
        own = any(directive.name == 'syntax' for directive in dockerfile.directives)
        yield match(
            UNPARSED, first.first, first.last, 'no instruction that can be read', own
        )
        return
    for note in dockerfile.notes:
        if note.text == 'unterminated heredoc':
            yield match(UNPARSED, note.line, note.line, note.text, True)


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
    if source.kind == 'unresolved' or source.resolved is None:
        low = policy['unresolved'] == 'note'
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


def _frontend(value: str, policy: Policy) -> str:
    """Return what is wrong with a `# syntax=` frontend, or ''."""
    written = value.partition(' ')[0]
    image: Reference | str = reference.parse(written)
    if isinstance(image, str):
        return f'syntax={written}: {image}'
    if image_list.is_frontend(policy, image):
        return ''
    text = f'syntax={written} is {image}: not an approved frontend'
    patterns = policy['frontends']
    if patterns:
        text += f'; approved: {", ".join(wanted[0] for wanted in patterns)}'
    return text
