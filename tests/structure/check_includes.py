#!/usr/bin/env python3
"""Checks every #include of the rooms against the doors between them: ARCHITECTURE.md has the same table in words.

    check_includes.py [SOURCE_DIRECTORY]
"""

import re
import sys
from pathlib import Path

# What a room may include of ours. A trailing slash is a folder (itself, not those below it), else it is one file.
DOORS = {
    "core/base": [],
    "core/mime": ["core/base/"],
    "core/idna": ["core/base/"],
    "core/async": ["core/base/"],
    "core/net": ["core/base/", "core/async/"],
    # TLS is a layer over a descriptor; the stream above it is none of its business.
    "core/tls": ["core/base/", "core/net/layer.h"],
    "core/compress": ["core/base/", "core/net/layer.h"],
    "core/auth": ["core/base/", "core/tls/digest.h"],
    "core/config": ["core/base/", "core/idna/"],
    "storage": ["core/base/", "core/mime/", "core/idna/"],
    "storage/sqlite": ["core/base/", "core/mime/", "core/idna/", "storage/"],
    "protocols/session": [
        "core/base/", "core/mime/", "core/idna/", "core/async/", "core/net/", "core/tls/", "core/compress/", "core/auth/",
        "storage/",
    ],
    # What a URL names, for whoever may have it: both IMAP and SMTP ask.
    "protocols/urls": ["core/base/", "core/mime/", "core/idna/", "core/tls/digest.h", "storage/"],
    "daemon": None,  # the composition root sees everything
}
PROTOCOL = DOORS["protocols/session"] + ["protocols/session/"]
DOORS["protocols/pop3"] = PROTOCOL
for protocol in ("smtp", "imap"):
    DOORS[f"protocols/{protocol}"] = PROTOCOL + ["protocols/urls/"]

# Who may see a third-party header.
OWNERS = {
    r"uv(\.h|/.*)": ["core/async", "core/net"],
    r"openssl/.*": ["core/tls"],
    r"sqlite3(ext)?\.h": ["storage/sqlite"],
    r"(toml\.hpp|toml\+\+/.*)": ["core/config"],
    r"spdlog/.*": ["core/base"],
    r"(utf8proc|iconv)\.h": ["core/mime"],
    r"idn2\.h": ["core/idna"],
    r"zlib\.h": ["core/compress"],
    r"CLI/.*": ["daemon"],
    r"(sys/capability|sys/prctl|pwd|grp)\.h": ["daemon"],
    r"(gtest|gmock|benchmark)/.*": [],
}
# In sources, not in headers: it slows every file that sees it.
SOURCES_ONLY = re.compile(r"(fmt|spdlog)/.*")

# Wire formats are sans-I/O: these may not reach, directly or through what they include, beyond these rooms.
PURE_ROOMS = ("core/base", "core/mime", "core/idna")
PURE = {
    "protocols/pop3": ["codec", "replies", "stuffer"],
    "protocols/session": ["languages", "quota_notice", "texts", "texts_de", "texts_es", "texts_fr", "texts_it", "texts_nl"],
    "protocols/urls": ["imap_url", "section_spec"],
    "protocols/smtp": [
        "command", "data", "envelope", "extensions", "header_scanner", "parameters", "path", "reply", "report",
        "submission_header", "trace", "xtext",
    ],
    "protocols/imap": [
        "command", "comparator", "flags", "grammar", "list_pattern", "mailbox_filter", "mailbox_name", "parse_command",
        "parse_fetch", "parse_mailbox", "parse_mailbox_filter", "parse_metadata", "parse_quota", "parse_search",
        "parse_urls", "parser", "printed_structure", "response", "response_fetch", "search_filter", "search_key", "sequence_set",
    ],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def room_of(path):
    folder = path.rsplit("/", 1)[0]
    while folder and folder not in DOORS:
        folder = folder.rpartition("/")[0]
    return folder


def is_allowed(target, doors):
    return any(target == door or (door.endswith("/") and target.rpartition("/")[0] + "/" == door) for door in doors)


def check_ours(path, room, target, root):
    if not (root / target).is_file():
        return f'{path}: "{target}" is no file below the source directory'
    if DOORS[room] is None or target.startswith(room + "/") and room_of(target) == room:
        return None
    if not is_allowed(target, DOORS[room]):
        return f"{path}: {room} may not include {target}"
    return None


def check_foreign(path, room, target):
    for header, owners in OWNERS.items():
        if re.fullmatch(header, target) and room not in owners:
            return f"{path}: <{target}> belongs to {', '.join(owners) or 'the tests'}"
    if SOURCES_ONLY.fullmatch(target) and path.endswith(".h"):
        return f"{path}: <{target}> is for .cc files only"
    return None


def reach(path, includes, seen):
    """All of ours that `path` includes, through others too."""
    for target in includes.get(path, []):
        if target not in seen:
            seen.add(target)
            reach(target, includes, seen)
    return seen


def check_pure(includes):
    pure = {f"{room}/{name}{suffix}" for room, names in PURE.items() for name in names for suffix in (".h", ".cc")}
    for room, names in PURE.items():
        for name in names:
            paths = [path for path in (f"{room}/{name}.h", f"{room}/{name}.cc") if path in includes]
            if not paths:
                yield f"{room}/{name}: is gone; the list of wire formats names it"
            for path in paths:
                for target in sorted(reach(path, includes, set())):
                    if room_of(target) not in (room, *PURE_ROOMS) and target not in pure:
                        yield f"{path}: a wire format that reaches {target}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems = []
    includes = {}
    for top in ("core", "storage", "protocols", "daemon"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            path = file.relative_to(root).as_posix()
            room = room_of(path)
            if not room:
                problems.append(f"{path}: is in no room that the table of doors knows")
                continue
            found = INCLUDE.findall(file.read_text(encoding="utf-8"))
            includes[path] = [target for bracket, target in found if bracket == '"']
            for bracket, target in found:
                problem = check_ours(path, room, target, root) if bracket == '"' else check_foreign(path, room, target)
                if problem:
                    problems.append(problem)
    problems.extend(check_pure(includes))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(includes)} files, {sum(map(len, includes.values()))} includes of ours, {len(problems)} problems")
    return 1 if problems or not includes else 0


if __name__ == "__main__":
    sys.exit(main())
