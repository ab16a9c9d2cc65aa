"""imapflow, npm's client with CONDSTORE and QRESYNC, over TLS and STARTTLS: folders, chunks, searches, moves, news."""
import hashlib
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import ALICE, ALICE_PASSWORD, PATIENCE, ClientTest, main

SOURCE = Path(__file__).resolve().parent / "imapflow"
PLACE = Path(__file__).resolve().parents[2] / "build" / "imapflow"


# npm's names for a registry that it can't talk to; all else that goes wrong is our fault.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH",
               "ERR_SOCKET_TIMEOUT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
               "UNABLE_TO_VERIFY_LEAF_SIGNATURE")


def install():
    """The versions that the lock file names, once. Where npm's registry can't be reached the tests say so and end."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    stamp = PLACE / hashlib.sha256(lock).hexdigest()
    if not stamp.exists():
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, PLACE)
        npm = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], cwd=PLACE,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10 * PATIENCE,
                             env=dict(os.environ))
        print(npm.stdout)
        code = re.search(r"^npm (?:ERR!|error) code (\S+)", npm.stdout, re.M)
        if npm.returncode != 0 and code and code[1] in UNREACHABLE:
            raise unittest.SkipTest(f"npm can't reach its registry, so there is no imapflow: {code[1]}")
        npm.check_returncode()
        stamp.touch()
    shutil.copy(SOURCE / "client.mjs", PLACE)


class Imapflow(ClientTest):
    # Asked for threads, over TLS here, it fetches THREADID where OBJECTID is offered, and can't read that there is none.
    extra = '[[imap.client]]\nname = "imapflow"\ncapabilities_off = ["OBJECTID"]\n'

    @classmethod
    def setUpClass(cls):
        install()

    def setUp(self):
        super().setUp()
        # Node cares for no user, and another one couldn't read what lies in the tree of whoever builds.
        self.person = {}

    def play(self, port):
        return self.run_program("node", PLACE / "client.mjs", self.server.ports[port], ALICE, ALICE_PASSWORD,
                                self.certificate, "implicit" if port == "imaps" else "starttls")

    def test_over_tls(self):
        self.assertIn("done", self.play("imaps"))

    def test_over_starttls(self):
        self.assertIn("done", self.play("imap"))


main()
