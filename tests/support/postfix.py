"""A real Postfix for a test: in a folder of its own, on a port of its own, beside any that the machine has.

It takes mail on loopback and relays that for example.test to where the test says. Only root can run one.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 60

MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/state
maillog_file = {directory}/log
maillog_file_prefixes = {directory}
myhostname = relay.example.net
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
# Nothing is local, and nothing is looked up in the DNS.
mydestination =
alias_maps =
alias_database =
local_transport = error:no mailboxes here
disable_dns_lookups = yes
default_transport = error:no way out
smtpd_peername_lookup = no
mynetworks = 127.0.0.0/8
relay_domains = example.test
relay_transport = {transport}
relay_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
notify_classes =
# What is deferred stays until the test asks for another try.
minimal_backoff_time = 1h
maximal_backoff_time = 1h
queue_run_delay = 1h
{more}
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_not():
    """Why there can be none here, or None."""
    if not shutil.which("postfix", path="/usr/sbin"):
        return "Postfix isn't installed"
    return None if os.getuid() == 0 else "only root can run a Postfix"


class Postfix:
    def __init__(self, transport, more=""):
        self.directory = Path(tempfile.mkdtemp(prefix="portreeve-postfix-"))
        self.directory.chmod(0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        values = {"directory": self.directory, "transport": transport, "port": self.port, "more": more}
        (self.directory / "main.cf").write_text(MAIN.format(**values))
        (self.directory / "master.cf").write_text(MASTER.format(**values))
        # Postfix reads a file that has only just been written again and again, until it is two seconds old.
        for name in ("main.cf", "master.cf"):
            os.utime(self.directory / name, (0, 0))
            (self.directory / name).chmod(0o644)
        self._make_folders()
        self.process = None

    def _make_folders(self):
        # As `postfix check` would, which takes seconds to look for mistakes that nobody made here.
        folders = {"queue": None, "queue/pid": None, "state": "postfix", "queue/maildrop": "postfix", "queue/public": "postfix"}
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
                     "trace"):
            folders[f"queue/{name}"] = "postfix"
        for name, owner in folders.items():
            (self.directory / name).mkdir()
            (self.directory / name).chmod(0o755 if owner is None else 0o700)  # whatever the umask
            if owner:
                shutil.chown(self.directory / name, owner)

    def __enter__(self):
        try:
            # Not by `postfix start`: so the master is a child of ours, the leader of a session, and can't get away.
            self.process = subprocess.Popen(["/usr/lib/postfix/sbin/master", "-c", self.directory, "-s"],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL)
            self.wait(self._is_up, "start")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.directory)

    def _is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"Postfix ended with {self.process.returncode}:\n{self.log()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wait(self, is_so, what):
        """Until is_so() is true: Postfix tells nobody when it has done something."""
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(f"Postfix did not {what}:\n{self.log()}")
            time.sleep(0.05)

    def log(self):
        path = self.directory / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue(self):
        """What waits: {recipient: why it was deferred, or None}."""
        listing = subprocess.run(["/usr/sbin/postqueue", "-c", self.directory, "-j"], check=True, capture_output=True,
                                 text=True, timeout=PATIENCE).stdout
        return {recipient["address"]: recipient.get("delay_reason")
                for line in listing.splitlines() for recipient in json.loads(line)["recipients"]}

    def wait_until_sent(self):
        self.wait(lambda: not self.queue(), "deliver all")

    def wait_until_deferred(self, recipient):
        """Until only this recipient waits; gives the reason."""
        self.wait(lambda: [*self.queue()] == [recipient] and self.queue()[recipient], f"defer {recipient} alone")
        return self.queue()[recipient]

    def try_again(self):
        subprocess.run(["/usr/sbin/postqueue", "-c", self.directory, "-f"], check=True, timeout=PATIENCE)
