"""Terraform's files, read by a parser that is not ours."""

import re

import hcl2


class Sheets:
    """All blocks of a folder: {"resource": {("type", "name"): {…}}, "data": …, "locals": {…}, …}."""

    def __init__(self, texts):
        self.resources, self.data, self.locals, self.variables, self.outputs = {}, {}, {}, {}, {}
        self.texts = texts
        for text in texts.values():
            tree = hcl2.loads(text)
            for kind, into in (("resource", self.resources), ("data", self.data)):
                for block in tree.get(kind, []):
                    for of, named in block.items():
                        for name, body in named.items():
                            key = (plain(of), plain(name))
                            assert key not in into, f"{key} is there twice"
                            into[key] = value(body)
            for block in tree.get("locals", []):
                found = value(block)
                assert not set(found) & set(self.locals)
                self.locals |= found
            for kind, into in (("variable", self.variables), ("output", self.outputs)):
                for block in tree.get(kind, []):
                    into |= {plain(name): value(body) for name, body in block.items()}


class Expression(str):
    """What Terraform works out."""


def plain(literal):
    assert literal[0] == literal[-1] == '"', literal
    return unescaped(literal[1:-1])


def unescaped(text):
    """HCL's escapes, by its specification."""
    names = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
    pattern = r'\\u([0-9a-f]{4})|\\([nrt"\\])|([$%])\3\{'

    def one(match):
        code, letter, sign = match.groups()
        return chr(int(code, 16)) if code else names[letter] if letter else sign + "{"

    return re.sub(pattern, one, text)


def value(found):
    """The parser's tree as plain data: literals are text, all else is an Expression."""
    if isinstance(found, dict):
        return {key if not key.startswith('"') else plain(key): value(one) for key, one in found.items() if key != "__is_block__"}
    if isinstance(found, list):
        return [value(one) for one in found]
    if not isinstance(found, str):
        return found
    if found.startswith('"'):
        interpolates = re.search(r"(?<!\$)\$\{", found)
        return Expression(found[1:-1]) if interpolates else plain(found)
    return Expression(found[2:-1] if found.startswith("${") else found)
