"""What others may do with a mailbox, from the command line, with and without a running server."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case  # noqa: E402

ALICE, BOB = "alice@example.test", "bob@example.test"


class Acls(Case):
    def setUp(self):
        super().setUp()
        self.add(ALICE)
        self.add(BOB)

    def both_ways(self):
        yield None
        yield self.serve()

    def test_rights_are_given_and_taken(self):
        for _ in self.both_ways():
            self.portreeve("acl", "set", ALICE, "inbox", BOB, "lr")
            self.portreeve("acl", "set", ALICE, "INBOX", BOB, "+d")
            self.portreeve("acl", "set", ALICE, "INBOX", "anyone", "l")
            self.portreeve("acl", "set", ALICE, "INBOX", BOB, "e", "--deny")
            self.assertEqual(
                self.portreeve("acl", "list", ALICE, "INBOX")[0], f"anyone\tl\n{BOB}\tlrted\n-{BOB}\ted\n"
            )
            self.portreeve("acl", "remove", ALICE, "INBOX", BOB, "te")
            self.portreeve("acl", "remove", ALICE, "INBOX", "anyone")
            self.portreeve("acl", "remove", ALICE, "INBOX", BOB, "--deny")
            self.assertEqual(self.portreeve("acl", "list", ALICE, "INBOX")[0], f"{BOB}\tlr\n")
            self.portreeve("acl", "remove", ALICE, "INBOX", BOB)
            self.assertEqual(self.portreeve("acl", "list", ALICE, "INBOX")[0], "")

    def test_what_is_wrong_is_told(self):
        for _ in self.both_ways():
            for command, text in [
                (["acl", "list", "carol@example.test", "INBOX"], "there is no account carol@example.test"),
                (["acl", "list", ALICE, "Nothing"], f"{ALICE} has no mailbox Nothing"),
                (["acl", "set", ALICE, "INBOX", "carol@example.test", "l"], "there is no account carol@example.test"),
                (["acl", "set", ALICE, "INBOX", BOB, "lq"], "a letter that is no right"),
                (["acl", "remove", ALICE, "INBOX", BOB, "lq"], "a letter that is no right"),
                (["acl", "set", ALICE, "INBOX", ALICE, "l"], f"{ALICE} has all rights there anyway"),
                (["acl", "remove", ALICE, "INBOX", ALICE], f"{ALICE} has all rights there anyway"),
            ]:
                self.assertIn(text, self.portreeve(*command, expect=1)[1])
        self.portreeve("acl", "set", ALICE, "INBOX", BOB, expect=64)
        self.portreeve("acl", expect=64)


if __name__ == "__main__":
    harness.main()
