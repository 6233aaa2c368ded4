"""The boxes of the sampling page."""

from __future__ import annotations

from collections.abc import Sequence

from core.recipes.recipe import Recipe, preamble
from core.sampling.choice import Choice
from core.sampling.draw import Segment
from core.sampling.explain import Summary
from core.sampling.openings import FirstToken
from core.sampling.settings import SamplingSettings
from core.sampling.stages import PROCESSORS, Stage
from core.sampling.surprise import Scores, Total

_FALL = '''
def fall(probs, u):
    """Lay the tokens end to end, the most likely first: which one covers u?"""
    order = np.argsort(-probs, kind="stable")
    ends = np.cumsum(probs[order], dtype=np.float64)
    place = int(np.searchsorted(ends, u, side="right"))
    return int(order[min(place, np.count_nonzero(probs) - 1)])
'''


def _imports(settings: SamplingSettings, *, numpy: bool = True) -> str:
    names = [PROCESSORS[name][0].__name__ for name in settings.active]
    lines = ["import numpy as np"] if numpy else []
    if names:
        listed = "".join(f"    {name},\n" for name in names)
        lines.append(f"from transformers.generation.logits_process import (\n{listed})")
    return "\n".join(lines) + ("\n" if lines else "")


def _processors(settings: SamplingSettings) -> str:
    """A list of processors, as source."""
    entries = []
    for name in settings.active:
        processor, number = PROCESSORS[name]
        entries.append(f"    {processor.__name__}({number(getattr(settings, name))!r}),\n")
    return "processors = [" + ("\n" + "".join(entries) if entries else "") + "]\n"


_NEXT = '''
def next_probs(ids):
    """What the next token is drawn from."""
    with torch.no_grad():
        scores = model(ids).logits[:, -1]
    for processor in processors:
        scores = processor(ids, scores)
    return scores.softmax(-1)[0].numpy()
'''


def pipeline_box(
    source: str,
    prompt: dict,
    settings: SamplingSettings,
    shown: Sequence[int],
    stages: Sequence[Stage],
    summaries: Sequence[Summary],
) -> Recipe:
    """Every stage for the leading tokens: probabilities, tokens left, entropy in bits."""
    code = "import math\n" + _imports(settings, numpy=False) + preamble(source, **prompt)
    code += _processors(settings)
    code += f"""
with torch.no_grad():
    scores = model(ids).logits[:, -1]
shown = {list(shown)}
result = []
for step in [None, *processors]:
    if step is not None:
        scores = step(ids, scores)
    probs = scores.softmax(-1)[0]
    left = int(scores.isfinite().sum())
    entropy = torch.special.entr(probs).sum().item() / math.log(2)  # entr(p) = -p ln p
    result.append([*probs[shown].tolist(), entropy])
    name = type(step).__name__ if step is not None else "the model's own"
    print(f"{{name}}: {{left:,}} tokens left, {{entropy:.3f}} bits")
    for i in shown:
        print(f"  {{tokenizer.decode([i])!r:>16}} {{probs[i].item():8.3%}}")
"""
    numbers = [
        [*(float(stage.probs[i]) for i in shown), summary.entropy]
        for stage, summary in zip(stages, summaries, strict=True)
    ]
    return Recipe("sampling-stages", code, numbers)


def line_box(
    source: str,
    token_ids: Sequence[int],
    settings: SamplingSettings,
    pieces: Sequence[Segment],
    u: float | None,
    hit: int | None,
) -> Recipe:
    """The line on which the random number falls: where the leading tokens end, and who is hit."""
    n = 0
    while n < len(pieces) and pieces[n].token_id is not None and n < 24:
        n += 1
    code = _imports(settings) + preamble(source, token_ids=tuple(token_ids))
    code += _processors(settings) + _NEXT + _FALL
    code += f"""
probs = next_probs(ids)
order = np.argsort(-probs, kind="stable")[:{n}]
ends = np.cumsum(probs[order], dtype=np.float64)
for token, end in zip(order.tolist(), ends):
    print(f"{{tokenizer.decode([token])!r:>16}} ends at {{end:.4f}}")
"""
    shown: list = [[p.end for p in pieces[:n]]]
    if u is None:
        code += "result = [ends]\n"
    else:
        code += f"""
u = {u!r}
token = fall(probs, u)
print(f"{{u:.4f}} falls on {{tokenizer.decode([token])!r}}")
result = [ends, str(token)]
"""
        shown.append(str(hit))
    return Recipe("sampling-draw", code, shown)


def run_box(
    source: str,
    token_ids: Sequence[int],
    settings: SamplingSettings,
    seed: int,
    choices: Sequence[Choice],
) -> Recipe:
    """The continuation, token by token, with the seed's random numbers."""
    shown = [c.token_id for c in choices]
    code = ("" if settings.greedy else _imports(settings)) + preamble(
        source, token_ids=tuple(token_ids)
    )
    if settings.greedy:
        penalty = (
            f", repetition_penalty={float(settings.repetition_penalty)!r}"
            if settings.repetition_penalty != 1
            else ""
        )
        code += f"""
out = model.generate(
    ids, attention_mask=torch.ones_like(ids), do_sample=False,
    max_new_tokens={len(shown)}, pad_token_id=tokenizer.eos_token_id{penalty},
)
result = out[0, ids.shape[1]:].tolist()
print(repr(tokenizer.decode(result)))
"""
    else:
        code += _processors(settings) + _NEXT + _FALL
        code += f"""
rng = np.random.default_rng({seed})
result = []
for _ in range({len(shown)}):
    token = fall(next_probs(ids), rng.random())
    result.append(token)
    ids = torch.cat([ids, torch.tensor([[token]])], dim=1)
print(repr(tokenizer.decode(result)))
"""
    return Recipe("sampling-run", code, shown, tolerance=0.0)


def beams_box(
    source: str,
    token_ids: Sequence[int],
    n_beams: int,
    n_tokens: int,
    repetition_penalty: float,
    hypotheses: Sequence[tuple[Sequence[int], float]],
) -> Recipe:
    """transformers' beam search: its texts and their scores, and the greedy text's surprise."""
    penalty = (
        f", repetition_penalty={float(repetition_penalty)!r}" if repetition_penalty != 1 else ""
    )
    code = preamble(source, token_ids=tuple(token_ids))
    code += f"""
out = model.generate(
    ids, attention_mask=torch.ones_like(ids), do_sample=False, num_beams={n_beams},
    num_return_sequences={len(hypotheses)}, max_new_tokens={n_tokens},
    return_dict_in_generate=True, output_scores=True,
    pad_token_id=tokenizer.eos_token_id{penalty},
)
result = []
for sequence, score in zip(out.sequences, out.sequences_scores.tolist()):
    text = tokenizer.decode(sequence[ids.shape[1]:], skip_special_tokens=True)
    result.append([text, [score]])
    print(f"{{score:8.4f}} nats per token  {{text!r}}")
"""
    shown = [[text, [score]] for text, score in hypotheses]
    return Recipe("sampling-beams", code, shown)


def surprise_of_texts_box(
    source: str,
    token_ids: Sequence[int],
    continuations: Sequence[Sequence[int]],
    bits: Sequence[float],
) -> Recipe:
    """Bits per token of each continuation, by the model's own probabilities."""
    code = preamble(source, token_ids=tuple(token_ids))
    code += "continuations = [\n" + "".join(f"    {list(c)},\n" for c in continuations) + "]\n"
    code += """
result = []
for new in continuations:
    whole = torch.cat([ids, torch.tensor([new])], dim=1)
    with torch.no_grad():
        log_probs = model(whole[:, :-1]).logits[0, ids.shape[1] - 1 :].log_softmax(-1)
    nats = -log_probs[range(len(new)), new].sum().item()
    result.append(nats / len(new) / np.log(2))
    print(f"{result[-1]:6.3f} bits per token  {tokenizer.decode(new)!r}")
"""
    return Recipe("sampling-methods", "import numpy as np\n" + code, list(bits))


def thirty_box(
    source: str,
    prompt: dict,
    settings: SamplingSettings,
    seeds: Sequence[int],
    rows: Sequence[FirstToken],
) -> Recipe:
    """First tokens of all draws: how many, and how many on average."""
    code = _imports(settings) + preamble(source, **prompt) + _processors(settings) + _NEXT + _FALL
    first = seeds[0]
    pick = (
        "drawn = [int(probs.argmax())] * len(seeds)"
        if settings.greedy
        else "drawn = [fall(probs, np.random.default_rng(seed).random()) for seed in seeds]"
    )
    expected = (
        "float(len(seeds)) * (token == int(probs.argmax()))"
        if settings.greedy
        else "len(seeds) * float(probs[token])"
    )
    code += f"""
probs = next_probs(ids)
seeds = range({first}, {first + len(seeds)})
{pick}
result = []
for token in {[row.token_id for row in rows]}:
    result.append([drawn.count(token), {expected}])
    drawn_here, expected = result[-1]
    name = repr(tokenizer.decode([token]))
    print(f"{{name:>16}} drawn {{drawn_here}} times, expected {{expected:.2f}}")
"""
    shown = [[row.count, row.expected] for row in rows]
    return Recipe("sampling-thirty", code, shown)


def surprise_box(
    source: str, text: str, n_ctx: int, scores: Scores, total: Total, n_bytes_first: int
) -> Recipe:
    """Each token's surprise in bits; perplexity and bits per byte of the whole."""
    code = "import math\n" + preamble(source, text) + "text = prompt\n"
    code += f"""
n_ctx, n = {n_ctx}, ids.shape[1]
bits = []
while len(bits) < n - 1:  # a text longer than the context is read in windows that overlap by half
    done = len(bits) + 1
    end = min(n, n_ctx if done == 1 else done + n_ctx - n_ctx // 2)
    start = max(0, end - n_ctx)
    with torch.no_grad():
        log_probs = model(ids[:, start:end]).logits[0].log_softmax(-1)
    targets = ids[0, done:end]
    bits += (-log_probs[range(done - 1 - start, end - 1 - start), targets] / math.log(2)).tolist()
perplexity = 2 ** (sum(bits) / len(bits))
bits_per_byte = sum(bits) / (len(text.encode()) - {n_bytes_first})  # the first token is not scored
for token, b in list(zip(ids[0, 1:].tolist(), bits))[:20]:
    print(f"{{tokenizer.decode([token])!r:>16}} {{b:6.2f}} bits")
print(f"perplexity {{perplexity:.2f}}, {{bits_per_byte:.3f}} bits per byte")
result = [bits, [perplexity], [bits_per_byte]]
"""
    shown = [scores.surprisal, [total.perplexity], [total.bits_per_byte]]
    return Recipe("sampling-surprise", code, shown)
