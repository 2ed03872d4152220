// Writes tests/Core.Tests/Templates/Corpus/liquid.json: what liquidjs answers to every template of the smaller corpus.
// Run with the folder that holds node_modules/liquidjs as its argument.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const { Liquid } = createRequire(resolve(process.argv[2], 'package.json'))('liquidjs');
const context = {
  i: 7, z: 0, f: 2.5, t: true, no: false, n: null, s: 'Hello World', e: '', sp: '  x y  ', csv: 'a,b,c', l: [3, 1, 2], le: [],
  ls: ['b', 'a', 'C'], dup: [1, 2, 1, 'a', 'a'], holes: [1, null, 2], html: '<b>"x" & \'y\'</b>', when: '2026-01-31T12:30:05Z',
  m: { a: 1, b: { c: 'deep' } },
  users: [{ name: 'Ann', age: 31, on: true }, { name: 'bob', age: 25, on: false }, { name: 'Cid', age: 40, on: true }],
};
const lone = [
  's | upcase', 's | downcase', 's | append: "!"', 's | prepend: "> "', 's | append: i', 'sp | strip', 'sp | lstrip', 'sp | rstrip', 's | size', 'l | size', 'e | size', 'csv | size',
  'csv | split: ","', 's | split: " "', 's | split: ""', '"a,b,,"  | split: ","', '"" | split: ","', 'csv | split: "," | join: "-"', 'csv | split: "," | first', 'csv | split: "," | last', 'csv | split: "," | size',
  'l | join: ","', 'l | join: ", "', 'le | join: ","', 'ls | join: "" | upcase', 'l | first', 'l | last', 'l | reverse', 'l | sort', 'ls | sort', 'ls | sort_natural', 'l | sum', 'l | sort | first', 'l | sort | reverse | join: " "',
  'users | map: "name"', 'users | map: "age" | sum', 'users | map: "nope"', 'users | where: "on"', 'users | where: "on", true | map: "name"', 'users | where: "age", 25 | map: "name" | first', 'users | where: "name", "zzz"', 'users | sort: "age" | map: "name"', 'users | sort: "name" | map: "name"', 'users | sum: "age"',
  'l | concat: ls', 'le | concat: l', 'holes | compact', 'dup | uniq', 'l | uniq', 'holes | size', 'dup | uniq | size',
  'i | plus: 3', 'i | minus: 3', 'i | times: 3', 'i | divided_by: 2', '8 | divided_by: 2', 'i | divided_by: 2.0', 'f | divided_by: 2', 'i | modulo: 3', 'f | plus: 1', 'f | times: 2', 'i | plus: f', '"5" | plus: 2', '"5" | times: "3"', '"2.5" | plus: 1', '20 | divided_by: 7', '-7 | modulo: 3', '183.357 | times: 12', '-20 | divided_by: 7', 'i | minus: 10', 'f | minus: 0.5',
  'f | round', 'f | ceil', 'f | floor', '2.5678 | round: 2', '3 | round', '-2.5 | ceil', '-2.4 | floor', '-5 | abs', '5 | at_least: 7', '5 | at_most: 3', '5 | at_least: 2', '1.2 | round', '1.7 | round', '4.6 | ceil', '4.6 | floor', '"3.4" | ceil', '"-3.4" | floor',
  'e | default: "d"', 'no | default: "d"', 'n | default: "d"', 'missing | default: "d"', 'z | default: 5', 's | default: "d"', 'no | default: true, allow_false: true', 'no | default: "x", allow_false: false', 't | default: "d"', 'missing | default: 3', 'le | default: "empty"',
  's | replace: "o", "0"', 's | replace_first: "o", "0"', 's | remove: "l"', 's | remove_first: "l"', 's | replace: "x", "y"', 's | replace: "World", "There"', 's | capitalize', '"aBC dEF" | capitalize',
  's | slice: 0', 's | slice: 0, 5', 's | slice: -5, 3', 's | slice: 6, 50', 'l | slice: 1', 'l | slice: 1, 2', 's | slice: -3, 2', 'l | slice: 0, 1',
  's | truncate: 8', 's | truncate: 50', 's | truncate: 8, "--"', 's | truncate: 8, ""', '"one two three four" | truncatewords: 2', '"one two" | truncatewords: 5', '"one two three" | truncatewords: 1, "…"', 's | truncate: 11', 's | truncate: 3',
  'html | escape', '"a b&c" | url_encode', '"a+b%26" | url_decode', '"<p>x</p>" | escape', '"x" | escape',
  'when | date: "%Y-%m-%d"', 'when | date: "%H:%M:%S"', 'when | date: "%d/%m/%y"', 'when | date: "%B %d, %Y"', 'when | date: "%b %e %Y"', 'when | date: "%j"', 'when | date: "%A %a"', 'when | date: "%I:%M %p"', 'when | date: "%s"', 'when | date: "%F %T"', 'when | date: "%-d.%-m.%Y"', 'when | date: "%u %w"', 'when | date: "%%"', '0 | date: "%Y"', '1769862605 | date: "%F %T"', 'when | date: "%y %C"', 'when | date: "%L"',
  's', 'i', 'f', 't', 'n', 'l', 'm.a', 'm.b.c', 'l[0]', 'l[2]', 'm["a"]', 'users[0].name', 'users.first.name', 'users.last.age', 'l.size', 's.size', 'l.first', 'l.last', 'csv | split: "," | reverse | join: "/"', '"lit"', "'lit'", '42', '2.5', 'true', 'nil', 'users.size', '(1..3)', '(1..i)', '(1..3) | join: ","', '(2..5) | size', 'users[1]["name"] | upcase', 's | upcase | downcase | capitalize',
].map((expression) => `{{ ${expression} }}`);
const texts = [
  'a {{ i }} b', 'x{{ i | plus: 1 }}y', '{% if t %}y{% endif %}', '{% if no %}a{% elsif i == 7 %}b{% else %}c{% endif %}', '{% unless no %}u{% endunless %}', '{% unless t %}u{% else %}v{% endunless %}', '{% unless t %}u{% elsif i > 3 %}w{% endunless %}', '{% if s contains "World" %}c{% endif %}', '{% if ls contains "a" %}c{% endif %}', '{% if s contains "zzz" %}c{% else %}d{% endif %}', '{% if l contains 3 %}c{% endif %}',
  '{% if i > 3 and i < 10 %}b{% endif %}', '{% if i > 30 or t %}b{% endif %}', '{% if i != 7 %}n{% else %}e{% endif %}', '{% if i <> 7 %}n{% else %}e{% endif %}', '{% if f >= 2.5 %}g{% endif %}', '{% if s == "Hello World" %}q{% endif %}', '{% if missing %}m{% else %}none{% endif %}', '{% if n == nil %}nil{% endif %}', '{% if missing == nil %}nil{% endif %}', '{% if e == "" %}empty{% endif %}', '{% if n %}a{% else %}b{% endif %}',
  '{% for x in l %}{{ x }},{% endfor %}', '{% for x in l limit:2 %}{{ x }}{% endfor %}', '{% for x in l offset:1 %}{{ x }}{% endfor %}', '{% for x in l limit:1 offset:1 %}{{ x }}{% endfor %}', '{% for x in l reversed %}{{ x }}{% endfor %}', '{% for x in l reversed limit:2 %}{{ x }}{% endfor %}', '{% for x in l limit: 2 offset: 1 reversed %}{{ x }}{% endfor %}', '{% for x in le %}x{% else %}none{% endfor %}', '{% for x in (1..4) %}{{ x }}{% endfor %}', '{% for x in (1..i) limit: 3 %}{{ x }}{% endfor %}', '{% for x in (1..3) reversed %}{{ x }}{% endfor %}', '{% for x in l limit: 99 %}{{ x }}{% endfor %}', '{% for x in l offset: 99 %}{{ x }}{% else %}e{% endfor %}',
  '{% for x in l %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.length }} {% endfor %}', '{% for x in l %}{% if forloop.first %}[{% endif %}{{ x }}{% if forloop.last %}]{% endif %}{% endfor %}', '{% for x in (1..5) %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}', '{% for x in (1..5) %}{% if x == 3 %}{% continue %}{% endif %}{{ x }}{% endfor %}', '{% for u in users %}{{ u.name }}:{{ u.age }};{% endfor %}', '{% for x in (1..2) %}{% for y in (1..2) %}{{ x }}{{ y }} {% endfor %}{% endfor %}', '{% for u in users %}{% unless u.on %}{{ u.name }}{% endunless %}{% endfor %}', '{% for x in ls %}{{ forloop.index }}.{{ x | upcase }}{% unless forloop.last %}, {% endunless %}{% endfor %}',
  '{% assign x = 5 %}{{ x }}', '{% assign x = s | upcase %}{{ x }}', '{% assign x = i | plus: 1 | times: 2 %}{{ x }}', '{% assign x = "a,b" | split: "," %}{{ x | size }}{{ x[1] }}', '{% for y in l %}{% assign x = y %}{% endfor %}{{ x }}', '{% if t %}{% assign x = 1 %}{% endif %}{{ x }}', '{% assign i = 99 %}{{ i }}', '{% assign total = 0 %}{% for x in l %}{% assign total = total | plus: x %}{% endfor %}{{ total }}',
  '{% capture x %}hi {{ i }}{% endcapture %}[{{ x }}]', '{% capture x %}{% for y in l %}{{ y }}{% endfor %}{% endcapture %}{{ x | append: "!" }}', '{% capture a %}1{% endcapture %}{% capture b %}{{ a }}2{% endcapture %}{{ b }}',
  '{% case i %}{% when 7 %}seven{% else %}other{% endcase %}', '{% case i %}{% when 1, 7 %}a{% when 2 %}b{% endcase %}', '{% case i %}{% when 1 or 7 %}a{% endcase %}', '{% case s %}{% when "x" %}x{% when "Hello World" %}hw{% endcase %}', '{% case i %}{% when 1 %}a{% when 2 %}b{% else %}c{% endcase %}', '{% case i %}{% when 1 %}a{% endcase %}', '{% case i %} {% when 7 %}a{% endcase %}', '{% case t %}{% when true %}T{% when false %}F{% endcase %}',
  '{% comment %}{% if %}{% endcomment %}x', '{% raw %}{{ i }}{% endraw %}', 'a  {{- i -}}  b', 'a {%- if t -%} x {%- endif -%} b', '{{ s | split: " " | last }} {{ s | size }}', '{{ t }}-{{ i }}', 'x{{ n }}y', '{{ i }}{{ s }}', '{% assign parts = csv | split: "," %}{% for p in parts %}{{ forloop.index }}{{ p }}{% endfor %}', '{{ users | map: "name" | join: ", " }}!', '{{ m.b.c | append: "-" | append: i }}.', 'x{{ f | times: 3 }}', 'x{{ i | divided_by: 2 }}',
  '{% if i == 7 and s contains "Hello" or no %}y{% endif %}', '{% assign q = users | where: "on" %}{{ q | size }}', '{% assign name = users | map: "name" | sort | first %}{{ name }}.', '{% if l.size > 2 %}big{% endif %}', '{% if users.first.on %}on{% endif %}', '{% for x in l %}{% if x > 1 and x < 3 %}{{ x }}{% endif %}{% endfor %}',
  // What goes wrong.
  '{% if t %}', '{% endif %}', '{% for x in %}{% endfor %}', '{{ s | nofilter: 1 }}', '{% nope %}', '{% capture x %}', '{% case i %}{% when 1 %}', '{{ i', '{% unless t %}',
  // Where Jinja2's rules win.
  '{% if e %}a{% else %}b{% endif %}', '{% if z %}a{% else %}b{% endif %}', '{% if le %}a{% else %}b{% endif %}', '{% for p in m %}{{ p[0] }}{% endfor %}', 'x{{ missing }}', '{{ l }}.', '{% if t or no and no %}a{% else %}b{% endif %}', '{% if no and no or t %}a{% else %}b{% endif %}', '{{ f | times: 2 }}.', '{{ l | join }}.', '{{ "a" | times: 2 }}.', '{{ i | divided_by: 0 }}.', '{{ s | minus: 1 }}.', '{{ m.size }}.', '{{ 2.5 | round }}.', '{{ s | truncate }}.',
];
const engine = new Liquid({ timezoneOffset: 0, locale: 'en-US' });
const answer = (template) => {
  try {
    const isLone = /^\{\{(?:(?!\}\}).)*\}\}$/.test(template);
    const value = isLone ? engine.evalValueSync(template.slice(2, -2), structuredClone(context)) : engine.parseAndRenderSync(template, structuredClone(context));
    return { value: value === undefined ? null : value };
  } catch (failure) {
    return { error: failure.name };
  }
};
const cases = [...new Set([...lone, ...texts])].map((template) => JSON.stringify({ template, ...answer(template) }));
const path = join(dirname(fileURLToPath(import.meta.url)), '../../tests/Core.Tests/Templates/Corpus/liquid.json');
writeFileSync(path, `{"context": ${JSON.stringify(context)},\n"cases": [\n${cases.join(',\n')}\n]}\n`);
console.log(cases.length, 'cases');
