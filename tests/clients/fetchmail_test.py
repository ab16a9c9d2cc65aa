"""fetchmail: POP3 and IMAP, with STARTTLS and TLS; mail is gone here once it is there, or stays with
`keep` and isn't fetched twice."""
from harness import ALICE, ALICE_PASSWORD, ClientTest, main


class Fetchmail(ClientTest):
    def fetch(self, port, protocol, ssl, keep=""):
        box = self.home / "mbox"
        config = self.write("fetchmailrc", f"""
poll localhost protocol {protocol} port {self.server.ports[port]}
  user "{ALICE}" password "{ALICE_PASSWORD}" {keep} {ssl} sslcertck sslcertfile {self.certificate}
  mda "cat >> {box}"
""")
        self.run_program("fetchmail", "-f", config, "--nodetach", "--nosyslog", "--pidfile", self.home / "pid",
                         "--idfile", self.home / "ids", *(("--uidl",) if keep else ()))
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

    def test_keeps_and_fetches_once(self):
        tls = "sslproto 'TLS1.2+'"
        self.deliver("first")
        self.assertIn(b"Subject: first", self.fetch("pop3", "pop3", tls, keep="keep"))
        self.deliver("second")
        text = self.fetch("pop3", "pop3", tls, keep="keep")
        self.assertIn(b"Subject: second", text)
        self.assertNotIn(b"Subject: first", text)
        self.assertEqual(len(self.stored()), 2)


main()
