"""swaks: submission with STARTTLS and over TLS, delivery to the MX port, every mechanism, refusals, LMTP, and clients that
speak for others by XCLIENT or PROXY."""
from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


class Swaks(ClientTest):
    def swaks(self, port, *more, check=True, subject="hello"):
        # swaks adds a line ending of its own behind the data.
        message = self.write("message", MESSAGE.format(subject=subject).replace("\r\n", "\n").removesuffix("\n"))
        return self.run_program("swaks", "--server", "127.0.0.1", "--port", self.server.ports[port], "--from", BOB, "--to",
                                ALICE, "--data", f"@{message}", *more, check=check)


class Smtp(Swaks):
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

    def test_a_refusal_in_the_middle_of_a_pipeline_refuses_that_alone(self):
        output = self.swaks("smtp", "--pipeline", "--to", f"{ALICE},nobody@example.test,someone@example.com,{BOB}", check=False)
        self.assertIn("550 5.1.1", output)  # no such mailbox
        self.assertIn("550 5.7.1", output)  # not a domain of ours
        self.assert_body_arrived(self.stored(), "hello")
        self.assert_body_arrived(self.stored(BOB, BOB_PASSWORD), "hello")

    def test_a_pipeline_in_which_all_is_refused_stores_nothing(self):
        output = self.swaks("smtp", "--pipeline", "--to", "nobody@example.test,noone@example.test", check=False)
        self.assertEqual(output.count("550 5.1.1"), 2)
        self.assertEqual(self.stored() + self.stored(BOB, BOB_PASSWORD), [])

    def test_an_address_that_needs_smtputf8_is_refused_to_who_does_not_ask_for_it(self):
        # swaks writes such addresses, but never the parameter (RFC 6531 §3.4).
        for option, address in (("--to", "γιώργος@example.test"), ("--from", "γιώργος@example.net")):
            self.assertIn("553 5.6.7", self.swaks("smtp", option, address, check=False))
        self.assertEqual(self.stored(), [])

    def test_neither_xclient_nor_proxy_is_for_everyone(self):
        self.assertIn("did not advertise XCLIENT", self.swaks("smtp", "--xclient-addr", "192.0.2.7", check=False))
        self.swaks("smtp", *proxied("TCP4", "192.0.2.7", "192.0.2.1"), check=False)
        self.assertEqual(self.stored(), [])


def proxied(family, source, destination):
    return ("--proxy-family", family, "--proxy-source", source, "--proxy-source-port", "4321", "--proxy-dest", destination,
            "--proxy-dest-port", "25")


class ForOthers(Swaks):
    """A client that is trusted to say whom it speaks for."""

    listeners = {
        "xclient": 'protocol = "smtp"\nxclient_from = ["127.0.0.0/8"]',
        "proxy": 'protocol = "smtp"\nproxy_from = ["127.0.0.0/8"]',
        "proxied_tls": 'protocol = "submission"\ntls = "implicit"\nproxy_from = ["127.0.0.0/8"]',
    }

    def received(self):
        """The trace that the server put in front."""
        (text,) = self.stored()
        return text.split(b"\r\nReceived: ", 1)[1].split(b"\r\nFrom: ", 1)[0]

    def test_xclient_gives_address_and_name_to_the_trace(self):
        self.swaks("xclient", "--xclient-addr", "192.0.2.7", "--xclient-name", "client.example.net", "--xclient-helo",
                   "helo.example.net")
        trace = self.received()
        self.assertIn(b"192.0.2.7", trace)
        self.assertNotIn(b"127.0.0.1", trace)
        self.assert_body_arrived(self.stored(), "hello")

    def test_xclient_with_an_ipv6_address(self):
        self.swaks("xclient", "--xclient-addr", "IPV6:2001:db8::7")
        self.assertIn(b"[IPv6:2001:db8::7]", self.received())

    def test_xclient_after_starttls(self):
        self.swaks("xclient", "--tls", "--xclient-addr", "192.0.2.7")
        trace = self.received()
        self.assertIn(b"192.0.2.7", trace)
        self.assertIn(b"with ESMTPS", trace)

    def test_xclient_with_what_makes_no_sense_is_refused(self):
        output = self.swaks("xclient", "--xclient", "ADDR=nowhere", check=False)
        self.assertIn("501 5.5.4", output)
        self.assertEqual(self.stored(), [])

    def test_proxy_gives_the_address_to_the_trace(self):
        for version, family, source, destination in (
                (1, "TCP4", "192.0.2.7", "192.0.2.1"), (1, "TCP6", "2001:db8::7", "2001:db8::1"),
                (2, "AF_INET", "192.0.2.8", "192.0.2.1"), (2, "AF_INET6", "2001:db8::8", "2001:db8::1")):
            with self.subTest(version=version, family=family):
                subject = f"by-{version}-{family}"
                self.swaks("proxy", "--proxy-version", version, *proxied(family, source, destination), subject=subject)
                text = self.assert_body_arrived(self.stored(), subject)
                self.assertIn(source.encode(), text.split(b"\r\nFrom: ", 1)[0])

    def test_proxy_in_front_of_tls(self):
        self.swaks("proxied_tls", "--proxy-version", 2, *proxied("AF_INET", "192.0.2.7", "192.0.2.1"), "--tls-on-connect",
                   "--auth", "PLAIN", "--auth-user", BOB, "--auth-password", BOB_PASSWORD)
        self.assertIn(b"192.0.2.7", self.received())

    def test_a_proxy_header_that_makes_no_sense_ends_the_connection(self):
        self.swaks("proxy", "--proxy", "TCP4 nowhere 192.0.2.1 1 25", check=False)
        self.assertEqual(self.stored(), [])


class Lmtp(Swaks):
    listeners = {"lmtp": 'protocol = "lmtp"\ntls = "starttls"'}

    def test_each_recipient_has_a_reply_of_its_own(self):
        output = self.swaks("lmtp", "--protocol", "LMTP", "--to", f"{ALICE},nobody@example.test,{BOB}", check=False)
        self.assertIn("LHLO", output)
        self.assertIn("550 5.1.1", output)
        end = output.split(" -> .\n", 1)[1].split(" -> QUIT", 1)[0]
        self.assertEqual(end.count("250 2."), 2)
        for messages in (self.stored(), self.stored(BOB, BOB_PASSWORD)):
            self.assertIn(b"with LMTP", self.assert_body_arrived(messages, "hello"))

    def test_with_starttls(self):
        self.swaks("lmtp", "--protocol", "LMTP", "--tls")
        self.assertIn(b"with LMTPS", self.assert_body_arrived(self.stored(), "hello"))

    def test_smtp_is_not_taken_for_it(self):
        # RFC 2033 §4.1: HELO and EHLO are refused.
        self.assertIn("500 5.5.1", self.swaks("lmtp", check=False))
        self.assertEqual(self.stored(), [])


main()
