// Drives imapflow as a program that syncs and listens would. Arguments: port, user, password, certificate, "implicit" or "starttls".
// Ends with 0 if all was as it should be.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ImapFlow } from "imapflow";

const [port, user, pass, certificate, tls] = process.argv.slice(2);

function client() {
  const made = new ImapFlow({
    host: "localhost", port: Number(port), secure: tls === "implicit", auth: { user, pass }, logger: false, qresync: true,
    tls: { ca: readFileSync(certificate) },
  });
  made.on("error", (error) => { throw error; });
  return made;
}

const text = (n, words = "Grüße") => `From: Bob <bob@example.test>\r\nTo: ${user}\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= ${n}\r\n` +
  "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
  `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${words} ${n}\r\n--b\r\n` +
  "Content-Type: application/octet-stream; name=data\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQF\r\n--b--\r\n";

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const one = client();
await one.connect();
assert.ok(one.enabled.has("QRESYNC") || one.enabled.has("CONDSTORE"));

// Folders, with names that aren't ASCII.
const made = await one.mailboxCreate(["Häfen", "Nord & Süd"]);
assert.ok(made.created);
const folders = await one.list({ statusQuery: { messages: true, unseen: true, highestModseq: true } });
assert.ok(folders.some((each) => each.path === "Häfen/Nord & Süd"));
for (const use of ["\\Drafts", "\\Sent", "\\Junk", "\\Trash", "\\Archive"]) {
  assert.ok(folders.some((each) => each.specialUse === use), use);
}
await one.mailboxRename("Häfen/Nord & Süd", "Häfen/West");

// Appends, with what UIDPLUS says of them.
for (let n = 1; n <= 10; ++n) {
  const added = await one.append("INBOX", text(n), n % 2 ? ["\\Seen"] : [], new Date("2026-11-21T12:00:00Z"));
  assert.equal(added.uid, n);
}
const big = text(11, "x".repeat(70) + "\r\n".repeat(1) + "long line\r\n".repeat(30000));
await one.append("INBOX", big);

const lock = await one.getMailboxLock("INBOX");
assert.equal(one.mailbox.exists, 11);
const seen = [];
for await (const message of one.fetch("1:*", { uid: true, flags: true, envelope: true, bodyStructure: true, size: true,
  internalDate: true, threadId: tls === "implicit", source: { start: 0, maxLength: 100 } })) {
  seen.push(message);
}
assert.equal(seen.length, 11);
assert.equal(seen[2].envelope.subject, "Grüße 3");
assert.equal(seen[2].size, Buffer.byteLength(text(3)));
assert.equal(seen[2].bodyStructure.childNodes.length, 2);
assert.ok(seen[2].modseq > 0n);
assert.equal(seen[2].source.toString(), Buffer.from(text(3)).subarray(0, 100).toString());

// Whole and in chunks.
const whole = await one.fetchOne("3", { source: true }, { uid: true });
assert.equal(whole.source.toString(), text(3));
const download = await one.download("11", undefined, { uid: true });
assert.equal((await read(download.content)).toString(), big);
const part = await one.download("3", "2", { uid: true });
assert.deepEqual([...(await read(part.content))], [0, 1, 2, 3, 4, 5]);

// Searches: 8-bit text, and days that become YOUNGER and OLDER.
assert.deepEqual(await one.search({ body: "Grüße 7" }, { uid: true }), [7]);
assert.deepEqual(await one.search({ seen: false, since: new Date("2001-01-01") }, { uid: true }), [2, 4, 6, 8, 10, 11]);
assert.deepEqual(await one.search({ before: new Date("2001-01-01") }, { uid: true }), []);
assert.deepEqual(await one.search({ larger: 100000 }, { uid: true }), [11]);
assert.deepEqual(await one.search({ or: [{ uid: "1" }, { uid: "5" }] }, { uid: true }), [1, 5]);

// Changes, and what another session sees of them while it idles.
const two = client();
await two.connect();
const news = { exists: [], expunge: [], flags: [] };
for (const kind of Object.keys(news)) two.on(kind, (event) => news[kind].push(event));
await two.mailboxOpen("INBOX");
const idling = two.idle();
assert.ok(await one.messageFlagsAdd("4,6", ["\\Flagged", "$Work"], { uid: true }));
assert.ok(await one.messageFlagsRemove("1", ["\\Seen"], { uid: true, silent: true }));
const copied = await one.messageCopy("1:3", "Häfen/West", { uid: true });
assert.deepEqual([...copied.uidMap], [[1, 1], [2, 2], [3, 3]]);
const moved = await one.messageMove("2", "Trash", { uid: true });
assert.equal(moved.uidMap.get(2), 1);
assert.ok(await one.messageDelete("9", { uid: true }));
await one.append("INBOX", text(12));
while (news.exists.length === 0 || news.expunge.length < 2 || news.flags.length < 3) {
  await new Promise((done) => two.once(news.exists.length === 0 ? "exists" : news.expunge.length < 2 ? "expunge" : "flags", done));
}
assert.deepEqual(news.expunge.map((event) => event.uid ?? event.seq).sort((a, b) => a - b), [2, 9]);
await two.noop();
await idling;
const ours = [], theirs = [];
for await (const message of one.fetch("1:*", { uid: true, flags: true })) ours.push([message.uid, [...message.flags].sort()]);
for await (const message of two.fetch("1:*", { uid: true, flags: true })) theirs.push([message.uid, [...message.flags].sort()]);
const plain = (all) => all.map(([uid, flags]) => [uid, flags.filter((flag) => flag !== "\\Recent")]);
assert.deepEqual(plain(ours), plain(theirs));
assert.deepEqual(ours.map(([uid]) => uid), [1, 3, 4, 5, 6, 7, 8, 10, 11, 12]);

// What changed since; it comes as news, too.
const { highestModseq } = await two.status("INBOX", { highestModseq: true });
await one.messageFlagsAdd("5", ["\\Answered"], { uid: true });
const changed = new Set();
for await (const message of two.fetch("1:*", { uid: true, flags: true }, { changedSince: highestModseq })) changed.add(message.uid);
assert.deepEqual([...changed], [5]);

lock.release();
await one.mailboxDelete("Häfen/West");
await two.logout();
await one.logout();
console.log("done");
