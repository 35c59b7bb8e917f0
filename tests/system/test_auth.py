#!/usr/bin/python3
"""Who may send: the local password, the provider's login handed through, and only programs of the same user."""
import os
import subprocess
import sys
import time

import support
from case import MESSAGE, Case, account, configuration, context, main, needs_root

CREDENTIALS = {"me": "secret", "she": "other"}


class PassThrough(Case):
    def gate_through(self, listener=None, **options):
        server = self.upstream(credentials=options.pop("credentials", CREDENTIALS), **options)
        laid = configuration(server, {"Authentication": "pass-through", "PlainPassThrough": True, **(listener or {})})
        laid["Account work"] = account(server, Authentication="pass-through", User="me", Addresses="*@example.org")
        return self.relay(laid), server

    def test_verdict_is_the_servers(self):
        relay, server = self.gate_through()
        client = self.ready_client(relay)
        self.assertIn("PLAIN", client.offered["AUTH"])
        self.assertNotIn("LOGIN", client.offered["AUTH"])
        self.assertReply(client.login("me", "guess"), 535, "5.7.8")
        self.assertReply(client.login("me", "secret"), 235)
        self.assertReply(client.message(MESSAGE), 250)
        self.assertEqual("me", server.wait_for_messages(1)[0].login)
        self.assertEqual([("me", "guess"), ("me", "secret")], server.logins)

    def test_mail_needs_login(self):
        relay, server = self.gate_through()
        self.assertReply(self.ready_client(relay).command("MAIL FROM:<me@example.org>"), 530, "5.7.0")
        self.assertEqual(0, server.connections)

    def test_login_of_nobody_goes_nowhere(self):
        relay, server = self.gate_through()
        client = self.ready_client(relay)
        self.assertReply(client.login("stranger", "secret"), 535)
        self.assertEqual([], server.logins)
        self.assertEqual(0, server.connections)

    def test_login_goes_to_its_own_account_alone(self):
        server, other = self.upstream(credentials=CREDENTIALS), self.upstream(credentials=CREDENTIALS)
        laid = configuration(server, {"Authentication": "pass-through", "PlainPassThrough": True})
        laid["Account work"] = account(server, Authentication="pass-through", User="me")
        laid["Account home"] = account(other, Authentication="pass-through", User="she", Addresses="she@home.example")
        relay = self.relay(laid)
        client = self.ready_client(relay)
        self.assertReply(client.login("she", "other"), 235)
        self.assertEqual([], server.logins)
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 550, "5.7.1")
        self.assertReply(client.message(MESSAGE, sender="she@home.example"), 250)
        self.assertEqual("she", other.wait_for_messages(1)[0].login)
        self.assertEqual(0, server.connections)

    def test_pool_is_keyed_by_credentials(self):
        """A wrong password never gets at the connection that a right one opened."""
        relay, server = self.gate_through()
        client = self.ready_client(relay)
        self.assertReply(client.login("me", "secret"), 235)
        self.assertReply(client.message(MESSAGE), 250)
        client.close()
        second = self.ready_client(relay)
        self.assertReply(second.login("me", "guess"), 535)
        self.assertReply(second.command("MAIL FROM:<me@example.org>"), 530)
        self.assertIn(("me", "guess"), server.logins)
        self.assertEqual(1, len(server.ended))

    def test_proven_credentials_find_their_connection_again(self):
        relay, server = self.gate_through()
        for _ in range(2):
            client = self.ready_client(relay)
            self.assertReply(client.login("me", "secret"), 235)
            self.assertReply(client.message(MESSAGE), 250)
            client.close()
        self.assertEqual(["me", "me"], [message.login for message in server.wait_for_messages(2)])

    def test_password_changed_at_the_server(self):
        relay, server = self.gate_through()
        client = self.ready_client(relay)
        self.assertReply(client.login("me", "secret"), 235)
        self.assertReply(client.message(MESSAGE), 250)
        client.close()
        server.credentials = {"me": "changed"}
        second = self.ready_client(relay)
        self.assertReply(second.login("me", "changed"), 235)
        self.assertReply(second.message(MESSAGE), 250)
        self.assertIn(("me", "changed"), server.logins)

    def test_plain_pass_through_needs_the_switch(self):
        server = self.upstream(credentials=CREDENTIALS)
        laid = configuration(server, {"Authentication": "pass-through"})
        laid["Account work"] = account(server, Authentication="pass-through", User="me")
        relay = self.unstarted(laid)
        status, text = relay.check_configuration()
        self.assertNotEqual(0, status)
        self.assertIn("PlainPassThrough", text)

    def unstarted(self, laid):
        from relay import Relay
        relay = Relay(laid, with_bus=False)
        self.addCleanup(relay.close)
        return relay

    def test_login_mechanism(self):
        relay, server = self.gate_through({"OfferLogin": True}, mechanisms=("LOGIN",))
        client = self.ready_client(relay)
        self.assertEqual({"PLAIN", "LOGIN"}, set(client.offered["AUTH"]))
        self.assertEqual("VXNlcm5hbWU6", client.command("AUTH LOGIN").lines[0])
        self.assertEqual("UGFzc3dvcmQ6", client.command("bWU=").lines[0])
        self.assertReply(client.command("c2VjcmV0"), 235)
        self.assertEqual([("me", "secret")], server.logins)

    def test_through_tls_listener(self):
        relay, server = self.gate_through({"Security": "tls", "PlainPassThrough": None})
        client = self.client(relay, context=context())
        client.ehlo()
        self.assertReply(client.login("me", "secret"), 235)
        self.assertReply(client.message(MESSAGE), 250)
        server.wait_for_messages(1)

    def test_bad_auth_arguments(self):
        relay, server = self.gate_through()
        for line in ("AUTH PLAIN !!!", "AUTH PLAIN " + "A" * 20000, "AUTH GSSAPI", "AUTH PLAIN bWU=", "AUTH PLAIN ="):
            client = self.ready_client(relay)
            self.assertEqual(5, client.command(line).code // 100, line)
            client.close()
        self.assertEqual([], server.logins)

    def test_t62_secrets_are_not_in_the_log_nor_on_disk(self):
        relay, _server = self.gate_through(credentials={"me": "tooth-fairy"})
        client = self.ready_client(relay)
        self.assertReply(client.login("me", "tooth-fairy"), 235)
        self.assertReply(client.message(MESSAGE), 250)
        relay.stop()
        for directory, _, names in os.walk(relay.directory):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path):
                    with open(path, "rb") as stream:
                        octets = stream.read()
                    for secret in (b"tooth-fairy", b"AG1lAHRvb3RoLWZhaXJ5"):
                        self.assertNotIn(secret, octets, path)
        self.assertNotIn("example.net", relay.log())
        self.assertNotIn("lunch", relay.log())


class LocalPassword(Case):
    def test_password_is_made_once_and_kept_private(self):
        relay, server = self.gate({"Authentication": "password"})
        settings = relay.ctl("client-settings")[0]
        path = os.path.join(relay.state, "local-password")
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)
        self.assertGreaterEqual(len(settings["password"]), 16)
        relay.stop()
        relay.start()
        self.assertEqual(settings["password"], relay.ctl("client-settings")[0]["password"])
        client = self.ready_client(relay)
        self.assertReply(client.login(settings["user"], settings["password"]), 235)
        self.assertReply(client.message(MESSAGE), 250)
        server.wait_for_messages(1)

    def test_wrong_password_takes_its_time(self):
        relay, _server = self.gate({"Authentication": "password"})
        client = self.ready_client(relay)
        started = time.monotonic()
        self.assertReply(client.login("me", "guess"), 535, "5.7.8")
        self.assertGreater(time.monotonic() - started, 0.2)


class PeerCheck(Case):
    """T43: a program of another user is not let in."""

    SCRIPT = ("import socket, sys\ns = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)\ns.settimeout(20)\n"
              "s.sendall(b'EHLO x\\r\\nMAIL FROM:<me@example.org>\\r\\nQUIT\\r\\n')\ndata = b''\n"
              "while True:\n  piece = s.recv(4096)\n  if not piece: break\n  data += piece\n"
              "sys.stdout.write(data.decode())\n")

    def as_nobody(self, host, port):
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c",
                               self.SCRIPT, host, str(port)], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout

    @needs_root
    def test_t43_other_user(self):
        relay, server = self.gate()
        for host in ("127.0.0.1", "::1"):
            answer = self.as_nobody(host, relay.port)
            self.assertNotIn("250", answer)
            self.assertLessEqual(answer.count("\n"), 1, answer)
        self.assertReply(self.send(relay), 250)
        self.assertEqual(1, len(server.ended))

    @needs_root
    def test_t43_switched_off_asks_for_the_password(self):
        relay, _server = self.gate({"Authentication": "password"}, {"PeerCheck": "none"})
        self.assertIn("250", self.as_nobody("127.0.0.1", relay.port))

    def test_t43_none_needs_authentication(self):
        from relay import Relay
        relay = Relay(configuration(self.upstream(), relay={"PeerCheck": "none"}), with_bus=False)
        self.addCleanup(relay.close)
        status, text = relay.check_configuration()
        self.assertNotEqual(0, status)
        self.assertIn("PeerCheck", text)

    def test_half_closed_client(self):
        relay, server = self.gate()
        client = self.ready_client(relay)
        client.envelope()
        client.command("DATA")
        client.send(MESSAGE + b".\r\n")
        client.socket.shutdown(1)
        self.assertReply(client.reply(), 250)
        server.wait_for_messages(1)


if __name__ == "__main__":
    main()
