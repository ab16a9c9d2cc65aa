"""msmtp: submission with STARTTLS and over TLS, the certificate checked."""
from harness import ALICE, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


class Msmtp(ClientTest):
    def submit(self, port, starttls, auth, subject):
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
        self.run_program("msmtp", "-C", config, ALICE, input=MESSAGE.format(subject=subject).replace("\r\n", "\n").encode())

    def test_submits_with_starttls_and_over_tls(self):
        self.submit("submission", "on", "plain", "starttls-plain")
        self.submit("submission", "on", "login", "starttls-login")
        self.submit("submissions", "off", "plain", "tls-plain")
        messages = self.stored()
        for subject in ("starttls-plain", "starttls-login", "tls-plain"):
            self.assert_body_arrived(messages, subject)

    def test_its_probe_finds_what_is_announced(self):
        config = self.write("msmtprc", f"account default\nhost localhost\nport {self.server.ports['submissions']}\ntls on\n"
                            f"tls_starttls off\ntls_trust_file {self.certificate}\n")
        output = self.run_program("msmtp", "-C", config, "--serverinfo")
        for word in ("SIZE", "PIPELINING", "PLAIN", "LOGIN"):
            self.assertIn(word, output)


main()
