"""Every layer read through the head."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
start = 0  # the window of tokens, `stop` not included
stop = 4
top = 10
watched = None  # a token's id: its rank, 1 being the first choice, instead of the likeliest tokens

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

with torch.no_grad():
    states = list(model(ids, output_hidden_states=True).hidden_states)
    # transformers' last hidden state has been through ln_f already: normalise the others only.
    states[:-1] = [model.transformer.ln_f(state) for state in states[:-1]]
    logits = model.lm_head(torch.stack(states)[:, 0, start:stop])  # (layers + 1, tokens, n_vocab)
if watched is None:
    best = logits.softmax(-1).topk(top)
    for i, row in enumerate(best.indices[..., 0]):
        print("embedding" if i == 0 else f"after L{i - 1}", [tokenizer.decode(t) for t in row])
    result = best.values  # (layers + 1, tokens, top)
else:
    result = (logits > logits[..., watched, None]).sum(-1) + 1  # (layers + 1, tokens)
    print("ranks of", repr(tokenizer.decode(watched)))
    print(result)
