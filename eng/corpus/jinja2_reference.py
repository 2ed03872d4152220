#!/usr/bin/python3
"""Writes tests/Core.Tests/Templates/Corpus/jinja2.json: what Jinja2 3.1 answers to every template of the corpus.

A template that is exactly one {{ … }} is answered with its typed value, as a native environment would before it guesses
types from text. Something undefined may not be printed, as in the product; all other settings are Jinja2's own.
"""
import copy
import json
import math
import os
import sys

from jinja2 import Environment, Undefined, nodes
from jinja2.nativetypes import NativeCodeGenerator, NativeEnvironment, NativeTemplate

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases_jinja2


class Unprintable(Undefined):
    __str__ = Undefined._fail_with_undefined_error
    __hash__ = Undefined.__hash__


class Unfolded(NativeCodeGenerator):
    """Folded constants would come out as the text of their Python form."""

    def _output_child_to_const(self, node, frame, finalize):
        raise nodes.Impossible()


class Typed(NativeEnvironment):
    code_generator_class = Unfolded

    @staticmethod
    def concat(values):
        values = list(values)
        return values[0] if values else None


class TypedTemplate(NativeTemplate):
    environment_class = Typed


Typed.template_class = TypedTemplate


def plain(value, depth=0):
    if isinstance(value, Undefined):
        raise LookupError("undefined")
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ArithmeticError("not finite")
        return value
    if isinstance(value, complex):
        raise ArithmeticError("complex")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): plain(item, depth + 1) for key, item in value.items()}
    if hasattr(value, "__iter__"):
        return [plain(item, depth + 1) for item in value]
    raise TypeError("not a value: " + type(value).__name__)


def is_lone(template):
    body = Environment().parse(template).body
    parts = [part for node in body for part in (node.nodes if isinstance(node, nodes.Output) else [node])]
    parts = [part for part in parts if not (isinstance(part, nodes.TemplateData) and not part.data.strip())]
    return len(parts) == 1 and not isinstance(parts[0], (nodes.TemplateData, nodes.Stmt)) and template.strip().startswith("{{")


def answer(template):
    context = copy.deepcopy(cases_jinja2.CONTEXT)
    try:
        if is_lone(template):
            return {"value": plain(Typed(undefined=Unprintable, optimized=False).from_string(template.strip()).render(context))}
        return {"value": Environment(undefined=Unprintable, optimized=False).from_string(template).render(context)}
    except LookupError:
        return {"error": "undefined"}
    except Exception as failure:
        return {"error": type(failure).__name__}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "../../tests/Core.Tests/Templates/Corpus/jinja2.json")
    templates = list(dict.fromkeys(cases_jinja2.TEMPLATES))
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"context": ' + json.dumps(cases_jinja2.CONTEXT, ensure_ascii=False) + ',\n"cases": [\n')
        lines = [json.dumps({"template": template, **answer(template)}, ensure_ascii=False) for template in templates]
        file.write(",\n".join(lines) + "\n]}\n")
    print(len(templates), "cases")


main()
