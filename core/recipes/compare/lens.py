"""Two texts under the logit lens: how far their answers lie apart, layer by layer."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
pairs = [(1, 1), (2, 2)]  # position in B, position in A

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def lens(ids, places):
    """log p of what each layer would answer; (layers + 1, places, n_vocab)."""
    with torch.no_grad():
        states = list(model(torch.tensor([ids]), output_hidden_states=True).hidden_states)
        # transformers' last hidden state has been through ln_f already.
        states[:-1] = [model.transformer.ln_f(state) for state in states[:-1]]
        return model.lm_head(torch.stack(states)[:, 0, places]).log_softmax(-1)


ours, theirs = (list(side) for side in zip(*pairs, strict=True))
a, b = lens(ids_a, theirs), lens(ids_b, ours)
result = (b.exp() * (b - a)).sum(-1) / math.log(2)  # KL(B || A) in bits
for i, (row, one, other) in enumerate(zip(result, a[:, -1], b[:, -1], strict=True)):
    words = [repr(tokenizer.decode(side.argmax())) for side in (one, other)]
    print("embedding" if i == 0 else f"after L{i - 1}", *words, [f"{x:.2f}" for x in row])
