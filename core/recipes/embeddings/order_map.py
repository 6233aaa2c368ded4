"""Principal axes of the positions, and every position on them."""

import torch
from sklearn.decomposition import PCA
from transformers import GPT2LMHeadModel

source = "openai-community/gpt2"

model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()

wpe = model.transformer.wpe.weight.detach().numpy()
pca = PCA(3, svd_solver="full").fit(wpe)
axes = pca.components_
for axis in axes:  # fix the signs: the largest entry is positive
    axis *= 1 if axis[abs(axis).argmax()] > 0 else -1
points = (wpe - pca.mean_) @ axes.T
print(pca.explained_variance_ratio_)
print(points)
result = {"explained": pca.explained_variance_ratio_, "points": points}
