"""The pages about CI hold what can be checked without a CI system."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import yaml

from conftest import CHECKOUT

DOCS = os.path.join(CHECKOUT, 'docs')
PAGES = ('ci.md', 'leaked-secret.md', 'report.md')


def page(name: str) -> str:
    with open(os.path.join(DOCS, name), encoding='utf-8') as file:
        return file.read()


def blocks() -> list[Any]:
    found = re.findall(r'```yaml\n(.*?)```', page('ci.md'), re.DOTALL)
    return [yaml.safe_load(block) for block in found]


def test_examples_are_yaml() -> None:
    github, again, gitlab, push = blocks()
    assert list(github['jobs']) == ['hookline']
    assert [step['run'].split()[0] for step in again] == ['pip', 'pre-commit']
    assert gitlab['hookline']['variables']['GIT_DEPTH'] == '0'
    assert push['repos'][0]['hooks'] == [{'id': 'hookline'}, {'id': 'hookline-push'}]


def test_the_workflow_is_as_we_ask_of_others() -> None:
    github = blocks()[0]
    assert github['permissions'] == {}
    assert github[True] == 'pull_request'  # YAML reads a bare `on` as true
    steps = github['jobs']['hookline']['steps']
    for step in steps:
        if 'uses' in step:
            assert re.fullmatch(r'[\w/-]+@[0-9a-f]{40}', step['uses'])
        else:
            assert '${{' not in step['run']  # would be injected into the shell
    assert steps[0]['with'] == {'fetch-depth': 0, 'persist-credentials': False}


@pytest.mark.parametrize('name', PAGES)
def test_links_lead_somewhere(name: str) -> None:
    text = page(name)
    anchors = {
        re.sub(r'[^\w -]', '', line.strip('# ')).lower().replace(' ', '-')
        for line in text.splitlines()
        if line.startswith('#')
    }
    for link in re.findall(r'\]\(([^)]+)\)', text):
        if link.startswith('#'):
            assert link[1:] in anchors, link
        elif not link.startswith('https://'):
            assert os.path.exists(os.path.join(DOCS, link.partition('#')[0])), link
