"""A real portreeve for a test: in a folder of its own, on ports that the system picks, with two accounts."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

ALICE, ALICE_PASSWORD = "alice@example.test", "alice-secret"
BOB, BOB_PASSWORD = "bob@example.test", "bob-secret"
# Under ThreadSanitizer on a busy machine everything takes ten times as long; nothing here measures time.
PATIENCE = 60

LISTENERS = {
    "smtp": ("smtp", "starttls"),
    "submission": ("submission", "starttls"),
    "submissions": ("submission", "implicit"),
    "pop3": ("pop3", "starttls"),
    "pop3s": ("pop3", "implicit"),
    "imap": ("imap", "starttls"),
    "imaps": ("imap", "implicit"),
}


class Daemon:
    def __init__(self, portreeve, plaintext_auth=True, extra="", listeners=None):
        """`listeners`: more of them, {name: the lines of its [[listener]]}; one without a path gets a port."""
        self.portreeve = str(portreeve)
        self.directory = Path(tempfile.mkdtemp(prefix="portreeve-"))
        self.config = self.directory / "portreeve.toml"
        self.data = self.directory / "data"
        self.certificate = self.data / "tls" / "certificate.pem"
        self.more_listeners = listeners or {}
        self.config.write_text(self._config_text(plaintext_auth, extra))
        self.port_names = [*LISTENERS, *(name for name, lines in self.more_listeners.items() if "path" not in lines)]
        self.ports = {}
        self.log = []
        self.process = None
        self.admin("account", "import", "-", input=f"{ALICE} {ALICE_PASSWORD}\n{BOB} {BOB_PASSWORD}\n")

    def _config_text(self, plaintext_auth, extra):
        text = f'host_name = "localhost"\ndata_directory = "{self.data}"\n'
        if os.getuid() == 0:
            text += 'user = "root"\n'
        text += '[log]\nlevel = "debug"\n[tls]\nself_signed = true\n' + extra
        for protocol, tls in LISTENERS.values():
            text += (f'[[listener]]\nprotocol = "{protocol}"\naddress = "127.0.0.1"\nport = 0\ntls = "{tls}"\n'
                     f"plaintext_auth = {'true' if plaintext_auth and protocol != 'smtp' else 'false'}\n")
        for lines in self.more_listeners.values():
            text += "[[listener]]\n" + lines + ("" if "path" in lines else '\naddress = "127.0.0.1"\nport = 0') + "\n"
        return text

    def admin(self, *arguments, input=None, check=True):
        return subprocess.run([self.portreeve, *arguments, "--config", str(self.config)], input=input, text=True,
                              capture_output=True, check=check, timeout=PATIENCE)

    def start(self):
        self.ports = {}
        self.process = subprocess.Popen([self.portreeve, "serve", "--config", str(self.config)], text=True,
                                        stderr=subprocess.PIPE, errors="replace")
        names = iter(self.port_names)
        for line in self.process.stderr:
            self.log.append(line)
            found = re.search(r"\blistening\b.*\baddress=\S*:(\d+)", line)
            if found:
                self.ports[next(names)] = int(found.group(1))
            if re.search(r"\bready\b", line):
                break
        if len(self.ports) != len(self.port_names):
            self.process.kill()
            self.process.communicate()
            raise RuntimeError("the server did not start:\n" + "".join(self.log))
        # Read on, or a full pipe would hide what the server has to say.
        self.reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        return self

    def _read_log(self, stream):
        with stream:
            self.log.extend(stream)

    def stop(self, with_signal=signal.SIGTERM):
        """Ends the server; gives its exit code."""
        if self.process is None:
            return None
        self.process.send_signal(with_signal)
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process = None
        return code

    def __enter__(self):
        try:
            return self if self.process else self.start()
        except BaseException:
            shutil.rmtree(self.directory)
            raise

    def __exit__(self, kind, value, trace):
        code = self.stop()
        if kind is not None:
            print("".join(self.log[-200:]))
        shutil.rmtree(self.directory)
        if kind is None and code not in (0, None):
            raise AssertionError(f"the server ended with {code}:\n" + "".join(self.log[-50:]))
