"""Awkward Dockerfiles, each with the reason that makes it one, and what must be said.

Expected is the line of each finding with a letter: U image-unapproved, R
image-unresolved, S frontend-unapproved, A add-from-url, G add-from-git. Advice (low
confidence) does not count. `ok` is approved, `bad/x` is not.
"""

from __future__ import annotations

import pytest

from hookline import yamlfile
from hookline.engines import add, image
from hookline.nouns import Change, Run

RUN = Run(cache='', jobs=1, deadline=float('inf'))
POLICY = [
    yamlfile.parse(b'frontends: ["docker.io/docker/dockerfile:1*"]\n', 'a.yaml'),
    yamlfile.parse(
        b'allow: [{image: ok}, {image: "reg.io/base/*"}, {image: ok2, tags: ["1*"]}]\n'
        b'args: {FROM_CI: ok}\n',
        'b.yaml',
    ),
]
LETTERS = {
    'image-unapproved': 'U',
    'image-unresolved': 'R',
    'frontend-unapproved': 'S',
    'add-from-url': 'A',
    'add-from-git': 'G',
}
HEX = '0123456789abcdef' * 4
SUM = f'sha256:{HEX}'
COMMIT = HEX[:40]
URL = 'https://x.io/a'

QUIET = [
    # FROM: scopes of ARG
    'ARG A=ok\nFROM $A',
    'ARG A=bad/x\nARG A=ok\nFROM $A',  # the last default wins
    'ARG A=ok\nARG A\nFROM $A',  # a bare redeclaration keeps it
    'ARG A="ok"\nFROM $A',
    "ARG A='ok'\nFROM $A",
    'ARG A=o\\k\nFROM $A',
    'ARG A=ok B=bad/x\nFROM $A',
    'ARG A=o\nARG B=${A}k\nFROM $B',
    'ARG FROM_CI\nFROM $FROM_CI',  # images.yaml gives it
    'ARG FROM_CI=bad/x\nFROM $FROM_CI',
    'FROM ${A:-ok}',
    'FROM ${A-ok}',
    'ARG A=\nFROM ${A:-ok}',
    'ARG A=x\nFROM ${A:+ok}',
    'ARG A=ok\nFROM ${A:?missing}',
    'ARG A=v1-ok\nFROM ${A#*-}',
    'ARG A=ok-v1\nFROM ${A%-*}',
    'ARG A=xk\nFROM ${A/x/o}',
    'ARG A=ok\nFROM ok AS A\nFROM $A',  # the value, which is ok, not the stage
    'FROM --platform=${BUILDPLATFORM:-linux/arm64} ok',
    'FROM reg.io/base/x:${TARGETARCH}',
    'FROM ok:${TARGETVARIANT:-v1}',
    # names of stages
    'FROM ok AS build\nFROM build',
    'FROM ok AS Build\nFROM build',  # names are kept in lower case
    'FROM ok as x\nFROM x',
    'FROM ok aS x\nFROM x AS y\nFROM y',
    'FROM ok AS bad\nFROM ok\nCOPY --from=BAD /a /a',
    'FROM ok\nCOPY --from=0 /a /a',
    'FROM ok\nFROM ok\nCOPY --from=1 /a /a',
    'FROM ok\nCOPY --from=later /a /a\nFROM ok AS later',  # BuildKit looks at all
    'FROM ok AS a\nFROM ok AS a\nCOPY --from=a / /',
    'FROM scratch',
    'FROM ok\nCOPY --from=scratch / /',
    'ARG A=scratch\nFROM $A',
    # references
    'FROM docker.io/library/ok',
    'FROM index.docker.io/library/ok',
    'FROM docker.io/ok',
    'FROM library/ok',
    'FROM ok:latest',
    f'FROM ok@{SUM}',
    f'FROM ok:1@{SUM}',
    'FROM REG.io/base/x',  # hosts have no case
    'FROM ok2:1.5',
    # where no instruction is
    'FROM ok\n# FROM bad/x',
    'FROM ok\n   # FROM bad/x',
    'FROM ok\nRUN echo \\\n# FROM bad/x\n FROM bad/x',
    'FROM ok\nRUN <<EOF\nFROM bad/x\nEOF',
    'FROM ok\nRUN <<-EOF\nFROM bad/x\n\tEOF\n',
    'FROM ok\nRUN <<"EOF" cat\nFROM bad/x\nEOF',
    "FROM ok\nRUN <<'EOF' cat\nFROM bad/x\nEOF",
    'FROM ok\nRUN <<A <<B cat\nFROM bad/x\nA\nFROM bad/y\nB\n',
    'FROM ok\nRUN cat 3<<EOF\nFROM bad/x\nEOF',
    'FROM ok\nCOPY <<EOF /f\nADD https://x.io/a /a\nEOF',
    'FROM ok\nADD <<EOF /f\nhttps://x.io/a\nEOF',
    'FROM ok\nCOPY --chmod=755 <<a.sh <<b.sh /\nFROM bad/x\na.sh\nFROM bad/y\nb.sh',
    'FROM ok\nRUN <<EOF\n\nFROM bad/x\n \nEOF \nEOF',  # a delimiter has no blank
    'FROM ok\nRUN echo "<<EOF"',
    'FROM ok\nRUN echo \\<<EOF',
    'FROM ok\nRUN python <<<EOF',
    'FROM ok\nENTRYPOINT ["a", "FROM bad/x"]',
    'FROM ok\nLABEL x="\\\nFROM bad/x"',
    'FROM ok\nCMD echo \\\n\n\nFROM bad/x',  # blank lines do not end it
    '# escape=`\nFROM ok\nRUN echo `\nFROM bad/x',
    '#   ESCAPE  =  `  \nFROM ok\nRUN echo `\nFROM bad/x',
    # directives
    '# syntax=docker/dockerfile:1\nFROM ok',
    '#syntax=docker/dockerfile:1.7-labs\nFROM ok',
    '# check=skip=all\n# syntax=docker/dockerfile:1\nFROM ok',
    '\n# syntax=bad/x\nFROM ok',  # a blank line ends them
    '# words\n# syntax=bad/x\nFROM ok',
    'FROM ok\n# syntax=bad/x',
    '# syntax is bad/x\nFROM ok',
    # mounts
    'FROM ok\nRUN --mount=type=secret,id=a,from=bad/x true',
    'FROM ok\nRUN --mount=type=ssh true',
    'FROM ok\nRUN --mount=type=tmpfs,target=/a true',
    'FROM ok\nRUN --mount=type=cache,target=/a true',
    'FROM ok AS a\nRUN --mount=from=a,target=/a true',
    'FROM ok\nRUN true --mount=from=bad/x',  # an argument of true
    'FROM ok\nRUN echo --from=bad/x',
    # ADD
    f'FROM ok\nADD --checksum={SUM} {URL} /a',
    f'FROM ok\nADD --link --checksum={SUM} --chown=1:1 {URL} /a',
    f'FROM ok\nADD --checksum="{SUM}" {URL} /a',
    f'ARG S={SUM}\nFROM ok\nARG S\nADD --checksum=$S {URL} /a',
    f'FROM ok\nARG S={SUM}\nADD --checksum=${{S}} {URL} /a',
    f'FROM ok\nADD --unpack --exclude=*.md --checksum={SUM} {URL} /a',
    'FROM ok\nADD a.tgz b.tgz /',
    'FROM ok\nADD HTTPS://x.io/a /a',  # the test of the prefix has a case
    'FROM ok\nADD github.com/x/y /a',  # a local path for ADD
    'FROM ok\nADD https:/x.io/a /a',
    f'FROM ok\nADD https://x.io/a.git#{COMMIT} /a',
    f'FROM ok\nADD https://x.io/a.git?commit={COMMIT} /a',
    f'FROM ok\nADD --checksum={COMMIT} https://x.io/a.git#v1 /a',
    f'FROM ok\nADD git@x.io:a/b.git#{COMMIT}:sub /a',
    f'FROM ok\nADD ssh://git@x.io/a/b.git#{COMMIT} /a',
    f'FROM ok\nADD https://x.io/a.git?ref=v1&checksum={COMMIT} /a',
    'FROM ok\nCOPY https://x.io/a /a',  # an error of its own, and no download
    'FROM ok\nRUN curl https://x.io/a',
    'FROM ok\nADD ["a b", "/c"]',
    'FROM ok\nONBUILD ADD a /a',
    # ONBUILD
    'FROM ok\nONBUILD RUN true',
    'FROM ok AS a\nONBUILD COPY --from=a / /',
    'FROM ok\nONBUILD COPY --from=0 / /',
    f'FROM ok\nONBUILD ARG S={SUM}\nONBUILD ADD --checksum=$S {URL} /a',
    'FROM ok\nONBUILD ARG U=https://x.io\nADD $U /a',  # only triggers see it
    'FROM ok\nARG U=a\nONBUILD ARG U=https://x.io\nADD $U /a',
    # whole files
    '',
    '# nothing yet',
    '\ufeffFROM ok',
    'FROM ok\r\nRUN <<EOF\r\nFROM bad/x\r\nEOF\r\nFROM ok\r\n',
    '#!/usr/bin/env docker\nFROM ok',
    'from ok\nrun true\ncopy --from=0 / /',
    '\t FROM ok',
    'FROM\tok\tAS\tx\nFROM x',
    'FROM ok\nFUTURE --new=flag <<EOF',
    'FROM \\\n# why\n\n  ok \\\n AS a\nFROM a',
]
FOUND = [
    # FROM: scopes of ARG
    ('ARG A=bad/x\nFROM $A', 'U2'),
    ('ARG A=ok\nARG A=bad/x\nFROM $A', 'U3'),
    ('FROM ok\nARG A=ok\nFROM $A', 'R3'),  # an ARG of a stage is not seen
    ('FROM ok\nENV A=ok\nFROM $A', 'R3'),
    ('ARG A\nFROM $A', 'R2'),
    ('ARG A\nFROM ${A:?missing}', 'R2'),
    ('ARG A=ok\nFROM ${A:?must be there}', 'R2'),  # four words, which FROM refuses
    ('ARG A=\nFROM ${A-ok}', 'R2'),  # empty is set
    ('ARG A=ok\nFROM ${A:+bad/x}', 'U2'),
    ('ARG A=ok\nFROM $a', 'R2'),
    ('ARG B=$A\nARG A=ok\nFROM $B', 'R3'),  # not yet set
    ('ARG TARGETARCH=x\nFROM reg.io/base/a/$TARGETARCH', 'U2'),
    ("ARG A=bad/x\nFROM '$A'", 'R2'),  # nothing is replaced in single quotes
    ('ARG A=ok\nFROM \\$A', 'R2'),
    ('FROM ok:$', 'R1'),
    ('FROM ${A:-${B:-${C:-bad/x}}}', 'U1'),
    ('ARG A=bad/x\nFROM "$A"', 'U2'),
    ('ARG A=bad\nFROM $A/x', 'U2'),
    ('ARG R=reg.io/base\nFROM $R.evil.io/x', 'U2'),
    ('ARG R=reg.io\nFROM ${R}/basement/x', 'U2'),
    ('ARG R=reg.io/\nFROM ${R}base/x/y', 'U2'),
    ('FROM ${A/x', 'R1'),
    # names of stages
    ('FROM ok AS Build\nFROM Build', 'R2'),  # looked up as it is written
    ('FROM later\nFROM ok AS later', 'U1'),  # only those before
    ('FROM ok AS x\nFROM x:1', 'U2'),
    ('FROM ok\nFROM 0', 'U2'),
    ('FROM ok\nCOPY --from=1 / /', 'R2'),
    ('FROM ok\nCOPY --from=-1 / /', 'R2'),
    ('FROM ok AS a\nARG N=a\nCOPY --from=$N / /', 'R3'),
    ('FROM ok\nCOPY --from=bad/x / /', 'U2'),
    ('FROM ok\nCOPY --link --from="bad/x" --chown=1 / /', 'U2'),
    ('FROM ok\nCOPY --from=bad/x ["/a", "/b"]', 'U2'),
    ('FROM ok\nCOPY --parents --future --from=bad/x / /', 'U2'),
    ('FROM ok\nCOPY \\\n  --from=bad/x \\\n  # a comment\n  / /', 'U2'),
    ('FROM bad/scratch', 'U1'),
    ('FROM scratch:latest', 'U1'),
    ('FROM bad/x AS ok\nFROM ok', 'U1'),  # the stage, not the image
    # references
    ('FROM reg.io.evil.io/base/x', 'U1'),
    ('FROM evil.io/reg.io/base/x', 'U1'),
    ('FROM reg.io:443/base/x', 'U1'),
    ('FROM reg-io/base/x', 'U1'),
    ('FROM localhost/ok', 'U1'),
    ('FROM user/ok', 'U1'),
    ('FROM docker.io/user/ok', 'U1'),
    ('FROM ghcr.io/library/ok', 'U1'),
    ('FROM ok2', 'U1'),
    ('FROM ok2:latest', 'U1'),
    ('FROM ok2:v1', 'U1'),
    (f'FROM {HEX}', 'R1'),
    ('FROM ok@sha256:short', 'R1'),
    ('FROM ok:', 'R1'),
    ('FROM OK', 'R1'),
    ('FROM https://x.io/ok', 'R1'),
    ('FROM ok/', 'R1'),
    ('FROM', 'R1'),
    # what hides them
    ('FROM ok\nRUN echo a\\\\\nFROM bad/x', 'U3'),  # an escaped backslash
    ('FROM ok\nRUN echo \\ a\nFROM bad/x', 'U3'),
    ('# escape=`\nFROM ok\nRUN dir c:\\\nFROM bad/x', 'U4'),
    ('FROM ok\n# a comment \\\nFROM bad/x', 'U3'),  # a comment is not continued
    ('FROM ok\n\n# escape=`\nRUN echo \\\n && true\nFROM bad/x', 'U6'),
    ('FROM ok\nRUN <<EOF\nEOF\nFROM bad/x', 'U4'),
    ('FROM ok\nRUN <<EOF\nend\nFROM bad/x', 'U4'),  # never closed: read on
    ('FROM ok\nRUN <<EOF true\n EOF\nEOF\nFROM bad/x', 'U5'),
    ('FROM ok\nLABEL a=<<EOF\nFROM bad/x\nEOF', 'U3'),  # LABEL has no heredoc
    ('FROM ok\nCMD cat <<EOF\nFROM bad/x\nEOF', 'U3'),
    ('FROM ok\nRUN ["a", "<<EOF"]\nFROM bad/x\nEOF', 'U3'),
    ('FROM ok\nRUN true # \\\nFROM bad/x', ''),  # it is continued all the same
    ('FROM ok\rFROM bad/x', ''),  # CR alone ends no line; BuildKit refuses it
    ('FROM ok\r\nFROM bad/x\r\n', 'U2'),
    ('\ufeffFROM bad/x', 'U1'),
    ('fRoM bad/x', 'U1'),
    ('FROM   bad/x', 'U1'),
    ('FROM \\\n\\\nbad/x', 'U1'),
    ('FR\\\nOM bad/x', 'U1'),  # the keyword itself continued
    ('FROM bad\\\n/x', 'U1'),
    ('FROM ok\nCOPPY a b\nFROM bad/x', 'U3'),
    # directives
    ('# syntax=bad/x\nFROM ok', 'S1'),
    ('#SYNTAX = bad/x\nFROM ok', 'S1'),
    ('# escape=`\n# syntax=bad/x\nFROM ok', 'S2'),
    ('#!/bin/x\n# syntax=bad/x\nFROM ok', 'S2'),
    ('// syntax=bad/x\nFROM ok', 'S1'),
    ('\ufeff# syntax=bad/x\nFROM ok', 'S1'),
    ('# syntax=docker/dockerfile\nFROM ok', 'S1'),  # latest
    ('# syntax=evil.io/docker/dockerfile:1\nFROM ok', 'S1'),
    ('# syntax=docker/dockerfile:1 evil\n# syntax=bad/x\nFROM ok', ''),  # the first
    # mounts
    ('FROM ok\nRUN --mount=from=bad/x,target=/a true', 'U2'),
    ('FROM ok\nRUN --mount=type=bind,from=bad/x true', 'U2'),
    ('FROM ok\nRUN --mount=type=cache,from=bad/x,target=/a true', 'U2'),
    ('FROM ok\nRUN --mount=TYPE=bind,FROM=bad/x true', 'U2'),
    ('FROM ok\nRUN --mount="type=bind,from=bad/x" true', 'U2'),
    ('FROM ok\nRUN --mount=\'"from=bad/x"\',target=/a true', 'U2'),
    ('FROM ok\nRUN --network=none --mount=from=bad/x ["a"]', 'U2'),
    ('FROM ok\nRUN --mount=from=ok --mount=from=bad/x <<EOF\ntrue\nEOF', 'U2'),
    ('FROM ok AS a\nARG N=a\nRUN --mount=from=$N true', 'R3'),
    ('FROM ok\nRUN \\\n  --mount=from=bad/x \\\n  true', 'U2'),
    ('FROM ok\nRUN --mount=from=0,target=/a true', 'U2'),  # mounts know no index
    # ADD
    (f'FROM ok\nADD {URL} /a', 'A2'),
    (f'FROM ok\nADD "{URL}" /a', 'A2'),
    (f"FROM ok\nADD '{URL}' /a", 'A2'),
    (f'FROM ok\nADD ["{URL}", "/a"]', 'A2'),
    (f'FROM ok\nADD --chown=1:1 --link {URL} /a', 'A2'),
    (f'FROM ok\nADD a {URL} b /c/', 'A2'),
    (f'FROM ok\nADD --checksum={SUM} {URL} b /c/', 'A2'),  # one source only
    (f'FROM ok\nADD --checksum=sha256:{HEX[:40]} {URL} /a', 'A2'),
    (f'FROM ok\nADD --checksum=$NOT_SET {URL} /a', 'A2'),
    (f'FROM ok\nADD --checksum {URL} /a', 'A2'),
    (f'FROM ok\nADD --CHECKSUM={SUM} {URL} /a', 'A2'),  # flags have a case
    (f'FROM ok\nADD --checksum={SUM} http://x.io/a /a', 'A2'),
    ('FROM ok\nARG V=1\nADD https://x.io/a-${V}.tgz /a', 'A3'),
    ('FROM ok\nENV U=https://x.io\nADD $U/a /a', 'A3'),
    ('FROM ok AS a\nENV U=https://x.io\nFROM a\nADD $U/a /a', 'A4'),  # inherited
    ('ARG U=https://x.io\nFROM ok\nARG U\nADD $U/a /a', 'A4'),
    ('FROM ok\nADD ht\\\ntps://x.io/a /a', 'A2'),
    ('FROM ok\nADD ht""tps://x.io/a /a', 'A2'),
    (f'FROM ok\nONBUILD ADD {URL} /a', 'A2'),
    (f'FROM ok\nADD \\\n # why\n {URL} \\\n /a', 'A2'),
    ('FROM ok\nADD https://x.io/a.git /a', 'G2'),
    ('FROM ok\nADD https://x.io/a.git#main /a', 'G2'),
    (f'FROM ok\nADD https://x.io/a.git#{COMMIT[:12]} /a', 'G2'),
    ('FROM ok\nADD git://x.io/a#v1 /a', 'G2'),
    ('FROM ok\nADD git@x.io:a/b /a', 'G2'),
    ('FROM ok\nADD deploy@x.io:a/b.git#main /a', 'G2'),
    ('FROM ok\nADD ssh://git@x.io/a /a', 'G2'),
    ('FROM ok\nADD https://x.io/a.git?branch=main /a', 'G2'),
    (
        f'FROM ok\nADD --checksum={HEX[1:41]} https://x.io/a.git?checksum={COMMIT} /a',
        'G2',
    ),
    (f'FROM ok\nADD --checksum={SUM} https://x.io/a.git /a', 'G2'),
    (f'FROM ok\nADD {URL} https://x.io/a.git /a/', 'A2 G2'),
    # ONBUILD
    ('FROM ok\nONBUILD COPY --from=bad/x:1 / /', 'U2'),
    ('FROM ok\nONBUILD RUN --mount=from=evil.io/x:1 true', 'U2'),
    ('FROM ok\nonbuild add https://x.io/a /a', 'A2'),
    ('FROM ok\nONBUILD ARG U=https://x.io/a\nONBUILD ADD $U /a', 'A3'),
    ('FROM ok\nONBUILD ENV U=https://x.io/a\nONBUILD ADD $U /a', 'A3'),
    ('FROM ok\nARG P=https\nONBUILD ENV U=$P://x.io\nONBUILD ADD $U /a', 'A4'),
    # more of each kind
    ('ARG A=bad/x:1\nFROM ${A%%:*}', 'U2'),
    ('ARG A=x/y/ok\nFROM ${A#*/}', 'U2'),
    ("ARG A='$B'\nARG B=ok\nFROM $A", 'R3'),  # a value is not read again
    ('ARG A=ok2\nFROM $A:$T', 'R2'),
    ('ARG A = ok\nFROM $A', 'R2'),  # three names
    ('FROM reg.io/base/${TARGETPLATFORM}', 'U1'),  # linux/amd64: a segment more
    ('FROM ok AS nginx\nFROM ok\nCOPY --from=nginx:latest / /', 'U3'),
    ('FROM SCRATCH', 'R1'),
    ('FROM docker.io/library/scratch', 'U1'),
    ('FROM ok\nRUN --mount=from=ok,from=bad/x true', 'U2'),  # the last wins
    ('FROM ok\nRUN --mount=from=bad/x\\\n,target=/x true', 'U2'),
    ('FROM ok\nRUN <<EOF; echo\nFROM bad/x\nEOF;\nFROM bad/y', 'U5'),  # EOF; it is
    ('FROM ok\nRUN cat<<EOF\nFROM bad/x', 'U3'),  # a word has to begin with it
    ('FROM ok\nRUN <<EOF\n\\\nEOF\nFROM bad/x', 'U5'),  # nothing is continued there
    ('FROM ok\nRUN a\\\\\\\nFROM bad/x', 'U3'),
    ('FROM ok\n\xa0FROM bad/x', 'U2'),
    ('FROM ok\n<<<<<<< HEAD\nFROM bad/x\n=======\nFROM ok', 'U3'),
    ('{"syntax": "bad/x"}', 'S1'),
    ('FROM ok\nADD ["\\u0068ttps:\\/\\/x.io/a", "/c"]', 'A2'),
    ('FROM ok\nARG P=http\nADD ${P}s://x.io/a /c', 'A3'),
    ('FROM ok\nARG U\nADD ${U:-https://x.io/a} /c', 'A3'),
    (f'FROM ok\nADD --checksum= {URL} /c', 'A2'),
    (f'FROM ok\nADD {URL} --checksum={SUM} /c', 'A2'),  # a flag comes first
    (f'FROM ok\nADD {URL}?checksum={SUM} /c', 'A2'),  # means something to git only
    (f'FROM ok\nADD https://x.io/a.git#refs/heads/{COMMIT} /c', 'G2'),
    ('FROM ok\nADD https://x.io/a.git/ /c', 'A2'),
    (
        '# escape=`\nFROM ok\nADD https://x.io/a c:\\x\\\nADD https://x.io/b c:\\',
        'A3 A4',
    ),
]


def verdicts(text: str) -> list[str]:
    content = text.encode()
    change = Change('Dockerfile', content)
    matches = [
        *image.find([change], image.compile([], POLICY), RUN),
        *add.find([change], add.compile([], POLICY), RUN),
    ]
    found = [
        (content.count(b'\n', 0, match.start) + 1, LETTERS[match.rule])
        for match in matches
        if match.confidence == '' and match.rule in LETTERS
    ]
    return [f'{letter}{line}' for line, letter in sorted(found)]


@pytest.mark.parametrize('text', QUIET)
def test_nothing_is_said(text: str) -> None:
    assert verdicts(text) == []


@pytest.mark.parametrize(('text', 'expected'), FOUND)
def test_what_is_said(text: str, expected: str) -> None:
    assert verdicts(text) == expected.split()
