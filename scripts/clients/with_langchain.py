#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses a server through LangChain's classes for OpenAI's protocols."""
import importlib.metadata

from checks import CAPITAL, ENCODER, MODEL, SENTENCES, check_vectors, run
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings

PROMPTS = ["The capital of France is", "One, two, three,"]


def open_models(url):
    members = {"base_url": f"{url}/v1", "api_key": "unused", "model": MODEL, "temperature": 0, "max_retries": 0}
    return (OpenAI(**members, max_tokens=8), ChatOpenAI(**members, max_completion_tokens=24),
            ChatOpenAI(**members, max_completion_tokens=24, use_responses_api=True),
            OpenAIEmbeddings(base_url=members["base_url"], api_key="unused", model=ENCODER, check_embedding_ctx_length=False))


def completions(models):
    answers = models[0].batch(PROMPTS)
    assert answers == [models[0].invoke(prompt) for prompt in PROMPTS], answers
    assert "".join(models[0].stream(PROMPTS[0])) == answers[0], answers


def chat(models):
    for model in models[1:3]:
        whole = model.invoke(CAPITAL)
        assert "Paris" in whole.text, whole
        assert "".join(piece.text for piece in model.stream(CAPITAL)) == whole.text, whole


def embeddings(models):
    check_vectors(models[3].embed_documents(SENTENCES))


run("langchain-openai", importlib.metadata.version("langchain-openai"), open_models, [completions, chat, embeddings])
