#!/usr/bin/env python3
"""Copies spec/, with the operations of some APIs several times, and their schemas too if wanted.

    copies.py <spec> <copy> <times> operations|types [api]...      without an API, those of all

Each copy of an operation has a path, a method and, with `types`, schemas of its own. What `common/` has stays one.
"""

import re
import shutil
import sys
from pathlib import Path


def copied(text: str, copy: str, types: bool) -> str:
    """A file of paths or schemas with the names of a copy."""
    text = re.sub(r"^/", f"/{copy}/", text, flags=re.M)
    text = re.sub(r"(x-dify-(?:stream-)?method: \S+)", rf"\1_{copy}", text)
    if types:
        suffix = copy.capitalize()
        text = re.sub(r"^([A-Z]\w*):", rf"\1{suffix}:", text, flags=re.M)
        text = re.sub(r'"#/(\w+)"', rf'"#/\1{suffix}"', text)
        text = re.sub(r'"((?:\.\./(?:schemas|events)/)?\w+)\.yaml#/(\w+)"', rf'"\1_{copy}.yaml#/\2{suffix}"', text)
    return text


def main() -> None:
    spec, target, times, what, *apis = sys.argv[1:]
    types = what == "types"
    shutil.copytree(spec, target, ignore=shutil.ignore_patterns("published"))
    copies = [f"copy{number}" for number in range(2, int(times) + 1)]
    for root in Path(target).glob("*/openapi.yaml"):
        if apis and root.parent.name not in apis:
            continue
        for kind in ("paths", "schemas", "events") if types else ("paths",):
            for file in list(root.parent.glob(f"{kind}/*.yaml")):
                for copy in copies:
                    text = copied(file.read_text(), copy, types)
                    file.with_name(f"{file.stem}_{copy}.yaml").write_text(text)
        text = root.read_text()
        listed = re.findall(r'^  (/\S*): \{\$ref: "paths/(\w+)\.yaml#/(\S*)"\}$', text, flags=re.M)
        rows = [
            f'  /{copy}{path}: {{$ref: "paths/{file}_{copy}.yaml#/~1{copy}{place}"}}\n'
            for copy in copies
            for path, file, place in listed
        ]
        root.write_text(text.replace("\npaths:\n", "\npaths:\n" + "".join(rows), 1))


main()
