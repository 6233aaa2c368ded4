"""What a checkpoint must reach before it is embedded, and what it did reach."""

from __future__ import annotations

from dataclasses import dataclass

#: What the first edition wrote, counted by `training.text_quality`: what any later one is held to.
FIRST_EDITION = {"distinct_2": 0.599, "repeated_words": 0.119, "self_repetition": 0.011}


@dataclass(frozen=True)
class Goal:
    """One figure with its bound; `least` says whether the bound is the least or the most."""

    name: str
    value: float
    bound: float
    least: bool

    @property
    def reached(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound


def rise(by_depth: dict[str, float]) -> float:
    """How much dearer tokens are at the end of the context than where they are cheapest, in nats.

    The same tokens at each depth: see `training.depth`.
    """
    nats = list(by_depth.values())
    return nats[-1] - min(nats[:-1])


def goals(
    figures: dict, now: dict[str, float], before: dict[str, float] = FIRST_EDITION
) -> list[Goal]:
    """The goals of an edition on a processor.

    Parameters
    ----------
    figures : of `training.evaluate`
    now, before : of `training.text_quality`, of this checkpoint and of the one it is held to
    """
    repetition, best = figures["repetition"], figures["best_heads"]
    bounds = {"stories": 3.42, "novels": 4.68, "glosses": 4.3}
    made = [Goal(f"{n}, nats", figures[n]["nats"], b, False) for n, b in bounds.items()]
    made += [
        Goal("previous-token head", best["previous"][0], 0.5, True),
        Goal("induction head", best["induction"][0], 0.5, True),
        Goal("repeated sequences cheaper", repetition["first"] - repetition["second"], 4.0, True),
        Goal("rise at the end of the context, nats", rise(figures["by_depth"]), 0.01, False),
        Goal("distinct pairs", now["distinct_2"], before["distinct_2"], True),
        Goal("words again", now["repeated_words"], before["repeated_words"], False),
        Goal("four tokens again", now["self_repetition"], before["self_repetition"], False),
    ]
    return made


def table(reached: list[Goal]) -> str:
    lines = ["| goal | bound | reached | |", "|---|---:|---:|---|"]
    for goal in reached:
        sign = "at least" if goal.least else "at most"
        lines.append(
            f"| {goal.name} | {sign} {goal.bound:.3g} | {goal.value:.3f} |"
            f" {'yes' if goal.reached else 'NO'} |"
        )
    return "\n".join(lines)
