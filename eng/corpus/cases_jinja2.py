"""Cases of the differential corpus: (context name, template). Generated from small tables so that combinations are covered."""

import json
import os

CONTEXT = {
    "i": 7, "z": 0, "neg": -3, "big": 9007199254740993, "huge": 123456789012345678901234567890,
    "f": 2.5, "g": 1e20, "tiny": 0.00001, "one": 1.0, "t": True, "n": None, "no": False,
    "s": "Hello World", "e": "", "sp": "  padded \n", "u": "héllo wörld 😀 ok", "num": "42", "fl": "3.7", "bad": "x1",
    "csv": "a,b,,c", "multi": "line one\nline two\n\nline four", "html": "<p class=\"x\">Tom & 'Jerry'</p>",
    "words": "the quick brown fox-like creature jumps over the extraordinarily lazy dog",
    "l": [3, 1, 2], "le": [], "ls": ["b", "a", "C", "B"], "lm": [1, "a", None, True, 2.5], "ln": [[1, 2], [3, 4]],
    "dup": [1, 2, 1, 3, 2, "a", "A"], "m": {"b": 1, "a": 2, "C": 3}, "me": {}, "md": {"x": {"y": {"z": 5}}, "k y": 1, "0": "zero"},
    "users": [
        {"name": "Ann", "age": 31, "city": "Rome", "on": True, "tags": ["x", "y"], "addr": {"zip": 10}},
        {"name": "bob", "age": 25, "city": "oslo", "on": False, "tags": [], "addr": {"zip": 30}},
        {"name": "Cid", "age": 40, "city": "Rome", "on": True, "tags": ["z"], "addr": {"zip": 20}},
        {"name": "dan", "age": 25, "city": "Oslo", "on": False, "tags": ["y"]},
    ],
    "response": {"data": [1, 2], "paging": {"hasMore": True, "page": 1}}, "status_code": 200,
}

TEMPLATES = []


def add(*templates):
    TEMPLATES.extend(templates)


def lone(*expressions):
    TEMPLATES.extend("{{ " + expression + " }}" for expression in expressions)


# ---- arithmetic, order and equality over kinds ----
NUMBERS = ["i", "z", "neg", "f", "-2.5", "big", "t", "huge", "0.1"]
for operator in ["+", "-", "*", "/", "//", "%", "**"]:
    for left in NUMBERS:
        for right in ["i", "neg", "2", "0.5", "t", "z"]:
            if operator == "**" and left in ("big", "huge") and right in ("i", "neg", "0.5"):
                continue
            lone(f"{left} {operator} {right}")
KINDS = ["i", "7.0", "t", "n", "s", "'7'", "l", "m", "missing", "1"]
for operator in ["==", "!=", "<", ">="]:
    for left in KINDS:
        for right in KINDS:
            lone(f"{left} {operator} {right}")
for operator in ["+", "*", "-", "%", "/"]:
    for left in ["s", "l", "m", "n", "missing"]:
        for right in ["s", "l", "2", "n"]:
            if not (operator == "%" and left == "s"):
                lone(f"{left} {operator} {right}")
for item in ["1", "1.0", "'a'", "n", "missing", "'World'", "t", "l"]:
    for container in ["l", "lm", "m", "s", "n", "missing", "range(5)"]:
        lone(f"{item} in {container}", f"{item} not in {container}")
lone("1 < 2 < 3", "1 < 3 < 2", "1 < 2 > 0 == false", "3 > 2 >= 2 != 1", "1 == 1 == 1", "1 in [1] == true", "'a' < 'b' < 'c'",
     "[1, 2] < [1, 3]", "[1, [2]] == [1, [2]]", "{'a': 1} == {'a': 1.0}", "(1, 2) == (1, 2)", "big == 9007199254740992.0",
     "big > 9007199254740992.0", "huge == 123456789012345678901234567890", "huge > g", "big + 1", "big * 1.0", "huge / 7", "huge // 7",
     "7 // -2", "-7 // 2", "-7 % 3", "7 % -3", "-7.5 % 2", "7.5 // -2", "2 ** 3 ** 2", "-2 ** 2", "2 ** -1", "2 ** 0.5", "10 ** 20",
     "0 ** 0", "1 / 3", "2 / 2", "1e3", "1_000", "0x1F", "0b101", "0o17", "1.5e-3", "1e22", "1e16", "123456789.125", "1e15", "0.0001",
     "0.00001", "1.0", "-0.0", "- 5", "+5", "--5", "-i", "- -f", "-t", "9223372036854775807 + 1", "-9223372036854775808 - 1",
     "9223372036854775807 * 2", "1 + 2 * 3", "(1 + 2) * 3", "1 - 2 - 3", "2 * 3 % 4", "1 + 2 ~ 3", "1 ~ 2 + 3", "'a' ~ 1 ~ 'b'")

# ---- logic ----
for left in ["t", "no", "n", "e", "z", "l", "le", "missing", "s"]:
    for right in ["t", "no", "i", "missing"]:
        lone(f"({left} and {right}) is defined", f"{left} or {right}", f"not {left} and {right}")
    lone(f"not {left}", f"'y' if {left} else 'n'", f"not not {left}")
lone("1 if t", "1 if no", "(1 if no) is defined", "1 if no else 2 if t else 3", "1 if t else 2 if t else 3", "(1 if t else 2) + 1",
     "t and not no", "not t or t", "not (t or t)", "not 1 == 2", "1 or 2 and 0", "not missing", "missing or 5", "missing and 5")

# ---- paths, indexes, slices ----
lone("md.x.y.z", "md['x']['y'].z", "md['k y']", "md.nope", "md.nope is defined", "md.nope.x", "nope.x", "nope", "n.x", "n.x is defined", "i.x",
     "l[0]", "l[-1]", "l[5]", "l[-5]", "l['a']", "l.0", "l.1", "ln.0.1", "ln[1][0]", "users[0].name", "users.1.name", "users[0]['age']",
     "s[0]", "s[-1]", "s[50]", "s.x", "u[1]", "u[12]", "u[-4]", "m.items is defined", "l[1.5]", "l[n]", "l[true]", "md[missing]", "missing[0]",
     "response.paging.hasMore == true", "response.paging.page + 1", "(response.paging.page | int) + 1", "response.data | length",
     "status_code == 200 and response.paging.hasMore", "users[i]", "users[missing]", "l.length", "'abc'.1")
for value in ["l", "s", "u", "range(10)", "le", "e"]:
    for piece in ["1:", ":2", ":-1", "-2:", "::2", "::-1", "1:3", "5:", "-100:100", "3:1", "3:1:-1", ":", "n:2", "10:0:-3"]:
        lone(f"{value}[{piece}]")
lone("s['a':]", "s[1.0:]", "s[::0]", "m[1:]", "range(3)", "range(1, 4)", "range(10, 0, -3)", "range(0)", "range(1, 2, 0)", "range('a')",
     "range(1000000)[999999]", "range(5)|list", "range(3)|sum", "range(1, 4)|length", "range(3) == range(3)", "range(0, 1000000000000)|length")

# ---- literals ----
lone("'it''s'", "'a' 'b'", "\"dq\"", "'\\n\\t\\\\'", "'\\x41\\u00e9\\U0001F600'", "'\\d'", "'\\''", "[1, 'a', none, true]", "[]", "[1,]", "()", "(1,)",
     "(1)", "(1, 2)", "1, 2", "{}", "{'a': 1, 'b': [2]}", "{'a': {'b': {}}}", "{1: 'x'}", "{'a': 1, 'a': 2}", "True", "False", "None", "true", "none",
     "[[1], [2, [3]]]", "{'a': 1}.a", "[1, 2][1]", "'abc'[1]", "(1, 2)[0]", "{'a': 1,}", "'multi\nline'", "'}}'", "'%}'", "{'a': {'b': 1}}")

# ---- filters without arguments over kinds ----
SAMPLES = ["s", "e", "u", "sp", "i", "f", "n", "t", "l", "le", "ls", "m", "me", "missing", "num", "words", "html", "multi", "range(4)"]
PLAIN = ["upper", "lower", "capitalize", "title", "trim", "length", "count", "first", "last", "list", "reverse", "sort", "unique", "sum", "min", "max",
         "int", "float", "abs", "round", "string", "wordcount", "urlencode", "striptags", "escape", "items", "dictsort", "tojson", "join",
         "default", "center", "indent", "truncate", "wordwrap", "filesizeformat", "safe"]
for name in PLAIN:
    for sample in SAMPLES:
        lone(f"{sample} | {name}")

# ---- filters with arguments ----
lone("missing | default('d')", "missing | d('d')", "e | default('d')", "e | default('d', true)", "e | default('d', boolean=true)", "z | default(5, true)",
     "n | default('d')", "n | default('d', true)", "md.nope | default(1)", "md.nope.deep | default(1)", "missing | default", "s | default(missing)",
     "'42' | int", "'4.9' | int", "'x' | int", "'x' | int(5)", "'x' | int(default=5)", "'ff' | int(0, 16)", "'0xff' | int(base=16)", "'0b11' | int(0, 2)",
     "'11' | int(base=2)", "' 42 ' | int", "'1_000' | int", "'-17' | int", "'1e3' | int", "'' | int", "n | int", "2.9 | int", "-2.9 | int",
     "t | int", "l | int", "'inf' | int", "huge | int", "'9007199254740993' | int", "'3.5' | float", "'x' | float", "'x' | float(1.5)", "'1e3' | float", "n | float", "i | float",
     "'inf' | float > 1e308", "' 2.5 ' | float", "big | float", "'1_0.5' | float", "42.55 | round", "42.55 | round(1)", "42.55 | round(1, 'floor')", "42.55 | round(1, 'ceil')",
     "2.5 | round", "3.5 | round", "-2.5 | round", "0.5 | round", "1.005 | round(2)", "2.675 | round(2)", "0.125 | round(2)", "1234.5 | round(-2)", "42 | round",
     "42 | round(1)", "45 | round(-1)", "42 | round(0, 'ceil')", "42.4 | round(method='ceil')", "42.4 | round(method='nope')", "1e300 | round(2)", "1.5 | round | int",
     "-5 | abs", "-5.5 | abs", "'a' | abs", "t | abs", "[1, 2.5] | sum", "[1, 2] | sum(start=10)", "users | sum('age')", "users | sum(attribute='age')", "users | sum('nope')",
     "users | sum('addr.zip')", "[[1], [2]] | sum(start=[])", "['a'] | sum", "[0.1, 0.2, 0.3] | sum", "[true, 2] | sum",
     "[] | min", "[] | max | default('none')", "['b', 'A'] | min", "['b', 'A'] | max", "['b', 'A', 'a'] | min(case_sensitive=true)", "users | min(attribute='age')",
     "users | max(attribute='age')", "[1, 'a'] | min", "[1, 2.5, true] | max", "[1, 1.0] | min", "'hello' | max", "m | min",
     "l | sort(reverse=true)", "ls | sort", "ls | sort(case_sensitive=true)", "ls | sort(true)", "users | sort(attribute='age') | map(attribute='name') | list",
     "users | sort(attribute='age,name') | map(attribute='name') | list", "users | sort('age')", "users | sort(attribute='city') | map(attribute='name') | list",
     "users | sort(attribute='age', reverse=true) | map(attribute='name') | list", "users | sort(attribute='addr.zip')", "[3, 'a'] | sort", "[[2, 1], [1, 9]] | sort", "m | sort",
     "[none, 1] | sort", "[m, m] | sort", "[1.5, 1, true] | sort", "'hello' | sort", "users | sort(attribute='nope')",
     "dup | unique | list", "dup | unique(case_sensitive=true) | list", "users | unique(attribute='city') | map(attribute='name') | list",
     "users | unique(true, 'city') | map(attribute='name') | list", "'abcABC' | unique | join", "[1, 1.0, true, '1'] | unique | list", "[[1], [1], {}] | unique | list",
     "[1, 2] | join(',')", "l | join(d='-')", "users | join(', ', attribute='name')", "users | join(', ', 'age')", "'abc' | join('-')", "m | join('+')", "[1.0, 2] | join(' ')",
     "[['a']] | join", "[n, t] | join(',')", "[missing] | join", "range(5) | join", "users | join(attribute='nope')",
     "ls | first", "[] | first", "[] | last is defined", "m | first", "m | last", "'' | first", "n | first", "5 | first", "range(5) | last",
     "'abc' | reverse", "l | reverse | list", "m | reverse | list", "5 | reverse", "'abc' | list", "m | list", "5 | list", "u | list | length", "u | length", "u | reverse",
     "range(7) | batch(3) | list", "range(7) | batch(3, 'x') | list", "range(6) | batch(3, 0) | list", "[] | batch(2) | list", "range(7) | batch(linecount=2, fill_with='-') | list",
     "range(7) | slice(3) | list", "range(7) | slice(3, 'x') | list", "range(2) | slice(3) | list", "range(2) | slice(3, '-') | list", "[] | slice(2) | list",
     "'abcd' | batch(2) | list", "range(9) | slice(3, 'x') | list",
     "users | groupby('city')", "users | groupby('age') | map('first') | list", "users | groupby('city') | map(attribute='list') | map('length') | list",
     "users | groupby('city', case_sensitive=true) | map(attribute='grouper') | list", "users | groupby('addr.zip', default=0) | map(attribute=0) | list", "users | groupby('nope')",
     "users | groupby('on') | map(attribute='grouper') | list", "(users | groupby('age'))[0].grouper", "(users | groupby('age'))[0][1] | length", "users | groupby(attribute='tags.0', default='-')",
     "users | map(attribute='name') | list", "users | map(attribute='addr.zip') | list", "users | map(attribute='addr.zip', default=0) | list", "users | map(attribute='nope', default='d') | list",
     "users | map(attribute='tags.0') | list", "ls | map('upper') | list", "ls | map('replace', 'a', 'x') | list", "l | map('string') | join", "l | map('round', 1) | list", "ls | map('nofilter') | list",
     "ls | map | list", "[[1, 2]] | map('sum') | list", "['a', 'b'] | map('default', 'x') | list", "['1', 'x'] | map('int', default=7) | list", "ln | map('first') | list", "ln | map(attribute=1) | list",
     "users | map(attribute='addr.zip') | select('defined') | list", "ls | map('upper') | join('|')",
     "l | select | list", "[0, 1, '', 'a', none] | select | list", "range(6) | select('odd') | list", "range(6) | select('divisibleby', 3) | list", "range(6) | reject('odd') | list", "[0, 1, 2] | reject | list",
     "range(6) | select('gt', 3) | list", "range(6) | select('>', 3) | list", "range(6) | select('in', [1, 2]) | list", "ls | select('equalto', 'a') | list", "ls | select('nope') | list", "l | select('lessthan', 3) | list",
     "lm | select('string') | list", "lm | select('number') | list", "lm | reject('none') | list", "users | selectattr('on') | map(attribute='name') | list", "users | rejectattr('on') | map(attribute='name') | list",
     "users | selectattr('age', 'gt', 25) | map(attribute='name') | list", "users | selectattr('age', 'equalto', 25) | list | length", "users | selectattr('city', 'in', ['Rome']) | list | length",
     "users | selectattr('addr.zip', 'defined') | list | length", "users | rejectattr('age', '==', 25) | map(attribute='name') | list", "users | selectattr('nope') | list", "users | selectattr('nope.x') | list", "users | selectattr | list",
     "m | dictsort", "m | dictsort(true)", "m | dictsort(case_sensitive=true)", "m | dictsort(false, 'value')", "m | dictsort(by='value', reverse=true)", "m | dictsort(by='nope')", "m | dictsort(reverse=true)", "m | items | list", "l | items | list",
     "users[0] | attr('name')", "s | replace('o', '0')", "s | replace('o', '0', 1)", "s | replace('l', '')", "s | replace('', '-')", "s | replace('x', 'y')", "i | replace(7, 8)", "'aaa' | replace('a', 'b', 2)", "'aaa' | replace('a', 'b', count=0)",
     "'xxaxx' | trim('x')", "' a ' | trim", "'ab ' | trim(' b')", "s | center(20)", "s | center(21)", "'ab' | center(5)", "'abc' | center(6)", "'abc' | center(2)", "u | center(30)",
     "multi | indent", "multi | indent(2)", "multi | indent(2, true)", "multi | indent(2, true, true)", "multi | indent(width=1, blank=true)", "multi | indent('> ')", "'a\n' | indent(2, true)", "'' | indent(2, true)", "'a\n\nb\n' | indent(first=true)",
     "words | truncate(20)", "words | truncate(20, true)", "words | truncate(20, false, '…')", "words | truncate(70)", "words | truncate(10, leeway=0)", "'foo bar baz qux' | truncate(9)", "'foo bar baz qux' | truncate(9, true)", "'foo bar baz qux' | truncate(11)",
     "'foo bar baz qux' | truncate(11, false, '...', 0)", "'foobarbazqux' | truncate(5, leeway=0)", "'abc' | truncate(2)", "u | truncate(8, true, '', 0)", "'abcdefghijkl' | truncate(3, leeway=0)",
     "words | wordwrap(20)", "words | wordwrap(10)", "words | wordwrap(10, false)", "words | wordwrap(12, true, '|')", "words | wordwrap(15, break_on_hyphens=false)", "multi | wordwrap(6)", "'aaaaaaaaaa' | wordwrap(4)", "'a-b-c-d well-known' | wordwrap(6)", "'' | wordwrap(5)",
     "words | wordcount", "'a, b; c_d 1-2' | wordcount", "'x' * 3", "'a%sb' | format('x')", "'%s-%s' | format(1, 'b')", "'%(a)s!' | format(a=5)", "'%05.2f' | format(3.14159)", "'%5d|%-5d|' | format(42, 42)", "'%x %X %o' | format(255, 255, 8)",
     "'%e' | format(12345.678)", "'%g' | format(0.0001)", "'%g' | format(1e20)", "'%+d' | format(5)", "'%%' | format", "'%s' | format", "'%d' | format('x')", "'%s' | format(1, 2)", "'%s' % 5", "'%s %s' % (1, 2)", "'%(x)s' % {'x': 1}", "'%.3s' | format('abcdef')", "'%c' | format('z')", "'%05d' | format(-42)", "'%10.3f|' | format(2.0005)", "'%.0f' | format(2.5)", "'%i' | format(3.9)", "'%#x' | format(255)",
     "'a b&c=d/e' | urlencode", "m | urlencode", "{'a b': 'c d', 'e': 1} | urlencode", "[['a', 1], ['b', '&']] | urlencode", "'ü' | urlencode", "html | escape", "html | e", "html | striptags", "'<b>x</b> &amp; y' | striptags", "'a <!-- c --> b' | striptags", "html | forceescape",
     "1 | filesizeformat", "999 | filesizeformat", "1000 | filesizeformat", "1234567 | filesizeformat", "1234567 | filesizeformat(true)", "1e15 | filesizeformat", "0 | filesizeformat", "1023 | filesizeformat(true)", "1024 | filesizeformat(binary=true)", "'13000' | filesizeformat",
     "5 | string", "2.0 | string", "1e16 | string", "'x' | string", "'a' | upper | lower | title", "'foo-bar baz (qux) [a' | title", "\"it's a dog's\" | title", "'ABC' | capitalize", "'' | title",
     "[1, 2] | tojson", "'a\"b' | tojson", "n | tojson", "1.5 | tojson", "t | tojson", "-1 | abs", "-1.5 | round | abs", "s | length + 1", "l | length > 2 and t", "not l | length", "s | nofilter", "s | upper(1)", "s | upper(x=1)", "s | replace('a')", "s | center(width='x')", "s|upper|length", "(s|upper)[0]", "s|first|lower")

# ---- tests ----
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "true", "false", "lower", "upper", "callable", "odd", "even"]
for name in TESTS:
    for sample in ["i", "4", "f", "t", "n", "s", "'abc'", "'ABC'", "l", "m", "missing", "range(3)"]:
        lone(f"{sample} is {name}")
    lone(f"i is not {name}")
lone("i is divisibleby 7", "i is divisibleby(2)", "i is divisibleby(0)", "i is eq 7", "i is equalto(7)", "i is ne 8", "i is sameas 7", "t is sameas true", "1 is sameas true", "n is sameas none", "i is lt 8", "i is gt 8", "i is ge 7", "i is le 6", "i is in [7]", "i is not in [7]",
     "'a' is in 'abc'", "i is greaterthan 3", "i is lessthan 3", "'upper' is filter", "'nope' is filter", "'odd' is test", "'nope' is test", "md.nope is undefined", "nope.x is defined", "missing is defined and missing.x", "i is defined and i > 3", "not i is none", "i is nope", "i is divisibleby",
     "1 if i is odd else 2", "i is odd and s is string", "i is odd or nope", "(i is odd) == true", "i + 1 is odd", "l is iterable and l is not string and l is not mapping", "s is escaped", "'' is none", "[] is sequence", "1.0 is integer", "true is number", "true is integer", "[1] is eq [1]")

# ---- methods ----
lone("m.items() | list", "m.keys() | list", "m.values() | list", "m.get('a')", "m.get('zz')", "m.get('zz', 5)", "m.get('zz').x", "md.x.get('y').z", "m.nope()", "users[0].get('name').upper()",
     "s.upper()", "s.lower()", "sp.strip()", "'xax'.strip('x')", "'xax'.lstrip('x')", "'xax'.rstrip('x')", "csv.split(',')", "csv.split(',', 1)", "s.split()", "' a  b '.split()", "' a  b c '.split(none, 1)", "csv.rsplit(',', 1)", "'a b c'.rsplit(' ')", "s.split('')", "s.startswith('Hell')", "s.startswith(('x', 'H'))", "s.endswith('d')",
     "s.replace('l', 'L')", "s.replace('l', 'L', 1)", "'{} {}'.format(1, 'a')", "'{0}-{0}-{1}'.format('x', 2)", "'{a}'.format(a=5)", "'{:>5}|{:<5}|{:^5}|'.format('a', 'b', 'c')", "'{:05.1f}'.format(3.14159)", "'{:,}'.format(1234567)", "'{:x}'.format(255)", "'{:+d}'.format(5)", "'{:.2%}'.format(0.256)", "'{{}}'.format()", "'{}'.format()", "'{a[b]}'.format(a={'b': 1})", "'{:*^9}'.format('mid')", "'{:e}'.format(12345.678)", "'{:08d}'.format(-42)", "'{!s}'.format(5)", "'{:.3}'.format('abcdef')", "'{:g}'.format(1e10)",
     "s.title()", "\"it's\".title()", "s.capitalize()", "s.swapcase()", "s.find('o')", "s.find('zz')", "s.rfind('o')", "s.index('W')", "s.index('zz')", "s.count('l')", "','.join(['a', 'b'])", "','.join(l)", "'42'.isdigit()", "'a1'.isalnum()", "'ab'.isalpha()", "'  '.isspace()", "''.isdigit()", "'AB'.isupper()", "'ab'.islower()", "'7'.zfill(3)", "'-7'.zfill(4)", "'a'.ljust(3) ~ '|'", "'a'.rjust(3, '.')", "'a'.center(4, '*')", "'a-b-c'.partition('-')", "'a-b-c'.rpartition('-')", "'abc'.partition('x')", "'prefix_x'.removeprefix('prefix_')", "'x.py'.removesuffix('.py')", "multi.splitlines()", "'a\n'.splitlines()", "s.nope()", "l.index(1)", "l.count(3)", "l.index(99)", "missing.upper()", "n.upper()", "s.upper().lower().title()", "s.upper()[0]", "s.split()[1].lower()", "(2.0).is_integer()", "i.bit_length()", "'ß'.lower()", "u.upper()", "u.find('w')", "s.upper(1)", "s.casefold()")

# ---- calls ----
lone("dict(a=1, b=2)", "dict([['a', 1]])", "range(*[1, 4])", "dict(**m)", "'{}{}'.format(*[1, 2])", "nofunc()", "s()", "range()", "range(1,2,3,4)", "dict(m, z=1)")

# ---- texts ----
add("", "plain text", "a {{ i }} b", "{{ i }}{{ f }}", "{{ s }} {{ num }}", "x{{ '' }}y", "{{ i }} ", " {{ i }}", "\n{{ l }}\n", "{# comment #}", "a{# c #}b", "{{ i }}\n", "line\n{{ i }}\n\n", "{{ one }}|{{ f }}|{{ g }}|{{ tiny }}|{{ big }}|{{ huge }}",
    "{% if t %}yes{% endif %}", "{% if no %}yes{% endif %}", "{% if no %}a{% elif i == 7 %}b{% else %}c{% endif %}", "{% if no %}a{% elif no %}b{% else %}c{% endif %}", "{% if missing %}a{% else %}b{% endif %}", "{% if t %}{% if no %}x{% else %}y{% endif %}{% endif %}",
    "{% for x in l %}{{ x }},{% endfor %}", "{% for x in le %}{{ x }}{% else %}none{% endfor %}", "{% for x in l if x > 1 %}{{ x }}{% endfor %}", "{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}", "{% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in m %}{{ k }}{% endfor %}",
    "{% for a, b in ln %}{{ a + b }} {% endfor %}", "{% for a, b, c in ln %}x{% endfor %}", "{% for (a, b) in ln %}{{ b }}{% endfor %}", "{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for x in l %}{{ loop.index }}/{{ loop.length }}:{{ loop.index0 }}:{{ loop.revindex }}:{{ loop.revindex0 }} {% endfor %}", "{% for x in l %}{% if loop.first %}[{% endif %}{{ x }}{% if not loop.last %},{% else %}]{% endif %}{% endfor %}",
    "{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for x in [1, 1, 2] %}{{ loop.changed(x) | int }}{% endfor %}", "{% for x in l %}{{ loop.previtem | default('-') }}{{ loop.nextitem | default('-') }} {% endfor %}", "{% for x in ln %}{% for y in x %}{{ loop.index }}{{ loop.depth }}{% endfor %}{{ loop.index }} {% endfor %}",
    "{% for x in 'abc' %}{{ x }}.{% endfor %}", "{% for x in missing %}x{% else %}e{% endfor %}", "{% for x in n %}x{% endfor %}", "{% for x in 5 %}x{% endfor %}", "{% for x in range(3) %}{{ x }}{% endfor %}", "{% for x in l if loop is defined %}{{ x }}{% endfor %}", "{% for x in l | sort %}{{ x }}{% endfor %}", "{% for x in [1, 2] + l %}{{ x }}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}",
    "{% set x = 5 %}{{ x }}", "{% set x = 5 %}{% set x = x + 1 %}{{ x }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set x %}hi {{ i }}{% endset %}[{{ x }}]", "{% set x = 1 %}{% for y in l %}{% set x = 2 %}{% endfor %}{{ x }}", "{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}", "{% if no %}{% set q = 1 %}{% endif %}{{ q | default('u') }}", "{% for y in l %}{% set x = y %}{{ x }}{% endfor %}{{ x is defined | int }}", "{% set s = 'mine' %}{{ s }}", "{% set i = i + 1 %}{{ i }}", "{% set x | upper %}abc{% endset %}{{ x }}", "{% set x = l | first %}{{ x }}",
    "{% raw %}{{ i }}{% endraw %}", "{% raw %}{% if %}{% endraw %}x", "a {%- raw -%} {{ x }} {%- endraw -%} b", "{{ '{{' }}", "{{ '}}' }}", "{% filter upper %}abc {{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aaa{% endfilter %}", "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}", "{% with %}{% set z = 3 %}{{ z }}{% endwith %}{{ z }}", "{% with a = i %}{% with i = 1 %}{{ a }}{{ i }}{% endwith %}{{ i }}{% endwith %}",
    "a  {{- i -}}  b", "a  {%- if t -%}  x  {%- endif -%}  b", "a\n{%- for x in l %} {{ x }}\n{%- endfor %}\nb", "a {#- c -#} b", "a {{+ i +}} b", "a {%+ if t +%} x {%+ endif %}", "{{- i }}", "{{ i -}}", "x\n\n{{- i -}}\n\ny", "{% if t -%}\n  a\n{%- endif %}", "{%- set x = 1 -%}\n{{ x }}", "{{-1}}", "{{ 1 -}} 2",
    "{% if i > 5 and s is string %}ok{% endif %}", "{% for u in users if u.on %}{{ loop.index }}.{{ u.name }}{{ ', ' if not loop.last }}{% endfor %}", "{% for u in users %}{{ u.name }}: {{ u.tags | join('/') }}\n{% endfor %}", "{% for g in users | groupby('city') %}{{ g.grouper }}={{ g.list | length }} {% endfor %}", "{% for city, list in users | groupby('city') %}{{ city }}:{{ list | map(attribute='name') | join(',') }};{% endfor %}",
    "SELECT * FROM t WHERE id = {{ i }} AND name = '{{ s }}'", "{{ s }}/{{ md.x.y.z }}?page={{ response.paging.page + 1 }}", "{{ 'a' if t else 'b' }}-{{ 'a' if no else 'b' }}", "{% if n is none %}null{% endif %}", "{{ n }}", "x{{ missing }}", "x{{ md.nope }}", "x{{ missing | default('') }}",
    "x{{ t }}", "x{{ n }}", "x{{ l }}", "x{{ m }}", "x{{ [1.0, 'a'] }}", "x{{ t ~ n }}", "{{ t ~ '' }}", "{{ n ~ '' }}", "{{ l ~ '' }}", "{{ [t, n] | join(',') }}", "{{ t | string }}", "{{ l | string }}", "x{{ (1, 2) }}",
    "{% for x in l %}{{ x }}{% endfor %}{% for x in l %}{{ x }}{% endfor %}", "{% for x in range(1, 4) %}{% for y in range(x) %}{{ y }}{% endfor %};{% endfor %}", "\r\n{{ i }}\r\nx", "tab\t{{ i }}", "{{ i }}%", "100%{% if t %}%{% endif %}", "{ {{ i }} }", "{{ {'a': 1}['a'] }}", "{{ {'a': {'b': 2}}.a.b }}x", "{%if t%}x{%endif%}", "{{i}}{{s}}", "{{ 'a' }}{{ 'b' }}", "{{ i,}}")

# ---- what random expressions found ----
lone("10 ** -7", "1e-7", "100 ** neg", "2 ** -25", "1e15", "1e16", "123456789012345.6", "1234567890123456.7", "9.5e-5", "1.25e-310", "5e-324", "1.7976931348623157e308", "z / big", "big / 1", "-0.0 / 3",
     "{'a': missing} | items | list", "{'a': missing}.items() | list", "{'a': missing, 'b': 1} | dictsort", "users | sum(attribute='age', start=missing)", "users | sum(attribute='age', start=le | first)",
     "multi.rsplit(none, 1)", "'a  b\tc '.rsplit()", "'a  b  c'.rsplit(none, 1)", "'a\nb\r\nc'.splitlines(true)", "'a\tb'.expandtabs()", "'ab\tc'.expandtabs(4)", "s.istitle()", "'aB'.istitle()", "s.rindex('o')", "s.rindex('zz')",
     "'%x' % f", "'%o' % 2.5", "'%x' | format(-255)", "'%c' % -1", "'%c' % 'ab'", "'%c' % 233", "'%.2s' % u", "'%d' % 2.9", "'%%' % l",
     "'{:,}'.format(s)", "'{:+}'.format(s)", "'{:.3}'.format(10)", "'{:#x}'.format(-7)", "'{:#b}'.format(5)", "'{:#o}|{:#X}'.format(8, 255)", "'{:05}'.format('ab')", "'{:n}|{:n}'.format(5, 2.5)", "'{:c}'.format(233)", "'{:d}'.format(t)", "'{:.2f}'.format(t)", "'{:=+6d}'.format(5)", "'{:*=8}'.format(-42)", "'{:_x}'.format(1048575)", "'{:>3}'.format('😀')", "'{:010,}'.format(5)", "'{:^+9.2f}|'.format(3.14159)", "'{:x}'.format(2.5)", "'{:q}'.format(1)", "'{:G}'.format(1e20)", "'{:%}'.format(f)", "'{:.0%}'.format(0.125)",
     "'{!r}'.format('b')", "'%r' % 'b'", "'{:s}'.format(1)", "'{}'.format(t)", "'{:+}'.format(t)", "'%s' % t", "'%s' % n", "(-1) ** 0.5", "1e308 * 10", "-1e308 * 10", "'inf' | float", "'nan' | float", "[1e308 * 10]", "{'a': 'inf' | float}", "1e308 * 10 > 1",
     "(1, 2) + [3]", "range(3) * 2", "m.keys()[0]", "users | map(attribute='addr.zip', default=none) | list", "'abc' is odd", "'ß' | upper", "'ß' | capitalize", "le | sum(start='a')")
add("{% set v = 1 %}{% for x in [] %}{% else %}{% set v = 2 %}{{ v }}{% endfor %}{{ v }}", "{% for x in [0] if x %}{% else %}{{ x is defined }}{% endfor %}", "{% if 1 if t else 0 %}x{% endif %}", "{% filter length %}abc{% endfilter %}",
    "{% for x in l %}{% for y in l %}{% if loop.first and not loop.last %}{{ loop.index0 }}{% endif %}{% endfor %}{{ loop.revindex }}{% endfor %}", "{% for k, v in m | dictsort %}{{ k }}{{ v }}{{ loop.changed(v > 1) }}{% endfor %}")
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "random_jinja2.json"), encoding="utf-8") as file:
    TEMPLATES.extend(json.load(file))

# ---- not templates ----
add("{{", "{{ }}", "{{ i", "{% if t %}", "{% endif %}", "{% for x in %}{% endfor %}", "{% for x l %}{% endfor %}", "{{ i + }}", "{{ (i }}", "{{ i) }}", "{{ [1 }}", "{{ 'abc }}", "{# x", "{% nope %}", "{{ i i }}", "{{ 1 2 }}", "{{ .x }}", "{{ i..x }}", "{{ a b }}", "{% set %}", "{% set x = %}", "{% raw %}", "{{ | upper }}", "{{ i | }}", "{{ i is }}", "{{ not }}", "{{ 1 + * 2 }}", "{{ {'a' 1} }}", "{{ {'a':} }}", "{{ l[ }}", "{{ l[] }}", "{{ @ }}", "{{ $x }}", "{{ i ? 1 : 2 }}", "{{ !t }}", "{{ t && t }}", "{{ t || t }}", "{{ i = 1 }}", "{% if %}x{% endif %}", "{% else %}", "{% if t %}{% else %}{% else %}{% endif %}", "{% for x in l %}{% endif %}", "{{ a.b. }}", "{{ 'a' if }}", "{{ if t }}", "{{ x is defined is defined }}", "{% if t }}x{% endif %}", "{{ i %}", "{{ f(x=1, 2) }}", "{{ 08 }}", "{{ 1.e5 }}", "{{ 1_ }}", "{% for true in l %}{% endfor %}", "{% set none = 1 %}")
