"""Has schemathesis send valid requests to the embedded server, and judge its answers by the documents in OpenAPI 3.1.

    python conformance.py ORIGIN CODES ST        CODES is a file of keys and codes; ST is schemathesis

Statuses, media types, headers, bodies and events have to be documented, and no valid request may be refused. Prints each finding
as a line of JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from world import PREFIXES

CHECKS = (
    "status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,"
    "valid_requests_are_taken"
)


def main(origin: str, codes: str, program: str) -> None:
    """Judges the three APIs."""
    here = Path(__file__).resolve().parent
    keys = dict(line.split() for line in Path(codes).read_text("utf-8").splitlines())
    for api, prefix in PREFIXES.items():
        with tempfile.TemporaryDirectory() as folder:
            report, findings = Path(folder, "report.json"), Path(folder, "findings")
            findings.touch()
            environment = os.environ | {
                "PYTHONPATH": str(here),
                "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
                "JUDGE_API": api,
                "JUDGE_ORIGIN": origin,
                "JUDGE_CODES": json.dumps(keys),
                "JUDGE_FINDINGS": str(findings),
            }
            document = here.parents[1] / "spec" / "published" / f"dify-{api}-3.1.json"
            options = ["--url", origin + prefix, "--checks", CHECKS, "--mode", "positive", "--continue-on-failure"]
            options += ["--phases", "examples,coverage", "--seed", "1"]
            options += ["--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none"]
            options += ["--report", "json", "--report-json-path", str(report)]
            # The reports say all.
            subprocess.run([program, "--no-color", "run", str(document), *options], env=environment, stdout=subprocess.DEVNULL)
            judged = json.loads(report.read_text("utf-8"))
            for finding in sorted(set(findings.read_text("utf-8").splitlines())):
                print(finding)
            for failure in judged["failures"] + judged["errors"]:
                print(json.dumps({"place": f"{api} {failure.get('operations')}", "finding": json.dumps(failure)[:2000]}))
            if not judged["complete"]:
                print(json.dumps({"place": api, "finding": f"schemathesis stopped: {judged['stop_reason']}"}))
            counts = judged["operations"], judged["test_cases"]["generated"]
            print(f"{api}: {counts[0]['tested']} of {counts[0]['selected']} operations, {counts[1]} requests", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
