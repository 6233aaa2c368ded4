"""Every stage for the leading tokens: probabilities, tokens left, entropy in bits."""

import math

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
leading = [11, 612, 314]

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

with torch.no_grad():
    scores = model(ids).logits[:, -1]
result = []
for step in [None, *processors]:
    if step is not None:
        scores = step(ids, scores)
    probs = scores.softmax(-1)[0]
    left = int(scores.isfinite().sum())
    entropy = torch.special.entr(probs).sum().item() / math.log(2)  # entr(p) = -p ln p
    result.append([*probs[leading].tolist(), entropy])
    name = type(step).__name__ if step is not None else "the model's own"
    print(f"{name}: {left:,} tokens left, {entropy:.3f} bits")
    for i in leading:
        print(f"  {tokenizer.decode([i])!r:>16} {probs[i].item():8.3%}")
