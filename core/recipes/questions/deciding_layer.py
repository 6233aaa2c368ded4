"""What each layer would answer, and from which on the final answer leads."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "He put on his hat and"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    states = list(model(ids, output_hidden_states=True).hidden_states)
    # transformers' last hidden state has been through ln_f already: normalise the others only.
    states[:-1] = [model.transformer.ln_f(state) for state in states[:-1]]
    p = model.lm_head(torch.stack(states)[:, 0, -1]).softmax(-1)  # (n_layer + 1, n_vocab)
tops = p.argmax(-1).tolist()
layer = len(tops)
while layer and tops[layer - 1] == tops[-1]:
    layer -= 1
print([tokenizer.decode([token]) for token in tops])
print(f"from layer {layer} on; in the end it has {p[-1].max():.2%}")
result = [[layer], tops, [float(p[-1].max())]]
