# SPDX-License-Identifier: Apache-2.0
"""Renders our own cases with real Jinja2 and stores what it gives.

    python3 -m venv venv && venv/bin/pip install 'jinja2>=3.1.6,<3.2'
    venv/bin/python scripts/references/jinja_cases.py

Writes Tests/PromptTemplatesTests/Fixtures/jinja_cases.json. A case whose result differs from run to run, such as one
that shows an address, is left out.
"""
import copy
import itertools
import json
import pathlib

import jinja2
from jinja2 import ext, nodes, sandbox

import jinja_expressions
import jinja_templates

TARGET = pathlib.Path(__file__).parents[2] / "Tests/PromptTemplatesTests/Fixtures/jinja_cases.json"


class Generation(ext.Extension):
    """Lets `{% generation %}` through as transformers' own extension does when nothing is traced."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


KINDS = [
    (jinja2.TemplateNotFound, "template-not-found"),
    (jinja2.TemplateSyntaxError, "syntax"),
    (sandbox.SecurityError, "forbidden"),
    (jinja2.UndefinedError, "undefined-value"),
    (jinja2.exceptions.FilterArgumentError, "invalid-argument"),
    (AssertionError, "invalid-argument"),
    (RecursionError, "limit-exceeded"),
    ((jinja2.TemplateRuntimeError, RuntimeError), "runtime-failure"),
    (ZeroDivisionError, "zero-division"),
    (OverflowError, "overflow"),
    ((TypeError, AttributeError), "wrong-type"),
    ((ValueError, LookupError), "invalid-value"),
    # Two rules that Python itself checks when Jinja hands it the compiled template.
    (SyntaxError, "syntax"),
]


def outcome(source, context, options):
    """What Jinja2 makes of a case: its text, or the kind of its error."""
    options = dict(options)
    undefined = {"strict": jinja2.StrictUndefined, "chainable": jinja2.ChainableUndefined}.get(
        options.pop("undefined", None), jinja2.Undefined)
    kind = sandbox.ImmutableSandboxedEnvironment if options.pop("sandboxed", False) else jinja2.Environment
    environment = kind(
        loader=jinja2.DictLoader(jinja_templates.LOADED), undefined=undefined,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", Generation], **options)
    try:
        return {"text": environment.from_string(source).render(copy.deepcopy(context))}
    except NameError:
        return None  # Jinja writes a folded infinity as the name `inf`
    except Exception as error:  # noqa: BLE001 every failure is a result here
        for types, name in KINDS:
            if isinstance(error, types):
                return {"error": name}
        raise


def cases():
    """Every case as (group, source, context's name, options)."""
    for expression in jinja_expressions.EXPRESSIONS:
        yield "expression", "{{ " + expression + " }}", "expressions", {}
    for template in jinja_templates.TEMPLATES:
        yield "template", template, "templates", {}
    names = ["trim_blocks", "lstrip_blocks", "keep_trailing_newline"]
    for template in jinja_templates.WHITESPACE:
        for values in itertools.product([False, True], repeat=3):
            yield "whitespace", template, "templates", dict(zip(names, values))
    for mode in ["strict", "chainable"]:
        for expression in jinja_expressions.EXPRESSIONS:
            if any(word in expression for word in ("undefined_thing", "nope", "missing")):
                yield mode, "{{ " + expression + " }}", "expressions", {"undefined": mode}
    for template in jinja_templates.TEMPLATES:
        if any(word in template for word in ("html", "macro", "filter")):
            yield "autoescape", template, "templates", {"autoescape": True}
    for expression in jinja_expressions.EXPRESSIONS:
        if any(word in expression for word in ("append", "pop", "update", "__", "extend", "range(", "safe")):
            if "tojson" not in expression:
                yield "sandbox", "{{ " + expression + " }}", "expressions", {"sandboxed": True}


def main():
    contexts = {"expressions": jinja_expressions.CONTEXT, "templates": jinja_templates.CONTEXT}
    result, seen = [], set()
    for group, source, context, options in cases():
        key = (source, context, json.dumps(options))
        if key in seen:
            continue
        seen.add(key)
        found = outcome(source, contexts[context], options)
        if found is None or " at 0x" in found.get("text", ""):
            continue
        result.append({"group": group, "source": source, "context": context, **({"options": options} if options else {}),
                       **found})
    document = {"jinja2": "3.1", "contexts": contexts, "templates": jinja_templates.LOADED, "cases": result}
    lines = ["{"]
    for name in ["jinja2", "contexts", "templates"]:
        lines.append(f"{json.dumps(name)}: {json.dumps(document[name], ensure_ascii=False)},")
    lines.append('"cases": [')
    lines.append(",\n".join(json.dumps(case, ensure_ascii=False) for case in result))
    lines.append("]}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")
    print(f"{len(result)} cases, {sum('error' in case for case in result)} of them errors -> {TARGET}")


if __name__ == "__main__":
    main()
