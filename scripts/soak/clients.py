# SPDX-License-Identifier: Apache-2.0
"""The clients of the soak: each asks its next question as its users would, and checks the answer.

A client raises Wrong for an answer that is not the right one, Cut for one without its end, and lets its library's errors through.
"""
import asyncio
import os
import pathlib
import subprocess

import anthropic
import numpy as np
import ollama
import openai
import tritonclient.grpc
import tritonclient.grpc.aio
import tritonclient.http
import tritonclient.http.aio
from langchain_openai import ChatOpenAI, OpenAI

MODEL, LENGTH = "smollm2", 16
PROMPTS = ["What is the capital of France?", "Name three colours.", "Count from one to ten.", "What do bees make?",
           "Write one sentence about the sea.", "How many legs does a spider have?"]
SENTENCES = ["A cat sits on the mat.", "Interest rates rose again this year.", "你好"]


class Wrong(Exception):
    """An answer that is not what it must be."""


class Cut(Exception):
    """An answer that has no end."""


def expect(got, wanted, what):
    if got != wanted:
        raise Wrong(f"{what}: {got!r} instead of {wanted!r}")


class Known:
    """What the server answers when nothing else is going on."""

    def __init__(self, server):
        client = openai_client(server)
        self.chats = {prompt: self.chat(client, prompt, temperature=0) for prompt in PROMPTS}
        self.drawn = {seed: self.chat(client, PROMPTS[4], temperature=0.8, seed=seed) for seed in range(4)}
        self.texts = {prompt: client.completions.create(
            model=MODEL, prompt=prompt, temperature=0, max_tokens=LENGTH).choices[0].text for prompt in PROMPTS}
        self.vectors = [item.embedding for item in client.embeddings.create(model="encoder", input=SENTENCES).data]
        self.rows = [np.array([[(number + column) % 7 - 3 for column in range(64)]], np.float32) for number in range(7)]
        triton = tritonclient.http.InferenceServerClient(server.http)
        self.lines = [triton.infer("linear", tensors(tritonclient.http, [("INPUT0", row)]), headers=bearer(server))
                      .as_numpy("OUTPUT0") for row in self.rows]

    @staticmethod
    def chat(client, prompt, **members):
        return client.chat.completions.create(
            model=MODEL, messages=said(prompt), max_tokens=LENGTH, **members).choices[0].message.content


def said(prompt):
    return [{"role": "user", "content": prompt}]


def bearer(server):
    """Headers of a request's own: NVIDIA's client adds to what it is given."""
    return {"authorization": f"Bearer {server.key}"}


def openai_client(server):
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, timeout=60)


class OpenAIChat:
    def __init__(self, server, known, start=0):
        self.client, self.known, self.start = openai_client(server), known, start

    def ask(self, number):
        number += self.start
        prompt, seed = PROMPTS[number % len(PROMPTS)], number % 4
        is_drawn = number % 3 == 0
        members = {"temperature": 0.8, "seed": seed} if is_drawn else {"temperature": 0}
        text, reason = "", None
        for chunk in self.client.chat.completions.create(
                model=["smollm2", "chat@canary"][number % 2], messages=said(PROMPTS[4] if is_drawn else prompt),
                max_tokens=LENGTH, stream=True, **members):
            text += chunk.choices[0].delta.content or ""
            reason = chunk.choices[0].finish_reason or reason
        if reason is None:
            raise Cut("openai: a stream without its end")
        expect(text, self.known.drawn[seed] if is_drawn else self.known.chats[prompt], "openai")


class AnthropicMessages:
    def __init__(self, server, known):
        self.client = anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0, timeout=60)
        self.known = known

    def ask(self, number):
        prompt = PROMPTS[number % len(PROMPTS)]
        with self.client.messages.stream(
                model=MODEL, messages=said(prompt), max_tokens=LENGTH, extra_body={"temperature": 0}) as events:
            final = events.get_final_message()
        if final.stop_reason is None:
            raise Cut("anthropic: a stream without its end")
        expect(final.content[0].text, self.known.chats[prompt], "anthropic")


class OllamaChat:
    def __init__(self, server, known):
        self.client, self.known = ollama.Client(host=server.url, headers=bearer(server), timeout=60), known

    def ask(self, number):
        prompt = PROMPTS[number % len(PROMPTS)]
        parts = list(self.client.chat(
            MODEL, said(prompt), options={"temperature": 0, "num_predict": LENGTH}, stream=True))
        if not parts or not parts[-1].done:
            raise Cut("ollama: a stream without its end")
        expect("".join(part.message.content for part in parts), self.known.chats[prompt], "ollama")


class LangChain:
    def __init__(self, server, known):
        members = {"base_url": f"{server.url}/v1", "api_key": server.key, "model": MODEL, "temperature": 0,
                   "max_retries": 0, "timeout": 60}
        self.texts, self.known = OpenAI(**members, max_tokens=LENGTH), known
        self.chats = ChatOpenAI(**members, max_completion_tokens=LENGTH)

    def ask(self, number):
        prompt = PROMPTS[number // 2 % len(PROMPTS)]
        if number % 2:
            return expect(self.texts.invoke(prompt), self.known.texts[prompt], "langchain")
        parts = list(self.chats.stream(prompt))
        if not any(part.response_metadata.get("finish_reason") for part in parts):
            raise Cut("langchain: a stream without its end")
        return expect("".join(part.text for part in parts), self.known.chats[prompt], "langchain")


class Embeddings:
    def __init__(self, server, known):
        self.client, self.known = openai_client(server), known

    def ask(self, number):
        index = number % len(SENTENCES)
        vector = self.client.embeddings.create(model="encoder", input=SENTENCES[index]).data[0].embedding
        if not np.allclose(vector, self.known.vectors[index], atol=1e-4):
            raise Wrong(f"embeddings: another vector for {SENTENCES[index]!r}")


class LLMProgram:
    """The program llm: a process for each question."""

    def __init__(self, server, known, programs):
        self.program, self.known, self.key = str(pathlib.Path(programs, "llm")), known, server.key
        folder = server.box / "llm"
        folder.mkdir(exist_ok=True)
        (folder / "extra-openai-models.yaml").write_text(
            f'- {{model_id: local, model_name: {MODEL}, api_base: "{server.url}/v1", api_key_name: local}}\n')
        self.environment = {**os.environ, "LLM_USER_PATH": str(folder)}

    def ask(self, number):
        prompt = PROMPTS[number % len(PROMPTS)]
        done = subprocess.run(
            [self.program, "-m", "local", "-o", "temperature", "0", "-o", "max_tokens", str(LENGTH), "--no-log", "--key",
             self.key, prompt], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment,
            stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Cut(f"llm: {done.stderr.strip().splitlines()[-1:]}")
        expect(done.stdout.strip(), self.known.chats[prompt].strip(), "llm")


def tensors(module, values, **form):
    kinds = {"int32": "INT32", "float32": "FP32", "object": "BYTES"}
    inputs = []
    for name, value in values:
        inputs.append(module.InferInput(name, list(value.shape), kinds[str(value.dtype)]))
        inputs[-1].set_data_from_numpy(value, **form)
    return inputs


class Tensors:
    """Questions to models of tensors that all of NVIDIA's clients ask, and the right answers."""

    def __init__(self, known):
        self.known = known

    def question(self, number):
        """Model, inputs, output and what it must be."""
        model = ["identity", "add_sub", "linear", "echo", "twice"][number % 5]
        left, right = (np.arange(16, dtype=np.int32).reshape(1, 16) + shift for shift in (number % 1000, 5))
        if model == "identity":
            values = np.random.default_rng(number).random((2, 500), np.float32)
            return model, [("INPUT0", values)], "OUTPUT0", values
        if model == "linear":
            return model, [("INPUT0", self.known.rows[number % 7])], "OUTPUT0", self.known.lines[number % 7]
        if model == "echo":
            return (model, [("text", np.array([f"word {number}".encode()], np.object_))], "output",
                    np.array([f"You said word {number}.".encode()], np.object_))
        if model == "twice":
            return model, [("A", left), ("B", right)], "C", 2 * left
        return model, [("INPUT0", left), ("INPUT1", right)], "OUTPUT0", left + right

    def check(self, model, got, wanted):
        # As JSON, texts are texts.
        if got is not None and got.dtype == np.object_:
            got = np.array([item if isinstance(item, bytes) else item.encode() for item in got.flat], np.object_)
        is_right = got is not None and got.shape == wanted.shape and (
            np.allclose(got, wanted, atol=1e-3) if got.dtype == np.float32 else (got == wanted).all())
        if not is_right:
            raise Wrong(f"{model}: {got!r} instead of {wanted!r}")


class TritonHTTP(Tensors):
    def __init__(self, server, known):
        super().__init__(known)
        self.client, self.server = tritonclient.http.InferenceServerClient(server.http), server

    def ask(self, number):
        model, inputs, output, wanted = self.question(number)
        form = {"binary_data": number % 2 == 0}
        answer = self.client.infer(
            model, tensors(tritonclient.http, inputs, **form), headers=bearer(self.server),
            outputs=[tritonclient.http.InferRequestedOutput(output, **form)])
        self.check(model, answer.as_numpy(output), wanted)


class TritonGRPC(Tensors):
    def __init__(self, server, known):
        super().__init__(known)
        self.client, self.server = tritonclient.grpc.InferenceServerClient(server.grpc), server

    def ask(self, number):
        model, inputs, output, wanted = self.question(number)
        algorithm = [None, "gzip"][number % 2]
        answer = self.client.infer(
            model, tensors(tritonclient.grpc, inputs), headers=bearer(self.server), compression_algorithm=algorithm,
            client_timeout=60)
        self.check(model, answer.as_numpy(output), wanted)


class TritonAsync(Tensors):
    """Both protocols from asyncio, several at a time."""

    def __init__(self, server, known):
        super().__init__(known)
        self.server = server
        self.runner = asyncio.Runner()

    def ask(self, number):
        self.runner.run(self.ask_all(number))

    async def ask_all(self, number):
        module, client = [
            (tritonclient.http, lambda: tritonclient.http.aio.InferenceServerClient(self.server.http)),
            (tritonclient.grpc, lambda: tritonclient.grpc.aio.InferenceServerClient(self.server.grpc)),
        ][number % 2]
        questions = [self.question(number + index) for index in range(5)]
        client = client()
        try:
            answers = await asyncio.gather(*(
                client.infer(model, tensors(module, inputs), headers=bearer(self.server)) for model, inputs, _, _ in questions))
        finally:
            await client.close()
        for (model, _, output, wanted), answer in zip(questions, answers):
            self.check(model, answer.as_numpy(output), wanted)
