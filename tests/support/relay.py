"""The relay under test: own folder, own bus, free ports; started, asked, killed and started again.

    relay = Relay({"Account work": {…}})
    relay.start()
    relay.ctl("status")
    relay.stop()
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BUILD = os.environ.get("POSTERN_BUILD", os.path.join(os.path.dirname(__file__), "..", "..", "build", "tests"))
START_DEADLINE = 30
STOP_DEADLINE = 40
BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def program(room, name):
    return os.path.join(BUILD, room, name)


_reservations = []


def free_port():
    """A port that is free on both loopback addresses, outside the range that connections take theirs from. It stays ours,
    among all that ask here, until this process ends: nobody else gets it before it is bound."""
    while True:
        port = random.SystemRandom().randrange(10000, 32000)
        reservation = socket.socket(socket.AF_UNIX)
        try:
            reservation.bind(f"\0postern-test-port-{port}")
            with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
                four.bind(("127.0.0.1", port))
                six.bind(("::1", port))
        except OSError:
            reservation.close()
            continue
        _reservations.append(reservation)
        return port


def configuration_text(groups):
    """postern.conf from {"Group name": {"Key": value}}; None leaves a key out."""
    lines = []
    for group, keys in groups.items():
        lines.append(f"[{group}]")
        for key, value in keys.items():
            if isinstance(value, bool):
                value = "true" if value else "false"
            if value is not None:
                lines.append(f"{key}={value}")
        lines.append("")
    return "\n".join(lines)


class NotAnswered(Exception):
    """posternctl ended with this status and said this."""

    def __init__(self, status, text):
        super().__init__(f"posternctl: status {status}: {text}")
        self.status = status
        self.text = text
        try:
            self.error = json.loads(text).get("error", {})
        except (ValueError, AttributeError):
            self.error = {}


class Bus:
    """A session bus of its own."""

    def __init__(self, directory):
        path = os.path.join(directory, "bus")
        configuration = os.path.join(directory, "bus.conf")
        with open(configuration, "w", encoding="utf-8") as stream:
            stream.write(BUS_CONFIGURATION.format(socket=path))
        self.address = f"unix:path={path}"
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._daemon.stdout.readline()  # it listens once it has said where

    def close(self):
        self._daemon.terminate()
        self._daemon.wait()
        self._daemon.stdout.close()


class Relay:
    def __init__(self, configuration=None, with_bus=True):
        self.directory = tempfile.mkdtemp(prefix="postern-")
        os.chmod(self.directory, 0o711)
        self.state = os.path.join(self.directory, "state")
        self.configuration_file = os.path.join(self.directory, "postern.conf")
        self.log_file = os.path.join(self.directory, "relay.log")
        self.bus = Bus(self.directory) if with_bus else None
        self.process = None
        self._log = None
        if configuration is not None:
            self.configure(configuration)

    def configure(self, groups):
        self.write_configuration(configuration_text(groups))

    def write_configuration(self, text):
        with open(self.configuration_file + ".new", "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(self.configuration_file + ".new", self.configuration_file)

    def environment(self):
        kept = {name: value for name, value in os.environ.items()
                if name in ("PATH", "TMPDIR") or name.endswith("SAN_OPTIONS")}
        place = {f"XDG_{name}_HOME": os.path.join(self.directory, name.lower())
                 for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        address = self.bus.address if self.bus else f"unix:path={self.directory}/no-bus"
        return {**kept, **place, "HOME": self.directory, "XDG_RUNTIME_DIR": self.directory, "LC_ALL": "C.UTF-8",
                "XDG_CONFIG_DIRS": os.path.join(self.directory, "administrator"), "DBUS_SESSION_BUS_ADDRESS": address}

    def command(self, *arguments):
        return [program("relay", "postern-relay"), "--config", self.configuration_file, "--state-dir", self.state,
                *arguments]

    def start(self):
        """Starts the relay and waits until it says READY=1."""
        path = os.path.join(self.directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            if os.path.exists(path):
                os.unlink(path)
            notify.bind(path)
            notify.settimeout(0.2)
            self._log = open(self.log_file, "ab")
            self.process = subprocess.Popen(self.command(), env={**self.environment(), "NOTIFY_SOCKET": path},
                                            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
            self._wait_until_ready(notify)
        return self

    def _wait_until_ready(self, notify):
        end = time.monotonic() + START_DEADLINE
        while time.monotonic() < end:
            try:
                if b"READY=1" in notify.recv(4096):
                    return
            except TimeoutError:
                if self.process.poll() is not None:
                    break
        raise AssertionError(f"the relay is not ready (status {self.process.poll()}):\n{self.log()}")

    def log(self):
        try:
            with open(self.log_file, encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except FileNotFoundError:
            return ""

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._log.close()
        self.process = None

    def stop(self):
        """SIGTERM: what is under way is finished, and the status is 0."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the relay does not stop:\n{self.log()}") from None
        self._log.close()
        self.process = None
        if status != 0 or "Sanitizer" in self.log() or "runtime error" in self.log():
            raise AssertionError(f"the relay ended with status {status}:\n{self.log()}")

    def close(self):
        """Stops what runs and removes the folder."""
        try:
            self.stop()
        finally:
            if self.bus:
                self.bus.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    def run_ctl(self, *arguments):
        """posternctl as it is: the finished process."""
        return subprocess.run([program("app", "posternctl"), *arguments], env=self.environment(), capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, timeout=60, check=False)

    def ctl(self, *arguments):
        """What posternctl --json says; NotAnswered when its status is not 0."""
        done = self.run_ctl("--json", *arguments)
        if done.returncode != 0:
            raise NotAnswered(done.returncode, done.stdout or done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def call(self, method, *arguments):
        """A method of the bus interface by gdbus; its answer as gdbus prints it."""
        done = subprocess.run(
            ["gdbus", "call", "--address", self.bus.address, "--dest", "org.postern.Relay", "--object-path",
             "/org/postern/Relay", "--method", f"org.postern.Relay.{method}", *arguments],
            env=self.environment(), capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise NotAnswered(done.returncode, done.stderr)
        return done.stdout.strip()

    def token(self, nick):
        return self.call("IssueToken", nick).split("'")[1]

    def history(self):
        return self.ctl("history")

    def check_configuration(self):
        """--check-config: (status, what it says)."""
        done = subprocess.run(self.command("--check-config"), env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        return done.returncode, done.stdout
