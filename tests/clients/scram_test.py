"""Python's imaplib, poplib and smtplib log in by SCRAM (RFC 5802, RFC 7677), which they carry and don't know themselves."""
import base64
import hashlib
import hmac
import imaplib
import poplib
import re
import secrets
import smtplib
import ssl

from harness import ALICE, ALICE_PASSWORD, ClientTest, main


def mac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


class Scram:
    """The client's part; each call takes a challenge and gives the response."""

    def __init__(self, user, password, header="n,,", binding=b""):
        self.user, self.password, self.header, self.binding = user, password, header, binding
        self.nonce = secrets.token_urlsafe(18)
        self.step = 0
        self.has_seen_signature = False

    def __call__(self, challenge=None):
        text = (challenge or b"").decode()
        if not text and self.step == 0:
            self.step = 1
            self.first_bare = f"n={self.user},r={self.nonce}"
            return self.header + self.first_bare
        if text.startswith("v="):
            assert base64.b64decode(text[2:]) == self.signature, "the server doesn't know the password"
            self.has_seen_signature = True
            return ""
        return self.prove(text)

    def prove(self, first):
        nonce, salt, count = re.fullmatch(r"r=([^,]+),s=([^,]+),i=(\d+)", first).groups()
        assert nonce.startswith(self.nonce) and len(nonce) > len(self.nonce), first
        self.salt = base64.b64decode(salt)
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), self.salt, int(count))
        bound = base64.b64encode(self.header.encode() + self.binding).decode()
        without_proof = f"c={bound},r={nonce}"
        message = f"{self.first_bare},{first},{without_proof}"
        client_key = mac(salted, "Client Key")
        signature = mac(hashlib.sha256(client_key).digest(), message)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.signature = mac(mac(salted, "Server Key"), message)
        return f"{without_proof},p={base64.b64encode(proof).decode()}"


class ScramTest(ClientTest):
    plaintext_auth = True
    extra = '[auth]\nnever_throttle = ["127.0.0.0/8", "::1"]\nannounce_channel_binding = true\n'

    def setUp(self):
        super().setUp()
        self.tls = ssl.create_default_context(cafile=self.certificate)

    def imap(self, mechanism, scram, tls=False):
        client = (imaplib.IMAP4_SSL("localhost", self.server.ports["imaps"], ssl_context=self.tls) if tls else
                  imaplib.IMAP4("localhost", self.server.ports["imap"]))
        with client:
            try:
                client.authenticate(mechanism, lambda challenge: scram(challenge).encode())
            except imaplib.IMAP4.error as refused:
                return str(refused)
            return client.select("INBOX")[0]

    def pop3(self, mechanism, scram, tls=False):
        client = (poplib.POP3_SSL("localhost", self.server.ports["pop3s"], context=self.tls) if tls else
                  poplib.POP3("localhost", self.server.ports["pop3"]))
        try:
            answer = client._shortcmd(f"AUTH {mechanism}")
            while answer.startswith(b"+ "):
                answer = client._shortcmd(base64.b64encode(scram(base64.b64decode(answer[2:])).encode()).decode())
            return answer.decode()
        except poplib.error_proto as refused:
            return str(refused)
        finally:
            client.close()

    def smtp(self, mechanism, scram, tls=False):
        client = (smtplib.SMTP_SSL("localhost", self.server.ports["submissions"], context=self.tls) if tls else
                  smtplib.SMTP("localhost", self.server.ports["submission"]))
        with client:
            client.ehlo()
            try:
                return client.auth(mechanism, scram)[0]
            except smtplib.SMTPAuthenticationError as refused:
                return refused.smtp_code

    def each(self):
        return ((self.imap, "OK", "Wrong name or password"), (self.pop3, "+OK", "AUTH"), (self.smtp, 235, 535))

    def assert_says(self, answer, wanted):
        if isinstance(wanted, int):
            self.assertEqual(answer, wanted)
        else:
            self.assertIn(wanted, answer)

    def end_point(self):
        # RFC 5929: the certificate's hash by its signature's algorithm, here ECDSA with SHA-256
        der = ssl.PEM_cert_to_DER_cert(self.server.certificate.read_text())
        return hashlib.sha256(der).digest()

    def test_logs_in(self):
        for log_in, ok, _ in self.each():
            for tls in (False, True):
                with self.subTest(log_in.__name__, tls=tls):
                    scram = Scram(ALICE, ALICE_PASSWORD)
                    self.assert_says(log_in("SCRAM-SHA-256", scram, tls), ok)
                    self.assertTrue(scram.has_seen_signature)

    def test_logs_in_bound_to_its_channel(self):
        header = "p=tls-server-end-point,,"
        for log_in, ok, wrong in self.each():
            with self.subTest(log_in.__name__):
                scram = Scram(ALICE, ALICE_PASSWORD, header, self.end_point())
                self.assert_says(log_in("SCRAM-SHA-256-PLUS", scram, True), ok)
                self.assertTrue(scram.has_seen_signature)
                elsewhere = Scram(ALICE, ALICE_PASSWORD, header, hashlib.sha256(b"another certificate").digest())
                self.assert_says(log_in("SCRAM-SHA-256-PLUS", elsewhere, True), wrong)
                self.assertFalse(elsewhere.has_seen_signature)

    def test_notices_that_plus_was_hidden_from_the_client(self):
        for log_in, ok, _ in self.each():
            with self.subTest(log_in.__name__):
                answer = log_in("SCRAM-SHA-256", Scram(ALICE, ALICE_PASSWORD, "y,,"), True)
                self.assertNotIn(str(ok), str(answer))
                self.assert_says(log_in("SCRAM-SHA-256", Scram(ALICE, ALICE_PASSWORD, "y,,"), False), ok)

    def test_offers_no_binding_in_clear(self):
        for log_in, ok, _ in self.each():
            with self.subTest(log_in.__name__):
                answer = log_in("SCRAM-SHA-256-PLUS", Scram(ALICE, ALICE_PASSWORD, "p=tls-exporter,,"), False)
                self.assertNotIn(str(ok), str(answer))

    def test_refuses_alike_whoever_is_asked_for(self):
        nobody = "nobody@example.test"
        for log_in, _, wrong in self.each():
            with self.subTest(log_in.__name__):
                known, first, second = Scram(ALICE, "wrong"), Scram(nobody, "wrong"), Scram(nobody, ALICE_PASSWORD)
                answers = [log_in("SCRAM-SHA-256", scram, True) for scram in (known, first, second)]
                self.assert_says(answers[0], wrong)
                self.assertEqual(answers[1:], [answers[0]] * 2)
                self.assertEqual(first.salt, second.salt, "a salt that changes tells that there is no account")
                self.assertEqual(len(first.salt), len(known.salt))

    def test_says_what_it_offers(self):
        with imaplib.IMAP4_SSL("localhost", self.server.ports["imaps"], ssl_context=self.tls) as client:
            self.assertIn("AUTH=SCRAM-SHA-256-PLUS", client.capabilities)
        with smtplib.SMTP_SSL("localhost", self.server.ports["submissions"], context=self.tls) as client:
            client.ehlo()
            self.assertEqual(client.esmtp_features["auth"].split()[0], "SCRAM-SHA-256-PLUS")
        client = poplib.POP3_SSL("localhost", self.server.ports["pop3s"], context=self.tls)
        self.assertEqual(client.capa()["SASL"][0], "SCRAM-SHA-256-PLUS")
        client.quit()


if __name__ == "__main__":
    main()
