"""curl over all seven ports, plain, STARTTLS and TLS, with the server's certificate checked."""
from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


class Curl(ClientTest):
    plaintext_auth = True

    def curl(self, url, *more, check=True):
        return self.run_program("curl", "-sS", "--cacert", self.certificate, url, *more, check=check)

    def url(self, port, path="", scheme=None):
        names = {"submission": "smtp", "submissions": "smtps"}
        return f"{scheme or names.get(port, port)}://localhost:{self.server.ports[port]}{path}"

    def send(self, port, *more, subject="hello"):
        message = self.write("message", MESSAGE.format(subject=subject))
        return self.curl(self.url(port), "--mail-from", BOB, "--mail-rcpt", ALICE, "-T", message, *more)

    def test_sends_over_every_smtp_port(self):
        login = ("-u", f"{BOB}:{BOB_PASSWORD}")
        self.send("smtp", subject="mx")
        self.send("smtp", "--ssl-reqd", subject="mx-starttls")
        self.send("submission", "--ssl-reqd", *login, subject="submission")
        self.send("submissions", *login, subject="submissions")
        messages = self.stored()
        for subject in ("mx", "mx-starttls", "submission", "submissions"):
            self.assert_body_arrived(messages, subject)

    def test_sends_to_an_address_that_is_not_ascii(self):
        greek, password = "γιώργος@example.test", "giorgos-secret"
        self.server.admin("account", "import", "-", input=f"{greek} {password}\n")
        message = self.write("message", MESSAGE.format(subject="greek"))
        self.curl(self.url("smtp"), "--mail-from", BOB, "--mail-rcpt", greek, "-T", message)
        self.assertIn(b"with UTF8SMTP", self.assert_body_arrived(self.stored(greek, password), "greek"))

    def test_reads_over_every_imap_and_pop3_port(self):
        text = self.deliver().decode()
        login = ("-u", f"{ALICE}:{ALICE_PASSWORD}")
        for port, more in (("imap", ()), ("imap", ("--ssl-reqd",)), ("imaps", ())):
            with self.subTest(port=port, more=more):
                output = self.curl(self.url(port, "/INBOX;MAILINDEX=1"), *login, *more)
                self.assertEqual(output.replace("\r\n", "\n"), text.replace("\r\n", "\n"))
        for port, more in (("pop3", ()), ("pop3", ("--ssl-reqd",)), ("pop3s", ())):
            with self.subTest(port=port, more=more):
                output = self.curl(self.url(port, "/1"), *login, *more)
                self.assertEqual(output.replace("\r\n", "\n"), text.replace("\r\n", "\n"))

    def test_removes_over_pop3(self):
        login = ("-u", f"{ALICE}:{ALICE_PASSWORD}")
        self.deliver("kept")
        self.deliver("removed")
        self.assertEqual(len(self.curl(self.url("pop3s"), *login).split("\n")), 3)
        self.curl(self.url("pop3s", "/2"), *login, "-X", "DELE", "-I")
        self.assert_body_arrived(self.stored(), "kept")
        self.assertEqual(len(self.stored()), 1)

    def test_appends_searches_and_lists(self):
        login = ("-u", f"{ALICE}:{ALICE_PASSWORD}")
        message = self.write("message", MESSAGE.format(subject="appended"))
        self.curl(self.url("imaps", "/Drafts"), *login, "-T", message)
        self.assertIn("SEARCH 1", self.curl(self.url("imaps", "/Drafts?SUBJECT%20appended"), *login))
        listing = self.curl(self.url("imaps"), *login)
        for name in ("INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive"):
            self.assertIn(name, listing)

    def test_a_message_of_many_megabytes_comes_back_exact(self):
        line = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n"
        big = b"From: bob@example.test\r\nSubject: big\r\n\r\n" + line * 200_000
        message = self.write("big", big)
        self.curl(self.url("smtp"), "--mail-from", BOB, "--mail-rcpt", ALICE, "-T", message)
        stored = self.stored()
        self.assertEqual(len(stored), 1)
        self.assertTrue(stored[0].endswith(big))
        self.assertTrue(self.stored_over_pop3()[0].endswith(big))


main()
