"""fetchmail: POP3 and IMAP, with STARTTLS and TLS; mail is gone here once it is there."""
from harness import ALICE, ALICE_PASSWORD, ClientTest, main


class Fetchmail(ClientTest):
    def fetch(self, port, protocol, ssl):
        box = self.home / "mbox"
        config = self.write("fetchmailrc", f"""
poll localhost protocol {protocol} port {self.server.ports[port]}
  user "{ALICE}" password "{ALICE_PASSWORD}" {ssl} sslcertck sslcertfile {self.certificate}
  mda "cat >> {box}"
""")
        self.run_program("fetchmail", "-f", config, "--nodetach", "--nosyslog", "--pidfile", self.home / "pid")
        text = box.read_bytes()
        box.unlink()
        return text

    def test_fetches_over_every_port_and_empties_the_mailbox(self):
        for port, protocol, ssl in (("pop3", "pop3", "sslproto 'TLS1.2+'"), ("pop3s", "pop3", "ssl sslproto 'TLS1.2+'"),
                                    ("imap", "imap", "sslproto 'TLS1.2+'"), ("imaps", "imap", "ssl sslproto 'TLS1.2+'")):
            with self.subTest(port=port):
                self.deliver(f"a-{port}")
                self.deliver(f"b-{port}")
                text = self.fetch(port, protocol, ssl)
                self.assertIn(f"Subject: a-{port}\n".encode(), text.replace(b"\r\n", b"\n"))
                self.assertIn(f"Subject: b-{port}\n".encode(), text.replace(b"\r\n", b"\n"))
                self.assertEqual(self.stored(), [])


main()
