"""What a range of commits changes of the policy that it is judged by.

A change must not let itself through: commits of a range are judged by the policy of
the commit that they are built on, and what they change of it is said.
"""

from __future__ import annotations

from hookline import git, sources
from hookline.nouns import Report, listed

# Whoever edits these decides what is checked.
PLACES = (
    *('.hookline', '.secrets.baseline'),
    *('.pre-commit-config.yaml', '.pre-commit-hooks.yaml', 'prek.toml'),
)


def noted(report: Report, span: sources.Range | None, judged_by: str) -> Report:
    """Return the report with notes on the policy that the commits of `span` change."""
    if span is None or not report.commits:
        return report
    notes: list[str] = []
    edits: set[str] = set()
    for tip in (span.tip, *span.others):
        bases = git.bases(tip, span.without)
        if bases:
            edits |= git.edited(tip, bases, PLACES)
    if edits:
        own = f'that of {judged_by[:12]}' if judged_by else 'its own'
        notes.append(
            f'this change edits the policy: {listed(sorted(edits))}; '
            f'it was judged by {own}'
        )
    for reason, said in (
        ('allowed by the comment', 'a comment of its own'),
        ('accepted in', 'the baseline'),
    ):
        places = {
            f'{row.finding.path}:{row.finding.place.line} {row.finding.rule}'
            for row in report.dropped
            if row.reason.startswith(reason)
        }
        if places:
            notes.append(
                f'this change edits the policy: {said} allows what it adds: '
                f'{listed(sorted(places))}'
            )
    return report._replace(notes=(*report.notes, *notes))
