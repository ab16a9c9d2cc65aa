#!/usr/bin/env python3
"""Plays dialogue scripts against the real server: whole, in single bytes, and with lines sent together.

    run_transcripts.py --server build/dev/daemon/portreeve tests/integration/pop3/*.txt

Python's standard library only. The scripts' language is described in tests/integration/README.md.
"""

import argparse
import shutil
import sys

from transcript.client import Failure
from transcript.patterns import Mistake
from transcript.script import Player, Script
from transcript.server import Server

MANNERS = ("whole", "bytes", "together")


def play(program, script, manner):
    """What went wrong, in words, or None."""
    server = Server(program, script)
    player = Player(server, manner)
    try:
        server.start()
        player.play(script.steps)
        server.end()
    except (Failure, Mistake) as problem:
        said = "\n".join(player.transcript[-60:])
        log = "\n".join(server.last_log())
        return f"{problem}\n\n--- said\n{said}\n\n--- the server's log\n{log}\n"
    finally:
        server.kill()
        shutil.rmtree(server.directory)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="the portreeve binary")
    parser.add_argument("--manner", choices=MANNERS, action="append", help="default: all three")
    parser.add_argument("scripts", nargs="+")
    options = parser.parse_args()
    failures = 0
    for path in options.scripts:
        script = Script(path)
        for manner in options.manner or MANNERS:
            if script.manner not in (None, manner):
                continue
            problem = play(options.server, script, manner)
            failures += problem is not None
            print(f"{path} ({manner}): {problem or 'as expected'}", file=sys.stderr if problem else sys.stdout)
            if problem:
                break  # the other manners would say the same
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
