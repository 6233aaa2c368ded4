"""First tokens of all draws: how many, and how many on average."""

import numpy as np
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel
from transformers.generation import logits_process

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
repetition_penalty = 1.0
temperature = 0.8
top_k = 40
top_p = 0.95
min_p = 0.0
first_seed = 1
n_draws = 30
first_tokens = [11, 612, 314]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

processors = []  # as `generate` applies them, in its order
if repetition_penalty != 1:
    processors.append(logits_process.RepetitionPenaltyLogitsProcessor(repetition_penalty))
if temperature not in (0, 1):
    processors.append(logits_process.TemperatureLogitsWarper(temperature))
if temperature != 0 and top_k > 0:
    processors.append(logits_process.TopKLogitsWarper(top_k))
if temperature != 0 and top_p < 1:
    processors.append(logits_process.TopPLogitsWarper(top_p))
if temperature != 0 and min_p > 0:
    processors.append(logits_process.MinPLogitsWarper(min_p))


def next_probs(ids):
    """What the next token is drawn from."""
    with torch.no_grad():
        scores = model(ids).logits[:, -1]
    for processor in processors:
        scores = processor(ids, scores)
    return scores.softmax(-1)[0].numpy()


def fall(probs, u):
    """Lay the tokens end to end, the most likely first: which one covers u?"""
    order = np.argsort(-probs, kind="stable")
    ends = np.cumsum(probs[order], dtype=np.float64)
    covers = int(np.searchsorted(ends, u, side="right"))
    return int(order[min(covers, np.count_nonzero(probs) - 1)])


probs = next_probs(ids)
if temperature == 0:  # nothing is drawn: all of it on the most likely
    probs = (np.arange(len(probs)) == probs.argmax()).astype(np.float32)
seeds = range(first_seed, first_seed + n_draws)
drawn = [fall(probs, np.random.default_rng(seed).random()) for seed in seeds]
result = []
for token in first_tokens:
    result.append([drawn.count(token), n_draws * float(probs[token])])
    count, expected = result[-1]
    name = repr(tokenizer.decode([token]))
    print(f"{name:>16} drawn {count} times, expected {expected:.2f}")
