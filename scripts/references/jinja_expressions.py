# SPDX-License-Identifier: Apache-2.0
"""Expressions that jinja_cases.py prints with real Jinja2, one a line in `{{ … }}`."""

CONTEXT = {
    "n": 42, "f": 3.25, "neg": -7, "zero": 0, "t": True, "no": False, "nil": None,
    "s": "Hello World", "empty": "", "zh": "你好，世界", "html": "<b class=\"x\">Tom & 'Jerry'</b>",
    "multi": "line one\nline two\n\nline four", "words": "the quick brown fox jumps over the lazy dog",
    "nums": [3, 1, 2], "mixed": [1, "a", None, 2.5, True], "names": ["bob", "Alice", "carol", "alice"],
    "nested": [[1, 2], [3, [4, 5]]], "none_list": [],
    "d": {"a": 1, "b": 2, "c": 3}, "order": {"z": 1, "y": 2, "X": 3, "w": 0}, "empty_d": {},
    "deep": {"x": {"y": {"z": "found"}}, "list": [{"k": "v0"}, {"k": "v1"}]},
    "users": [
        {"name": "Bob", "age": 30, "city": "Rome", "tags": ["x", "y"], "active": True},
        {"name": "alice", "age": 25, "city": "rome", "tags": [], "active": False},
        {"name": "Carol", "age": 35, "city": "Oslo", "tags": ["z"], "active": True},
        {"name": "dave", "age": 25, "city": "Bonn", "tags": ["x"], "active": False},
    ],
    "partial": [{"a": 1}, {"b": 2}, {"a": 3}],
    "long": "The quick brown fox jumps over the lazy dog, and well-known hyphenated-words keep-on-going. " * 3,
}

EXPRESSIONS = r"""
1 + 2
1 - 2 - 3
2 * 3 + 4
2 + 3 * 4
7 / 2
6 / 2
7 // 2
-7 // 2
7 // -2
-7 % 3
7 % -3
-7 % -3
7.5 % 2
-7.5 % 2
7.5 % -2
7.5 // 2
-7.5 // 2
2 ** 10
2 ** 3 ** 2
2 ** -1
-2 ** 2
(-2) ** 2
(-8) ** 2
2.0 ** 0.5
10 ** 18
9223372036854775807
1 / 0
1 // 0
1 % 0
1.0 / 0
1.5 // 0
1.5 % 0
0 ** -1
true + true
true * 5
1 == 1.0
1 == true
1 < 2 < 3
1 < 3 < 2
3 > 2 >= 2 != 1
'a' < 'b'
'Z' < 'a'
[1, 2] < [1, 3]
(1, 2) == (1, 2)
[1, 2] == (1, 2)
{'a': 1} == {'a': 1.0}
1 < 'a'
none < 1
[1] < 1
'10' == 10
none == false
nil is none
1 in [1, 2]
'a' in 'abc'
'' in 'abc'
'x' not in 'abc'
'a' in d
4 not in nums
1 in 'abc'
1 in 5
not true
not none
not not 1
true and 'yes'
0 or 'fallback'
'' or none
1 and 0
false or false
t and not no
1 if t else 2
1 if no else 2
1 if no
'a' if no else 'b' if no else 'c'
(1 if no) is defined
'a' ~ 1 ~ none ~ true ~ 1.5
'a' 'b' "c"
'a' * 3
3 * 'ab'
'a' * -1
[1] * 3
[1] + [2]
(1,) + (2,)
[1] + (2,)
'a' + 1
1 + 'a'
'a' - 'b'
-'a'
+'a'
+5
-n
--5
-f
+t
1.0
1.5
100.0
1e3
1e16
1e15
1.0e22
123456789.123456789
1e-4
1e-5
0.1 + 0.2
1/3
1e100
1e308 * 10
-1e308 * 10
-0.0
0.0 == -0.0
5e-324
1.7976931348623157e308
2.5e-7
1_000_000
0x1F
0o17
0b101
0xff_ff
1_0.5_0
1e+3
1E-3
1.
.5
'\n\t\\'
'it\'s'
"say \"hi\""
'\x41\u00e9\U0001F600'
'\101'
'\q'
'\x4'
'tab	in'
['a\nb', "it's", 'say "hi"', 'both \' and "']
['é', '你好', '\x00', '\x7f', '\u200b', '\U0001F600', '\\']
[1.0, 1e20, true, none, 'x']
(1,)
()
(1, 2)
(1)
1, 2
[]
{}
{'a': [1, {'b': (2,)}]}
{1: 'a', none: 'b', true: 'c', 2.5: 'd', (1, 2): 'e'}
{1: 'a', 1.0: 'b', true: 'c'}
{[1]: 2}
{'a': 1, 'a': 2}
[1, 2,]
{'a': 1,}
s
zh
n
f
nil
t
nums
mixed
d
nested
html
users[0]
undefined_thing
undefined_thing.attr
undefined_thing[0]
undefined_thing()
undefined_thing + 1
1 + undefined_thing
undefined_thing ~ 'x'
undefined_thing == undefined_other
undefined_thing != 1
undefined_thing < 1
not undefined_thing
undefined_thing is defined
undefined_thing|default('dflt')
undefined_thing|list
undefined_thing|length
undefined_thing|upper
undefined_thing|join(',')
undefined_thing|int
undefined_thing|float
undefined_thing|abs
undefined_thing|round
undefined_thing|first
undefined_thing|last
undefined_thing|sum
undefined_thing|sort
undefined_thing|tojson
undefined_thing|string
undefined_thing|trim
undefined_thing|replace('a', 'b')
undefined_thing|items|list
undefined_thing|e
undefined_thing|reverse|list
undefined_thing|unique|list
undefined_thing|map('upper')|list
undefined_thing|select|list
undefined_thing|dictsort
undefined_thing|wordcount
undefined_thing|title
undefined_thing|urlencode
undefined_thing|xmlattr
undefined_thing|indent
undefined_thing|truncate
undefined_thing|center(3)
undefined_thing|max
undefined_thing|batch(2)|list
undefined_thing|groupby('a')
undefined_thing|capitalize
undefined_thing|striptags
undefined_thing|pprint
[undefined_thing]
1 in undefined_thing
undefined_thing in [1]
-undefined_thing
d.a
d['a']
d.missing
d['missing']
d.missing.more
d[1]
deep.x.y.z
deep['x'].y['z']
deep.list[1].k
deep.list.1.k
deep.list[-1].k
deep.list[5]
deep.list[5].k
nums[0]
nums[-1]
nums[3]
nums['0']
nums['append'] is callable
nums[1.0]
s[0]
s[-1]
s[100]
zh[1]
s[0:5]
s[:5]
s[6:]
s[::-1]
s[::2]
s[1:8:3]
s[8:1:-2]
s[-3:]
s[:-3]
s[100:]
zh[1:3]
zh[::-1]
nums[1:]
nums[::-1]
nums[:2]
nums[::0]
nums[1:2:none]
nums['a':]
(1,2,3)[1:]
range(10)[2:5]|list
n[0]
n.foo
none.foo
none.foo.bar
none[0]
true.foo
d.items()|list
d.keys()|list
d.values()|list
d.items()
d.keys()
d.values()
d.get('a')
d.get('q')
d.get('q', 'dflt')
d.get()
d.pop('a')
d.pop('nope')
d.pop('nope', 9)
{'items': 5}.items is callable
{'items': 5}['items']
d.copy() == d
d.update({'q': 1})
d.setdefault('a', 5)
d.popitem()
nums.append(4)
nums.index(2)
nums.index(99)
nums.count(1)
nums.pop()
nums.pop(0)
[].pop()
nums.insert(0, 9)
nums.extend([1])
nums.remove(3)
nums.remove(33)
nums.sort()
nums.reverse()
nums.nope()
(1, 2, 1).count(1)
(1, 2, 1).index(2)
s.upper()
s.lower()
s.title()
s.swapcase()
s.capitalize()
'hello wORLD'.capitalize()
"they're bill's friends".title()
'ß'.upper()
'ΑΣ'.lower()
'  x '.strip()
'  x '.lstrip() ~ '|'
'  x '.rstrip() ~ '|'
'xxabcxx'.strip('x')
'xyabcyx'.lstrip('xy')
'abcxyx'.rstrip('xy')
'　x　'.strip()
s.startswith('Hello')
s.startswith('World', 6)
s.startswith(('a', 'He'))
s.startswith(1)
s.endswith('ld')
s.endswith(('x', 'ld'))
s.endswith('lo', 0, 5)
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a b  c '.split()
' a b  c '.split(none, 1)
'a b c'.split(maxsplit=1)
'a,b,c'.rsplit(',', 1)
'  a b c'.rsplit(none, 1)
'aaa'.rsplit('aa')
'abc'.split('')
''.split()
''.split(',')
'a-b-c'.partition('-')
'a-b-c'.rpartition('-')
'abc'.partition('-')
'abc'.rpartition('-')
'a\nb\r\nc\rd'.splitlines()
'a\nb\n'.splitlines(true)
'x'.join(['a', 'b'])
','.join([1])
','.join('abc')
''.join([])
'aXbX'.replace('X', 'y')
'aXbX'.replace('X', 'y', 1)
'abc'.replace('', '-')
'abc'.replace('b', '')
'hello'.find('l')
'hello'.find('z')
'hello'.find('l', 3)
'hello'.rfind('l')
'hello'.index('e')
'hello'.index('z')
'hello'.rindex('l')
'hello'.count('l')
'hello'.count('')
'aaaa'.count('aa')
'你好你'.find('你', 1)
'你好你'.rfind('你')
'abc'.isalpha()
'abc1'.isalnum()
'123'.isdigit()
'12.3'.isdigit()
'²'.isdigit()
'²'.isdecimal()
'½'.isnumeric()
''.isdigit()
' '.isspace()
'abc'.islower()
'ABC1'.isupper()
'123'.isupper()
'Abc Def'.istitle()
'abc'.isidentifier()
'1abc'.isidentifier()
'abc'.isascii()
'é'.isascii()
'a\n'.isprintable()
'5'.zfill(3)
'-5'.zfill(4)
'+5'.zfill(4)
'x'.center(5)
'xy'.center(5)
'x'.center(4)
'x'.center(5, '*')
'x'.ljust(3) ~ '|'
'x'.rjust(3)
'x'.rjust(3, '0')
'x'.rjust(3, 'ab')
'a\tb'.expandtabs()
'a\tb'.expandtabs(4)
'prefix-x'.removeprefix('prefix-')
'x.txt'.removesuffix('.txt')
'x'.casefold()
'Straße'.casefold()
'{} {}'.format(1, 'a')
'{0} {1} {0}'.format('a', 'b')
'{name}'.format(name='x')
'{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c')
'{:05d}'.format(42)
'{:.2f}'.format(3.14159)
'{:,}'.format(1234567)
'{:_}'.format(1234567)
'{:,.2f}'.format(1234567.891)
'{:+d} {: d}'.format(5, 5)
'{:x} {:X} {:o} {:b} {:#x} {:#b}'.format(255, 255, 8, 5, 255, 5)
'{:e} {:E} {:g}'.format(12345.678, 12345.678, 0.0001)
'{:%}'.format(0.25)
'{:.1%}'.format(0.256)
'{:*^9}'.format('mid')
'{!r} {!s}'.format('a', 'b')
'{0[0]} {1[a]}'.format([5], {'a': 6})
'{{}} {}'.format(1)
'{:{}}|'.format('a', 5)
'{'.format(1)
'{} {}'.format(1)
'{a}'.format(b=1)
'{:d}'.format('a')
'{:s}'.format(1)
'{:08.3f}'.format(-3.14159)
'{:010,d}'.format(12345)
'{:.3}'.format('abcdef')
'{:.3}'.format(1234.5)
'{}'.format(none)
'{:5}|'.format(true)
'{:c}'.format(65)
'%s %s' % ('a', 1)
'%d' % 5
'%d' % 5.9
'%5d|%-5d|%05d' % (1, 2, 3)
'%.2f' % 3.14159
'%8.3f|' % 3.14159
'%x %X %o %#x' % (255, 255, 8, 255)
'%e %g' % (12345.678, 0.00001234)
'%s' % none
'%s' % [1, 2]
'%r' % 'a'
'%%'
'100%%' % ()
'%(a)s %(b)d' % {'a': 'x', 'b': 2}
'%s' % (1, 2)
'%s %s' % 1
'%d' % 'a'
'%z' % 1
'%c%c' % ('a', 66)
'%+d % d' % (5, 5)
'%.3s' % 'abcdef'
'%*d' % (5, 42)
'%5s|%-5s|' % ('a', 'b')
'%.3d' % 5
'%s' % 'ü'
n|abs
neg|abs
-3.5|abs
(-3.5)|abs
'a'|abs
true|abs
d|attr('a')
s|attr('upper') is callable
d|attr('items') is callable
nums|batch(2)|list
[1,2,3,4,5]|batch(2, 'x')|list
[1,2,3,4,5]|batch(10, 0)|list
[]|batch(2)|list
'abcde'|batch(2)|list
nums|batch
'hELLO wORLD'|capitalize
''|capitalize
5|capitalize
'ñandú'|capitalize
'x'|center(7)
'xy'|center(7)
'x'|center
'x'|center(0)
5|center(4)
none|default('x')
''|default('x')
''|default('x', true)
none|default('x', true)
0|d(5, boolean=true)
missing|d
missing.a|d('z')
d.zzz|default('none here')
false|default('x', false)
order|dictsort
order|dictsort(true)
order|dictsort(false, 'value')
order|dictsort(by='value', reverse=true)
order|dictsort(reverse=true)
order|dictsort(by='nope')
{'b': 'B', 'A': 'a', 'c': 'C'}|dictsort(by='value')
{1: 'x', 'a': 'y'}|dictsort
nums|dictsort
html|escape
html|e
html|e|e
html|safe|e
5|e
none|e
[html]|e
html|forceescape
html|safe|forceescape
html|e|forceescape
(html|e) ~ '<'
(html|e) + '<'
'<' + ('>'|safe)
('<'|safe) + '>'
('<%s>'|safe) % '<'
('<%s>'|safe)|format('&')
('<i>'|safe).upper()
('a,b'|safe).split(',')
('{}'|safe).format('<')
('<b>'|safe).replace('b', '<')
('<'|safe) * 2
['<'|safe]
['<'|safe, '>']|join('&')
'<'|safe|upper
'&'|safe|replace('&', '<')
'x'|safe is escaped
'x' is escaped
'<b>'|safe|string is escaped
100|filesizeformat
1|filesizeformat
1000|filesizeformat
1024|filesizeformat(true)
1500000|filesizeformat
1500000|filesizeformat(binary=true)
123456789012|filesizeformat
1e27|filesizeformat
'1000'|filesizeformat
0|filesizeformat
999|filesizeformat
'abc'|filesizeformat
nums|first
[]|first
''|first
'abc'|first
d|first
[]|first is defined
5|first
nums|last
[]|last
'abc'|last
d|last
nums|map('string')|last
'3.5'|float
'abc'|float
'abc'|float(1.5)
'abc'|float(default='x')
5|float
none|float
'1e3'|float
'inf'|float
'-Infinity'|float
'nan'|float
' 2.5 '|float
'1_000.5'|float
'.5'|float
'5.'|float
''|float
[]|float
true|float
'%s is %d'|format('x', 5)
'%(a)s'|format(a='v')
'%s'|format
'%s'|format(1, a=2)
'%.3f'|format(2.0)
'no args'|format
'%s'|format('<b>')
users|groupby('city')|map('first')|list
users|groupby('city', case_sensitive=true)|map('first')|list
users|groupby('age')|map(attribute='grouper')|list
users|groupby('age')|map(attribute='list')|map('length')|list
users|groupby('missing', default='none')|map('first')|list
partial|groupby('a', default=0)|list
users|groupby('tags.0', default='-')|map('first')|list
users|groupby
[[1,'a'],[2,'b'],[1,'c']]|groupby(0)|list
multi|indent
multi|indent(2)
multi|indent(2, true)
multi|indent(2, true, true)
multi|indent(2, blank=true)
multi|indent('> ')
multi|indent(width='--', first=true)
''|indent
''|indent(2, true)
'x\n'|indent(2)
'a\r\nb'|indent(2)
5|indent
html|safe|indent
'42'|int
'42.9'|int
42.9|int
-42.9|int
'abc'|int
'abc'|int(-1)
'abc'|int(default=7)
'0x1f'|int(0, 16)
'1f'|int(base=16)
'0b11'|int(base=2)
'0o17'|int(base=8)
'0x1f'|int(base=0)
'077'|int(base=8)
'zz'|int(base=36)
none|int
none|int(3)
''|int
[]|int
true|int
'  12  '|int
'-12'|int
'+12'|int
'1_000'|int
'1e3'|int
'inf'|int
('inf'|float)|int
('nan'|float)|int
'１２'|int
d|items|list
nums|items|list
5|items|list
none|items|list
nums|join
nums|join(', ')
mixed|join('|')
users|join(', ', attribute='name')
users|join(attribute='age', d='-')
'abc'|join('.')
[]|join('x')
d|join(',')
5|join
nums|join(0)
nums|length
s|length
zh|length
d|length
'é'|length
5|length
none|length
nums|count
range(5)|length
nums|map('string')|length
'abc'|list
d|list
range(3)|list
(1,2)|list
5|list
none|list
s|lower
5|lower
'ÀÉ'|lower
users|map(attribute='name')|list
users|map(attribute='missing')|list
users|map(attribute='missing', default='?')|list
users|map(attribute='tags.0', default='-')|list
users|map(attribute='tags')|map('length')|list
names|map('upper')|list
names|map('replace', 'a', 'X')|list
names|map('truncate', 3, true, '')|list
names|map('default', 'x')|join(',')
[[1,2],[3,4]]|map(attribute=0)|list
[[1,2],[3,4]]|map('sum')|list
[[1,2],[3,4]]|map('first')|list
names|map
names|map('nope')|list
names|map(attribute='x', foo=1)|list
names|map('length')|sum
['1','2']|map('int')|sum
[1, 2]|map('e')|list
nums|max
nums|min
[]|max
names|max
names|max(case_sensitive=true)
names|min(true)
users|max(attribute='age')
(users|min(attribute='age')).name
(users|max(attribute='name')).name
[1, 'a']|max
['b', 'A']|min
d|max
users|pprint
d|pprint
{'b': 1, 'a': 2}|pprint
'short'|pprint
long|pprint
[long, 1]|pprint
{'key': long, 'other': [long, {'x': long}]}|pprint
(1, 2)|pprint
range(40)|list|pprint
none|pprint
1.5|pprint
[[1, 2], [3, 4]]|pprint
[words, words, words]|pprint
{'alpha': words, 'beta': [1,2,3], 'gamma': {'delta': words, 'epsilon': words}}|pprint
nums|reject('odd')|list
nums|reject('equalto', 2)|list
mixed|reject|list
[0, '', none, 'a', 1]|reject|list
users|rejectattr('active')|map(attribute='name')|list
users|rejectattr('age', 'gt', 25)|map(attribute='name')|list
'aaa'|replace('a', 'b')
'aaa'|replace('a', 'b', 2)
'aaa'|replace('a', 'b', count=1)
'abc'|replace('', '.')
5|replace(5, 6)
'a'|replace('a')
s|replace('o', '0')|replace('l', '1')
zh|replace('世界', '朋友')
s|reverse
zh|reverse
nums|reverse|list
(1,2,3)|reverse|list
nums|map('string')|reverse
5|reverse
d|reverse|list
42.55|round
42.55|round(1)
42.55|round(1, 'floor')
42.55|round(1, 'ceil')
42.4|round(0, 'ceil')
2.5|round
3.5|round
-2.5|round
0.5|round
2.675|round(2)
1234.5|round(-2)
1250|round(-2)
1350|round(-2)
42|round
42|round(2)
42|round(1, 'ceil')
42|round(-1, 'floor')
1.0|round(3)
42.7|round|int
1e300|round
'a'|round
42.5|round(1, 'nope')
none|round
true|round
1.23456789|round(5)
12345.678|round(2, 'floor')
-1.5|round(0, 'floor')
-1.5|round(0, 'ceil')
html|safe
5|safe
nums|select('odd')|list
nums|select|list
nums|select('gt', 1)|list
nums|select('in', [1, 2])|list
nums|select('divisibleby', 2)|list
nums|select('nope')|list
[1, none, 'a']|select('string')|list
[1, none, 'a']|select('none')|list
'abc'|select('equalto', 'b')|list
nums|select('>=', 2)|list
nums|select('sameas', 1)|list
users|selectattr('active')|map(attribute='name')|list
users|selectattr('age', 'equalto', 25)|map(attribute='name')|list
users|selectattr('city', 'in', ['Rome', 'Oslo'])|map(attribute='name')|list
users|selectattr('tags.0', 'defined')|map(attribute='name')|list
users|selectattr('missing')|list
users|selectattr('missing', 'undefined')|list|length
users|selectattr('name', 'lower')|map(attribute='name')|list
users|selectattr|list
users|selectattr('active', 'true')|list|length
[[1,2],[0,3]]|selectattr(0)|list
nums|slice(2)|list
[1,2,3,4,5,6,7]|slice(3)|list
[1,2,3,4,5,6,7]|slice(3, 'x')|list
[1,2]|slice(4)|list
[1,2]|slice(4, 0)|list
[]|slice(2)|list
nums|slice(0)|list
nums|sort
nums|sort(true)
nums|sort(reverse=true)
names|sort
names|sort(case_sensitive=true)
names|sort(true, true)
(users|sort(attribute='age'))|map(attribute='name')|list
(users|sort(attribute='age,name'))|map(attribute='name')|list
(users|sort(attribute='city,name', reverse=true))|map(attribute='name')|list
(users|sort(attribute='age', reverse=true))|map(attribute='name')|list
(users|sort(attribute='tags.0'))|map(attribute='name')|list
users|sort(attribute='missing')|length
mixed|sort
[[2,'a'],[1,'b']]|sort(attribute=1)
[[2,'a'],[1,'b']]|sort(attribute='0')
d|sort
'hello'|sort
[3, 1.5, true]|sort
[none, none]|sort
[(2,1),(1,2)]|sort
5|string
none|string
html|safe|string
nums|string
1.0|string
html|striptags
'<p>a  <b>b</b>\n c</p>'|striptags
'a &amp; b &lt; c'|striptags
'<!-- x --> y'|striptags
'a < b'|striptags
'&#65;&#x42;&nbsp;|'|striptags
5|striptags
nums|sum
users|sum(attribute='age')
users|sum('age', 100)
[0.1, 0.2]|sum
[]|sum
[]|sum(start=5)
['a']|sum
[[1],[2]]|sum(start=[])
[1.5, 2]|sum
range(101)|sum
[[1,2],[3,4]]|sum(attribute=1)
'hello world'|title
"it's bill's"|title
'foo-bar (baz) [qux] {x} <y>'|title
'HELLO'|title
'3rd place'|title
5|title
'über éa'|title
'  x  '|trim ~ '|'
'xxaxx'|trim('x')
'  x  '|trim(' ') ~ '|'
5|trim
none|trim
words|truncate
words|truncate(15)
words|truncate(15, true)
words|truncate(15, false, '…')
words|truncate(15, true, '')
words|truncate(15, end='END')
words|truncate(15, leeway=0)
words|truncate(40, leeway=10)
words|truncate(43)
words|truncate(38)
words|truncate(2)
words|truncate(3)
words|truncate(15, leeway=-1)
'nospacesatallhere'|truncate(8, leeway=0)
zh|truncate(4, true, '', 0)
5|truncate(10)
nums|truncate(10)
names|unique|list
names|unique(true)|list
[1, 1.0, true, 2]|unique|list
users|unique(attribute='city')|map(attribute='name')|list
users|unique(attribute='age')|map(attribute='name')|list
[[1],[1]]|unique|list
'aAbB'|unique|join
s|upper
5|upper
'ß'|upper
'a b&c/d?e=ü'|urlencode
{'a b': 'c&d', 'x': 1}|urlencode
[('a', 1), ('b', '/')]|urlencode
5|urlencode
'~_-.'|urlencode
zh|urlencode
none|urlencode
'see http://example.com/x?y=1&z=2 now'|urlize
'www.example.com and example.org'|urlize
'(http://example.com)'|urlize
'http://example.com.'|urlize
'mail me@example.com please'|urlize
'mailto:me@example.com'|urlize
'http://example.com/very/long/path'|urlize(15)
'http://example.com'|urlize(nofollow=true)
'http://example.com'|urlize(target='_blank')
'http://example.com'|urlize(rel='me you')
'ftp://x tel:123'|urlize(extra_schemes=['tel:', 'ftp://'])
'<http://example.com>'|urlize
'http://example.com/a_(b)'|urlize
'no links, here'|urlize
'https://1.2.3.4:80/x'|urlize
'HTTP://EXAMPLE.COM'|urlize
'x'|urlize(extra_schemes=['bad'])
words|wordcount
'a-b c_d'|wordcount
''|wordcount
zh|wordcount
5|wordcount
"it's"|wordcount
words|wordwrap(15)
words|wordwrap(10, false)
'averyveryverylongword short'|wordwrap(8)
'averyveryverylongword short'|wordwrap(8, false)
'averyveryverylongword short'|wordwrap(8, true, '|')
'well-known hyphenated-words here'|wordwrap(8)
'well-known hyphenated-words here'|wordwrap(8, break_on_hyphens=false)
'one--two three---four'|wordwrap(6)
multi|wordwrap(6)
long|wordwrap(40)
long|wordwrap
''|wordwrap(5)
'a  b   c'|wordwrap(3)
'  leading'|wordwrap(5)
'x'|wordwrap(0)
'a-b-c-d-e-f'|wordwrap(3)
{'class': 'x y', 'id': none, 'data': '<"&', 'm': undefined_thing}|xmlattr
{'a': 1}|xmlattr(false)
{'a': 1}|xmlattr(autospace=false)
{}|xmlattr
{'a b': 1}|xmlattr
{'a>': 1}|xmlattr
{'a': true, 'b': 0}|xmlattr
5|xmlattr
d|tojson
nested|tojson
html|tojson
zh|tojson
mixed|tojson
order|tojson
d|tojson(2)
d|tojson(indent=4)
[]|tojson(2)
{}|tojson(indent=2)
[[], {}]|tojson(2)
1.0|tojson
1e20|tojson
('nan'|float)|tojson
('inf'|float)|tojson
none|tojson
true|tojson
'a"b\\c\n\x01\x7f\u2028'|tojson
{1: 'a', true: 'b', none: 'c'}|tojson
{'b': 1, 'a': {'d': 1, 'c': 2}}|tojson
(1, 2)|tojson
range(3)|tojson
('x'|safe)|tojson
'\U0001F600'|tojson
3 is odd
3 is even
4 is even
-3 is odd
3.0 is odd
'a' is odd
6 is divisibleby 3
6 is divisibleby(4)
6 is divisibleby 0
n is defined
nope is defined
nope is undefined
nope is not defined
nil is none
0 is none
t is boolean
1 is boolean
t is true
1 is true
no is false
0 is false
1 is integer
t is integer
1.0 is integer
1.0 is float
1 is float
1 is number
1.5 is number
t is number
'1' is number
s is string
('x'|safe) is string
1 is string
d is mapping
nums is mapping
nums is sequence
s is sequence
d is sequence
range(3) is sequence
5 is sequence
nums|map('string') is sequence
nums is iterable
5 is iterable
s is iterable
nope is iterable
range is callable
s is callable
s.upper is callable
'abc' is lower
'ABC' is lower
'ABC' is upper
'A1' is upper
'1' is upper
'a b' is lower
1 is sameas 1
t is sameas true
nums is sameas nums
[1] is sameas [1]
1 is sameas true
1 is in [1, 2]
'a' is in 'abc'
5 is not in nums
1 is eq 1
1 is equalto 1.0
1 is ne 2
2 is gt 1
2 is greaterthan 1
2 is ge 2
1 is lt 2
1 is lessthan 2
1 is le 1
'a' is lt 1
'upper' is filter
'nope' is filter
'odd' is test
'nope' is test
5 is filter
1 is nope
n is not none
not n is none
n is defined and s is string
1 is odd == true
n|nope
n is defined is none
3 is odd or false
nums|length > 2
nums|length + 1
'a'|upper ~ 'b'|upper
1 + 2|string
(1 + 2)|string
-1|abs
2 ** 2|string
not 1 in [1]
1 in [1] == true
range(5)
range(5)|list
range(2, 8)|list
range(2, 8, 3)|list
range(8, 2, -2)|list
range(0)|list
range(5, 1)|list
range(1, 2, 0)
range('a')
range(1.5)
range()
range(3)[1]
range(3)[-1]
range(3)[5]
3 in range(5)
range(1, 10, 2)|join(',')
range(5)|reverse|list
dict(a=1, b='x')
dict({'a': 1}, b=2)
dict([('a', 1), ('b', 2)])
dict(1)
dict()
namespace(a=1).a
namespace({'a': 1}, b=2).b
namespace(a=1).missing
cycler('a', 'b').next()
cycler()
joiner(', ')()
range(3).start is defined
s.nope
s.nope()
n()
nums()
(1).foo
1.5.is_integer()
2.0.is_integer()
deep.list|map(attribute='k')|join(',')
users|map(attribute='name')|map('lower')|sort|join(' ')
(users|selectattr('active')|first).name
users|sum(attribute='age') / users|length
nums|sort|first ~ nums|sort|last
nums|map('string')|join|int + 1
[1,2,3]|map('multiply')|list
s|upper|lower|title|reverse
[s, zh]|map('length')|list
s.split()|map('first')|join
(s|lower).replace(' ', '_')
d|dictsort|map('join', '=')|join('&')
nested|map('length')|list
nested[1][1][0]
nested|sum(start=[])
{'a': {'b': 1}}.a.b
{'a': 1}['a']
[1, 2, 3][1]
'abc'[1]
(1, 2)[0]
[1,2,3][-2:]
[[1,2],[3,4]][1][0]
foo.bar is defined
d.a is defined
d.zz is defined
d.zz.yy is defined
foo['bar'] is defined
true
True
false
False
none
None
TRUE
nil
'a' == "a"
'é' == 'é'
'é'|length
"a" "b"
loop
self
caller
varargs
1 == 1 and 2 == 2
(1 == 1) ~ ''
[1, [2, [3]]]|string
{'k': 'it\'s'}
{'k': "q\"q"}
{"a\\b": 1}
[none, true, false, 1.5, 'x', (1,), {'a': []}]
s|list|length
'%s' % {'a': 1}
'%s' % ('a',)
'%d%%' % 50
'%s' % true
'abc'|map('upper')|list
{'a': 1}|map('upper')|list
'a-b_c d'.replace('-', ' ').replace('_', ' ').split()
' x '|trim|length
'a' < 'B'
[1,2] + [3] == [1,2,3]
2 in {2: 'x'}
'2' in {2: 'x'}
1.0 in [1]
none in [none]
[] in [[]]
(1,2) in [(1,2)]
1 <= 1 <= 1
'b' > 'a' > 'A'
1 != 2 != 1
5 // 2 * 2 + 5 % 2
10 - 2 - 3
100 / 10 / 2
2 * 3 % 4
-3 // 2
-3 % 2
3 // -2
0.1 * 3
1.1 + 2.2
1e-7
123456789012345678
12345678901234567.0
0.00001
1e5 * 1e5
1e15 + 0.5
3.0 * 2
7 // 2.0
2 ** 0.5
4 ** 0.5
2 ** 62
9 ** 0
0 ** 0
0.0 ** 0
1 / 3 * 3
10 / 4
10 // 4
10 % 4
10.0 % 4
-10 % 4
5 % 3.5
n[1:]
d[1:]
none[::-1]
nope[1:]
d.items()[1:]
'%s' % undefined_thing
'{}'.format(undefined_thing)
'%5.1f|%-8s|%03d' % (3.14159, 'ab', 7)
'%i' % 3
'%u' % 3
'%e' % 0
'%G' % 1e-10
'%g' % 100000
'%g' % 1000000
'%g' % 1e20
'%#g' % 1.0
'%x' % -255
'%o' % -8
'%X' % 3.5
'%s %%' % 1
'%(a)s' % [1]
'%(a)s' % {'b': 1}
'%' % 1
'%d' % true
'%d' % none
'%f' % 'a'
'%c' % 'ab'
'%r' % ['a']
'{:g}'.format(1e20)
'{:.0f}'.format(2.5)
'{:.0f}'.format(0.5)
'{:n}'.format(1234)
'{: >6}'.format(-3)
'{:=+6d}'.format(3)
'{:<06d}'.format(3)
'{:06}'.format('ab')
'{:>{w}}'.format('a', w=4)
'{0:{1}}'.format('a', 4)
'{0.real}'.format(1)
'{a[b]}'.format(a={'b': 'c'})
'{0}'.format()
'{:.2%}'.format(1)
'{:,}'.format(-1234567.5)
'{:e}'.format(0)
'{:5}|{:5}'.format(1, 'a')
'{:^7.2f}|'.format(3.14159)
'{:s}'.format(none)
'{:d}'.format(1.5)
'{:z}'.format(1)
'{!x}'.format(1)
'}'.format()
'{:_x}'.format(123456)
'{:#o}'.format(8)
'{:+}'.format(1.5)
'{:010.2f}'.format(-1.5)
1.0 == 1
1e0
0xFF
0XAB
0b1_0
1__0
1_
007
00
1.2.3
1 .real
1e400
'a'.upper
{}.get
[].append is callable
(1, 2).append
none.upper()
'abc'[1:2]
'abc'[5:]
'abc'[-2]
'abc'['x']
'abc'[none]
[1,2,3][none]
{'a': 1}[none]
[1,2,3][true]
[1,2,3][1:100]
[1,2,3][-100:2]
[1,2,3][::-2]
[1,2,3][2:0:-1]
[1,2,3][-1:-3:-1]
'你好世界'[1::2]
'a,b;c'.split(',')[1].split(';')
'one two'.title().swapcase()
'x=1'.partition('=')[2]
' a '.strip().join(['1', '2'])
'ab' in ['abc']
'a' in ('a', 'b')
'k' in {'k': none}
none in {none: 1}
1 in {1.0: 'x'}
true in [1]
[1] in [[1], [2]]
not (1 in [2])
1 not in [2] and 2 in [2]
1 if 0 else 2 if 0 else 3
(1 if 0) ~ 'x'
[1 if 0]
1 or undefined_thing.x
0 and undefined_thing.x
undefined_thing or 'x'
undefined_thing and 'x'
none ~ none
1 ~ 2 + 3
1 + 2 ~ 3
-1 ** 2
- 1 | abs
-(1)|abs
2 - -2
2 -2
not 0 == 1
'a' 'b' | upper
'a' ~ 'b' | upper
[1,2]|first + 1
3|string + '4'
'5'|int * 2
1 < 2 == 2
1 == 1 == 1
'a' is string and 'b' is string
1 is not string
1 is not none and 2
1 is defined == 2
[] is sequence and {} is mapping
1 is divisibleby 2 or true
4 is divisibleby(2) and true
'x' is in 'xyz'
'x' is not in 'xyz'
1 is in(1, 2)
1 is sameas(1)
1 is eq(1)
1 is gt 0
1 is == 1
[3, 1]|sort|first is eq 1
'a'|upper is upper
n is number and n is integer
true is number and true is not integer
users|map(attribute='city')|unique|sort|join(',')
users|map(attribute='city')|map('lower')|unique|sort|list
users|groupby('city')|map(attribute=1)|map('length')|list
users|map('attr', 'name')|list
[{'a': {'b': 1}}]|map(attribute='a.b')|first
[{'a': [1,2]}]|map(attribute='a.1')|first
[[1, 2], [3, 4]]|map('join', '-')|list
[1, 2, 3]|map('string')|map('center', 3)|list
['a', 'b']|map('upper')|map('replace', 'A', 'Z')|join
[1,2,3,4]|select('even')|map('string')|join(',')
[1,2,3,4]|reject('in', [1, 2])|list
['a', none, 'b']|select('ne', none)|list
[{'r': 'system'}, {'r': 'user'}]|rejectattr('r', 'equalto', 'system')|list|first
[{'r': 1}, {}]|selectattr('r', 'defined')|list|length
[3,1,2]|sort|reverse|list|join
['b','a']|sort|last
{'b': 2, 'a': 1}|dictsort|first|last
{'a': {'z': 1}}|tojson|length
{'a': "it's <b>"}|tojson
[1, 2]|tojson|length
'<'|e|length
'<'|e|upper
'a&b'|e|replace('&amp;', '+')
'a' + ('<'|e)
('<'|e)|e
('<'|e)[0]
('<a>'|safe)|title
('<a>'|safe)|trim
('a b'|safe)|wordcount
('a'|safe) == 'a'
['a'|safe] == ['a']
{'a'|safe: 1}['a']
('a'|safe) in ['a']
'abc'|safe|list
'%s'|safe|format('<')
('<%s>'|safe)|format('<'|safe)
'a\nb'|indent(1)|length
'a\n\nb'|indent(2)
'a\n\nb'|indent(2, blank=true)
''|indent(3, true, true)
'word ' * 30
('word ' * 30)|truncate
('word ' * 30)|truncate(20)|length
('word ' * 30)|wordwrap(20)
'ab cd'|wordwrap(2)
'a-b'|wordwrap(2)
'https://example.com/x-y-z-long-path'|wordwrap(10)
'a\n\nb'|wordwrap(5)
'tab\tsep words'|wordwrap(5)
'hello'|truncate(5)
'hello world'|truncate(5, leeway=0)
'hello world'|truncate(8, true, leeway=0)
'hello world'|truncate(11)
1e3|int
1e3|string
3.7|int|string
'3.7'|float|round|int
'0.5'|float|round
1.5|round(-1)
15|round(-1)
25|round(-1)
-15|round(-1)
1.005|round(2)
1e16|round(2)
123.456|round(-1, 'ceil')
1|round(1)
0.1|round(20)
5|filesizeformat
5.5|filesizeformat
1048576|filesizeformat(true)
999999|filesizeformat
1e15|filesizeformat(true)
-5|filesizeformat
'a b'|urlencode
{'x': none}|urlencode
'a'|urlize
'foo@bar.com, http://a.b.com/?q=(x)'|urlize
'"http://a.com"'|urlize
'www.a.com:8080/x'|urlize
'x@y'|urlize
'@a@b.com'|urlize
'http://localhost'|urlize
'http://[::1]/'|urlize
'a.com b.org/path c.io'|urlize
range(3)|map('string')|join
range(3)|sum
range(3)|first
range(3)|last
range(0)|first is defined
range(5)|random is number
range(10)|batch(3)|map('sum')|list
range(10)|slice(3)|map('list')|list
range(3)|reverse|list
range(3)|tojson
range(3) == range(3)
range(3) == [0,1,2]
(range(3)|list) == [0,1,2]
range(-3)|list
range(3, -3, -2)|list
dict(a=1).a
dict(a=1)|items|list
dict([['a', 1]]).items()|list
dict(a=1) == {'a': 1}
namespace(a=1)
cycler(1, 2).current
joiner('-') is callable
d.items()|map('first')|list
d.items()|sort(attribute='1', reverse=true)|first
d.values()|sum
d.keys()|join
d.keys()|list|first
d.items()|length
d.keys() is iterable
d.keys() is sequence
d is iterable
'a' in d.keys()
1 in d.values()
('a', 1) in d.items()
d == d.copy()
d|length
d|list|last
d|map('upper')|join
d|tojson|e
d.a + d.b
d['a'] ** d['b']
d.a if d.a else 0
d.x|default(d.a)
(d.x or {}).y
(d.x|default({})).y
d.get('x', {}).get('y', 'z')
deep.list|last
deep.list|map(attribute='k')|last
deep.x.y|length
deep.x['y']['z'][0]
deep['list'][0]['k']
[deep.list[0].k, deep.list[1].k]
nested[0] + nested[1]
nested|first|sum
nested|map('first')|sum
s|list|unique|length
s|map('upper')|join
s|select('in', 'aeiou')|join
s|batch(3)|map('join')|join('|')
s.split()|map('reverse')|join(' ')
s|wordwrap(5)
s|center(21)
s|replace('o', '')
s|replace('', '_')
s[0]|lower ~ s[1:]
s.replace('World', "'quoted'")|tojson
s is string
s is iterable
s is sequence
s == 'Hello World'
s < 'Hello Xorld'
s|first ~ s|last
s|length * 2
zh|upper
zh|list
zh|truncate(3, true, '', 0)
zh ~ '!'
zh[0]
zh|reverse
zh|center(9)
zh|wordcount
zh.split('，')
[zh]
zh|pprint
zh|tojson
zh|e
zh|urlize
'ǆ'|capitalize
'ŉ'|upper
'İ'|lower
'ΌΣΟΣ'|lower
'ﬁ'|upper
'ǆx'.title()
'é'|title
"O'Neil"|title
'a1b2'|title
'a_b'|title
'a.b'|title
'a/b c'|title
'\u00a0x\u00a0'|trim|length
'\x1fx'|trim|length
'\u200bx'|trim|length
'a\x0bb\x0cc\x1cd\x85e\u2028f'.splitlines()
'x'.isspace()
'\u3000'.isspace()
'ª'.isalpha()
'Ⅷ'.isnumeric()
'Ⅷ'.isalpha()
'٣'.isdigit()
'٣'|int
'1'.isdecimal()
'ａ'.isalpha()
['\x1b', '\x85', '\xa0', '\u2028', '\ufeff', '\ue000', '\u0301']
'\u0065\u0301' == '\u00e9'
{'\u0065\u0301': 1}['\u00e9']
"\u0065\u0301"|length
'\u00e9' in 'caf\u0065\u0301'
'caf\u0065\u0301'|replace('e', 'x')
'a\r\nb'|length
'a\r\nb'.split('\n')
'a\r\nb'|list
'abc'|center(-9223372036854775807 - 1)
'abc'.ljust(-9223372036854775807 - 1)
'-1'.zfill(-9223372036854775807 - 1)
[1, 2]|truncate(9223372036854775807)
'abc'|truncate(9223372036854775807)
'%.*s|%.*d|%-*d|' % (-1, 'abc', -1, 5, 4, 7)
'{:012,}'.format(1234)
'{:016_x}'.format(255)
'{:04,}'.format(1)
'{:08,}'.format(1)
'{:09,}'.format(1.5)
'{:0=1,}'.format(1)
'{:012,}'.format(-1234)
'{:+011,}'.format(1234)
'{:#016_x}'.format(255)
'{:012,.2f}'.format(-1234.5)
'{:012,}'.format(1e300)
-1 in range(9223372036854775807, -9, -1)
0 in range(-9223372036854775807, 9223372036854775807, 2)
range(-9223372036854775807, 9223372036854775807, 4000000000000000000)|list
range(-9223372036854775807, 9223372036854775807, 4000000000000000000)[3]
range(9223372036854775807, -9223372036854775807, -4000000000000000000)|length
[] * 10**12
'' * 10**12
() * 10**12
'aabaabaaab'.find('aabaaa')
'abababab'.count('abab')
'aaaa'|replace('aa', 'b')
'aabaabaaab'.rsplit('aab')
'(http://a.com/(b))). <www.x.org>, (((a@b.cd'|urlize
'see (https://x.com/a_(b)_(c))).'|urlize
'aaaa-bbbb-cccc-dddddddd'|wordwrap(6)
'----------'|wordwrap(4)
nums|sort('x')
nums|sort(none)
nums|sort(1.5)
nums|sort(1)
nums|sort(undefined_thing)
d|dictsort(reverse='x')
d|dictsort(false, 'key', true)
nums|batch(0)|list
nums|batch(-1)|list
none_list|batch(0)|list
'e' % [1]
'%s' % [1, 2]
'%s %s' % [1, 2]
's'|attr(1)
's'|attr(none)
users|map(attribute='x.y', default='z')|list
users|map(attribute='name.y', default='z')|list
users|map(attribute='x.0', default='zebra')|list
users|groupby('x.y', default='z')|map('first')|list
users|groupby('x.0', default='zebra')|map('first')|list
s.upper(1)
s.title('x', 2)
s.zfill(3, '*')
s.strip('a', 'b')
s.center(none)
s.center()
s.split('a', sep='b')
s.join()
s.partition()
s.partition('a', 'b')
s.splitlines('a')
s.splitlines(none)
s.isdigit(1)
nums.append()
nums.append(1, 2)
nums.copy(1)
nums.count(1, 2)
nums.pop(none)
nums.insert(none, 1)
nums.sort(true)
nums.sort(reverse=true)
(1, 2).count(1, 2)
(1, 2).index(2, none)
d.keys(1)
d.values('a')
d.get('a', 1, 2)
d.get('a', default=2)
d.setdefault('a', 1, 2)
d.popitem('a')
d.update(undefined_thing)
d.update(1)
dict(undefined_thing)
(2.5).is_integer(1)
cycler(1, 2).next(3)
cycler(a=1)
joiner(1, 2)
joiner()(1)
range(0, 10, 3)[1:]
range(0, 10, 3)[::-1]
range(5)[:2]
range(5)[3:1]
range(5, 0, -2)[:2]
range(10)[::3]
range(5)[::0]
range(0, 10, 3).count(3)
range(0, 10, 3).index(6)
range(0, 10, 3).index(7)
range(5).count()
('<b>'|safe).join([1, '<', none])
'１２'|float
'１２.５'|float
'١٢'|int
'一'|int
'²'|int
'{!a}'.format('né世😀')
'{!a:>12}'.format('é')
'%a|%5.3a' % ('é', 'é')
'{:,x}'.format(255)
'{:_x} {:_b}'.format(1048575, 1023)
'{:,s}'.format('a')
'{:+}'.format('a')
'{:#}'.format('a')
'{:,n}'.format(5)
'{:.2c}'.format(65)
'{:+c}'.format(65)
'{:c}'.format(-1)
'{:,}'.format(none)
'{:#.0%}|{:#.0f}|{:#.3g}|{:#}'.format(0.5, 2.0, 1.5, 1e20)
'{:.4}|{:.5}|{:.1}|{:.0}'.format(1234.5, 1234.5, 5.0, 5.0)
'{:.3}|{:.2}|{:#.3}'.format(100.0, 0.0, 0.0)
'%+06.3d|%06.2d|%-6.3d|' % (42, -7, 5)
'%#.3x|%#o|%#8.3X|' % (42, 8, 255)
'%05c|' % 'a'
'%05s|%+s' % ('a', 'b')
'%d' % 1e20
'%d' % -0.5
""".strip("\n").split("\n")
