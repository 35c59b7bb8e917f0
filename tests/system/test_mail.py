#!/usr/bin/python3
"""Messages arrive octet for octet; what the provider cannot carry is refused in words."""
import random

import support
from case import MESSAGE, Case, main
from client import Client
from upstream import EXTENSIONS

HEADER = b"From: me@example.org\r\nTo: you@example.net\r\nSubject: x\r\n\r\n"


def random_lines(seed, length):
    """Lines of any octets but NUL, CR and LF, of any length, with dots where they hurt."""
    chance = random.Random(seed)
    allowed = bytes(sorted(set(range(1, 256)) - {10, 13}))
    lines = []
    while length > 0:
        line = bytes(chance.choices(allowed, k=chance.choice((0, 1, 2, 70, 998, 5000))))
        line = chance.choice((b"", b".", b"..", b"...")) + line
        lines.append(line)
        length -= len(line) + 2
    return b"\r\n".join(lines) + b"\r\n"


class Octets(Case):
    def assertCarried(self, octets, expected=None, **options):
        relay, server = self.gate(**options)
        self.assertReply(self.send(relay, octets, parameters="BODY=8BITMIME"), 250)
        self.assertTrue((expected or octets) == server.wait_for_messages(1)[0].octets)
        return relay, server

    def test_t10_dots(self):
        body = b".\r\n..\r\n...\r\n.leading\r\n\r\n.\r\n"
        self.assertCarried(HEADER + body)
        self.assertCarried(HEADER + body, extensions=("8BITMIME",))

    def test_t10_dot_at_every_edge(self):
        """A dot-stuffed line at each place of the relay's buffers."""
        relay, server = self.gate(extensions=("8BITMIME", "PIPELINING"))
        for count, size in enumerate((4093, 4094, 4095, 4096, 8191, 16383, 16384, 32767, 65535, 65536), 1):
            octets = HEADER + b"x" * (size - len(HEADER) - 2) + b"\r\n" + b".dot\r\n" * 3
            self.assertReply(self.send(relay, octets), 250)
            self.assertTrue(octets == server.wait_for_messages(count)[-1].octets, size)

    def test_random_bodies(self):
        relay, server = self.gate()
        for seed in range(20):
            octets = HEADER + random_lines(seed, 30000)
            with Client(relay.port) as client:
                client.ehlo()
                self.assertReply(client.message(octets, parameters="BODY=8BITMIME"), 250)
            self.assertTrue(octets == server.wait_for_messages(seed + 1)[-1].octets, seed)

    def test_random_bodies_without_chunking(self):
        relay, server = self.gate(extensions=("8BITMIME",))
        for seed in range(20):
            octets = HEADER + random_lines(seed, 30000)
            self.assertReply(self.send(relay, octets, parameters="BODY=8BITMIME"), 250)
            self.assertTrue(octets == server.wait_for_messages(seed + 1)[-1].octets, seed)

    def test_t12_long_lines(self):
        self.assertCarried(HEADER + b"x" * 200000 + b"\r\n")
        self.assertCarried(HEADER + b"x" * 200000 + b"\r\n", extensions=("8BITMIME",))

    def test_header_only(self):
        self.assertCarried(HEADER[:-2])
        self.assertCarried(b"no header at all\r\n")
        self.assertCarried(b"\r\nbody at once\r\n")

    def test_folded_and_odd_headers(self):
        self.assertCarried(b"Subject: a\r\n b\r\n\tc\r\nX-Odd : 1\r\nDKIM-Signature: v=1;\r\n  b=abc\r\n\r\nx\r\n")

    def test_50_megabytes_in_constant_memory(self):
        body = (b"0123456789" * 7 + b"\r\n") * 730000
        for extensions in (EXTENSIONS, ("8BITMIME",)):
            relay, server = self.gate(extensions=extensions)
            self.assertReply(self.send(relay), 250)
            before = self.peak(relay)
            self.assertReply(self.send(relay, HEADER + body), 250)
            self.assertTrue(HEADER + body == server.wait_for_messages(2)[-1].octets)
            if "Sanitizer" not in str(self.sanitized(relay)):
                self.assertLess(self.peak(relay) - before, 4096, "KiB more")

    def peak(self, relay):
        with open(f"/proc/{relay.process.pid}/status", encoding="ascii") as stream:
            return int(next(line for line in stream if line.startswith("VmHWM")).split()[1])

    def sanitized(self, relay):
        """A sanitizer keeps what was freed: memory says nothing then."""
        with open(f"/proc/{relay.process.pid}/maps", encoding="utf-8") as stream:
            return "Sanitizer" if "asan" in stream.read() else ""


class WhatTheProviderCannotCarry(Case):
    def test_t13_larger_than_the_provider_takes(self):
        relay, server = self.gate(extensions=("SIZE 1000",))
        self.assertReply(self.send(relay), 250)
        reply = self.send(relay, HEADER + b"x\r\n" * 1000)
        self.assertReply(reply, 552, "5.3.4")
        self.assertEqual(1, len(server.ended))
        reply = self.send(relay, parameters="SIZE=100000")
        self.assertReply(reply, 552, "5.3.4")

    def test_size_is_stated_upstream(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, parameters=f"SIZE={len(MESSAGE)}"), 250)
        self.assertRegex(server.wait_for_messages(1)[0].mail, r" SIZE=\d+")

    def test_t56_no_smtputf8(self):
        relay, server = self.gate(extensions=("8BITMIME",))
        reply = self.send(relay, recipients=["j\u00f6rg@example.net"], parameters="SMTPUTF8")
        self.assertReply(reply, 553, "5.6.7")
        self.assertTrue(reply.wire.isascii())
        self.assertNothingSent(server)

    def test_t56_smtputf8_is_handed_on(self):
        relay, server = self.gate()
        reply = self.send(relay, MESSAGE.replace(b"lunch", "Mittag \u00fc".encode()), recipients=["j\u00f6rg@example.net"],
                          parameters="SMTPUTF8 BODY=8BITMIME")
        self.assertReply(reply, 250)
        message = server.wait_for_messages(1)[0]
        self.assertIn("SMTPUTF8", message.mail)
        self.assertIn("<j\u00f6rg@example.net>", message.recipients[0])

    def test_t56_international_domain(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, recipients=["you@b\u00fccher.example"], parameters="SMTPUTF8"), 250)
        self.assertEqual("xn--bcher-kva.example", self.last_message(relay)["recipients"][0]["domain"])
        server.wait_for_messages(1)

    def test_t56_bad_domains(self):
        relay, server = self.gate()
        for address in ("you@xn--a.example", "you@a..example", "you@\u2024\u2024.example", "you@" + "x" * 64 + ".example"):
            reply = self.send(relay, recipients=[address], parameters="SMTPUTF8")
            self.assertIn(reply.code, (501, 553), address)
            self.assertTrue(reply.wire.isascii())
        self.assertNothingSent(server)

    def test_t57_no_8bitmime(self):
        relay, server = self.gate(extensions=("PIPELINING",))
        reply = self.send(relay, HEADER + "gr\u00fc\u00df\r\n".encode(), parameters="BODY=8BITMIME")
        self.assertReply(reply, 554, "5.6.3")
        self.assertReply(self.send(relay, HEADER + "gr\u00fc\u00df\r\n".encode()), 554, "5.6.3")
        self.assertEqual([], server.ended)
        self.assertReply(self.send(relay, parameters="BODY=8BITMIME"), 250)

    def test_many_recipients(self):
        relay, server = self.gate()
        names = [f"friend{number}@example.net" for number in range(100)]
        self.assertReply(self.send(relay, recipients=names), 250)
        self.assertEqual(100, len(server.wait_for_messages(1)[0].recipients))
        self.assertEqual(100, len(self.last_message(relay)["recipients"]))


class HeadersOfOurs(Case):
    def refused(self, octets):
        relay, server = self.gate()
        reply = self.send(relay, octets)
        self.assertEqual(550, reply.code, reply)
        self.assertEqual([], server.ended)
        return reply.text

    def carried(self, octets):
        relay, server = self.gate()
        self.assertReply(self.send(relay, octets), 250)
        return server.wait_for_messages(1)[0].octets

    def test_t52_bad_value(self):
        self.assertIn("TLS-Required", self.refused(b"TLS-Required: yes\r\n" + MESSAGE))
        self.assertIn("X-Postern-TLS", self.refused(b"X-Postern-TLS: maximum\r\n" + MESSAGE))
        self.refused(b"TLS-Required: No (really)\r\n" + MESSAGE)
        self.refused(b"TLS-Required:\r\n" + MESSAGE)

    def test_t52_repeated(self):
        self.assertIn("TLS-Required", self.refused(b"TLS-Required: No\r\nTLS-Required: No\r\n" + MESSAGE))
        self.assertIn("X-Postern-TLS", self.refused(b"X-Postern-TLS: usual\r\nX-Postern-TLS: usual\r\n" + MESSAGE))

    def test_t52_folded_and_odd_forms(self):
        for form in (b"TLS-Required:\r\n No\r\n", b"tls-required: NO\r\n", b"TLS-Required : No\r\n", b"TLS-Required:No\r\n"):
            octets = self.carried(MESSAGE.replace(b"To:", form + b"To:"))
            self.assertEqual(b"TLS-Required: No\r\n" + MESSAGE, octets)

    def test_t52_not_in_the_header(self):
        octets = MESSAGE + b"TLS-Required: No\r\nX-Postern-TLS: required\r\n"
        self.assertEqual(octets, self.carried(octets))

    def test_t53_insertion_point(self):
        signed = b"DKIM-Signature: v=1; b=x\r\nReceived: from a\r\n" + MESSAGE
        octets = self.carried(b"Received: from b\r\nX-Postern-TLS: anyway\r\n" + signed)
        self.assertEqual(b"TLS-Required: No\r\nReceived: from b\r\n" + signed, octets)

    def test_t55_bcc_is_untouched(self):
        relay, server = self.gate()
        octets = b"Bcc: she@example.net\r\n" + MESSAGE
        self.assertReply(self.send(relay, octets, recipients=["you@example.net", "hidden@example.net"]), 250)
        message = server.wait_for_messages(1)[0]
        self.assertEqual(octets, message.octets)
        self.assertNotIn(b"hidden", message.octets)

    def test_our_header_never_leaves(self):
        for octets in (b"X-Postern-TLS: usual\r\n" + MESSAGE, b"x-postern-tls:\r\n\tusual\r\n" + MESSAGE,
                       MESSAGE.replace(b"Message-ID", b"X-POSTERN-TLS: usual\r\nMessage-ID")):
            self.assertEqual(MESSAGE, self.carried(octets))

    def test_huge_header(self):
        relay, server = self.gate()
        octets = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 900) for number in range(3000)) + MESSAGE
        reply = self.send(relay, octets)
        self.assertIn(reply.code, (250, 552))
        if reply.code == 552:
            self.assertEqual([], server.ended)


if __name__ == "__main__":
    main()
