#!/usr/bin/python3
"""What comes in at the listener: smuggling, injection, foreign protocols, other users. T-numbers are those of the list of
security cases."""
import socket
import ssl

import support
from case import MESSAGE, Case, account, configuration, context, main
from client import Client, trusting
from relay import NotAnswered, free_port

HEADER = b"From: me@example.org\r\nTo: you@example.net\r\nSubject: x\r\n\r\n"
SMUGGLED = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<you@example.net>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
# What is not the end of data, whatever some servers make of it
FALSE_ENDS = {
    "t01_bare_lf_dot_bare_lf": b"\n.\n",
    "t02_bare_lf_dot_crlf": b"\n.\r\n",
    "t03_crlf_dot_bare_lf": b"\r\n.\n",
    "t04_cr_dot_cr": b"\r.\r",
    "t05_crlf_dot_cr": b"\r\n.\rx",
    "t06_cr_dot_crlf": b"\r.\r\n",
    "t07_lf_dot_cr": b"\n.\rx",
    "t08_nul_before_dot": b"\r\n\0.\r\n",
}


class Smuggling(Case):
    def check_false_end(self, end, size=None):
        relay, server = self.gate()
        client = self.ready_client(relay)
        self.assertReply(client.envelope(), 250)
        self.assertReply(client.command("DATA"), 354)
        wire = HEADER + b"first" + end + SMUGGLED
        if size:
            client.send_in_pieces(wire, size)
        else:
            client.send(wire)
        self.assertReply(client.reply(), 554, "5.6.0")
        # The session is in step: one message was read, and refused.
        self.assertReply(client.command("NOOP"), 250)
        self.assertReply(client.message(MESSAGE), 250)
        self.assertEqual([MESSAGE], [message.octets for message in server.wait_for_messages(1)])
        self.assertEqual(1, len(server.ended))

    def test_t09_end_split_over_packets(self):
        relay, server = self.gate()
        client = self.ready_client(relay)
        client.envelope()
        client.command("DATA")
        client.send_in_pieces(MESSAGE + b".\r\n", 1)
        self.assertReply(client.reply(), 250)
        client.envelope()
        client.command("DATA")
        client.send_in_pieces(MESSAGE + b".\r\n", 3)
        self.assertReply(client.reply(), 250)
        self.assertEqual([MESSAGE, MESSAGE], [message.octets for message in server.wait_for_messages(2)])

    def test_t11_bare_cr_in_header_and_body(self):
        relay, server = self.gate()
        for octets in (HEADER + b"a\rb\r\n", HEADER.replace(b"Subject: x", b"Subject: x\rBcc: y") + b"a\r\n",
                       HEADER + b"a\nb\r\n"):
            self.assertReply(self.send(relay, octets), 554, "5.6.0")
        self.assertEqual([], server.ended)

    def test_t12_long_command_line(self):
        relay, server = self.gate()
        client = self.ready_client(relay)
        self.assertEqual(500, client.command("NOOP " + "x" * 20000).code)
        self.assertReply(client.message(MESSAGE), 250)
        server.wait_for_messages(1)

    def test_t12_endless_command_line_is_bounded(self):
        relay, _server = self.gate()
        client = self.ready_client(relay)
        try:
            for _ in range(200):
                client.send(b"x" * 65536)
            client.send(b"\r\n")
            self.assertIn(client.reply().code, (421, 500))
        except (EOFError, OSError):
            pass
        self.assertReply(self.send(relay), 250)

    def test_t12_nul_in_command(self):
        relay, _server = self.gate()
        client = self.ready_client(relay)
        self.assertEqual(5, client.command(b"NOOP \0").code // 100)
        self.assertEqual(5, client.command(b"MAIL FROM:<me\0@example.org>").code // 100)
        self.assertReply(client.message(MESSAGE), 250)

    def test_t13_message_without_content(self):
        relay, server = self.gate()
        client = self.ready_client(relay)
        client.envelope()
        client.command("DATA")
        client.send(b".\r\n")
        self.assertReply(client.reply(), 250)
        self.assertEqual(b"", server.wait_for_messages(1)[0].octets)

    def test_t14_chunking_is_not_offered(self):
        relay, server = self.gate()
        client = self.ready_client(relay)
        self.assertNotIn("CHUNKING", client.offered)
        client.envelope()
        self.assertIn(client.command("BDAT 3 LAST").code, (500, 502, 503))
        self.assertEqual([], server.ended)

    def test_t15_pipelining(self):
        relay, server = self.gate()
        client = self.ready_client(relay)
        self.assertIn("PIPELINING", client.offered)
        envelope = b"MAIL FROM:<me@example.org>\r\nRCPT TO:<you@example.net>\r\nDATA\r\n"
        client.send(envelope)
        self.assertEqual([250, 250, 354], [client.reply().code for _ in range(3)])
        client.send(MESSAGE + b".\r\n" + envelope)
        self.assertEqual([250, 250, 250, 354], [client.reply().code for _ in range(4)])
        client.send(MESSAGE + b".\r\nQUIT\r\n")
        self.assertEqual([250, 221], [client.reply().code for _ in range(2)])
        self.assertEqual(2, len(server.wait_for_messages(2)))


def _add_false_ends():
    for name, end in FALSE_ENDS.items():
        for kind, size in (("whole", None), ("bytes", 1), ("threes", 3)):
            def case(self, end=end, size=size):
                self.check_false_end(end, size)
            setattr(Smuggling, f"test_{name}_{kind}", case)


_add_false_ends()


class StartTls(Case):
    def gate_with_starttls(self):
        return self.gate({"Security": "starttls", "Authentication": "password"})

    def test_t16_command_injection(self):
        relay, server = self.gate_with_starttls()
        client = self.ready_client(relay)
        client.send(b"STARTTLS\r\nMAIL FROM:<me@example.org>\r\n")
        rest = client.rest()
        self.assertNotIn(b"250 ", rest)
        self.assertEqual(0, server.connections)

    def test_t17_no_credentials_in_plain(self):
        relay, _server = self.gate_with_starttls()
        client = self.ready_client(relay)
        self.assertNotIn("AUTH", client.offered)
        self.assertIn(client.login("me", "secret").code, (530, 538))
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 530)

    def test_t18_state_is_forgotten(self):
        relay, _server = self.gate({"Security": "starttls"})
        client = self.ready_client(relay)
        client.command("MAIL FROM:<me@example.org>")
        client.command("RSET")
        client.starttls(context())
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 503)
        client.ehlo()
        self.assertReply(client.command("RCPT TO:<you@example.net>"), 503)
        self.assertReply(client.message(MESSAGE), 250)

    def test_t19_second_starttls(self):
        relay, _server = self.gate_with_starttls()
        client = self.ready_client(relay)
        client.starttls(context())
        self.assertNotIn("STARTTLS", client.ehlo())
        self.assertReply(client.command("STARTTLS"), 503)

    def test_t20_starttls_with_parameters(self):
        relay, _server = self.gate_with_starttls()
        client = self.ready_client(relay)
        self.assertReply(client.command("STARTTLS now"), 501)

    def test_t21_starttls_during_a_transaction(self):
        relay, _server = self.gate({"Security": "starttls", "Authentication": "none"})
        client = self.ready_client(relay)
        if client.command("MAIL FROM:<me@example.org>").code == 250:
            self.assertReply(client.command("STARTTLS"), 503)

    def test_listener_takes_no_old_tls(self):
        relay, _server = self.gate({"Security": "tls"})
        old = trusting(None)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError):
            Client(relay.port, context=old)


class ForeignProtocols(Case):
    def check_closed(self, wire, secret=b"canary"):
        relay, server = self.gate()
        client = self.client(relay)
        try:
            client.send(wire)
        except OSError:
            pass
        rest = client.rest(10)
        self.assertNotIn(secret, rest)
        self.assertLessEqual(rest.count(b"\r\n"), 1, rest)
        self.assertEqual(0, server.connections)
        self.assertReply(self.send(relay), 250)

    def test_t34_http(self):
        for verb in (b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"CONNECT"):
            self.check_closed(verb + b" /canary HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nMAIL FROM:<me@example.org>\r\n")

    def test_t35_header_like_line(self):
        self.check_closed(b"Host: canary\r\nEHLO x\r\n")

    def test_t36_tls_on_the_plain_port(self):
        self.check_closed(bytes.fromhex("16030100a5010000a10303") + b"canary" * 20 + b"\r\n")

    def test_t36_first_octet_is_no_letter(self):
        self.check_closed(b"\x00\x01canary\r\n")

    def test_t37_replies_never_echo(self):
        relay, _server = self.gate()
        for line in ("CANARY", "EHLO <canary>", "MAIL FROM:<canary", "MAIL FROM:<me@example.org> CANARY=1",
                     "RCPT TO:<canary@example.net>", "VRFY canary", "HELP canary", "NOOP canary", "AUTH canary"):
            client = self.ready_client(relay)
            self.assertNotIn(b"canary", client.command(line).wire.lower())

    def test_t38_three_bad_commands(self):
        relay, _server = self.gate()
        client = self.ready_client(relay)
        codes = []
        for _ in range(3):
            codes.append(client.command("NONSENSE").code)
        self.assertEqual(421, codes[-1], codes)
        self.assertEqual(b"", client.rest(10))

    def test_t39_alpn(self):
        relay, _server = self.gate({"Security": "tls"})
        for protocols in (["h2"], ["http/1.1"]):
            foreign = trusting(None)
            foreign.set_alpn_protocols(protocols)
            with self.assertRaises((OSError, EOFError)):
                Client(relay.port, context=foreign)
        Client(relay.port, context=trusting(None)).close()

    def test_t40_server_name(self):
        relay, _server = self.gate({"Security": "tls"})
        secured = trusting(None)
        for name in ("bank.example", "localhost", "127.0.0.1"):
            with socket.create_connection(("127.0.0.1", relay.port), 10) as plain:
                try:
                    with secured.wrap_socket(plain, server_hostname=name) as wrapped:
                        der = wrapped.getpeercert(True)
                except OSError:
                    self.assertEqual("bank.example", name)
                    continue
            self.assertNotIn(b"bank.example", der)
            self.assertIn(b"localhost", der)


class Doors(Case):
    def test_t42_without_login(self):
        relay, server = self.gate({"Authentication": "password"})
        client = self.ready_client(relay)
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 530, "5.7.0")
        self.assertReply(client.login("me", "guess"), 535, "5.7.8")
        self.assertEqual(0, server.connections)

    def test_t42_limited_tries(self):
        relay, _server = self.gate({"Authentication": "password"})
        client = self.ready_client(relay)
        codes = []
        try:
            for _ in range(10):
                codes.append(client.login("me", "guess").code)
        except (EOFError, OSError):
            pass
        self.assertLess(len(codes), 10, codes)

    def test_t44_only_loopback(self):
        laid = configuration(self.upstream())
        for address in ("0.0.0.0", "::", "192.0.2.1"):
            laid["Listener main"]["Address"] = address
            relay = self.relay_without_start(laid)
            status, text = relay.check_configuration()
            self.assertNotEqual(0, status)
            self.assertIn("Address", text)

    def relay_without_start(self, laid):
        from relay import Relay
        relay = Relay(laid, with_bus=False)
        self.addCleanup(relay.close)
        return relay

    def test_t44_both_addresses_answer_and_others_do_not(self):
        relay, _server = self.gate()
        for host in ("127.0.0.1", "::1"):
            self.client(relay, host=host).ehlo()
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.2", relay.port), 2)

    def test_t44_port_in_use(self):
        """Said, and not moved to another port; the other listener works."""
        server = self.upstream()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            laid = configuration(server)
            laid["Listener second"] = {**laid["Listener main"], "Address": "127.0.0.1", "Port": taken.getsockname()[1]}
            relay = self.relay(laid)
            errors = {entry["port"]: entry.get("error") for entry in relay.ctl("status")["listeners"]}
            self.assertTrue(errors[taken.getsockname()[1]])
            self.assertFalse(errors[relay.port])
            self.assertReply(self.send(relay), 250)

    def test_t45_second_relay_on_the_same_state(self):
        relay, _server = self.gate()
        from relay import Relay
        import subprocess
        done = subprocess.run(relay.command(), env=relay.environment(), capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=30, check=False)
        self.assertNotEqual(0, done.returncode)
        self.assertReply(self.send(relay), 250)

    def test_t47_sender_of_nobody_here(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, sender="someone@else.example"), 550, "5.7.1")
        self.assertEqual(0, server.connections)

    def test_t47_sender_of_another_account(self):
        server, other = self.upstream(), self.upstream()
        laid = configuration(server, {"Account": "work"})
        laid["Account home"] = account(other, Addresses="me@home.example")
        relay = self.relay(laid)
        self.assertReply(self.send(relay, sender="me@home.example"), 550, "5.7.1")
        self.assertReply(self.send(relay), 250)
        self.assertEqual(0, other.connections)

    def test_null_sender_uses_the_only_account(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, sender=""), 250)
        self.assertIn("FROM:<>", server.wait_for_messages(1)[0].mail)


class Arguments(Case):
    BAD = [
        b"MAIL FROM:<me@example.org>> SIZE=1",
        b"MAIL FROM:<me\x07@example.org>",
        b"MAIL FROM:<me@example.org\r>",
        b"MAIL FROM:<\"a\x01b\"@example.org>",
        b"MAIL FROM:me@example.org\x00",
        b"MAIL FROM:<me@example.org> ENVID=a\x01b",
        b"MAIL FROM:<me@exa mple.org>",
        b"MAIL FROM:<me@-example.org>",
        b"MAIL TO:<me@example.org>",
    ]

    def test_t49_odd_arguments(self):
        relay, server = self.gate()
        for line in self.BAD:
            client = self.ready_client(relay)
            reply = client.command(line)
            self.assertIn(reply.code // 100, (4, 5), (line, reply))
            client.close()
        for line in (b"RCPT TO:<you@example.net>>", b"RCPT TO:<\"a\r\nRCPT TO:<x@example.net>\"@x>",
                     b"RCPT TO:<you@example.net> NOTIFY=\x01", b"RCPT TO:<>"):
            client = self.ready_client(relay)
            client.command("MAIL FROM:<me@example.org>")
            self.assertEqual(5, client.command(line).code // 100, line)
            client.close()
        self.assertNothingSent(server)

    def test_t50_unknown_parameter(self):
        relay, _server = self.gate()
        client = self.ready_client(relay)
        self.assertReply(client.command("MAIL FROM:<me@example.org> SHINY=1"), 555, "5.5.4")
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 250)
        self.assertReply(client.command("RCPT TO:<you@example.net> SHINY=1"), 555, "5.5.4")

    def test_t51_requiretls_parameter(self):
        relay, _server = self.gate({"Security": "tls"})
        client = self.client(relay, context=context())
        self.assertIn("REQUIRETLS", client.ehlo())
        self.assertReply(client.command("MAIL FROM:<me@example.org> REQUIRETLS=1"), 501)
        self.assertReply(client.command("MAIL FROM:<me@example.org> REQUIRETLS REQUIRETLS"), 501)
        self.assertReply(client.command("MAIL FROM:<me@example.org> requiretls"), 250)

    def test_t51_requiretls_in_plain(self):
        relay, _server = self.gate()
        client = self.ready_client(relay)
        self.assertNotIn("REQUIRETLS", client.offered)
        self.assertReply(client.command("MAIL FROM:<me@example.org> REQUIRETLS"), 530, "5.7.10")


if __name__ == "__main__":
    main()
