# SPDX-License-Identifier: Apache-2.0
"""Whole templates that jinja_cases.py renders with real Jinja2, separated by lines of `====`."""

LOADED = {
    "plain.txt": "included({{ x }},{{ local }})",
    "sets.txt": "{% set exported = 'E' ~ (x or '-') %}{% set _hidden = 1 %}body",
    "macros.txt": "{% macro hi(name, greet='Hi') %}{{ greet }} {{ name }}{{ x }}{% endmacro %}"
                  "{% macro _private() %}p{% endmacro %}{% set const = 5 %}",
    "base.txt": "<{% block title %}base title{% endblock %}|{% block body %}base body{% endblock %}"
                "|{% block foot %}foot {{ self.title() }}{% endblock %}>",
    "middle.txt": "{% extends 'base.txt' %}{% block title %}mid({{ super() }}){% endblock %}"
                  "{% block body %}{{ super() }}+mid{% endblock %}",
    "scoped.txt": "{% for i in [1,2] %}{% block item scoped %}[{{ i }}]{% endblock %}{% endfor %}",
    "unscoped.txt": "{% for i in [1,2] %}{% block item %}[{{ i }}]{% endblock %}{% endfor %}",
    "required.txt": "{% block need required %}{% endblock %}",
    "inner_loop.txt": "{{ loop.index if loop is defined else 'noloop' }}",
    "recursive.txt": "{{ n }}{% if n > 0 %}{% set n = n - 1 %}{% include 'recursive.txt' %}{% endif %}",
    "broken.txt": "{% if %}",
    "nl.txt": "line\n",
}

CONTEXT = {
    "x": 1, "y": "why", "items": ["a", "b", "c"], "nothing": [], "flag": True, "html": "<b>&</b>",
    "map": {"k1": "v1", "k2": "v2"}, "pairs": [[1, "one"], [2, "two"]],
    "tree": [{"n": "r1", "kids": [{"n": "c1", "kids": [{"n": "g1", "kids": []}]}, {"n": "c2", "kids": []}]},
             {"n": "r2", "kids": []}],
    "rows": [{"g": "a", "v": 1}, {"g": "a", "v": 2}, {"g": "b", "v": 3}],
}

TEMPLATES = r"""
plain text
====
{{ x }}{# comment #}{{ y }}
====
{# multi
line {{ x }} #}after
====
{% for i in items %}{{ i }}{% endfor %}
====
{% for i in nothing %}{{ i }}{% else %}empty{% endfor %}
====
{% for i in items %}{{ i }}{% else %}empty{% endfor %}
====
{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}
====
{% for k in map %}{{ k }}{% endfor %}
====
{% for a, b in pairs %}{{ a }}{{ b }}{% endfor %}
====
{% for (a, b) in pairs %}{{ a }}{{ b }}{% endfor %}
====
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
====
{% for a, b in [1, 2] %}{{ a }}{% endfor %}
====
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
====
{% for i in 5 %}{{ i }}{% endfor %}
====
{% for i in none %}{{ i }}{% endfor %}
====
{% for i in undefined_thing %}{{ i }}{% else %}e{% endfor %}
====
{% for c in 'abc' %}{{ c }},{% endfor %}
====
{% for i in items %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}
====
{% for i in items %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {% endfor %}
====
{% for i in items %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}
====
{% for i in range(5) %}{{ loop.cycle('odd', 'even') }} {% endfor %}
====
{% for r in rows %}{% if loop.changed(r.g) %}[{{ r.g }}]{% endif %}{{ r.v }}{% endfor %}
====
{% for i in [1,1,2,2,1] %}{{ loop.changed(i) }} {% endfor %}
====
{% for i in range(6) if i is odd %}{{ i }}/{{ loop.length }}/{{ loop.index }} {% endfor %}
====
{% for i in range(6) if i > 10 %}{{ i }}{% else %}none{% endfor %}
====
{% for i in items if i != 'b' %}{{ i }}{{ loop.last }}{% endfor %}
====
{% for i in items if loop %}{{ i }}{% endfor %}
====
{% for n in tree recursive %}{{ n.n }}{% if n.kids %}({{ loop(n.kids) }}){% endif %}{% endfor %}
====
{% for n in tree recursive %}{{ loop.depth }}:{{ n.n }}{{ loop(n.kids) }}{% endfor %}
====
{% for n in tree recursive %}{{ loop.depth0 }}{{ loop.index }}{{ n.n }}{% if not loop.last %},{% endif %}{{ loop(n.kids) }}{% else %}.{% endfor %}
====
{% for n in tree if n.n != 'r2' recursive %}{{ n.n }}{{ loop(n.kids) }}{% endfor %}
====
{% for n in items %}{{ loop(n) }}{% endfor %}
====
{% for i in items %}{% for j in items %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}
====
{% for i in items %}{% set outer = loop %}{% for j in [1,2] %}{{ outer.index }}{{ j }} {% endfor %}{% endfor %}
====
{% for i in items %}{% if i == 'b' %}{% break %}{% endif %}{{ i }}{% endfor %}
====
{% for i in items %}{% if i == 'b' %}{% continue %}{% endif %}{{ i }}{% endfor %}
====
{% for i in items %}{% break %}{% else %}else{% endfor %}
====
{% for i in items %}{% continue %}{% else %}else{% endfor %}
====
{% for i in items %}{% for j in items %}{% if j == 'b' %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}
====
{% break %}
====
{% for i in items %}{{ i }}{% endfor %}{{ i }}
====
{% for x in items %}{{ x }}{% endfor %}{{ x }}
====
{% set z = 0 %}{% for i in items %}{% set z = z + 1 %}{{ z }}{% endfor %}{{ z }}
====
{% set ns = namespace(n=0) %}{% for i in items %}{% set ns.n = ns.n + loop.index %}{% endfor %}{{ ns.n }}
====
{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}
====
{% set ns = {'a': 1} %}{% set ns.a = 2 %}
====
{% set undefined_ns.a = 2 %}
====
{% set ns = namespace(found=false) %}{% for i in items if not ns.found %}{{ i }}{% set ns.found = true %}{% endfor %}
====
{% for i in items %}{% if loop.first %}{% set seen = i %}{% endif %}{{ seen }}-{% endfor %}
====
{% for loop in items %}{{ loop }}{% endfor %}
====
{% for i in items %}{% set loop = 1 %}{% endfor %}
====
{% set a = 1 %}{{ a }}{% set a = 2 %}{{ a }}
====
{% set a, b = 1, 2 %}{{ a }}{{ b }}
====
{% set a, b = [1, 2] %}{{ b }}{{ a }}
====
{% set a = 1, 2 %}{{ a }}
====
{% set (a, b) = (1, 2) %}{{ a }}{{ b }}
====
{% set a, b = 1 %}
====
{% set a, b = 1, 2, 3 %}
====
{% set a %}block {{ x }}{% endset %}[{{ a }}]
====
{% set a | upper %}block {{ x }}{% endset %}[{{ a }}]
====
{% set a | upper | replace('B', '8') %}block{% endset %}[{{ a }}]
====
{% set a %}{% set inner = 5 %}{{ inner }}{% endset %}{{ a }}{{ inner }}
====
{% set a %}{% for i in items %}{{ i }}{% endfor %}{% endset %}{{ a|length }}
====
{% set true = 1 %}
====
{% set 'a' = 1 %}
====
{% set a.b.c = 1 %}
====
{% set a %}unclosed
====
{% if x %}yes{% endif %}
====
{% if x == 2 %}a{% elif x == 1 %}b{% else %}c{% endif %}
====
{% if x == 2 %}a{% elif x == 3 %}b{% else %}c{% endif %}
====
{% if x == 2 %}a{% elif x == 3 %}b{% elif x == 1 %}d{% endif %}
====
{% if flag %}{% set inif = 1 %}{% endif %}{{ inif }}
====
{% if not flag %}{% set inif = 1 %}{% endif %}[{{ inif }}]
====
{% if flag %}{% set x = 9 %}{% endif %}{{ x }}
====
{% if false %}{% set x = 9 %}{% endif %}{{ x }}
====
{% if false %}{% set x = 9 %}{% else %}{% set q = 2 %}{% endif %}{{ x }}{{ q }}
====
{% if false %}{% elif true %}{% set x = 9 %}{% endif %}{{ x }}
====
{% for i in [1] %}{% if true %}{% set x = 9 %}{% endif %}{{ x }}{% endfor %}{{ x }}
====
{% for i in [1,2] %}{{ x }}{% set x = 9 %}{{ x }}{% endfor %}{{ x }}
====
{% if undefined_thing %}a{% else %}b{% endif %}
====
{% if undefined_thing.x %}a{% endif %}
====
{% if x %}a{% else %}b{% else %}c{% endif %}
====
{% if x %}
====
{% endif %}
====
{% if x %}{% for i in items %}{% endif %}{% endfor %}
====
{% if false %}{{ x|nofilter }}{% endif %}ok
====
{% if true %}{{ x|nofilter }}{% endif %}
====
{{ x|nofilter if false else 'ok' }}
====
{% if false %}{% for i in items %}{{ i|nofilter }}{% endfor %}{% endif %}
====
{% if x is notest %}{% endif %}
====
{% macro m() %}hi{% endmacro %}{{ m() }}
====
{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=5, a=4) }} {{ m() }}
====
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}
====
{% macro m(a, b=x) %}{{ a }}{{ b }}{% endmacro %}{{ m(7) }}
====
{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k=4) }}
====
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
====
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(q=2) }}
====
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}
====
{% macro m(a, b) %}{{ a is defined }}{{ b is defined }}{% endmacro %}{{ m(1) }}
====
{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}
====
{% macro m(a, b=1, c) %}{% endmacro %}
====
{% macro m(a, a) %}{% endmacro %}
====
{% macro m() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ m() }}
====
{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% set x = 5 %}{{ m() }}
====
{{ x }}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% set x = 5 %}{{ m() }}
====
{% macro m() %}{% set x = 9 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}
====
{% macro m() %}[{{ i }}]{% endmacro %}{% for i in items %}{{ m() }}{% endfor %}
====
{% for i in items %}{% macro m() %}[{{ i }}]{% endmacro %}{{ m() }}{% endfor %}
====
{% for i in items %}{% macro m() %}[{{ i }}]{% endmacro %}{% endfor %}{{ m is defined }}
====
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
====
{% macro f(n) %}{{ n * f(n - 1)|int if n > 1 else 1 }}{% endmacro %}{{ f(5) }}
====
{% macro a() %}A{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}
====
{% macro outer() %}{% macro inner() %}in{% endmacro %}<{{ inner() }}>{% endmacro %}{{ outer() }}
====
{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}body {{ x }}{% endcall %}
====
{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% endcall %}
====
{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(a, b=3) m() %}{{ a }}{{ b }}{% endcall %}
====
{% macro m(l) %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) m(items) %}<{{ i }}>{% endcall %}
====
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}
====
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
====
{% macro m() %}nocaller{% endmacro %}{% call m() %}x{% endcall %}
====
{% macro m(caller) %}{{ caller }}{% endmacro %}{{ m(1) }}
====
{% macro m(caller=none) %}{{ caller() if caller else 'no' }}{% endmacro %}{{ m() }}{% call m() %}c{% endcall %}
====
{% macro a() %}[{{ caller() }}]{% endmacro %}{% macro b() %}({{ caller() }}){% endmacro %}{% call a() %}{% call b() %}x{% endcall %}{% endcall %}
====
{% call x() %}{% endcall %}
====
{% call items %}{% endcall %}
====
{{ m }}{% macro m() %}{% endmacro %}
====
{% macro m(a, b=1) %}{{ varargs }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_varargs }}{{ m.catch_kwargs }}{{ m.caller }}
====
{% macro m(a) %}{{ a }}{% endmacro %}{{ [1,2]|map('string')|map('upper')|list }}{{ m(*[5]) }}{{ m(**{'a': 6}) }}
====
{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(**{'b': 1, 'a': 2}) }}
====
{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1], b=2) }}
====
{% macro m(varargs) %}{{ varargs }}{% endmacro %}{{ m(3) }}
====
{% macro m() %}a{{ varargs|length }}{% endmacro %}{{ m(1,2,3) }}
====
{% filter upper %}text {{ x }} {{ y }}{% endfilter %}
====
{% filter replace('a', 'b')|upper %}banana{% endfilter %}
====
{% filter indent(2) %}a
b{% endfilter %}
====
{% filter length %}abc{% endfilter %}
====
{% filter list %}abc{% endfilter %}
====
{% call dict() %}x{% endcall %}
====
{% for x in items %}{{ loop.cycle(a=1) }}{% endfor %}
====
{% for i in [1, 2, 3] %}{% filter upper %}a{% if i == 2 %}{% break %}{% endif %}{% endfilter %}{% endfor %}b
====
{% for i in [1, 2, 3] %}{% set z %}a{{ i }}{% if i == 2 %}{% continue %}{% endif %}{% endset %}{{ z }}{% endfor %}b
====
{% for i in [1, 2] %}{% for j in [] %}{% else %}e{% break %}{% endfor %}{{ i }}{% endfor %}b
====
{% for i in [1, 2] %}{% for j in [] %}{% else %}e{% continue %}{% endfor %}{{ i }}{% else %}none{% endfor %}b
====
{% for i in [1, 2] %}{% for j in [] recursive %}{% else %}e{% break %}{% endfor %}{{ i }}{% endfor %}b
====
{% for i in [] %}{% else %}{% break %}{% endfor %}
====
{% macro m(true) %}{% endmacro %}
====
{% macro none() %}{% endmacro %}
====
{% import 'macros.txt' as None %}
====
{% from 'macros.txt' import hi as false %}
====
{% from 'macros.txt' import true %}
====
{% for i in [1] %}{% block a %}{% break %}{% endblock %}{% endfor %}
====
{% filter nope %}{% endfilter %}
====
{% filter upper %}{% set f = 1 %}{{ f }}{% endfilter %}{{ f }}
====
{% with %}{% set w = 1 %}{{ w }}{% endwith %}{{ w }}
====
{% with a=1, b=2 %}{{ a }}{{ b }}{% endwith %}{{ a }}
====
{% with a=1, b=a %}{{ b }}{% endwith %}
====
{% with x=5 %}{{ x }}{% endwith %}{{ x }}
====
{% with x=x+1 %}{{ x }}{% with x=x+1 %}{{ x }}{% endwith %}{{ x }}{% endwith %}
====
{% with a, b = (1, 2) %}{{ a }}{{ b }}{% endwith %}
====
{% with a=1 b=2 %}{% endwith %}
====
{% raw %}{{ x }}{% if %}{# #}{% endraw %}
====
{%- raw -%} {{ x }} {%- endraw -%} z
====
{% raw %}unclosed
====
{% raw %}a{% endraw %}{% raw %}b{% endraw %}
====
{% autoescape true %}{{ html }}{{ html|safe }}{{ html|e }}{% endautoescape %}{{ html }}
====
{% autoescape false %}{{ html }}{% endautoescape %}
====
{% autoescape flag %}{{ html }}{{ '<' ~ html }}{{ '<'|safe ~ html }}{% endautoescape %}
====
{% autoescape true %}{% set h %}<i>{{ html }}</i>{% endset %}{{ h }}{% endautoescape %}
====
{% autoescape true %}{% macro m() %}<i>{{ html }}</i>{% endmacro %}{{ m() }}{% endautoescape %}
====
{% macro m() %}<i>{{ html }}</i>{% endmacro %}{% autoescape true %}{{ m() }}{% endautoescape %}
====
{% autoescape true %}{{ [html, '<'|safe]|join('&') }}{{ html|replace('b', '<') }}{{ html|upper }}{{ {'a': '<'}|xmlattr }}{% endautoescape %}
====
{% autoescape true %}{{ html|tojson }}{{ 'http://a.com'|urlize }}{{ html|indent }}{{ html|striptags }}{{ html|string }}{{ [html] }}{% endautoescape %}
====
{% autoescape true %}{{ html|forceescape }}{{ 'a'|safe ~ 'b' }}{{ html|truncate(3, true, '<', 0) }}{{ html|format }}{% endautoescape %}
====
{% autoescape true %}{% filter upper %}<{{ html }}{% endfilter %}{% endautoescape %}
====
{% autoescape true %}{% set a = 1 %}{% endautoescape %}{{ a }}
====
{% autoescape true %}{% for i in ['<'] %}{{ i }}{{ loop.index }}{% endfor %}{% endautoescape %}
====
{% autoescape true %}{{ none }}{{ 5 }}{{ "'\"" }}{{ undefined_thing }}{% endautoescape %}
====
{% do items.append('z') %}{{ items }}
====
{% do x %}done
====
{% set l = [] %}{% for i in items %}{% do l.append(i ~ '!') %}{% endfor %}{{ l }}
====
{% set d = {} %}{% do d.update({'a': 1}) %}{% do d.update(b=2) %}{{ d }}
====
{% set l = [1] %}{% set _ = l.append(2) %}{{ l }}{{ l.pop() }}{{ l }}
====
{% print x %}{% print x, y %}
====
{% include 'plain.txt' %}
====
{% set local = 'L' %}{% include 'plain.txt' %}
====
{% set local = 'L' %}{% include 'plain.txt' without context %}
====
{% set local = 'L' %}{% include 'plain.txt' with context %}
====
{% for x in items %}{% include 'plain.txt' %}{% endfor %}
====
{% for x in items %}{% set local = x %}{% include 'plain.txt' %}{% endfor %}
====
{% for i in items %}{% include 'inner_loop.txt' %}{% endfor %}
====
{% for i in items %}{{ loop.index }}{% include 'inner_loop.txt' %}{% endfor %}
====
{% include 'nope.txt' %}
====
{% include 'nope.txt' ignore missing %}ok
====
{% include 'nope.txt' ignore missing with context %}ok
====
{% include ['nope.txt', 'plain.txt'] %}
====
{% include ['nope.txt', 'nada.txt'] %}
====
{% include ['nope.txt', 'nada.txt'] ignore missing %}ok
====
{% include [] %}
====
{% set name = 'plain.txt' %}{% include name %}
====
{% include 'sets.txt' %}{{ exported }}
====
{% set n = 3 %}{% include 'recursive.txt' %}
====
{% include 'broken.txt' %}
====
{% include 'nl.txt' %}|
====
{% include undefined_thing %}
====
{% include x %}
====
{% macro m(local) %}{% include 'plain.txt' %}{% endmacro %}{{ m('ML') }}
====
{% with local='W' %}{% include 'plain.txt' %}{% endwith %}
====
{% import 'macros.txt' as m %}{{ m.hi('Bob') }}
====
{% import 'macros.txt' as m with context %}{{ m.hi('Bob') }}
====
{% import 'macros.txt' as m %}{{ m.const }}{{ m.nope }}{{ m._private is defined }}
====
{% import 'macros.txt' as m %}{{ m.nope() }}
====
{% from 'macros.txt' import hi %}{{ hi('Bob', greet='Yo') }}
====
{% from 'macros.txt' import hi as hello, const %}{{ hello('Bob') }}{{ const }}
====
{% from 'macros.txt' import hi with context %}{{ hi('Bob') }}
====
{% from 'macros.txt' import nope %}{{ nope is defined }}
====
{% from 'macros.txt' import nope %}{{ nope() }}
====
{% from 'macros.txt' import _private %}
====
{% from 'macros.txt' import hi, %}{{ hi('a') }}
====
{% import 'sets.txt' as s %}{{ s.exported }}{{ s }}
====
{% import 'sets.txt' as s with context %}{{ s.exported }}
====
{% import 'nope.txt' as s %}
====
{% set x = 77 %}{% import 'sets.txt' as s with context %}{{ s.exported }}
====
{% for i in items %}{% from 'macros.txt' import hi %}{{ hi(i) }}{% endfor %}
====
{% from 'macros.txt' import hi %}{% call hi('x') %}{% endcall %}
====
{% extends 'base.txt' %}
====
{% extends 'base.txt' %}{% block title %}mine{% endblock %}
====
{% extends 'base.txt' %}{% block title %}mine-{{ super() }}{% endblock %}ignored {{ x }}
====
{% extends 'middle.txt' %}{% block title %}leaf({{ super() }}){% endblock %}
====
{% extends 'middle.txt' %}{% block title %}leaf({{ super.super() }}){% endblock %}
====
{% extends 'middle.txt' %}{% block body %}{{ super() }}{{ super() }}{% endblock %}
====
{% extends 'base.txt' %}{% block title %}{{ super.super() }}{% endblock %}
====
{% extends 'base.txt' %}{% set v = 5 %}{% block title %}{{ v }}{{ x }}{% endblock %}
====
{% extends 'base.txt' %}{% macro m() %}M{% endmacro %}{% block title %}{{ m() }}{% endblock %}
====
{% extends 'base.txt' %}{% block title %}{% set q = 1 %}{{ q }}{% endblock %}{% block body %}[{{ q }}]{% endblock %}
====
{% extends 'base.txt' %}{% block extra %}x{% endblock %}
====
{% extends 'scoped.txt' %}{% block item %}<{{ i }}>{% endblock %}
====
{% extends 'scoped.txt' %}{% block item scoped %}<{{ i }}{{ super() }}>{% endblock %}
====
{% include 'unscoped.txt' %}
====
{% include 'scoped.txt' %}
====
{% extends 'required.txt' %}{% block need %}given{% endblock %}
====
{% extends 'required.txt' %}
====
{% include 'required.txt' %}
====
{% block a %}A{% block b %}B{% endblock b %}{% endblock a %}
====
{% block a %}1{% endblock %}{% block a %}2{% endblock %}
====
{% block a %}{{ self.b() }}{% endblock %}{% block b %}B{{ x }}{% endblock %}
====
{% block a %}A{% endblock %}{{ self.a() }}{{ self.a()|upper }}
====
{{ self.nope() }}
====
{% block a-b %}{% endblock %}
====
{% block a required %}text{% endblock %}
====
{% set v = 1 %}{% block a %}{{ v }}{% endblock %}
====
{% for v in items %}{% block a %}{{ v }}{% endblock %}{% endfor %}
====
{% for v in items %}{% block a scoped %}{{ v }}{{ loop.index }}{% endblock %}{% endfor %}
====
{% if flag %}{% extends 'base.txt' %}{% endif %}text
====
{% if not flag %}{% extends 'base.txt' %}{% endif %}text{% block title %}T{% endblock %}
====
{% extends 'base.txt' %}{% extends 'base.txt' %}
====
{% for i in items %}{% extends 'base.txt' %}{% endfor %}
====
{% extends 'nope.txt' %}
====
{% extends base %}
====
{% set b = 'base.txt' %}{% extends b %}{% block body %}B{% endblock %}
====
before{% extends 'base.txt' %}after
====
{% extends 'base.txt' %}{% block title %}{% for i in items %}{{ i }}{% endfor %}{% endblock %}
====
{% extends 'base.txt' %}{% block title %}{% include 'plain.txt' %}{% endblock %}
====
{% extends 'base.txt' %}{% for i in items %}{{ i }}{% endfor %}
====
{% extends 'base.txt' %}{% filter upper %}visible{% endfilter %}
====
{% extends 'base.txt' %}{% import 'macros.txt' as m %}{% block title %}{{ m.hi('z') }}{% endblock %}
====
{% extends 'base.txt' %}{% block title %}{% autoescape true %}{{ html }}{% endautoescape %}{% endblock %}
====
{% extends 'base.txt' %}{% if flag %}{% block title %}cond{% endblock %}{% endif %}
====
{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{% do c.reset() %}{{ c.current }}
====
{% set j = joiner() %}{% for i in items %}{{ j() }}{{ i }}{% endfor %}
====
{% set j = joiner('|') %}{{ j() }}{{ j() }}{{ j() }}
====
{% set g = items|map('upper') %}{{ g|first }}{{ g|list }}{{ g|list }}
====
{% set g = items|map('upper') %}{% for i in g %}{{ i }}{% endfor %}{% for i in g %}{{ i }}{% else %}done{% endfor %}
====
{% if nothing|select %}true{% else %}false{% endif %}
====
{% for g in rows|groupby('g') %}{{ g.grouper }}:{% for r in g.list %}{{ r.v }}{% endfor %} {% endfor %}
====
{% for g, l in rows|groupby('g') %}{{ g }}:{{ l|sum('v') }} {% endfor %}
====
{% for g in rows|groupby('g') %}{{ g }}{{ g[0] }}{{ g|length }}{% endfor %}
====
{% for row in items|batch(2) %}{% for c in row %}{{ c }}{% endfor %}|{% endfor %}
====
{% for c in items|slice(2) %}{{ c }}{{ loop.index }}{% endfor %}
====
{% for k, v in map|dictsort(reverse=true) %}{{ k }}{{ v }}{% endfor %}
====
{% for i in items|reverse %}{{ i }}{{ loop.revindex }}{% endfor %}
====
{% for i in range(3) %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}
====
{% generation %}g{{ x }}{% endgeneration %}
====
{% unknown %}
====
{% for %}{% endfor %}
====
{% for i items %}{% endfor %}
====
{% for i in items %}
====
{{ x
====
{{ }}
====
{% %}
====
{{ x y }}
====
{{ x | }}
====
{{ x. }}
====
{{ (x }}
====
{{ [1, 2 }}
====
{{ 'abc }}
====
{{ x ! y }}
====
{{ x ) }}
====
{{ (x] }}
====
{# unclosed
====
{{ 1 + }}
====
{{ * 2 }}
====
{{ x is }}
====
{{ x is not }}
====
{{ f(a=1, 2) }}
====
{{ f(a=1, a=2) }}
====
{{ f(**a, *b) }}
====
{{ {'a' 1} }}
====
{{ {1, 2} }}
====
{{ x[] }}
====
{{ x[1:2, 3] }}
====
{{ x if }}
====
{{ not }}
====
{{ x and }}
====
{{ 1 if 2 else }}
====
{{ a.1b }}
====
{{ x in }}
====
{% set %}
====
{% set a = %}
====
{% macro %}{% endmacro %}
====
{% macro m %}{% endmacro %}
====
{% import 'a' %}
====
{% from 'a' %}
====
{% include %}
====
{% block %}{% endblock %}
====
{% endfor %}
====
{% else %}
====
{% for i in items %}{% endif %}
====
{% if x %}{% elif %}{% endif %}
====
{{ x }} {{ "}}" }} {{ '{{' }} {{ "%}" }}
====
{{ {'a': {'b': 1}}['a']['b'] }}
====
{{{'a': 1}.a}}
====
{{ '#}' }}{# x #}
====
{ { x } } { % x % } {x} %} }} #}
====
{{x}}{{y}}{%if x%}{{x}}{%endif%}
====
{{ x }}
====
{{- x -}}
====
{{+ x }}
====
{% if x: %}colon{% endif %}
====
{% for i in items: %}{{ i }}{% endfor %}
====
{% set x = [
  1,
  2,
] %}{{ x }}
====
{{ {
  'a': 1,
} }}
====
{{ x
   ~
   y }}
====
{% for i in items -%}
  {{ i }}
{%- endfor %}
====
{% for u in tree recursive -%}
- {{ u.n }}
{{ loop(u.kids) | indent(2, true) }}
{%- endfor %}
====
{% macro field(name, value='', type='text') -%}
<input type="{{ type }}" name="{{ name }}" value="{{ value|e }}">
{%- endmacro %}{{ field('a') }}
{{ field('b', '<x>', type='password') }}
====
{% set messages = [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': ' Yo '}] %}{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] | trim + '<|im_end|>' + '\n' }}{% endfor %}
====
{% set a = 'x' %}{% macro m(a) %}{{ a }}{% set a = 'inner' %}{{ a }}{% endmacro %}{{ m('arg') }}{{ a }}
====
{% set a = 'g' %}{% macro m() %}{% for i in [1] %}{{ a }}{% set a = 'l' %}{{ a }}{% endfor %}{{ a }}{% endmacro %}{{ m() }}{{ a }}
====
{% macro m() %}{{ undefined_until_later }}{% endmacro %}{% if true %}{% set undefined_until_later = 3 %}{% endif %}{{ m() }}
====
{% for i in [1,2] %}{% with a=i %}{% for j in [3] %}{{ a }}{{ i }}{{ j }}{{ loop.index }} {% endfor %}{% endwith %}{% endfor %}
====
{% for i in [1,2,3] %}{% if i == 2 %}{% set v = 'two' %}{% elif i == 3 %}{% set v = 'three' %}{% endif %}{{ v }}|{% endfor %}
====
{% set v = 'top' %}{% for i in [1,2] %}{{ v }}{% if i == 1 %}{% set v = 'in' %}{% endif %}{{ v }}|{% endfor %}{{ v }}
====
{% set x %}{{ x }}{% endset %}{{ x }}
====
{% for x in [x, 2] %}{{ x }}{% endfor %}
====
{% for i in [1,2] %}{% for i in [3,4] %}{{ i }}{% endfor %}{{ i }}{% endfor %}
====
{% set f = joiner %}{{ f is callable }}{{ range is callable }}
====
{{ range }}
====
{% set range = 5 %}{{ range }}
====
{% for item in items %}{{ loop.index }}: {{ item }}
{% endfor %}
====
{{ [1,2,3]|map('string')|join('-') }}{{ items|map('upper')|join }}
====
{{ undefined_thing.foo.bar }}
====
{{ x.foo.bar }}
====
{{ x.foo }}|{{ x['foo'] }}|{{ map.nope }}|{{ items[10] }}
====
{{ map.k1.nope.nope2 }}
====
{% set s = 'a\\nb' %}{{ s }}{{ 'a\nb' }}
====
{{ "tab\tnew\\" }}
====
line1
{{ undefined_thing.attr }}
====
a{% if true %}
b
{% endif %}
c
====
a
  {% if true %}
  b
  {% endif %}
c
====
<ul>
{% for i in items %}
  <li>{{ i }}</li>
{% endfor %}
</ul>
====
{% for i in items %}{{ loop }}{% endfor %}
====
{% set é = 1 %}{{ é }}{{ xȩ́y is defined }}
""".strip("\n").split("\n====\n")

# White space: each is rendered with every combination of the three options.
WHITESPACE = r"""
a
  {% if x %}
  b
  {% endif %}
c

====
a
  {%- if x %}
  b
  {%- endif %}
c
====
a
  {% if x -%}
  b
  {% endif -%}
c
====
a
  {%- if x -%}
  b
  {%- endif -%}
c
====
a
  {%+ if x %}
  b
  {%+ endif %}
c
====
a
  {% if x +%}
  b
  {% endif +%}
c
====
a
  {{ x }}
  {{- x }}
  {{ x -}}
  {{- x -}}
  b
====
  {# c1 #}
  {#- c2 -#}
  text {# c3 #}
{#+ c4 +#}
end
====
  {% raw %}
  {{ raw }}
  {% endraw %}
end
====
  {%- raw -%}
  {{ raw }}
  {%- endraw -%}
end
====
  {% raw %} a {% endraw +%}
end
====
{% for i in items %}
    {% if i == 'b' %}
        [{{ i }}]
    {% else %}
        {{ i }}
    {% endif %}
{% endfor %}

====
x {% if x %} y {% endif %} z
  w {% if x %}
q{% endif %}

====


{% set a = 1 %}

{% set b = 2 %}


{{ a }}{{ b }}


====
{% macro m() %}
  body
{% endmacro %}
{{ m() }}
  {%- set q = m() -%}
  [{{ q }}]
====
	{% if x %}	tab	{% endif %}	
	end
====
　{%- if x -%}　全角　{%- endif -%}　
end
====
{% if x %}{% endif %}
{% if x %}{% endif %}

tail
====
  {%   if x   %}   spaced   {%   endif   %}
====
text   {%- if x %} a {%- else %} b {% endif %}   
====
{% block a %}
  in
{% endblock %}
after
====
{% filter upper %}
  in
  {% if x %}
  deep
  {% endif %}
{% endfilter %}
after
====
{{ x }}

====
{% if x %}
{% endif %}
""".lstrip("\n").split("\n====\n")
