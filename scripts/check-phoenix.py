#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks Phoenix's GraphQL interface whether a trace of ours is there and drawn as it should be.

Usage: check-phoenix.py URL TRACE
"""
import json
import sys
import urllib.request

url, trace = sys.argv[1:]
query = """{ projects { edges { node { name spans(first: 50) { edges { node {
    name spanKind statusCode parentId tokenCountPrompt tokenCountCompletion trace { traceId }
    input { value } output { value } } } } } } } }"""
request = urllib.request.Request(
    f"{url}/graphql", json.dumps({"query": query}).encode(), {"content-type": "application/json"})
answer = json.load(urllib.request.urlopen(request, timeout=10))
assert "errors" not in answer, answer["errors"]
spans = [span["node"] for project in answer["data"]["projects"]["edges"] for span in project["node"]["spans"]["edges"]
         if span["node"]["trace"]["traceId"] == trace]
chat = [span for span in spans if span["spanKind"] == "llm"]
assert len(chat) == 1, f"{len(chat)} spans of a language model among {spans}"
chat = chat[0]
assert chat["name"] == "chat smollm2", chat
assert chat["tokenCountPrompt"] > 0 and chat["tokenCountCompletion"] > 0, chat
assert chat["input"]["value"] == "The capital of France?" and chat["output"]["value"], chat
assert any(span["name"] == "POST /v1/chat/completions" for span in spans), spans
print(f"{chat['tokenCountPrompt']} → {chat['tokenCountCompletion']} tokens, {chat['output']['value']!r}")
