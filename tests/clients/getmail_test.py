"""getmail6: POP3 and IMAP over TLS and STARTTLS, into a Maildir; leaves mail there and doesn't fetch it twice, or
removes it."""
from harness import ALICE, ALICE_PASSWORD, ClientTest, main


class Getmail(ClientTest):
    plaintext_auth = True  # it knows no STARTTLS

    def fetch(self, retriever, port, delete=False):
        maildir = self.make_maildir(self.home / f"maildir-{port}")
        config = self.write(f"getmail/{port}rc", f"""
[retriever]
type = {retriever}
server = localhost
port = {self.server.ports[port]}
username = {ALICE}
password = {ALICE_PASSWORD}
{f"ca_certs = {self.certificate}" if "SSL" in retriever else ""}
[destination]
type = Maildir
path = {maildir}/
[options]
read_all = false
delete = {str(delete).lower()}
delivered_to = false
received = false
""")
        self.run_program("getmail", "--getmaildir", self.home / "getmail", "--rcfile", config)
        return [path.read_bytes() for path in (maildir / "new").iterdir()]

    def test_fetches_once_over_every_port(self):
        text = self.deliver().replace(b"\r\n", b"\n")
        for retriever, port in (("SimplePOP3Retriever", "pop3"), ("SimplePOP3SSLRetriever", "pop3s"),
                                ("SimpleIMAPRetriever", "imap"), ("SimpleIMAPSSLRetriever", "imaps")):
            with self.subTest(port=port):
                self.assertTrue(self.fetch(retriever, port)[0].endswith(text.split(b"\n\n", 1)[1]))
                self.assertEqual(len(self.fetch(retriever, port)), 1)
        self.assertEqual(len(self.stored()), 1)

    def test_removes_what_it_fetched(self):
        for retriever, port in (("SimplePOP3Retriever", "pop3"), ("SimplePOP3SSLRetriever", "pop3s")):
            with self.subTest(port=port):
                self.deliver()
                self.assertEqual(len(self.fetch(retriever, port, delete=True)), 1)
                self.assertEqual(self.stored(), [])


main()
