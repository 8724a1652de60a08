from __future__ import annotations

import pytest

from hookline import languages


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('README.md', b'import os\n'),
        ('py', b'import os\n'),  # a name without an ending
        ('.py', b'import os\n'),  # hidden, without an ending
        ('notes.py.txt', b'import os\n'),
        ('Makefile', b'#!not/a/shebang of ours\n'),
        ('run', b'#!/usr/bin/perl\n'),
        ('run', b'#!\n'),
        ('run', b'#!/usr/bin/env\n'),
        ('run', b'# !/usr/bin/python3\n'),
        ('run', b' #!/usr/bin/python3\n'),  # the kernel wants it first
        ('ui/app_de.ts', b'<?xml version="1.0"?>\n<!DOCTYPE TS>\n'),  # Qt
        ('ui/app_de.ts', b'<!DOCTYPE TS><TS version="2.1">\n'),
        ('film.ts', (b'G' + b'\0' * 187) * 3),  # MPEG transport stream
        ('Jenkinsfile', b'#!/usr/bin/env groovy\n'),
        ('image.png', b'\x89PNG\r\n'),
        ('', b''),
    ],
)
def test_other_files_have_no_language(path: str, content: bytes) -> None:
    assert languages.language(path, content) == ''


@pytest.mark.parametrize(
    ('path', 'content', 'language'),
    [
        ('a.py', b'', 'python'),
        ('src/A.PY', b'', 'python'),
        ('types.pyi', b'', 'python'),
        ('tools/SConstruct', b'', 'python'),
        ('bin/run', b'#!/usr/bin/python3.12 -I\n', 'python'),
        ('bin/run', b'#!/usr/bin/env python3\n', 'python'),
        ('bin/run', b'#!/usr/bin/env -S python3 -P\n', 'python'),
        ('bin/run', b'#!/usr/bin/env -S uv run --script\n', 'python'),
        ('bin/run', b'#! /usr/bin/env python3\r\nimport os\r\n', 'python'),
        ('deploy.prod', b'#!/usr/bin/env python3\n', 'python'),  # an unknown ending
        ('a.js', b'', 'javascript'),
        ('a.jsx', b'', 'javascript'),
        ('a.mjs', b'', 'javascript'),
        ('a.cjs', b'', 'javascript'),
        ('cli', b'#!/usr/bin/env node\n', 'javascript'),
        ('a.ts', b'const a: number = 1;\n', 'typescript'),
        ('a.ts', b'', 'typescript'),
        ('a.tsx', b'', 'typescript'),
        ('a.d.ts', b'', 'typescript'),
        ('a.mts', b'', 'typescript'),
        ('A.java', b'', 'java'),
        ('a.go', b'', 'go'),
        ('entrypoint', b'#!/bin/sh\n', 'bash'),
        ('etc/sshd_config', b'', 'conf'),
        ('site\n.py', b'', 'python'),  # hostile names are names
        ('\udcff.py', b'', 'python'),
    ],
)
def test_name_or_first_line_tells_the_language(
    path: str, content: bytes, language: str
) -> None:
    assert languages.language(path, content) == language
