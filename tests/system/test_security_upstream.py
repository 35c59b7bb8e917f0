#!/usr/bin/python3
"""What a submission server, or somebody between, may do to us. T-numbers are those of the list of security cases."""
import ssl

import support
from case import MESSAGE, Case, account, authority, configuration, main
from upstream import DROP, EXTENSIONS

REQUIRED = b"X-Postern-TLS: required\r\n" + MESSAGE
CREDENTIALS = {"me": "secret"}


class Upstream(Case):
    def login_gate(self, **options):
        """A gate that hands the client's login on, so that a leak of it would be seen."""
        server = self.upstream(credentials=CREDENTIALS, **options)
        laid = configuration(server, {"Authentication": "pass-through", "PlainPassThrough": True})
        laid["Account work"] = account(server, Authentication="pass-through", User="me")
        return self.relay(laid), server

    def assertRefusedBeforeLogin(self, relay, server, reason):
        client = self.ready_client(relay)
        reply = client.login("me", "secret")
        self.assertIn(reply.code, (451, 454, 535), reply)
        self.assertEqual([], server.logins)
        self.assertNotIn("AUTH", server.verbs())
        self.assertNothingSent(server)
        self.assertIn(reason.replace("-", " ").lower(), reply.text.lower())

    def reason_of_refusal(self, **options):
        """Sends a message through a server made so; the reason that the history has."""
        relay, server = self.gate(**options)
        reply = self.send(relay)
        self.assertEqual(451, reply.code, reply)
        self.assertNothingSent(server)
        row = self.last_message(relay)
        self.assertEqual("failed", row["state"])
        return row.get("reason_code") or row["recipients"][0]["reason_code"]

    def test_t22_response_injection(self):
        self.assertEqual("starttls-injection", self.reason_of_refusal(
            security="starttls", faults={"starttls": b"220 go\r\n250-evil\r\n250 REQUIRETLS\r\n"}))

    def test_t22_injection_of_a_single_octet(self):
        self.assertEqual("starttls-injection", self.reason_of_refusal(
            security="starttls", faults={"starttls": b"220 go\r\n2"}))

    def test_t23_no_starttls(self):
        self.assertEqual("starttls-not-offered", self.reason_of_refusal(security="starttls", offer_starttls=False))

    def test_t23_starttls_refused(self):
        for reply in (b"454 4.7.0 no\r\n", b"502 5.5.1 no\r\n"):
            self.assertEqual("starttls-refused", self.reason_of_refusal(security="starttls", faults={"starttls": reply}))

    def test_t23_starttls_garbage(self):
        self.assertIn(self.reason_of_refusal(security="starttls", faults={"starttls": b"certainly\r\n"}),
                      ("protocol", "starttls-refused"))

    def test_t23_ehlo_refused_is_not_got_round_by_helo(self):
        relay, server = self.gate(security="starttls", faults={"ehlo": b"502 5.5.1 what?\r\n"})
        self.assertEqual(451, self.send(relay).code)
        self.assertNotIn("HELO", server.verbs())
        self.assertNothingSent(server)

    def test_t24_only_the_list_after_tls_counts(self):
        relay, server = self.gate(security="starttls", plain_extensions=EXTENSIONS + ("REQUIRETLS", "SIZE 10"), extensions=())
        self.assertReply(self.send(relay), 250)
        message = server.wait_for_messages(1)[0]
        self.assertNotIn("SIZE=", message.mail)
        self.assertNotIn("RET=", message.mail)
        self.assertFalse(message.chunked)

    def test_t25_requiretls_before_tls_is_worthless(self):
        relay, server = self.gate(security="starttls", plain_extensions=EXTENSIONS + ("REQUIRETLS",))
        self.assertReply(self.send(relay, REQUIRED), 550, "5.7.30")
        self.assertNothingSent(server)

    def test_requiretls_with_a_parameter_does_not_count(self):
        relay, server = self.gate(extensions=EXTENSIONS + ("REQUIRETLS yes",))
        self.assertReply(self.send(relay, REQUIRED), 550, "5.7.30")
        self.assertNothingSent(server)

    def test_t26_expired(self):
        self.assertEqual("certificate-expired", self.reason_of_refusal(certificate="expired"))

    def test_t26_not_yet_valid(self):
        self.assertEqual("certificate-not-yet-valid", self.reason_of_refusal(certificate="not-yet-valid"))

    def test_t26_wrong_name(self):
        self.assertEqual("certificate-host-mismatch", self.reason_of_refusal(certificate="wrong-name"))

    def test_t26_self_signed(self):
        self.assertEqual("certificate-not-trusted", self.reason_of_refusal(certificate="self-signed"))

    def test_t26_unknown_authority(self):
        self.assertEqual("certificate-not-trusted", self.reason_of_refusal(certificate="unknown-authority"))

    def test_t26_wildcard_elsewhere(self):
        self.assertEqual("certificate-host-mismatch", self.reason_of_refusal(certificate="wildcard"))

    def test_t26_common_name_only(self):
        self.assertIn(self.reason_of_refusal(certificate="common-name-only"),
                      ("certificate-bad", "certificate-host-mismatch"))

    def test_t26_weak_key(self):
        self.assertIn(self.reason_of_refusal(certificate="weak-key"), ("certificate-bad", "certificate-not-trusted"))

    def test_t26_another_address(self):
        server = self.upstream("other-address")
        laid = configuration(server)
        laid["Account work"] = account(server, Host="127.0.0.1")
        relay = self.relay(laid)
        self.assertEqual(451, self.send(relay).code)
        self.assertNothingSent(server)

    def test_address_in_the_certificate(self):
        server = self.upstream()
        laid = configuration(server)
        laid["Account work"] = account(server, Host="127.0.0.1")
        self.assertReply(self.send(self.relay(laid)), 250)

    def test_t26_no_login_is_given_away(self):
        for certificate in ("expired", "wrong-name", "self-signed", "common-name-only"):
            relay, server = self.login_gate(certificate=certificate)
            self.assertRefusedBeforeLogin(relay, server, "certificate")

    def test_t26_no_login_is_given_away_in_plain(self):
        relay, server = self.login_gate(security="starttls", offer_starttls=False)
        self.assertRefusedBeforeLogin(relay, server, "encryption")

    def test_t27_old_tls(self):
        self.assertIn(self.reason_of_refusal(maximum_tls=ssl.TLSVersion.TLSv1_1), ("tls-too-old", "tls-failed"))

    def test_t28_client_certificate_is_asked_for(self):
        relay, server = self.gate(client_certificate=True)
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_t29_close_without_notify_after_the_end(self):
        relay, server = self.gate(close_notify=False, faults={"quit": DROP})
        self.assertReply(self.send(relay), 250)
        self.assertEqual("sent", self.last_message(relay)["state"])
        self.assertEqual(1, len(server.ended))

    def test_t29_truncated_after_the_end_is_not_sent_again(self):
        relay, server = self.gate(close_notify=False, faults={"end": DROP})
        self.assertReply(self.send(relay), 451, "4.4.2", "may already have been sent")
        self.assertEqual(1, len(server.ended))
        self.assertEqual("uncertain", self.last_message(relay)["state"])

    def test_t30_long_banner(self):
        relay, _server = self.gate(faults={"greeting": b"220-" + b"x" * 400 + b"\r\n" * 1 + b"220 here\r\n"})
        self.assertReply(self.send(relay), 250)

    def test_t30_endless_banner(self):
        relay, server = self.gate(faults={"greeting": (b"220-" + b"x" * 500 + b"\r\n") * 5000})
        self.assertEqual(451, self.send(relay).code)
        self.assertNothingSent(server)

    def test_t30_endless_line(self):
        relay, server = self.gate(faults={"greeting": b"220 " + b"x" * 5000000})
        self.assertEqual(451, self.send(relay).code)
        self.assertNothingSent(server)

    def test_t30_slow_greeting(self):
        relay, server = self.gate(pause_between_octets=0.002)
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_t30_code_without_text(self):
        relay, server = self.gate(faults={"mail": b"250\r\n", "rcpt": b"250\r\n"})
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_t30_mixed_codes_in_one_reply(self):
        relay, server = self.gate(faults={"mail": b"250-fine\r\n550 not\r\n"}, extensions=())
        self.assertIn(self.send(relay).code // 100, (4, 5))
        self.assertEqual([], server.messages)

    def test_t30_nul_in_reply(self):
        relay, server = self.gate(faults={"mail": b"250 \0\x1b[2Jfine\r\n"})
        self.assertIn(self.send(relay).code // 100, (2, 4))
        self.assertLessEqual(len(server.messages), 1)

    def test_t31_certificate_changes_between_connections(self):
        """A pooled connection is never replaced by one that was not verified."""
        relay, server = self.gate(extensions=EXTENSIONS + ("REQUIRETLS",), faults={"mail": [None, DROP]})
        self.assertReply(self.send(relay, REQUIRED), 250)
        server.use_certificate(authority().leaf("self-signed"))
        reply = self.send(relay, REQUIRED)
        self.assertIn(reply.code, (451, 550), reply)
        self.assertEqual(1, len(server.ended))

    def test_t31_requiretls_goes_away_between_connections(self):
        relay, server = self.gate(extensions=EXTENSIONS + ("REQUIRETLS",))
        self.assertReply(self.send(relay, REQUIRED), 250)
        server.extensions = EXTENSIONS
        server.faults["mail"] = [DROP]
        self.assertIn(self.send(relay, REQUIRED).code, (451, 550))
        self.assertEqual(1, len(server.ended))

    def test_t32_referral(self):
        relay, server = self.gate(extensions=EXTENSIONS + ("REQUIRETLS",),
                                  faults={"rcpt": b"551 5.1.6 user not local; try <you@elsewhere.example>\r\n"})
        self.assertEqual(5, self.send(relay, REQUIRED).code // 100)
        self.assertEqual([], server.ended)
        self.assertEqual("rejected", self.last_message(relay)["state"])

    def test_t32_251_is_an_acceptance(self):
        relay, server = self.gate(faults={"rcpt": b"251 2.1.5 will forward to <x@elsewhere.example>\r\n"})
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_t32_251_leaves_what_was_checked(self):
        forward = {"rcpt:you@example.net": b"251 2.1.5 will forward to <x@elsewhere.example>\r\n"}
        for extensions in (EXTENSIONS, tuple(word for word in EXTENSIONS if word != "CHUNKING")):
            for recipients in (["you@example.net"], ["she@example.net", "you@example.net"]):
                relay, server = self.gate(extensions=extensions + ("REQUIRETLS",), faults=forward)
                reply = self.send(relay, REQUIRED, recipients=recipients)
                self.assertReply(reply, 551, "5.0.0", words="concerns you@example.net")
                self.assertEqual([], server.ended)
                states = {entry["address"]: entry["state"] for entry in self.last_message(relay)["recipients"]}
                self.assertEqual("refused", states["you@example.net"])
                self.assertNotIn("sent", states.values())

    def test_reply_that_nobody_asked_for(self):
        """Behind the answer to EHLO, in one segment with it."""
        relay, server = self.gate(faults={"ehlo-tls": b"250-upstream.example\r\n250 CHUNKING\r\n250 2.0.0 more\r\n"})
        for _ in range(2):
            self.assertReply(self.send(relay), 451, "4.5.0")
        self.assertNothingSent(server)
        self.assertEqual("failed", self.last_message(relay)["state"])

    def test_required_is_not_lowered_by_a_second_connection(self):
        """The idle connection is given up by a server that no longer announces REQUIRETLS on the next."""
        relay, server = self.gate(extensions=EXTENSIONS + ("REQUIRETLS",))
        self.assertReply(self.send(relay, REQUIRED), 250)
        server.extensions = EXTENSIONS
        server.faults["mail"] = [b"421 4.3.2 tired\r\n"]
        self.assertReply(self.send(relay, REQUIRED), 550, "5.7.30")
        self.assertEqual(1, len(server.ended))
        row = self.last_message(relay)
        self.assertEqual("refused", row["state"])
        self.assertEqual("not-offered", row["hops"][-1]["requiretls"])

    def test_t33_text_of_a_server_is_plain_text(self):
        evil = b"554 5.7.1 <b>click</b> \x1b[31m\x07 http://evil.example/ " + b"y" * 1500 + b"\r\n"
        relay, server = self.gate(faults={"mail": evil})
        reply = self.send(relay)
        self.assertEqual(5, reply.code // 100)
        shown = str(self.last_message(relay))
        for text in (shown, reply.wire.decode("ascii")):
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\x07", text)
            self.assertNotIn("\\x1b", text)
        self.assertLess(max(len(line) for line in reply.lines), 512)
        self.assertNothingSentTwice(server)

    def assertNothingSentTwice(self, server):
        self.assertLessEqual(len(server.lines("MAIL")), 2)

    def test_server_without_login_where_one_is_needed(self):
        relay, server = self.login_gate(mechanisms=("CRAM-MD5",))
        client = self.ready_client(relay)
        self.assertIn(client.login("me", "secret").code // 100, (4, 5))
        self.assertEqual([], server.logins)


if __name__ == "__main__":
    main()
