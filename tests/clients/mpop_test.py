"""mpop: POP3 with STLS and TLS, pipelining; with `keep` mail stays and isn't fetched twice, without it is gone."""
from harness import ALICE, ALICE_PASSWORD, ClientTest, main


class Mpop(ClientTest):
    # mpop 1.4.21 takes SCRAM-SHA-256 only where the -PLUS of it is announced, too, and binds to the channel then.
    extra = "[auth]\nannounce_channel_binding = true\n"

    def fetch(self, port, keep):
        maildir = self.make_maildir(self.home / f"maildir-{port}")
        config = self.write("mpoprc", f"""
account alice
host localhost
port {self.server.ports[port]}
user {ALICE}
password {ALICE_PASSWORD}
tls on
tls_starttls {"on" if port == "pop3" else "off"}
tls_trust_file {self.certificate}
pipelining on
received_header off
uidls_file {self.home / f"uidls-{port}"}
keep {"on" if keep else "off"}
delivery maildir {maildir}
""")
        self.run_program("mpop", "--file", config, "--quiet", "alice")
        return sorted(path.read_bytes() for path in (maildir / "new").iterdir())

    def test_keeps_or_removes_over_every_port(self):
        for port in ("pop3", "pop3s"):
            with self.subTest(port=port):
                for subject in ("a", "b"):
                    self.deliver(f"{subject}-{port}")
                self.assertEqual(len(self.fetch(port, keep=True)), 2)
                self.assertEqual(len(self.fetch(port, keep=True)), 2)
                self.assertEqual(len(self.stored()), 2)
                self.deliver(f"c-{port}")
                fetched = self.fetch(port, keep=False)
                self.assertEqual(len(fetched), 3)
                for subject in ("a", "b", "c"):
                    self.assertTrue(any(f"Subject: {subject}-{port}\n".encode() in text for text in fetched), subject)
                self.assertEqual(self.stored(), [])


main()
