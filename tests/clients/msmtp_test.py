"""msmtp: submission with STARTTLS and over TLS, the certificate checked."""
from harness import ALICE, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


class Msmtp(ClientTest):
    def submit(self, port, starttls, auth, subject, *more):
        config = self.write("msmtprc", f"""
defaults
auth {auth}
user {BOB}
password {BOB_PASSWORD}
tls on
tls_starttls {starttls}
tls_trust_file {self.certificate}
account default
host localhost
port {self.server.ports[port]}
from {BOB}
""")
        self.run_program("msmtp", "-C", config, *more, ALICE, input=MESSAGE.format(subject=subject).replace("\r\n", "\n").encode())

    def test_submits_with_starttls_and_over_tls(self):
        self.submit("submission", "on", "plain", "starttls-plain")
        self.submit("submission", "on", "login", "starttls-login")
        self.submit("submissions", "off", "plain", "tls-plain")
        messages = self.stored()
        for subject in ("starttls-plain", "starttls-login", "tls-plain"):
            self.assert_body_arrived(messages, subject)

    def test_a_delivery_is_reported_to_who_asks_for_it(self):
        for returned in ("hdrs", "full"):
            with self.subTest(returned=returned):
                subject = f"with-{returned}"
                self.submit("submissions", "off", "plain", subject, "-N", "success,failure", "-R", returned)
                self.assert_body_arrived(self.stored(), subject)
                # RFC 3461 §5.2.2, RFC 3464: a report to the sender, from the empty path.
                (report,) = [text for text in self.stored(BOB, BOB_PASSWORD) if subject.encode() in text]
                self.assertRegex(report, rb"(?mi)^Return-Path: <>\r$")
                self.assertRegex(report, rb"(?mi)^Content-Type: multipart/report;")
                self.assertRegex(report, rb"(?mi)^Final-Recipient: rfc822; ?alice@example\.test\r$")
                self.assertRegex(report, rb"(?mi)^Action: delivered\r$")
                # RFC 3461 §4.3: of what was delivered only the header is returned, whatever was asked for.
                self.assertNotIn("Grüße aus dem Hafen".encode(), report)

    def test_no_report_comes_unasked(self):
        self.submit("submissions", "off", "plain", "quiet", "-N", "never")
        self.assert_body_arrived(self.stored(), "quiet")
        self.assertEqual(self.stored(BOB, BOB_PASSWORD), [])

    def test_its_probe_finds_what_is_announced(self):
        config = self.write("msmtprc", f"account default\nhost localhost\nport {self.server.ports['submissions']}\ntls on\n"
                            f"tls_starttls off\ntls_trust_file {self.certificate}\n")
        output = self.run_program("msmtp", "-C", config, "--serverinfo")
        for word in ("SIZE", "PIPELINING", "PLAIN", "LOGIN"):
            self.assertIn(word, output)


main()
