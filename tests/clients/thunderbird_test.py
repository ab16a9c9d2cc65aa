"""Thunderbird without a screen: sees the folders, reads, flags, moves, deletes, is told of new mail, and sends."""
import json
import re
import time
from pathlib import Path

from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, ENVIRONMENT, PATIENCE, ClientTest, main
from marionette import Marionette

LIBRARY = (Path(__file__).resolve().parent / "thunderbird.js").read_text()
TLS = {"starttls": 2, "implicit": 3}  # nsMsgSocketType

# A program that calls nobody but the server: every update, report and first-run page is off, and what remains of HTTP
# goes to a proxy that isn't there.
QUIET = {
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "mail.biff.show_alert": False,
    "mail.inappnotifications.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.server.default.login_at_startup": False,
    "mail.server.default.check_new_mail": False,
    "mail.server.default.autosync_offline_stores": False,
    "mail.server.default.offline_download": False,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.startup.enabledMailCheckOnce": True,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.type": 1,
    "network.trr.mode": 5,
    "toolkit.telemetry.enabled": False,
    "marionette.port": 0,
}


class Thunderbird(ClientTest):
    def thunderbird(self, tls):
        imap, smtp = ("imap", "submission") if tls == "starttls" else ("imaps", "submissions")
        preferences = QUIET | {
            "mail.accountmanager.accounts": "account1",
            "mail.accountmanager.defaultaccount": "account1",
            "mail.account.account1.server": "server1",
            "mail.account.account1.identities": "id1",
            "mail.server.server1.type": "imap",
            "mail.server.server1.name": ALICE,
            "mail.server.server1.hostname": "localhost",
            "mail.server.server1.port": self.server.ports[imap],
            "mail.server.server1.userName": ALICE,
            "mail.server.server1.socketType": TLS[tls],
            "mail.server.server1.authMethod": 3,
            "mail.identity.id1.fullName": "Alice",
            "mail.identity.id1.useremail": ALICE,
            "mail.identity.id1.valid": True,
            "mail.identity.id1.smtpServer": "smtp1",
            "mail.identity.id1.doFcc": True,
            "mail.smtpservers": "smtp1",
            "mail.smtp.defaultserver": "smtp1",
            "mail.smtpserver.smtp1.hostname": "localhost",
            "mail.smtpserver.smtp1.port": self.server.ports[smtp],
            "mail.smtpserver.smtp1.username": ALICE,
            "mail.smtpserver.smtp1.try_ssl": TLS[tls],
            "mail.smtpserver.smtp1.authMethod": 3,
        }
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
        profile = self.write(f"profile-{tls}/user.js", "".join(lines)).parent
        program = self.enterContext(Marionette("thunderbird", profile, PATIENCE * 2, cwd=self.home, **self.person,
                                               env={**ENVIRONMENT, "HOME": str(self.home)}))
        certificate = "".join(line for line in self.certificate.read_text().splitlines() if "-----" not in line)
        self.program = program
        self.script("trust(parameters[0], parameters[1])", certificate, [self.server.ports[imap], self.server.ports[smtp]])
        self.script("remember(parameters[0], parameters[1])", ALICE, ALICE_PASSWORD)

    def script(self, expression, *arguments):
        return self.program.run(f"{LIBRARY}\nreturn await {expression};", *arguments)

    def until(self, question):
        """Asks the server until it says yes: what Thunderbird was told to do it does in its own time."""
        end = time.monotonic() + PATIENCE
        while not (answer := question()):
            self.assertLess(time.monotonic(), end, "".join(self.server.log[-40:]))
        return answer

    def search(self, mailbox, *keys):
        client = self.imap()
        client.select(mailbox, readonly=True)
        found = client.search(None, *keys)[1][0].split()
        client.logout()
        return found

    def test_reads_over_tls(self):
        texts = {subject: self.deliver(subject) for subject in ("one", "two", "three", "four", "five")}
        self.thunderbird("implicit")

        flags = self.script("folders()")
        self.assertEqual(sorted(flags), ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"])
        for name, use in (("INBOX", "Inbox"), ("Drafts", "Drafts"), ("Sent", "SentMail"), ("Junk", "Junk"), ("Trash", "Trash"),
                          ("Archive", "Archive")):
            self.assertIn(use, flags[name], name)

        self.assertEqual(self.script("subjects('INBOX')"), list(texts))
        for subject, text in texts.items():
            source = self.script("source('INBOX', parameters[0])", subject).encode("latin-1")
            # Thunderbird puts what it keeps of a message in front of it.
            self.assertEqual(re.sub(rb"\A(X-Mozilla-\S+:.*\n)+", b"", source), text)

        self.assertEqual(self.search("INBOX", "SEEN"), [])
        self.script("markRead('INBOX', 'one')")
        self.until(lambda: self.search("INBOX", "SEEN") == [b"1"])
        self.script("star('INBOX', 'two')")
        self.until(lambda: self.search("INBOX", "FLAGGED") == [b"2"])
        self.script("move('INBOX', 'three', 'Archive')")
        self.assertEqual(self.stored(mailbox="Archive"), [texts["three"]])
        self.script("remove('INBOX', 'four', false)")
        self.assertEqual(self.stored(mailbox="Trash"), [texts["four"]])
        self.script("remove('INBOX', 'five', true)")
        self.until(lambda: self.search("INBOX", "DELETED") == [b"3"])
        self.script("expunge('INBOX')")
        self.assertEqual(self.stored(), [texts["one"], texts["two"]])
        self.assertEqual(self.script("subjects('INBOX')"), ["one", "two"])

        # Nobody asks: it is told, by IDLE.
        self.deliver("six")
        self.assertEqual(self.script("appears('INBOX', 'six')"), ["one", "two", "six"])

        self.script("create('Projects')")
        self.assertEqual(self.imap().select("Projects")[0], "OK")

    def test_sends_and_reads_over_starttls(self):
        self.thunderbird("starttls")
        self.script("folders()")
        self.script("send(parameters[0], parameters[1], parameters[2])", BOB, "From Thunderbird", "Grüße aus dem Hafen.\r\n")
        (arrived,) = self.stored(BOB, BOB_PASSWORD)
        self.assertIn(b"Subject: From Thunderbird\r\n", arrived)
        self.assertIn(b"with ESMTPSA", arrived)
        self.assertTrue(arrived.endswith("Grüße aus dem Hafen.\r\n".encode()), arrived)
        # Its copy is what it sent, without the server's trace in front.
        (copy,) = self.stored(mailbox="Sent")
        self.assertEqual(copy.split(b"\r\n\r\n", 1)[1], arrived.split(b"\r\n\r\n", 1)[1])
        self.assertEqual(self.script("subjects('Sent')"), ["From Thunderbird"])


main()
