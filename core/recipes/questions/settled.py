"""How the text goes on after the best token, and after the second best."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
n = 8

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    firsts = model(ids).logits[0, -1].topk(2).indices
result = []
for first in firsts:
    whole = torch.cat([ids, first.view(1, 1)], dim=1)
    out = model.generate(
        whole,
        attention_mask=torch.ones_like(whole),
        do_sample=False,  # the most likely token each time
        max_new_tokens=n,
        pad_token_id=tokenizer.eos_token_id,
    )
    result.append(out[0, ids.shape[1] :].tolist())
    print(repr(tokenizer.decode(result[-1])))
print("the rest is the same" if result[0][1:] == result[1][1:] else "the rest differs")
