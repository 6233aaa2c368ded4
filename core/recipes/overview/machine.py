"""What one token is on its way through the machine: vectors, strongest heads, answers."""

from itertools import pairwise

import numpy as np
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3
heads = [2, 3, 4, 6, 5, 0]  # the strongest head of each block
looks_at = [1, 2, 2, 2, 2, 1]  # the token that each of them looks at most
bins = 32  # stripes of a strip
top = 8

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

streams = []  # by default the last hidden state is already normalised: catch what enters ln_f
catch = model.transformer.ln_f.register_forward_pre_hook(
    lambda module, inputs: streams.append(inputs[0])
)
with torch.no_grad():
    out = model(ids, output_hidden_states=True, output_attentions=True)
    vectors = torch.stack([*out.hidden_states[:-1], streams[0]])[:, 0, position]
    lens = model.lm_head(model.transformer.ln_f(vectors)).softmax(-1)
catch.remove()

edges = np.linspace(0, vectors.shape[1], bins + 1).round().astype(int)
stretches = list(pairwise(edges))
strips = [[float(vector[a:b].mean()) for a, b in stretches] for vector in vectors]
weights = [
    float(out.attentions[layer][0, head, position, key])
    for layer, (head, key) in enumerate(zip(heads, looks_at, strict=True))
]
result = {
    "strips": strips,
    "norms": vectors.norm(dim=-1).tolist(),
    "weights": weights,
    "answers": lens.max(-1).values.tolist(),  # what it would say after each block
    "best": lens[-1].topk(top).values.tolist(),
}
print(weights, result["best"])
