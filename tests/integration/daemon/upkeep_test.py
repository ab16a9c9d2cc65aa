"""Backup, restore, fsck; signals; reloads."""

import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case, can_log_in, config_text  # noqa: E402


def deliver(server, text):
    with server.connect("smtp") as smtp:
        smtp.ask("HELO client.test", "250")
        smtp.ask("MAIL FROM:<a@b.test>", "250")
        smtp.ask("RCPT TO:<alice@example.test>", "250")
        smtp.ask("DATA", "354")
        return smtp.ask(f"Subject: {text}\r\n\r\n{text}\r\n.", "")[-1]


def subjects(server):
    with server.connect("imap") as imap:
        imap.ask("a LOGIN alice@example.test alice-secret", "a ")
        imap.ask("b EXAMINE INBOX", "b ")
        lines = imap.ask("c FETCH 1:* (BODY.PEEK[HEADER.FIELDS (Subject)])", "c ")
        return [line[len("Subject: "):] for line in lines if line.startswith("Subject: ")]


class Backup(Case):
    def test_a_backup_of_the_running_server_restores(self):
        self.add()
        server = self.serve()
        self.assertTrue(deliver(server, "before").startswith("250"))
        out, _ = self.portreeve("backup", "copy.db")
        self.assertEqual(out, f"wrote {self.folder / 'copy.db'}\n")
        self.assertTrue(deliver(server, "after").startswith("250"))
        _, err = self.portreeve("restore", "copy.db", expect=75)
        self.assertEqual(err, "the server runs: stop it, and then restore\n")
        self.assertEqual(server.stop(), 0)

        _, err = self.portreeve("restore", "copy.db", expect=1)
        self.assertIn("nothing was restored", err)
        self.data.rename(self.folder / "old")
        out, _ = self.portreeve("restore", "copy.db")
        self.assertIn("restored", out)
        self.assertEqual(subjects(self.serve()), ["before"])

    def test_a_backup_overwrites_nothing(self):
        self.add()
        (self.folder / "copy.db").write_text("precious")
        for is_running in (False, True):
            if is_running:
                self.serve()
            _, err = self.portreeve("backup", "copy.db", expect=1)
            self.assertIn("no backup was made", err)
            self.assertEqual((self.folder / "copy.db").read_text(), "precious")

    def test_a_backup_without_a_server(self):
        self.add()
        self.portreeve("backup", "copy.db")
        self.assertEqual((self.folder / "copy.db").stat().st_mode & 0o077, 0)

    def test_restore_wants_a_backup(self):
        (self.folder / "copy.db").write_text("not one")
        _, err = self.portreeve("restore", "copy.db", expect=1)
        self.assertIn("nothing was restored", err)
        _, err = self.portreeve("restore", "none.db", expect=1)
        self.assertIn("none.db", err)


class Fsck(Case):
    def test_a_sound_store(self):
        self.add()
        self.assertEqual(self.portreeve("fsck")[0], "the store is sound\n")
        server = self.serve()
        deliver(server, "one")
        self.assertEqual(self.portreeve("fsck")[0], "the store is sound\n")
        self.assertEqual(self.portreeve("fsck", "--mend")[0], "the store is sound\n")


class ControlSocket(Case):
    def test_nonsense_ends_only_its_own_connection(self):
        self.add()
        server = self.serve()
        path = self.data / "control.sock"
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 8, b"\0\0\0\0", b"\0\0\0\4\0\0\0\xff", b"\0\0"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(harness.PATIENCE)
                connection.connect(str(path))
                connection.sendall(nonsense)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1000):
                    pass
        self.assertEqual(self.accounts(), ["alice@example.test"])
        self.assertEqual(server.stop(), 0)


class Stop(Case):
    def test_everyone_is_told(self):
        self.add()
        server = self.serve()
        connections = {name: server.connect(name) for name in ("smtp", "imap", "pop3")}
        self.assertEqual(server.stop(), 0)
        self.assertTrue(connections["smtp"].read().startswith("421 "))
        self.assertTrue(connections["imap"].read().startswith("* BYE"))
        self.assertTrue(connections["pop3"].read().startswith("-ERR"))
        for connection in connections.values():
            connection.close()
        server.logged("stopped")
        self.assertFalse((self.data / "control.sock").exists())

    def test_a_second_server_is_refused_and_the_first_goes_on(self):
        self.add()
        server = self.serve()
        _, err = self.portreeve("serve", expect=75)
        self.assertIn("start_failed", err)
        text = self.config.read_text()
        self.config.write_text(text.replace("port = 0", f"port = {server.ports['smtp']}", 1))
        _, err = self.portreeve("serve", expect=75)
        self.assertEqual(err, f"portreeve: the server runs already on {self.data}\n")
        self.config.write_text(text)
        self.assertTrue(can_log_in(server, "alice@example.test", "alice-secret"))
        self.assertEqual(self.accounts(), ["alice@example.test"])

    def test_a_killed_server_starts_again(self):
        self.add()
        server = self.serve()
        deliver(server, "kept")
        server.kill()
        self.assertEqual(self.accounts(), ["alice@example.test"])
        self.assertEqual(subjects(self.serve()), ["kept"])


class Reload(Case):
    def size_limit(self, server):
        with server.connect("smtp") as smtp:
            lines = smtp.ask("EHLO client.test", "250 ")
        return next(int(line.split()[1]) for line in lines if re.match(r"250.SIZE ", line))

    def certificate(self, server):
        return ssl.get_server_certificate(("127.0.0.1", server.ports["imaps"]))

    def make_certificate(self, name):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", f"/CN={name}", "-keyout", "key.pem", "-out", "cert.pem"],
            cwd=self.folder, check=True, capture_output=True,
        )

    def test_live_keys_apply_and_sessions_go_on(self):
        self.add()
        server = self.serve()
        self.assertEqual(self.size_limit(server), 50 << 20)
        with server.connect("imap") as imap:
            imap.ask("a LOGIN alice@example.test alice-secret", "a ")
            self.config.write_text(config_text(top='[limits]\nmax_message_size = "1MiB"\n'))
            server.signal(signal.SIGHUP)
            server.logged("reloaded")
            server.logged("reload_changed key=limits.max_message_size")
            self.assertEqual(self.size_limit(server), 1 << 20)
            self.assertTrue(imap.ask("b NOOP", "b ")[-1].startswith("b OK"))

    def test_the_log_level_is_live(self):
        self.config.write_text(config_text(top='[log]\nlevel = "error"\n'))
        server = harness.Server(self.config, list(harness.LISTENERS))
        self.addCleanup(server.kill)
        server.launch()
        # It says nothing when it is ready, but listens for commands then.
        while not (self.data / "control.sock").exists():
            self.assertIsNone(server.process.poll())
        self.portreeve("account", "list")
        self.config.write_text(config_text(top='[log]\nlevel = "info"\n'))
        server.signal(signal.SIGHUP)
        server.logged("reloaded")

    def test_keys_that_need_a_restart_are_named(self):
        server = self.serve()
        self.config.write_text(config_text(top="[server]\nthreads = 3\n"))
        server.signal(signal.SIGHUP)
        server.logged(r"reload_needs_restart key=server\.threads")
        server.logged("reloaded")

    def test_a_bad_file_changes_nothing_and_is_told_line_by_line(self):
        server = self.serve()
        before = self.size_limit(server)
        self.config.write_text(config_text(top='usr = 5\n[limits]\nmax_message_size = "1MiB"\nmax_errors = 0\n'))
        server.signal(signal.SIGHUP)
        server.logged(r'reload_refused reason=".*portreeve.toml:3:1: usr: unknown key')
        server.logged(r'reload_refused reason=".*limits.max_errors')
        self.assertEqual(self.size_limit(server), before)
        self.assertEqual(server.stop(), 0)

    def test_certificates_are_read_again(self):
        self.make_certificate("one.test")
        self.config.write_text(config_text(tls='[[tls.certificate]]\ncertificate = "cert.pem"\nkey = "key.pem"\n'))
        server = self.serve()
        first = self.certificate(server)
        self.make_certificate("two.test")
        server.signal(signal.SIGHUP)
        server.logged("reloaded")
        second = self.certificate(server)
        self.assertNotEqual(first, second)
        (self.folder / "cert.pem").write_text("broken")
        server.signal(signal.SIGHUP)
        server.logged(r"reload_refused reason=.*cert\.pem")
        self.assertEqual(self.certificate(server), second)


if __name__ == "__main__":
    harness.main()
