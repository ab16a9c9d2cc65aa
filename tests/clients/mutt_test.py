"""mutt: reads, saves, deletes and sends, driven by its own commands."""
from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, ClientTest, main


class Mutt(ClientTest):
    program = "mutt"

    def mutt(self, url, *commands, arguments=(), input=None):
        config = self.write("muttrc", f"""
set imap_pass="{ALICE_PASSWORD}"
set pop_pass="{ALICE_PASSWORD}"
set smtp_pass="{ALICE_PASSWORD}"
set certificate_file="{self.certificate}"
set ssl_ca_certificates_file="{self.certificate}"
set ssl_force_tls=yes
set spoolfile="{url}"
set folder="{self.home}"
set record="" postponed=""
set from="{ALICE}" use_from=yes use_envelope_from=yes
set copy=no move=no delete=yes confirmappend=no pop_delete=yes auto_tag=yes wait_key=no
set smtp_url="smtps://{ALICE}@localhost:{self.server.ports['submissions']}"
""")
        if not commands:
            return self.run_program(self.program, "-n", "-F", config, *arguments, input=input)
        pushed = "".join(str(command) for command in commands)
        return self.run_in_terminal(self.program, "-n", "-F", config, "-e", f'push "{pushed}"', *arguments)

    def imaps(self, mailbox="INBOX"):
        return f"imaps://{ALICE}@localhost:{self.server.ports['imaps']}/{mailbox}"

    def test_saves_and_deletes_over_imap(self):
        for subject in ("keep", "save", "drop"):
            self.deliver(subject)
        box = self.home / "saved"
        self.mutt(self.imaps(), "<limit>~s save<enter><copy-message>", box, "<enter>y<limit>all<enter>",
                  "<delete-pattern>~s drop<enter><sync-mailbox><exit>")
        self.assertIn("Subject: save", box.read_text())
        subjects = [text.split(b"Subject: ")[1].split(b"\r\n")[0] for text in self.stored()]
        self.assertEqual(subjects, [b"keep", b"save"])

    def test_opens_with_starttls(self):
        self.deliver("starttls")
        box = self.home / "saved"
        self.mutt(f"imap://{ALICE}@localhost:{self.server.ports['imap']}/INBOX", "<copy-message>", box, "<enter>y<exit>")
        self.assertIn("Subject: starttls", box.read_text())

    def test_fetches_over_pop3(self):
        self.deliver("by-pop")
        box = self.home / "saved"
        self.mutt(f"pops://{ALICE}@localhost:{self.server.ports['pop3s']}", "<copy-message>", box, "<enter>y<exit>")
        self.assertIn("Subject: by-pop", box.read_text())

    def test_sends_over_smtps(self):
        self.mutt(self.imaps(), arguments=("-s", "from mutt", "--", BOB), input="Grüße\n".encode())
        stored = self.stored(BOB, BOB_PASSWORD)
        self.assertEqual(len(stored), 1)
        self.assertIn(b"Subject: from mutt\r\n", stored[0])


if __name__ == "__main__":
    main()
