"""offlineimap: both ways between IMAP and Maildir, over TLS and STARTTLS, and between two accounts."""
from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


class Offlineimap(ClientTest):
    def sync(self, port, local, other=False):
        def account(kind, user, password):
            return f"""
type = {kind}
remotehost = localhost
remoteport = {self.server.ports[port]}
remoteuser = {user}
remotepass = {password}
ssl = {"yes" if port == "imaps" else "no"}
starttls = {"no" if port == "imaps" else "yes"}
sslcacertfile = {self.certificate}
"""
        config = self.write("offlineimaprc", f"""
[general]
accounts = test
metadata = {self.home}/metadata
[Account test]
localrepository = near
remoterepository = far
utf8foldernames = {"no" if other else "yes"}
[Repository far]
{account("IMAP", ALICE, ALICE_PASSWORD)}
[Repository near]
{account("IMAP", BOB, BOB_PASSWORD) if other else f"type = Maildir{chr(10)}localfolders = {local}"}
""")
        return self.run_program("offlineimap", "-c", config, "-o", "-u", "basic")

    def local(self, mailbox="INBOX"):
        return sorted(path for folder in ("cur", "new") for path in (self.home / "mail" / mailbox / folder).iterdir())

    def test_carries_mail_flags_and_deletions_both_ways(self):
        local = self.home / "mail"
        texts = [self.deliver(f"m{i}") for i in range(12)]
        client = self.imap()
        client.create('"H&AOQ-fen"')
        client.subscribe('"H&AOQ-fen"')
        client.logout()
        for port in ("imaps", "imap"):
            self.sync(port, local)
        self.assertEqual({path.read_bytes() for path in self.local()}, {text.replace(b"\r\n", b"\n") for text in texts})
        self.assertTrue((local / "Häfen" / "cur").is_dir(), list(local.iterdir()))

        # Here: one flagged and read, one deleted, one new.
        flagged, deleted = self.local()[:2]
        flagged.rename(flagged.parent.parent / "cur" / (flagged.name.split(":")[0] + ":2,FS"))
        deleted.unlink()
        self.write("mail/INBOX/new/1.here", MESSAGE.format(subject="from-here").replace("\r\n", "\n"))
        self.sync("imaps", local)
        client = self.imap()
        client.select("INBOX")
        self.assertEqual(len(client.search(None, "FLAGGED", "SEEN")[1][0].split()), 1)
        self.assertEqual(len(client.search(None, "SUBJECT", "from-here")[1][0].split()), 1)
        self.assertEqual(len(self.stored()), 12)

        # There: all but two gone, one of them answered.
        client.store("3:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
        client.store("2", "+FLAGS", r"(\Answered)")
        client.logout()
        self.sync("imap", local)
        self.assertEqual(len(self.local()), 2)
        self.assertEqual(sum("R" in path.name.rpartition(",")[2] for path in self.local()), 1)

    def test_keeps_two_accounts_alike(self):
        for i in range(3):
            self.deliver(f"a{i}")
            self.deliver(f"b{i}", to=BOB)
        self.sync("imaps", None, other=True)
        for round_ in range(2):
            ours, theirs = self.stored(), self.stored(BOB, BOB_PASSWORD)
            self.assertEqual(len(ours), 6)
            self.assertEqual(*({self.without_mark(text) for text in texts} for texts in (ours, theirs)))
            self.sync("imaps", None, other=True)

    @staticmethod
    def without_mark(text):
        # What carries a message over marks it with a header line.
        return b"\r\n".join(line for line in text.split(b"\r\n") if not line.startswith(b"X-OfflineIMAP: "))


main()
