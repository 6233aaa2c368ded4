"""Two texts of one prompt, with the random numbers of two seeds."""

import numpy as np
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
temperature = 1.0
seeds = [1, 2]
n = 20

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
start = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]


def choose(logits, rng):
    if temperature == 0:
        return int(logits.argmax())
    p = (logits / temperature).softmax(-1).numpy()
    # Lay the tokens end to end, the most likely first: which one covers the random number?
    order = np.argsort(-p, kind="stable")
    ends = np.cumsum(p[order], dtype=np.float64)
    covers = int(np.searchsorted(ends, rng.random(), side="right"))
    return int(order[min(covers, np.count_nonzero(p) - 1)])


result = []
for seed in seeds:
    rng, ids = np.random.default_rng(seed), start
    new = []
    while len(new) < n and ids.shape[1] <= model.config.n_positions:
        with torch.no_grad():
            new.append(choose(model(ids).logits[0, -1], rng))
        if new[-1] == tokenizer.eos_token_id:
            break
        ids = torch.cat([ids, torch.tensor([new[-1:]])], dim=1)
    result.append(new)
    print(f"seed {seed}: {tokenizer.decode(new)!r}")
print("same" if result[0] == result[1] else "different")
