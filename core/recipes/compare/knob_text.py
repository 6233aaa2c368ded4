"""Two texts: one as the model goes on, one with the difference of A and B added at each step."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel, RepetitionPenaltyLogitsProcessor

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
ids_text = [464, 1862, 582]
layer = 6
factor = 1.0
n_tokens = 8
penalty = 1.3

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
module = [*model.transformer.h, model.transformer.ln_f][layer]
less_again = RepetitionPenaltyLogitsProcessor(penalty)
last = []


def listen(module, inputs):
    last.append(inputs[0][0, -1])


def turn(module, inputs):
    x = inputs[0].clone()
    x[0, -1] += factor * (last[0] - last[1])  # the token that is last at this step
    return (x, *inputs[1:])


def write():
    ids = list(ids_text)
    for _step in range(n_tokens):
        logits = model(torch.tensor([ids])).logits[:, -1]
        ids.append(int(less_again(torch.tensor([ids]), logits).argmax()))
        if ids[-1] == tokenizer.eos_token_id:
            break
    return ids[len(ids_text) :]


with torch.no_grad():
    hook = module.register_forward_pre_hook(listen)
    model(torch.tensor([ids_a]))
    model(torch.tensor([ids_b]))
    hook.remove()
    plain = write()
    hook = module.register_forward_pre_hook(turn)
    turned = write()
    hook.remove()
print("as it is:", tokenizer.decode(plain))
print("turned:  ", tokenizer.decode(turned))
result = [plain, turned]
