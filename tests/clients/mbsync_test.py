"""mbsync: both ways, over STARTTLS and TLS, with folders, flags and deletions."""
import re

from harness import ALICE, ALICE_PASSWORD, MESSAGE, ClientTest, main


class Mbsync(ClientTest):
    def sync(self, port, tls, mechanism):
        self.make_folder(self.home / "mail")
        # isync 1.5 renamed the key.
        version = tuple(map(int, re.search(r"(\d+)\.(\d+)", self.run_program("mbsync", "--version")).groups()))
        config = self.write("mbsyncrc", f"""
IMAPAccount test
Host localhost
Port {self.server.ports[port]}
User {ALICE}
Pass {ALICE_PASSWORD}
AuthMechs {mechanism}
{"SSLType" if version < (1, 5) else "TLSType"} {tls}
CertificateFile {self.certificate}

IMAPStore far
Account test

MaildirStore near
Path {self.home}/mail/
Inbox {self.home}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
""")
        return self.run_program("mbsync", "-c", config, "-a")

    def local(self, mailbox="INBOX"):
        return sorted(path for folder in ("cur", "new") for path in (self.home / "mail" / mailbox / folder).iterdir())

    def test_carries_mail_flags_and_deletions_both_ways(self):
        texts = [self.deliver(f"m{i}") for i in range(60)]
        self.sync("imap", "STARTTLS", "PLAIN")
        self.assertEqual(len(self.local()), 60)
        # mbsync marks what it carries with a header line.
        local = {re.sub(rb"X-TUID: .*\n", b"", path.read_bytes()) for path in self.local()}
        self.assertEqual(local, {text.replace(b"\r\n", b"\n") for text in texts})
        for name in ("Drafts", "Sent", "Junk", "Trash", "Archive"):
            self.assertTrue((self.home / "mail" / name / "cur").is_dir(), name)

        # Here: one flagged, one deleted, a new message and a new folder.
        flagged, deleted = self.local()[:2]
        flagged.rename(flagged.parent.parent / "cur" / (flagged.name.split(":")[0] + ":2,FS"))
        deleted.unlink()
        self.write("mail/INBOX/new/1.here", MESSAGE.format(subject="from-here").replace("\r\n", "\n"))
        for folder in ("cur", "new", "tmp"):
            self.make_folder(self.home / "mail" / "Projects" / folder)
        self.sync("imaps", "IMAPS", "LOGIN")

        client = self.imap()
        self.assertEqual(client.select("INBOX")[1], [b"60"])
        self.assertEqual(len(client.search(None, "FLAGGED", "SEEN")[1][0].split()), 1)
        self.assertEqual(len(client.search(None, "SUBJECT", "from-here")[1][0].split()), 1)
        self.assertEqual(client.select("Projects")[0], "OK")

        # There: all but one gone.
        client.select("INBOX")
        client.store("2:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
        client.logout()
        self.sync("imaps", "IMAPS", "LOGIN")
        self.assertEqual(len(self.local()), 1)


main()
