"""swaks: submission with STARTTLS and over TLS, delivery to the MX port, every mechanism, refusals."""
from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


class Swaks(ClientTest):
    def swaks(self, port, *more, check=True, subject="hello"):
        # swaks adds a line ending of its own behind the data.
        message = self.write("message", MESSAGE.format(subject=subject).replace("\r\n", "\n").removesuffix("\n"))
        return self.run_program("swaks", "--server", "127.0.0.1", "--port", self.server.ports[port], "--from", BOB, "--to",
                                ALICE, "--data", f"@{message}", *more, check=check)

    def test_delivers_to_the_mx_port(self):
        self.swaks("smtp")
        self.assert_body_arrived(self.stored(), "hello")
        self.assert_body_arrived(self.stored_over_pop3(), "hello")

    def test_delivers_to_the_mx_port_with_starttls(self):
        output = self.swaks("smtp", "--tls")
        self.assertIn("TLS started", output)
        self.assertIn(b"with ESMTPS", self.assert_body_arrived(self.stored(), "hello"))

    def test_submits_with_starttls(self):
        for mechanism in ("PLAIN", "LOGIN"):
            subject = f"by-{mechanism}"
            self.swaks("submission", "--tls", "--auth", mechanism, "--auth-user", BOB, "--auth-password", BOB_PASSWORD,
                       subject=subject)
            self.assertIn(b"with ESMTPSA", self.assert_body_arrived(self.stored(), subject))

    def test_submits_over_tls(self):
        self.swaks("submissions", "--tls-on-connect", "--auth", "PLAIN", "--auth-user", BOB, "--auth-password", BOB_PASSWORD)
        self.assert_body_arrived(self.stored(), "hello")

    def test_a_wrong_password_is_refused(self):
        output = self.swaks("submissions", "--tls-on-connect", "--auth", "PLAIN", "--auth-user", BOB, "--auth-password",
                            "wrong", check=False)
        self.assertIn("535 5.7.8", output)
        self.assertEqual(self.stored(), [])

    def test_submission_without_a_login_is_refused(self):
        output = self.swaks("submission", "--tls", check=False)
        self.assertIn("530 5.7.0", output)

    def test_a_pipelining_client_with_many_recipients_stores_one_each(self):
        self.swaks("smtp", "--pipeline", "--to", f"{ALICE},{BOB},{ALICE}")
        self.assertEqual(len(self.stored()), 1)
        self.assertEqual(len(self.stored(BOB, BOB_PASSWORD)), 1)


main()
