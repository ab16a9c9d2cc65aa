"""Accounts and domains, with and without a running server."""

import os
import pty
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case, can_log_in  # noqa: E402


class Accounts(Case):
    """Each test runs twice: on the store itself, and through the server."""

    def both_ways(self):
        yield None
        yield self.serve()

    def test_add_list_passwd_remove(self):
        for server in self.both_ways():
            self.add("alice@Example.TEST", "one")
            self.add("bob@example.test", "two")
            self.assertEqual(self.accounts(), ["alice@example.test", "bob@example.test"])
            self.assertEqual(self.portreeve("domain", "list")[0], "example.test\n")
            if server:
                self.assertTrue(can_log_in(server, "alice@example.test", "one"))
            self.portreeve("account", "passwd", "alice@example.test", "--password-stdin", input="three\n")
            if server:
                self.assertFalse(can_log_in(server, "alice@example.test", "one"))
                self.assertTrue(can_log_in(server, "alice@example.test", "three"))
            for name in ("alice", "bob"):
                out, _ = self.portreeve("account", "remove", f"{name}@example.test")
                self.assertEqual(out, f"removed {name}@example.test with all its mail\n")
            if server:
                self.assertFalse(can_log_in(server, "alice@example.test", "three"))
            self.portreeve("domain", "remove", "example.test")

    def test_a_domain_has_two_spellings(self):
        for server in self.both_ways():
            self.add("Zoë@Bücher.example", "one")
            self.assertEqual(self.portreeve("account", "list")[0].split("\t")[0], "Zoë@bücher.example")
            self.assertEqual(self.portreeve("domain", "list")[0], "bücher.example\n")
            if server:
                self.assertTrue(can_log_in(server, "zoë@xn--bcher-kva.example", "one"))
            _, err = self.portreeve("domain", "remove", "xn--bcher-kva.example", expect=1)
            self.assertIn("has accounts, Zoë@bücher.example for one", err)
            self.portreeve("account", "remove", "ZOË@xn--bcher-kva.example")
            self.portreeve("domain", "remove", "BÜCHER.example")

    def test_what_is_wrong_is_told(self):
        for server in self.both_ways():
            if server is None:
                self.add()
            rows = [
                (["account", "add", "alice"], 64, "alice is not an address; write one such as name@example.org"),
                (["account", "add", "alice@example.test"], 1, "exists already; `portreeve account passwd` changes"),
                (["account", "add", "ALICE@example.test"], 1, "exists already"),
                (["account", "passwd", "bob@example.test"], 1, "there is no account bob@example.test; `portreeve account"),
                (["account", "remove", "bob@example.test"], 1, "there is no account bob@example.test"),
                (["domain", "add", "a b"], 1, "a b is not a domain"),
                (["domain", "add", "example.test"], 1, "example.test is there already"),
                (["domain", "remove", "example.test"], 1, "has accounts, alice@example.test for one: remove them first"),
                (["domain", "remove", "x.test"], 1, "there is no domain x.test"),
            ]
            for command, code, text in rows:
                option = ["--password-stdin"] if command[1] in ("add", "passwd") and command[0] == "account" else []
                _, err = self.portreeve(*command, *option, input="secret\n", expect=code)
                self.assertIn(text, err)
                self.assertEqual(len(err.splitlines()), 1, err)

    def test_import_takes_all(self):
        for server in self.both_ways():
            domain = "running.test" if server else "stopped.test"
            text = "".join(f"user{i}@{domain} password {i}\n" for i in range(100))
            out, _ = self.portreeve("account", "import", "-", input=text)
            self.assertEqual(out, "added 100 accounts\n")
            self.assertIn(f"user99@{domain}", self.accounts())
            if server:
                self.assertTrue(can_log_in(server, f"user42@{domain}", "password 42"))
                self.assertTrue(can_log_in(server, "user42@stopped.test", "password 42"))

    def test_import_takes_all_or_none(self):
        self.add()
        people = self.folder / "people.txt"
        people.write_text("bob@example.test secret\nalice@example.test secret\n")
        for _ in self.both_ways():
            _, err = self.portreeve("account", "import", "people.txt", expect=1)
            self.assertIn("alice@example.test exists already", err)
            self.assertIn("nothing was imported", err)
            self.assertEqual(self.accounts(), ["alice@example.test"])
        people.write_text("bob secret\ncarol@example.test\n")
        _, err = self.portreeve("account", "import", "people.txt", expect=1)
        self.assertIn("people.txt:1: bob is not an address", err)
        self.assertIn("people.txt:2: carol@example.test has no password", err)

    def test_commands_at_the_same_time_wait_for_each_other(self):
        names = [f"user{i}@example.test" for i in range(8)]
        threads = [threading.Thread(target=self.add, args=(name, "secret")) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.accounts(), names)

    def notes(self, address="alice@example.test"):
        """What `account list` says of it: use, quota, notes."""
        lines = [line.split("\t") for line in self.portreeve("account", "list")[0].splitlines()]
        return next(line[1:] for line in lines if line[0] == address)

    def test_quotas(self):
        self.add()
        for server in self.both_ways():
            self.assertEqual(self.notes(), ["0B in 0 messages", "no quota", ""])
            self.portreeve("account", "quota", "alice@example.test", "500MiB")
            self.assertEqual(self.notes()[1], "of 500MiB")
            self.portreeve("account", "quota", "alice@example.test", "--messages", "10", "--mailboxes", "20")
            self.assertEqual(self.notes()[1], "of 500MiB, 10 messages, 20 folders")
            out, _ = self.portreeve("account", "quota", "alice@example.test", "none", "--mailboxes", "none")
            self.assertEqual(out, "the quota of alice@example.test is 10 messages now\n")
            self.portreeve("account", "quota", "alice@example.test", "--messages", "none")
            self.assertEqual(self.notes()[1], "no quota")
            _, err = self.portreeve("account", "quota", "alice@example.test", expect=64)
            self.assertIn("say what the limit is", err)
            _, err = self.portreeve("account", "quota", "alice@example.test", "--messages", "-1", expect=64)
            self.assertIn("-1 is not a number", err)
            _, err = self.portreeve("account", "quota", "alice@example.test", "much", expect=64)
            self.assertIn("much is not a size; write one such as 500MiB, or none", err)
            self.portreeve("account", "quota", "bob@example.test", "1MiB", expect=1)

    def test_new_accounts_get_the_default_quota(self):
        self.config.write_text(harness.config_text(top='[quota]\ndefault = "1GiB"\ndefault_messages = 9\n'))
        for server in self.both_ways():
            name = "bob@example.test" if server else "alice@example.test"
            self.add(name)
            self.assertEqual(self.notes(name)[1], "of 1GiB, 9 messages")

    def test_disabled_accounts_let_nobody_in(self):
        self.add()
        for server in self.both_ways():
            self.portreeve("account", "disable", "alice@example.test")
            self.assertEqual(self.notes()[2], "disabled")
            if server:
                self.assertFalse(can_log_in(server, "alice@example.test", "alice-secret"))
            self.portreeve("account", "enable", "alice@example.test")
            self.assertEqual(self.notes()[2], "")
            if server:
                self.assertTrue(can_log_in(server, "alice@example.test", "alice-secret"))

    def test_delegates(self):
        self.add()
        self.add("bob@example.test")
        command = ["account", "delegate", "alice@example.test"]
        for _ in self.both_ways():
            self.portreeve(*command, "bob@example.test")
            self.assertEqual(self.notes()[2], "delegate bob@example.test")
            self.portreeve(*command, "bob@example.test", "--remove")
            self.assertEqual(self.notes()[2], "")
            for name, text in (("carol", "there is no account"), ("alice", "as itself anyway"), ("bob", "is no delegate")):
                option = ["--remove"] if name == "bob" else []
                _, err = self.portreeve(*command, f"{name}@example.test", *option, expect=1)
                self.assertIn(text, err)

    def test_a_verifier_needs_no_configuration(self):
        self.config.unlink()
        out, _ = self.portreeve("account", "verifier", "--password-stdin", input="secret\n")
        self.assertRegex(out, r"^SCRAM-SHA-256\$4096:[^$]+\$[^:]+:[^:]+\n$")
        self.config.write_text(harness.config_text())
        self.portreeve("account", "import", "-", input=f"alice@example.test {out}")
        self.assertTrue(can_log_in(self.serve(), "alice@example.test", "secret"))

    def test_nothing_is_held(self):
        for _ in self.both_ways():
            self.assertEqual(self.portreeve("held", "list")[0], "")
            for name in ("5", "x"):
                _, err = self.portreeve("held", "remove", name, expect=1)
                self.assertIn("`portreeve held list` shows", err)

    def test_domains_without_accounts(self):
        for server in self.both_ways():
            self.portreeve("domain", "add", "Example.NET")
            self.assertEqual(self.portreeve("domain", "list")[0], "example.net\n")
            if server:
                with server.connect("smtp") as smtp:
                    smtp.ask("HELO client.test", "250")
                    smtp.ask("MAIL FROM:<a@b.test>", "250")
                    # The domain is ours, the mailbox is not there.
                    self.assertIn("550", smtp.ask("RCPT TO:<nobody@example.net>", "5")[-1])
            self.portreeve("domain", "remove", "example.net")


class Prompt(Case):
    def at_terminal(self, typed, *arguments):
        """Runs a command at a terminal; types a line whenever it asks. Gives (exit status, what was shown)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(harness.PORTREEVE, [harness.PORTREEVE, *arguments, "--config", str(self.config)])
        shown = ""
        for line in typed:
            while not shown.endswith(": "):
                shown += os.read(terminal, 1000).decode()
            os.write(terminal, line.encode() + b"\n")
            shown += "|"
        try:
            while piece := os.read(terminal, 1000):
                shown += piece.decode()
        except OSError:
            pass  # EIO: the other side is gone
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown

    def test_passwords_are_asked_twice_and_not_shown(self):
        code, shown = self.at_terminal(["se cret", "se cret"], "account", "add", "alice@example.test")
        self.assertEqual(code, 0, shown)
        self.assertIn("Password for alice@example.test: ", shown)
        self.assertNotIn("se cret", shown)
        self.assertTrue(can_log_in(self.serve(), "alice@example.test", "se cret"))

    def test_two_that_differ_change_nothing(self):
        code, shown = self.at_terminal(["one", "two"], "account", "add", "alice@example.test")
        self.assertEqual(code, 64)
        self.assertIn("not the same", shown)
        self.assertEqual(self.accounts(), [])

    def test_removal_asks(self):
        self.add()
        code, shown = self.at_terminal(["no"], "account", "remove", "alice@example.test")
        self.assertEqual(code, 1, shown)
        self.assertEqual(self.accounts(), ["alice@example.test"])
        code, shown = self.at_terminal(["yes"], "account", "remove", "alice@example.test")
        self.assertEqual(code, 0, shown)

    def test_without_a_terminal_the_option_is_named(self):
        _, err = self.portreeve("account", "add", "alice@example.test", expect=64)
        self.assertIn("--password-stdin", err)
        _, err = self.portreeve("account", "add", "alice@example.test", "--password-stdin", expect=64)
        self.assertIn("no password was given", err)


if __name__ == "__main__":
    harness.main()
