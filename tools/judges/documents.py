"""Reads every published document with openapi-spec-validator; prints each finding as a line of JSON."""

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator, OpenAPIV32SpecValidator

VALIDATORS = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator, "3.2": OpenAPIV32SpecValidator}

for path in sorted((Path(__file__).resolve().parents[2] / "spec" / "published").glob("dify-*.json")):
    document = json.loads(path.read_text("utf-8"))
    for error in VALIDATORS[document["openapi"][:3]](document).iter_errors():
        place = f"openapi-spec-validator {path.name}"
        print(json.dumps({"place": place, "finding": f"{error.json_path}: {error.message[:300]}"}))
