#!/usr/bin/env python3
"""Compares the table of docs/rfcs.md with the RFCs that the code cites.

    check_rfcs.py [SOURCE_DIRECTORY]
"""

import re
import sys
from pathlib import Path

CITATION = re.compile(r"\bRFC (\d{3,5})\b")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (\w+) \| (\S*) ?\| ?(.*?) ?\|$")


def citations(root):
    cited = {}
    for top in ("core", "storage", "protocols", "daemon"):
        for file in (root / top).rglob("*"):
            if file.suffix in (".h", ".cc"):
                for number in CITATION.findall(file.read_text(encoding="utf-8")):
                    cited.setdefault(int(number), set()).add(file.relative_to(root).as_posix())
    return cited


def check_row(row, cited):
    number, _, follows, where, note = row
    if follows not in ("yes", "partly", "no"):
        yield f"RFC {number}: follows is yes, partly or no, not {follows}"
    if follows != "no" and not where:
        yield f"RFC {number}: which file?"
    if where and where not in cited.get(number, ()):
        yield f"RFC {number}: {where} doesn't cite it"
    if follows == "partly" and not note:
        yield f"RFC {number}: which part?"
    if follows == "no" and cited.get(number) and not note:
        yield f"RFC {number}: the code cites it; what for?"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    cited = citations(root)
    problems = []
    rows = {}
    for line in (root / "docs" / "rfcs.md").read_text(encoding="utf-8").splitlines():
        if not re.match(r"\| \d", line):
            continue
        match = ROW.match(line)
        if not match:
            problems.append(f"not a row of five columns: {line}")
            continue
        number = int(match[1])
        if rows and number <= max(rows):
            problems.append(f"RFC {number}: rows stand in order, each once")
        rows[number] = (number, *match.groups()[1:])
    for row in rows.values():
        problems.extend(check_row(row, cited))
    problems.extend(
        f"RFC {number}: cited in {min(cited[number])}, but not in docs/rfcs.md" for number in sorted(set(cited) - set(rows))
    )
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(rows)} RFCs in the table, {len(cited)} cited, {len(problems)} problems")
    return 1 if problems or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
