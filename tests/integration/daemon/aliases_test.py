"""Aliases, lists and what becomes of an address, with and without a running server."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case, config_text  # noqa: E402

ALICE, BOB = "alice@example.test", "bob@example.test"


class Aliases(Case):
    def setUp(self):
        super().setUp()
        self.add(ALICE)
        self.add(BOB)

    def both_ways(self):
        yield None
        yield self.serve()

    def reached(self, address):
        """The accounts, sorted, with their folders."""
        lines = self.portreeve("resolve", address)[0].splitlines()
        return sorted(line.removeprefix("delivered to ") for line in lines if line.startswith("delivered to "))

    def refused(self, address):
        return self.portreeve("resolve", address, expect=1)[1].splitlines()[-1]

    def test_an_alias_leads_to_its_members(self):
        for _ in self.both_ways():
            self.portreeve("alias", "add", "sales@Example.TEST", ALICE, BOB)
            self.portreeve("alias", "add", "shop@example.test", "sales@example.test")
            self.assertEqual(
                self.portreeve("alias", "list")[0],
                f"sales@example.test\talias\t{ALICE}, {BOB}\nshop@example.test\talias\tsales@example.test\n",
            )
            everyone = [f"{ALICE}, folder INBOX", f"{BOB}, folder INBOX"]
            self.assertEqual(self.reached("SHOP@example.test"), everyone)
            self.portreeve("alias", "remove", "shop@example.test")
            self.assertIn("nobody here has this address", self.refused("shop@example.test"))
            self.portreeve("alias", "remove", "sales@example.test")
            self.assertEqual(self.portreeve("alias", "list")[0], "")

    def test_what_is_wrong_is_told(self):
        self.portreeve("alias", "add", "sales@example.test", ALICE)
        for _ in self.both_ways():
            for command, text in [
                (["alias", "add", ALICE, BOB], f"{ALICE} is an account's address"),
                (["alias", "add", "sales@example.test", BOB], "sales@example.test exists already; `portreeve alias"),
                (["alias", "add", "x", BOB], "x is not an address"),
                (["alias", "add", "x@example.test", "y"], "y is not an address"),
                (["alias", "add", "x@example.test", "y@elsewhere.test"], "nothing was changed"),
                (["alias", "add", "x@example.test", "x@example.test"], "nothing was changed"),
                (["alias", "remove", "x@example.test"], "there is no alias or list x@example.test"),
                (["alias", "remove", ALICE], "there is no alias or list"),
                (["list", "add", "@example.test", BOB], "a list needs an address"),
                (["list", "join", "sales@example.test", BOB], "is an alias, not a list"),
                (["list", "join", "x@example.test", BOB], "there is no alias or list"),
                (["domain", "remove", "example.test"], "remove them first"),
            ]:
                _, err = self.portreeve(*command, expect=1)
                self.assertIn(text, err)
                self.assertEqual(len(err.splitlines()), 1, err)
            _, err = self.portreeve("account", "add", "sales@example.test", "--password-stdin", input="x\n", expect=1)
            self.assertIn("sales@example.test is an alias or a list", err)

    def test_lists_have_members_who_come_and_go(self):
        for _ in self.both_ways():
            self.portreeve("list", "add", "team@example.test", ALICE, "--owner", BOB)
            self.assertEqual(self.portreeve("alias", "list")[0], f"team@example.test\tlist, owner {BOB}\t{ALICE}\n")
            self.portreeve("list", "join", "team@example.test", BOB)
            self.assertEqual(len(self.reached("team@example.test")), 2)
            _, err = self.portreeve("list", "join", "team@example.test", "BOB@example.test", expect=1)
            self.assertIn("is a member of team@example.test already", err)
            self.portreeve("list", "leave", "team@example.test", ALICE)
            self.assertEqual(self.reached("team@example.test"), [f"{BOB}, folder INBOX"])
            _, err = self.portreeve("list", "leave", "team@example.test", ALICE, expect=1)
            self.assertIn("is no member of team@example.test", err)
            _, err = self.portreeve("list", "leave", "team@example.test", BOB, expect=1)
            self.assertIn("would be empty", err)
            self.portreeve("list", "remove", "team@example.test")

    def test_a_catch_all_gets_what_is_nobodys(self):
        for _ in self.both_ways():
            self.portreeve("alias", "add", "@example.test", BOB)
            self.assertEqual(self.reached("whoever@example.test"), [f"{BOB}, folder INBOX"])
            self.assertEqual(self.reached(ALICE), [f"{ALICE}, folder INBOX"])
            self.portreeve("alias", "remove", "@example.test")
            self.assertIn("nobody here has this address", self.refused("whoever@example.test"))

    def test_resolve_tells_why(self):
        self.portreeve("alias", "add", "sales@example.test", ALICE)
        for server in self.both_ways():
            out, _ = self.portreeve("resolve", "sales+x@example.test")
            self.assertGreater(len(out.splitlines()), 1, out)
            self.assertIn("none of this server's", self.refused("x@elsewhere.test"))
            self.assertEqual(self.reached("postmaster"), [f"{ALICE}, folder INBOX"])
            self.portreeve("account", "disable", ALICE)
            self.assertIn("is disabled", self.refused(ALICE))
            self.portreeve("account", "enable", ALICE)

    def test_subaddresses_go_into_their_folder(self):
        self.config.write_text(
            config_text(top='[smtp]\nsubaddress_delimiters = "+-"\nfile_subaddresses = true\npostmaster = "bob@example.test"\n')
        )
        for _ in self.both_ways():
            self.assertEqual(self.reached("alice+archive@example.test"), [f"{ALICE}, folder Archive"])
            self.assertEqual(self.reached("alice-Junk@example.test"), [f"{ALICE}, folder Junk"])
            self.assertEqual(self.reached("alice+shop@example.test"), [f"{ALICE}, folder INBOX"])
            self.assertEqual(self.reached("postmaster@example.test"), [f"{BOB}, folder INBOX"])


if __name__ == "__main__":
    harness.main()
