# SPDX-License-Identifier: Apache-2.0
"""Chat templates of our own, in the styles that models use."""

TEMPLATES = {
    "chatml": """{%- if messages and messages[0]['role'] != 'system' %}
{{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}
{%- endif %}
{% for message in messages %}
{{ '<|im_start|>' + message.role + '\\n' + (message.content if message.content is string else message.content | map(attribute='text') | select('defined') | join(' ')) + '<|im_end|>' }}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\\n' -}}
{% endif %}
""",
    "bracketed": """{{ bos_token }}{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set turns = messages[1:] %}{% else %}{% set system = '' %}{% set turns = messages %}{% endif %}
{%- for message in turns %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('Roles must alternate: user, assistant, user, …') }}
    {%- endif %}
    {%- if message['role'] == 'user' %}
        {{- '[INST] ' + (('<<SYS>>\\n' ~ system ~ '\\n<</SYS>>\\n\\n') if loop.first and system else '') + message['content'] | trim + ' [/INST]' }}
    {%- elif message['role'] == 'assistant' %}
        {% generation %}{{ ' ' + message['content'] | trim + ' ' + eos_token }}{% endgeneration %}
    {%- endif %}
{%- endfor %}
""",
    "headers": """{{- bos_token }}
{%- set date = strftime_now('%d %b %Y') if strftime_now is defined else '26 Jul 2024' %}
{{- '<|start|>system<|end|>\\n\\nToday: ' + date + '\\n' }}
{%- if tools is not none %}
    {%- for tool in tools %}
        {{- tool | tojson(indent=4) }}
        {{- '\\n\\n' }}
    {%- endfor %}
{%- endif %}
{%- for message in messages %}
    {%- if message.tool_calls is defined and message.tool_calls %}
        {%- for call in message.tool_calls %}
            {{- '<|start|>assistant<|end|>\\n\\n' }}
            {{- '{"name": "' + call.function.name + '", "parameters": ' + call.function.arguments | tojson + '}' }}
        {%- endfor %}
    {%- elif message.role in ['tool', 'ipython'] %}
        {{- '<|start|>ipython<|end|>\\n\\n' }}
        {%- if message.content is mapping or message.content is iterable and message.content is not string %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
    {%- else %}
        {{- '<|start|>' + message.role + '<|end|>\\n\\n' }}
        {%- if message.content is string %}
            {{- message.content | trim }}
        {%- else %}
            {%- for part in message.content %}
                {%- if part.type == 'image' %}<|image|>{% else %}{{ part['text'] }}{% endif %}
            {%- endfor %}
        {%- endif %}
    {%- endif %}
    {{- '<|eot|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start|>assistant<|end|>\\n\\n' }}{% endif %}
""",
    "thinking": """{%- macro content_of(message) -%}
    {%- if message.content is string -%}{{ message.content }}
    {%- elif message.content -%}{%- for part in message.content if part.type == 'text' -%}{{ part.text }}{%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
{%- set ns = namespace(last=-1, multi=false) -%}
{%- for message in messages[::-1] -%}
    {%- set index = (messages | length - 1) - loop.index0 -%}
    {%- if ns.last == -1 and message.role == 'user' -%}{%- set ns.last = index -%}{%- endif -%}
{%- endfor -%}
{%- if tools -%}
<tools>
{% for tool in tools %}{{ tool | tojson(separators=(',', ':'), sort_keys=true) }}
{% endfor %}</tools>
{% endif -%}
{%- for message in messages -%}
    {%- set text = content_of(message) -%}
    {%- set reasoning = message.reasoning_content | default('', true) -%}
    {%- if '</think>' in text -%}
        {%- set reasoning = text.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') -%}
        {%- set text = text.split('</think>')[-1].lstrip('\\n') -%}
    {%- endif -%}
    <{{ message.role }}>{% if reasoning and loop.index0 > ns.last %}[{{ reasoning }}]{% endif %}{{ text }}
    {%- for call in message.tool_calls or [] -%}
        {%- set call = call.function if call.function else call -%}
        <call>{{ call.name }}
        {%- for key, value in call.arguments.items() %} {{ key }}={{ value | tojson if value is mapping or value is number else value }}{% endfor -%}
        </call>
    {%- endfor -%}
    </{{ message.role }}>
{% endfor -%}
{%- for document in documents or [] %}[{{ loop.index }}] {{ document.title }}: {{ document['text'] }}
{% endfor %}
{%- if add_generation_prompt -%}<assistant>{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{%- endif -%}
""",
}
