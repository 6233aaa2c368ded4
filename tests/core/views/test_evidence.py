"""Which pairs made a score."""

from __future__ import annotations

from core.views.evidence import evidence
from tests.core.views.heads import IDS, pointing


def test_evidence_is_the_largest_pairs() -> None:
    pattern = pointing([0, 0, 0, 1, 2, 3])[0]
    pattern[4] = [0, 0, 0.25, 0, 0.75, 0]
    found = evidence(pattern, "induction", IDS, top=2)
    assert [(e.query, e.key, e.weight) for e in found] == [(3, 1, 1.0), (5, 3, 1.0)]
