"""Submission servers of others, as upstreams: npm's smtp-server, Postfix, aiosmtpd. Each has host, port, security, and
gives the messages that came with wait_for_message()."""
import base64
import glob
import json
import os
import pwd
import queue
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from relay import free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODULES = os.path.join(ROOT, "build", "npm")
POSTFIX = os.path.join(ROOT, "build", "servers", "postfix")
DEADLINE = 30


class NodeServer:
    """npm's smtp-server; options are its own, for example hideREQUIRETLS=False."""
    host = "127.0.0.1"

    def __init__(self, certificate, security="tls", **options):
        self.security = security
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "smtp-server.mjs")
        options["secure"] = security == "tls"
        self._process = subprocess.Popen(["node", script, MODULES, certificate, json.dumps(options)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = self._read()["port"]
        self._messages = queue.Queue()
        threading.Thread(target=self._collect, daemon=True).start()

    def _read(self):
        line = self._process.stdout.readline()
        return json.loads(line) if line else {}

    def _collect(self):
        while True:
            fact = self._read()
            if not fact:
                return
            fact["octets"] = base64.b64decode(fact.get("octets", ""))
            self._messages.put(fact)

    def wait_for_message(self):
        return self._messages.get(timeout=DEADLINE)

    def is_empty(self):
        return self._messages.empty()

    def close(self):
        self._process.stdin.close()
        self._process.wait(DEADLINE)
        self._process.stdout.close()


class AioServer:
    """Debian's aiosmtpd."""
    host = "127.0.0.1"
    security = "tls"

    def __init__(self, certificate):
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._messages = queue.Queue()
        server = self

        class Handler:
            async def handle_DATA(self, _server, _session, envelope):
                server._messages.put({"from": envelope.mail_from, "to": envelope.rcpt_tos,
                                      "octets": envelope.original_content, "options": envelope.mail_options})
                return "250 2.0.0 taken"

        def authenticate(_server, _session, _envelope, _mechanism, data):
            return AuthResult(success=(data.login, data.password) == (b"me", b"secret"))

        self.port = free_port()
        self._controller = Controller(Handler(), hostname=self.host, port=self.port, ssl_context=context,
                                      enable_SMTPUTF8=True, authenticator=authenticate, auth_require_tls=False)
        self._controller.start()

    def wait_for_message(self):
        return self._messages.get(timeout=DEADLINE)

    def close(self):
        self._controller.stop()


POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
mail_owner = {owner}
default_privs = bin
setgid_group = daemon
maillog_file = {directory}/log
maillog_file_prefixes = /
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH={root}/usr/lib/postfix
myhostname = upstream.example
mydestination =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtpd_tls_chain_files = {certificate}
smtpd_tls_security_level = {level}
smtpd_tls_wrappermode = {wrapped}
smtpd_sasl_auth_enable = no
smtputf8_enable = no
message_size_limit = 60000000
virtual_mailbox_domains = example.net
virtual_mailbox_base = {directory}/mail
virtual_mailbox_maps = inline:{{ you@example.net=you/ }}
virtual_mailbox_limit = 0
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
"""
POSTFIX_MASTER = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Debian's Postfix, unpacked in build/servers and not installed. Its master runs as root only."""
    host = "127.0.0.1"

    def __init__(self, certificate, security="tls"):
        self.security = security
        self.port = free_port()
        self.directory = tempfile.mkdtemp(prefix="postern-postfix-")
        os.chmod(self.directory, 0o711)
        self._lay(certificate)
        program = os.path.join(POSTFIX, "usr/lib/postfix/sbin/master")
        environment = {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.path.join(POSTFIX, "usr/lib/postfix")}
        self._process = subprocess.Popen([program, "-c", os.path.join(self.directory, "etc"), "-d"], env=environment,
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
        self._wait_until_it_answers()

    def _lay(self, certificate):
        owner = pwd.getpwnam("nobody")
        for name in ("etc", "data", "mail", "queue"):
            os.mkdir(os.path.join(self.directory, name))
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid",
                     "private", "public", "saved", "trace"):
            path = os.path.join(self.directory, "queue", name)
            os.mkdir(path, 0o755)
            if name != "pid":
                os.chown(path, owner.pw_uid, owner.pw_gid)
        for name in ("data", "mail"):
            os.chown(os.path.join(self.directory, name), owner.pw_uid, owner.pw_gid)
        own = os.path.join(self.directory, "etc", "chain.pem")
        shutil.copy(certificate, own)
        os.chmod(own, 0o600)
        main = POSTFIX_MAIN.format(directory=self.directory, root=POSTFIX, owner="nobody", uid=owner.pw_uid,
                                   gid=owner.pw_gid, certificate=own,
                                   level="may" if self.security == "starttls" else "encrypt",
                                   wrapped="no" if self.security == "starttls" else "yes")
        for name, text in (("main.cf", main), ("master.cf", POSTFIX_MASTER.format(port=f"127.0.0.1:{self.port}"))):
            with open(os.path.join(self.directory, "etc", name), "w", encoding="utf-8") as stream:
                stream.write(text)

    def log(self):
        try:
            with open(os.path.join(self.directory, "log"), encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except FileNotFoundError:
            return ""

    def _wait_until_it_answers(self):
        end = time.monotonic() + DEADLINE
        while True:
            try:
                socket.create_connection((self.host, self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise AssertionError(f"Postfix does not answer:\n{self.log()}") from None
                threading.Event().wait(0.05)

    def wait_for_message(self):
        end = time.monotonic() + DEADLINE
        while True:
            found = glob.glob(os.path.join(self.directory, "mail", "you", "new", "*"))
            if found:
                with open(found[0], "rb") as stream:
                    octets = stream.read()
                os.unlink(found[0])
                return {"octets": octets}
            if time.monotonic() > end:
                raise AssertionError(f"no message came:\n{self.log()}")
            threading.Event().wait(0.05)

    def close(self):
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(DEADLINE)
        shutil.rmtree(self.directory, ignore_errors=True)
