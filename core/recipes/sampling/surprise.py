"""Each token's surprise in bits; perplexity and bits per byte of the whole."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time there was a king."
n_ctx = 1024
n_bytes_first = 4  # of the first token, which is not scored

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

n = ids.shape[1]
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
bits_per_byte = sum(bits) / (len(prompt.encode()) - n_bytes_first)
for token, b in list(zip(ids[0, 1:].tolist(), bits, strict=True))[:20]:
    print(f"{tokenizer.decode([token])!r:>16} {b:6.2f} bits")
print(f"perplexity {perplexity:.2f}, {bits_per_byte:.3f} bits per byte")
result = [bits, [perplexity], [bits_per_byte]]
