"""The command line, the configuration and `check`, as someone meets them who mistypes."""

import os
import signal
import socket
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case, config_text  # noqa: E402


class CommandLine(Case):
    def plain(self, *arguments):
        done = subprocess.run([harness.PORTREEVE, *arguments], capture_output=True, text=True, timeout=harness.PATIENCE)
        return done.returncode, done.stdout, done.stderr

    def test_version(self):
        code, out, _ = self.plain("version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^portreeve \d+\.\d+\.\d+\n$")

    def test_help_goes_to_stdout(self):
        code, out, err = self.plain("--help")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("serve", out)

    def test_a_slip_is_answered_with_what_was_meant(self):
        code, out, err = self.plain("acount")
        self.assertEqual((code, out), (64, ""))
        self.assertIn('there is no command "acount"; did you mean account?', err)

    def test_a_missing_configuration(self):
        code, _, err = self.plain("check", "--config", str(self.folder / "none.toml"))
        self.assertEqual(code, 78)
        self.assertIn("none.toml: can't read it: No such file or directory", err)

    @unittest.skipIf(os.path.exists("/etc/portreeve/portreeve.toml"), "this machine has a configuration")
    def test_the_missing_default_configuration_names_the_mend(self):
        code, _, err = self.plain("serve")
        self.assertEqual(code, 78)
        self.assertIn("--config FILE", err)


class Configuration(Case):
    def test_everything_wrong_is_told_at_once_by_every_command(self):
        self.config.write_text(config_text(top="usr = 'x'\nuser = 5\n"))
        for command in (["serve"], ["check"], ["account", "list"], ["fsck"]):
            _, err = self.portreeve(*command, expect=78)
            lines = err.splitlines()
            self.assertEqual(len(lines), 2, err)
            self.assertIn(f"{self.config}:3:1: usr: unknown key; did you mean user?", lines[0])
            self.assertIn(f"{self.config}:4:8: user: expected", lines[1])
        self.assertFalse(self.data.exists())

    def test_a_port_that_is_taken_stops_the_start_in_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.config.write_text(config_text().replace("port = 0", f"port = {port}", 1))
            _, err = self.portreeve("serve", expect=78)
            self.assertEqual(len(err.splitlines()), 1, err)
            self.assertIn(f"127.0.0.1 port {port}: it is in use", err)

    def test_a_user_that_is_missing(self):
        self.config.write_text(config_text(top='user = "no-such-user"\n'))
        _, err = self.portreeve("serve", expect=78)
        self.assertIn("there is no user no-such-user in /etc/passwd; `useradd", err)


class Check(Case):
    def test_all_is_well(self):
        out, _ = self.portreeve("check")
        self.assertIn("every key is right", out)
        self.assertIn("certificate.pem: will be made at the first start", out)
        self.assertNotIn("problem", out)
        self.assertFalse(self.data.exists(), "a check makes nothing")

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.config.write_text(config_text().replace("port = 0", f"port = {port}", 1))
            out, _ = self.portreeve("check", expect=78)
            self.assertRegex(out, rf"problem  smtp 127.0.0.1:{port} \(starttls\): .*it is in use")
            self.assertIn("1 problem:", out)

    def test_the_running_server_has_its_own_ports(self):
        server = self.serve()
        text = config_text()
        for port in server.ports.values():
            text = text.replace("port = 0", f"port = {port}", 1)
        self.config.write_text(text)
        out, _ = self.portreeve("check")
        self.assertEqual(out.count("the running server listens there"), len(server.ports), out)

    def test_a_key_that_does_not_fit(self):
        for name in ("a", "b"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=mail.example.test", "-keyout", f"{name}.key", "-out", f"{name}.pem"],
                cwd=self.folder, check=True, capture_output=True,
            )
        self.config.write_text(config_text(tls='[[tls.certificate]]\ncertificate = "a.pem"\nkey = "b.key"\n'))
        out, _ = self.portreeve("check", expect=78)
        self.assertIn("b.key", out)
        self.config.write_text(config_text(tls='[[tls.certificate]]\ncertificate = "a.pem"\nkey = "a.key"\n'))
        self.portreeve("check")

    def test_a_certificate_that_has_expired(self):
        # From 3.4 on OpenSSL takes dates, and no longer a negative number of days.
        known = subprocess.run(["openssl", "x509", "-help"], capture_output=True, text=True, check=True).stderr
        past = "-not_before 20200101000000Z -not_after 20200102000000Z" if "-not_after" in known else "-days -1"
        for command in (
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -keyout a.key -out a.csr",
            f"x509 -req -in a.csr -signkey a.key {past} -out a.pem",
        ):
            subprocess.run(["openssl", *command.split()], cwd=self.folder, check=True, capture_output=True)
        self.config.write_text(config_text(tls='[[tls.certificate]]\ncertificate = "a.pem"\nkey = "a.key"\n'))
        out, _ = self.portreeve("check", expect=78)
        self.assertRegex(out, r"problem  .*a\.pem.*expired")
        self.serve().logged(r"certificate warning=.*expired")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_a_key_that_the_user_cannot_read(self):
        self.folder.chmod(0o755)
        self.add()  # makes data_directory, for root
        self.config.write_text(config_text(top='user = "nobody"\n', tls='[[tls.certificate]]\ncertificate = "c"\nkey = "k"\n'))
        for name in ("c", "k"):
            (self.folder / name).write_text("")
            (self.folder / name).chmod(0o600)
        out, _ = self.portreeve("check", expect=78)
        self.assertRegex(out, r"problem  .*/c")
        self.assertRegex(out, r"problem  data_directory .*can't write there")


@unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
class Privileges(Case):
    def test_the_server_is_the_configured_user_and_no_more(self):
        self.folder.chmod(0o755)
        self.config.write_text(config_text(top='user = "nobody"\n'))
        server = self.serve()
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if ":\t" in line
        )
        self.assertEqual(status["Uid"].split(), ["65534"] * 4)
        self.assertEqual(set(status["Gid"].split()), {"65534"})
        self.assertEqual(int(status["CapEff"], 16), 1 << 10, "CAP_NET_BIND_SERVICE alone")
        self.assertEqual(status["NoNewPrivs"], "1")
        for path in (self.data, *self.data.rglob("*")):
            self.assertEqual(path.stat().st_uid, 65534, path)
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        # Root's commands leave nothing that the server could not open.
        self.add()
        self.assertEqual(server.stop(), 0)
        self.add("bob@example.test")
        for path in self.data.rglob("*"):
            self.assertEqual(path.stat().st_uid, 65534, path)
        self.serve()


if __name__ == "__main__":
    harness.main()
