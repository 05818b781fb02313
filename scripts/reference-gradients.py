#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/DifferentiableTensorsTests/Fixtures/pytorch.json: what PyTorch says of operations, their gradients, and steps of AdamW.

Usage: reference-gradients.py (needs torch; bench/training.sh installs it)
Each case has inputs with their gradients for the sum of the output times weights, all computed in float64 and kept as float32.
"""
import json
import pathlib

import torch
from torch.nn import functional

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
TARGET = pathlib.Path(__file__).resolve().parent.parent / "Tests/DifferentiableTensorsTests/Fixtures/pytorch.json"


def written(tensor):
    return {"shape": list(tensor.shape), "values": [float(torch.tensor(value, dtype=torch.float32)) for value in tensor.flatten().tolist()]}


def random(*shape, scale=1.0):
    # What is written is what is computed with.
    return (torch.randn(*shape) * scale).to(torch.float32).to(torch.float64).requires_grad_()


def case(name, inputs, function, **settings):
    output = function(*inputs)
    weights = torch.randn(output.shape).to(torch.float32).to(torch.float64)
    gradients = torch.autograd.grad((output * weights).sum(), inputs)
    return {"name": name, "inputs": [written(value.detach()) for value in inputs], "output": written(output.detach()),
            "weights": written(weights), "gradients": [written(value) for value in gradients], **settings}


def attended(rows, lengths, heads):
    parts, width = [], rows.shape[1] // 3
    for part in rows.split(lengths):
        query, key, value = (matrix.view(len(part), heads, width // heads).transpose(0, 1) for matrix in part.split(width, 1))
        parts.append(functional.scaled_dot_product_attention(query, key, value).transpose(0, 1).reshape(len(part), width))
    return torch.cat(parts)


def summary(queries, rows, lengths, heads):
    parts, width = [], queries.shape[1]
    for own, part in zip(queries, rows.split(lengths)):
        query = own.view(heads, 1, width // heads)
        key, value = (matrix.view(len(part), heads, width // heads).transpose(0, 1) for matrix in part.split(width, 1))
        parts.append(functional.scaled_dot_product_attention(query, key, value).reshape(width))
    return torch.stack(parts)


def attending(queries, memory, visible, keys, heads):
    """Each span's rows look at the first of its keys, as many as visible says."""
    parts, width = [], queries.shape[1]
    own, given = queries.split([len(part) for part in visible]), memory.split(keys)
    for part, rows, limits in zip(own, given, visible):
        query = part.view(len(part), heads, width // heads).transpose(0, 1)
        key, value = (matrix.view(len(rows), heads, width // heads).transpose(0, 1) for matrix in rows.split(width, 1))
        mask = torch.arange(len(rows)) < torch.tensor(limits)[:, None]
        parts.append(functional.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(0, 1).reshape(len(part), width))
    return torch.cat(parts)


def copying(logits, queries, keys, gates, continuation, classes, sources, matches):
    """The negative logarithm of a mixture: a softmax of the model's own, and attention to what may be copied."""
    scores = queries @ keys.T / keys.shape[1] ** 0.5 + continuation[torch.tensor(matches)]
    gate = torch.sigmoid(gates)
    copied = torch.zeros_like(logits).index_add(1, torch.tensor(sources), torch.softmax(scores, -1))
    mixture = (1 - gate) * torch.softmax(logits, -1) + gate * copied
    return functional.nll_loss(torch.log(mixture), torch.tensor(classes))


def distilled(logits, teacher, temperature):
    return functional.kl_div(functional.log_softmax(logits / temperature, -1), functional.softmax(teacher / temperature, -1),
                             reduction="batchmean")


def adamw():
    weights, bias = random(6, 5), random(5)
    optimiser = torch.optim.AdamW([{"params": [weights], "weight_decay": 0.1}, {"params": [bias], "weight_decay": 0.0}], lr=0.02)
    steps = []
    first = [written(weights.detach()), written(bias.detach())]
    for _ in range(4):
        weights.grad, bias.grad = random(6, 5, scale=3).detach(), random(5, scale=3).detach()
        gradients = [written(weights.grad), written(bias.grad)]
        torch.nn.utils.clip_grad_norm_([weights, bias], 1.0)
        optimiser.step()
        steps.append({"gradients": gradients, "weights": [written(weights.detach()), written(bias.detach())]})
    return {"weights": first, "rate": 0.02, "weight_decay": 0.1, "longest": 1.0, "steps": steps}


LENGTHS, HEADS = [1, 5, 3], 2
VISIBLE, KEYS, GROUPS = [[1, 4], [3, 2, 1]], [4, 3], [[0, 2, 3], [], [5], [2, 2]]
# What the rows of a copy have read is 2, then 4, then 0: place 1 continues the second row, place 2 the third by two.
SOURCES, MATCHES = [2, 4, 0, 4], [[0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 3]]
teacher = random(3, 5, scale=3).detach()
cases = [
    case("product", [random(7, 5), random(5, 9)], torch.matmul),
    case("gelu", [random(4, 19, scale=2)], functional.gelu),
    case("layer_norm", [random(3, 24, scale=2), random(24), random(24)],
         lambda rows, weight, bias: functional.layer_norm(rows, [24], weight, bias, 1e-5)),
    case("embedding", [random(6, 4)], lambda table: functional.embedding(torch.tensor([5, 0, 5, 2]), table), rows=[5, 0, 5, 2]),
    case("cross_entropy", [random(3, 5, scale=3)], lambda logits: functional.cross_entropy(logits, torch.tensor([4, 0, 2])),
         classes=[4, 0, 2]),
    case("divergence", [random(3, 5, scale=3)], lambda logits: distilled(logits, teacher, 2.0), teacher=written(teacher), temperature=2),
    case("attention", [random(9, 24)], lambda rows: attended(rows, LENGTHS, HEADS), lengths=LENGTHS, heads=HEADS),
    case("summary", [random(3, 8), random(9, 16)], lambda queries, rows: summary(queries, rows, LENGTHS, HEADS),
         lengths=LENGTHS, heads=HEADS),
    case("attending", [random(5, 8), random(7, 16)],
         lambda queries, memory: attending(queries, memory, VISIBLE, KEYS, HEADS), visible=VISIBLE, keys=KEYS, heads=HEADS),
    case("pooling", [random(6, 4)], lambda rows: torch.stack([rows[group].mean(0) if group else torch.zeros(4) for group in GROUPS]),
         groups=GROUPS),
    case("gated", [random(3, 19), random(3, 19, scale=3)], lambda rows, gates: rows * torch.sigmoid(gates)),
    case("product_of_rows", [random(7, 5), random(9, 5)], lambda rows, table: rows @ table.T),
    case("copying", [random(3, 6, scale=2), random(3, 8), random(4, 8), random(3, 1), random(5)],
         lambda *inputs: copying(*inputs, [4, 0, 2], SOURCES, MATCHES), classes=[4, 0, 2], rows=SOURCES),
]
TARGET.parent.mkdir(exist_ok=True)
TARGET.write_text(json.dumps({"torch": torch.__version__, "cases": cases, "adamw": adamw()}) + "\n", encoding="utf-8")
print(f"{TARGET}: {len(cases)} operations")
