"""Accounts and aliases that stand in the configuration file, which is the truth for them."""

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case, can_log_in, config_text  # noqa: E402

ALICE, BOB, CAROL = "alice@example.test", "bob@example.test", "carol@example.test"


def account(address, password, more=""):
    return f'[[account]]\naddress = "{address}"\npassword = "{password}"\n{more}'


def alias(address, to, more=""):
    return f'[[alias]]\naddress = "{address}"\nto = "{to}"\n{more}'


class FileEntries(Case):
    def write(self, *entries):
        self.config.write_text(config_text(bottom="".join(entries)))

    def reload(self, server, times=1):
        server.signal(signal.SIGHUP)
        server.logged(r"\breloaded\b", times)

    def listed(self, kind="account"):
        return [line.split("\t") for line in self.portreeve(kind, "list")[0].splitlines()]

    def test_they_are_there_from_the_start(self):
        self.write(
            account(ALICE, "one", 'quota = "1MiB"\nquota_mailboxes = 9\ndelegates = ["bob@example.test"]\n'),
            account(BOB, "two", "disabled = true\n"),
            alias("sales@example.test", ALICE),
        )
        self.portreeve("check")
        server = self.serve()
        self.assertTrue(can_log_in(server, ALICE, "one"))
        self.assertFalse(can_log_in(server, BOB, "two"))
        self.assertEqual(self.listed()[0], [ALICE, "0B in 0 messages", "of 1MiB, 9 folders", f"from the file, delegate {BOB}"])
        self.assertEqual(self.listed()[1][3], "disabled, from the file")
        self.assertEqual(self.listed("alias"), [["sales@example.test", "alias, from the file", ALICE]])
        self.assertIn(f"delivered to {ALICE}", self.portreeve("resolve", "sales@example.test")[0])

    def test_commands_leave_them_alone(self):
        self.write(account(ALICE, "one"), alias("team@example.test", ALICE, "list = true\n"))
        server = self.serve()
        self.add(BOB)
        for is_running in (True, False):
            for command in (
                ["account", "passwd", ALICE, "--password-stdin"],
                ["account", "quota", ALICE, "1MiB"],
                ["account", "disable", ALICE],
                ["account", "enable", ALICE],
                ["account", "delegate", ALICE, BOB],
                ["account", "remove", ALICE],
                ["alias", "remove", "team@example.test"],
                ["alias", "add", "team@example.test", BOB],
                ["list", "join", "team@example.test", BOB],
                ["list", "leave", "team@example.test", ALICE],
            ):
                _, err = self.portreeve(*command, input="other\n", expect=1)
                self.assertIn(f"stands in {self.config}, which is the truth for it", err)
            if is_running:
                self.assertTrue(can_log_in(server, ALICE, "one"))
                self.assertEqual(server.stop(), 0)

    def test_a_reload_applies_them(self):
        self.write(account(ALICE, "one"))
        server = self.serve()
        self.write(account(ALICE, "other"), account(BOB, "two"), alias("sales@example.test", BOB))
        self.reload(server)
        self.assertFalse(can_log_in(server, ALICE, "one"))
        self.assertTrue(can_log_in(server, ALICE, "other"))
        self.assertTrue(can_log_in(server, BOB, "two"))
        self.assertIn(f"delivered to {BOB}", self.portreeve("resolve", "sales@example.test")[0])

    def test_what_is_taken_out_is_disabled_and_keeps_its_mail(self):
        self.write(account(ALICE, "one"), account(BOB, "two"), alias("sales@example.test", BOB))
        server = self.serve()
        with server.connect("imap") as imap:
            imap.ask(f"a LOGIN {ALICE} one", "a ")
            imap.ask("b CREATE kept", "b ")
        self.write(account(BOB, "two"))
        self.reload(server)
        self.assertFalse(can_log_in(server, ALICE, "one"))
        self.assertEqual(self.listed()[0][3], "disabled")
        self.assertEqual(self.listed("alias"), [])
        self.portreeve("account", "enable", ALICE)
        with server.connect("imap") as imap:
            self.assertIn("OK", imap.ask(f"a LOGIN {ALICE} one", "a ")[-1])
            self.assertIn("OK", imap.ask("b SELECT kept", "b ")[-1])

    def test_an_account_of_the_database_becomes_the_files(self):
        self.add(ALICE, "one")
        self.write(account(ALICE, "two"))
        server = self.serve()
        self.assertTrue(can_log_in(server, ALICE, "two"))
        self.assertEqual(self.listed()[0][3], "from the file")

    def test_a_start_that_they_forbid(self):
        self.add(CAROL)
        self.write(account(ALICE, "one"), alias(CAROL, ALICE))
        _, err = self.portreeve("serve", expect=78)
        line = self.config.read_text().splitlines().index("[[alias]]") + 1
        self.assertIn(f"{self.config}:{line}: ", err)
        self.assertIn(CAROL, err)

    def test_a_reload_that_they_forbid_changes_nothing(self):
        self.add(CAROL)
        self.write(account(ALICE, "one"))
        server = self.serve()
        self.write(account(ALICE, "other"), account(BOB, "two"), alias(CAROL, ALICE))
        server.signal(signal.SIGHUP)
        server.logged(rf"reload_refused reason=.*{CAROL}")
        self.assertTrue(can_log_in(server, ALICE, "one"))
        self.assertEqual(self.accounts(), [ALICE, CAROL])

    def test_a_verifier_that_is_none(self):
        self.write(f'[[account]]\naddress = "{ALICE}"\nverifier = "SCRAM-SHA-256$4096:a$b:c"\n')
        out, _ = self.portreeve("check", expect=78)
        self.assertIn(f"{ALICE}: its verifier is none", out)
        _, err = self.portreeve("serve", expect=78)
        self.assertIn(f"{ALICE}: its verifier is none", err)


if __name__ == "__main__":
    harness.main()
