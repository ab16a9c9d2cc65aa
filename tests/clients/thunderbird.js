// What the test has Thunderbird do, in Thunderbird's own words. Each function ends when Thunderbird says that the
// matter has ended; what it says nothing about is awaited by its condition.
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");

const server = MailServices.accounts.getAccount("account1").incomingServer;
const { msgWindow } = Services.wm.getMostRecentWindow("mail:3pane");

async function until(question) {
  for (;;) {
    const answer = question();
    if (answer) return answer;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// Gives the listener to `start` and waits for its end.
function untilStopped(start) {
  return new Promise((resolve, reject) => {
    const stopped = status => Components.isSuccessCode(status) ? resolve() : reject(new Error(`status ${status.toString(16)}`));
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIUrlListener", "nsIMsgCopyServiceListener", "nsIMsgSendListener"]),
      OnStartRunningUrl() {},
      OnStopRunningUrl: (_, status) => stopped(status),
      onStartCopy() {},
      onProgress() {},
      setMessageKey() {},
      getMessageId: () => null,
      onStopCopy: stopped,
      onStartSending() {},
      onSendProgress() {},
      onStatus() {},
      onGetDraftFolderURI() {},
      onTransportSecurityError() {},
      // After what was sent well comes its copy.
      onStopSending: (_, status) => Components.isSuccessCode(status) || stopped(status),
    };
    Promise.resolve(start(listener)).catch(reject);
  });
}

function trust(base64, ports) {
  const certificate = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).constructX509FromBase64(base64);
  const overrides = Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService);
  for (const port of ports) overrides.rememberValidityOverride("localhost", port, {}, certificate, true);
}

async function remember(user, password) {
  for (const origin of ["imap://localhost", "smtp://localhost"]) {
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(origin, null, origin, user, password, "", "");
    await Services.logins.addLoginAsync(login);
  }
}

function folder(name) {
  return server.rootFolder.subFolders.find(each => each.name.toUpperCase() === name.toUpperCase()) ??
    server.rootFolder.subFolders.find(each => decodeURIComponent(each.URI).endsWith(`/${name}`));
}

async function folders() {
  await untilStopped(listener => server.rootFolder.subFolders[0].getNewMessages(msgWindow, listener));
  await until(() => folder("Archive") && folder("Trash"));
  const found = {};
  for (const each of server.rootFolder.subFolders) {
    const name = decodeURIComponent(each.URI).split("/").pop();
    found[name] = ["Inbox", "Drafts", "SentMail", "Junk", "Trash", "Archive"]
      .filter(use => each.getFlag(Ci.nsMsgFolderFlags[use]));
  }
  return found;
}

function headers(name) {
  return [...folder(name).messages];
}

async function header(name, subject) {
  return until(() => headers(name).find(each => each.mime2DecodedSubject === subject));
}

async function subjects(name) {
  const box = folder(name).QueryInterface(Ci.nsIMsgImapMailFolder);
  await untilStopped(listener => box.updateFolderWithListener(msgWindow, listener));
  return headers(name).sort((a, b) => a.messageKey - b.messageKey).map(each => each.mime2DecodedSubject);
}

async function appears(name, subject) {
  await header(name, subject);
  return headers(name).sort((a, b) => a.messageKey - b.messageKey).map(each => each.mime2DecodedSubject);
}

async function source(name, subject) {
  const uri = folder(name).getUriForMsg(await header(name, subject));
  return new Promise((resolve, reject) => {
    let text = "";
    MailServices.messageServiceFromURI(uri).streamMessage(uri, {
      QueryInterface: ChromeUtils.generateQI(["nsIStreamListener", "nsIRequestObserver"]),
      onStartRequest() {},
      onDataAvailable(_, stream, __, count) {
        const reader = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
        reader.setInputStream(stream);
        text += reader.readBytes(count);
      },
      onStopRequest: (_, status) => Components.isSuccessCode(status) ? resolve(text) : reject(new Error(`status ${status}`)),
    }, null, null, false, "");
  });
}

async function markRead(name, subject) {
  folder(name).markMessagesRead([await header(name, subject)], true);
}

async function star(name, subject) {
  folder(name).markMessagesFlagged([await header(name, subject)], true);
}

async function move(from, subject, to) {
  const message = await header(from, subject);
  await untilStopped(listener =>
    MailServices.copy.copyMessages(folder(from), [message], folder(to), true, listener, null, false));
}

async function remove(name, subject, forGood) {
  const message = await header(name, subject);
  await untilStopped(listener => folder(name).deleteMessages([message], null, forGood, false, listener, false));
}

// What "Compact" does to a folder that is on a server.
async function expunge(name) {
  const box = folder(name).QueryInterface(Ci.nsIMsgImapMailFolder);
  await untilStopped(listener => box.expunge(listener, msgWindow));
}

async function create(name) {
  server.rootFolder.createSubfolder(name, null);
  await until(() => folder(name));
}

async function send(to, subject, body) {
  const identity = MailServices.accounts.getIdentity("id1");
  const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  fields.from = identity.email;
  fields.to = to;
  fields.subject = subject;
  const sender = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
  await untilStopped(listener => sender.createAndSendMessage(null, identity, "account1", fields, false, false,
    Ci.nsIMsgCompDeliverMode.Now, null, "text/plain", body, null, null, listener, "", "", Ci.nsIMsgCompType.New));
}
