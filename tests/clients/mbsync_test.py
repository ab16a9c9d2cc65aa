"""mbsync: both ways, over STARTTLS and TLS, with folders, flags and deletions."""
import re

from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, MESSAGE, ClientTest, main


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

    def sync_accounts(self):
        """Alice's account with Bob's, both of them here."""
        version = tuple(map(int, re.search(r"(\d+)\.(\d+)", self.run_program("mbsync", "--version")).groups()))
        tls = "SSLType" if version < (1, 5) else "TLSType"
        stores = "".join(f"""
IMAPAccount {name}
Host localhost
Port {self.server.ports["imaps"]}
User {user}
Pass {password}
{tls} IMAPS
CertificateFile {self.certificate}

IMAPStore {name}
Account {name}
""" for name, user, password in (("alice", ALICE, ALICE_PASSWORD), ("bob", BOB, BOB_PASSWORD)))
        self.make_folder(self.home / "state")
        config = self.write("accounts", stores + f"""
Channel all
Far :alice:
Near :bob:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState {self.home}/state/
""")
        return self.run_program("mbsync", "-c", config, "-a")

    def state(self, user, password):
        """Of each mailbox that has mail: subjects and flags."""
        client = self.imap(user, password)
        mailboxes = {}
        for line in client.list()[1]:
            name = line.decode().rpartition(" ")[2]
            client.select(name, readonly=True)
            found = []
            if client.search(None, "ALL")[1][0]:
                for part in client.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]:
                    if isinstance(part, tuple):
                        flags = re.search(rb"FLAGS \(([^)]*)\)", part[0])[1].split()
                        found.append((part[1].strip(), frozenset(flags) - {b"\\Recent"}))
            mailboxes[name] = sorted(found, key=str)
        client.logout()
        return mailboxes

    def test_keeps_two_accounts_alike_whatever_happens_on_either(self):
        people = ((ALICE, ALICE_PASSWORD), (BOB, BOB_PASSWORD))

        def alike():
            self.sync_accounts()
            ours, theirs = (self.state(*person) for person in people)
            self.assertEqual(ours, theirs)
            return ours

        for i in range(4):
            self.deliver(f"a{i}")
            self.deliver(f"b{i}", to=BOB)
        self.assertEqual(len(alike()["INBOX"]), 8)
        for n in range(3):
            for side, person in enumerate(people):
                client = self.imap(*person)
                client.create(f"folder-{n}-{side}")
                client.select("INBOX")
                numbers = client.search(None, "ALL")[1][0].split()
                # Each side deletes one, moves one, marks one and gets one; not the same ones.
                mine = numbers[side::2]
                client.store(mine[0], "+FLAGS", r"(\Deleted)")
                client.store(mine[1], "+FLAGS", r"(\Flagged)" if n % 2 == 0 else r"(\Answered \Seen)")
                client.copy(mine[2], f"folder-{n}-{side}")
                client.store(mine[2], "-FLAGS", r"(\Seen)")
                client.expunge()
                client.logout()
                self.deliver(f"new-{n}-{side}", to=person[0])
            found = alike()
            self.assertEqual(len(found["INBOX"]), 8)
            self.assertEqual(len(found[f"folder-{n}-0"]), 1)
            self.assertEqual(len(found[f"folder-{n}-1"]), 1)
        self.assertEqual(alike(), found)

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
        self.make_maildir(self.home / "mail" / "Projects")
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
