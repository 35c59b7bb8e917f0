#!/usr/bin/python3
"""Submission servers that others wrote take what the relay sends."""

import support
from case import MESSAGE, Case, account, authority, configuration, main, needs_root
from foreign_servers import AioServer, NodeServer, Postfix

LINES = b"".join(b"%d " % number + b"x" * (number % 90) + b"\r\n" for number in range(3000))
DOTS = b"Subject: dots\r\n\r\n.\r\n..\r\n...three\r\n.end\r\n"


class Upstreams(Case):
    def foreign(self, server):
        self.addCleanup(server.close)
        return server, self.relay(configuration(server))

    def check_messages(self, server, relay, line_end=b"\r\n"):
        for octets in (MESSAGE, DOTS, MESSAGE + LINES):
            self.assertReply(self.send(relay, octets), 250)
            arrived = server.wait_for_message()["octets"]
            body = octets.partition(b"\r\n\r\n")[2].replace(b"\r\n", line_end)
            self.assertTrue(arrived.endswith(line_end * 2 + body), arrived[-200:])

    def test_smtp_server_tls(self):
        server, relay = self.foreign(NodeServer(authority().leaf()))
        self.check_messages(server, relay)

    def test_smtp_server_starttls(self):
        server, relay = self.foreign(NodeServer(authority().leaf(), "starttls"))
        self.check_messages(server, relay)

    def test_smtp_server_requiretls(self):
        """The proof of the project: tagged on the wire, promised in the history."""
        server, relay = self.foreign(NodeServer(authority().leaf(), "starttls", hideREQUIRETLS=False))
        self.assertReply(self.send(relay, b"X-Postern-TLS: required\r\n" + MESSAGE), 250)
        arrived = server.wait_for_message()
        self.assertIs(True, arrived["from"]["args"]["REQUIRETLS"])
        self.assertEqual(MESSAGE, arrived["octets"])
        row = self.last_message(relay)
        self.assertEqual(("required", "sent"), (row["requirement"], row["state"]))
        self.assertEqual("promised", row["recipients"][0]["assurance"])

    def test_smtp_server_without_requiretls(self):
        server, relay = self.foreign(NodeServer(authority().leaf()))
        reply = self.send(relay, b"X-Postern-TLS: required\r\n" + MESSAGE)
        self.assertReply(reply, 550, "5.7.30")
        self.assertTrue(server.is_empty())
        self.assertEqual("refused", self.last_message(relay)["state"])

    def test_smtp_server_login(self):
        server = NodeServer(authority().leaf(), authOptional=False)
        self.addCleanup(server.close)
        laid = configuration(server, {"Authentication": "pass-through", "PlainPassThrough": True})
        laid["Account work"] = account(server, Authentication="pass-through", User="me")
        relay = self.relay(laid)
        client = self.ready_client(relay)
        self.assertReply(client.login("me", "guess"), 535)
        self.assertReply(client.login("me", "secret"), 235)
        self.assertReply(client.message(MESSAGE), 250)
        self.assertEqual("me", server.wait_for_message()["user"])

    def test_aiosmtpd(self):
        server, relay = self.foreign(AioServer(authority().leaf()))
        self.check_messages(server, relay)

    @needs_root
    def test_postfix_tls(self):
        server, relay = self.foreign(Postfix(authority().leaf()))
        self.check_messages(server, relay, b"\n")

    @needs_root
    def test_postfix_starttls(self):
        server, relay = self.foreign(Postfix(authority().leaf(), "starttls"))
        self.check_messages(server, relay, b"\n")
        self.assertReply(self.send(relay, recipients=["nobody@example.net"]), 550)
        self.assertEqual("rejected", self.last_message(relay)["state"])


if __name__ == "__main__":
    main()
