"""Compares what a judge found with the exceptions of `exceptions.json`.

    judge | python findings.py JUDGE

Reads a finding from each line, as JSON with `place` and `finding`. Fails for a finding without an exception, and for an
exception without a finding: one that is no longer needed must go. An exception names its judge, two regular expressions, and
why the fault is neither the document's nor the embedded server's, with a link.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path


def main(judge: str) -> int:
    """Prints what does not match; returns the status of the program."""
    table = json.loads(Path(__file__).with_name("exceptions.json").read_text("utf-8"))
    exceptions = [exception for exception in table if exception["judge"] == judge]
    used: Counter[int] = Counter()
    failed = 0
    for found in map(json.loads, sys.stdin):
        fits = lambda exception: all(re.search(exception[name], found[name]) for name in ("place", "finding"))
        excuses = [at for at, exception in enumerate(exceptions) if fits(exception)]
        used.update(excuses[:1])
        if not excuses:
            failed += 1
            print(f"{found['place']}: {found['finding']}")
    for at, exception in enumerate(exceptions):
        if not used[at]:
            failed += 1
            print(f"an exception is no longer needed: {exception['place']}: {exception['finding']}")
    print(f"{judge}: {used.total()} findings excused by {len(exceptions)} exceptions, {failed} faults")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
