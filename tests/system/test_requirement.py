#!/usr/bin/python3
"""What the sender asks for is what happens: on the wire, in the reply and in the history (DESIGN 2, RFC 8689)."""
import support
from case import MESSAGE, Case, account, authority, configuration, context, main
from client import Client
from upstream import EXTENSIONS

PROMISING = (*EXTENSIONS, "REQUIRETLS")


def asking(nick, octets=MESSAGE):
    return b"X-Postern-TLS: " + nick.encode() + b"\r\n" + octets


class OnTheWire(Case):
    def test_required_is_tagged_and_promised(self):
        relay, server = self.gate(extensions=PROMISING)
        self.assertReply(self.send(relay, asking("required")), 250)
        message = server.wait_for_messages(1)[0]
        self.assertIn(" REQUIRETLS", message.mail)
        self.assertEqual(MESSAGE, message.octets)
        row = self.last_message(relay)
        self.assertEqual(("required", "header", "sent"), (row["requirement"], row["requirement_source"], row["state"]))
        self.assertEqual("promised", row["recipients"][0]["assurance"])
        self.assertEqual("used", row["hops"][-1]["requiretls"])

    def test_required_over_starttls(self):
        relay, server = self.gate(extensions=PROMISING, security="starttls")
        self.assertReply(self.send(relay, asking("required")), 250)
        self.assertIn(" REQUIRETLS", server.wait_for_messages(1)[0].mail)

    def test_required_is_refused_where_it_is_not_announced(self):
        relay, server = self.gate()
        reply = self.send(relay, asking("required"))
        self.assertReply(reply, 550, "5.7.30")
        self.assertIn("you@example.net", reply.text)
        self.assertNothingSent(server)
        row = self.last_message(relay)
        self.assertEqual(("refused", "requiretls-not-offered"),
                         (row["state"], row.get("reason_code") or row["recipients"][0]["reason_code"]))

    def test_required_without_verified_tls(self):
        relay, server = self.gate(certificate="self-signed", extensions=PROMISING)
        self.assertReply(self.send(relay, asking("required")), 550, "5.7.10")
        self.assertNothingSent(server)

    def test_required_asks_for_headers_only_in_bounces(self):
        relay, server = self.gate(extensions=PROMISING)
        self.assertReply(self.send(relay, asking("required"), parameters="RET=FULL"), 250)
        self.assertIn(" RET=HDRS", server.wait_for_messages(1)[0].mail)

    def test_requiretls_is_never_sent_merely_because_it_is_offered(self):
        relay, server = self.gate(extensions=PROMISING)
        for octets in (MESSAGE, asking("usual"), asking("anyway")):
            self.assertReply(self.send(relay, octets), 250)
        for message in server.wait_for_messages(3):
            self.assertNotIn("REQUIRETLS", message.mail)

    def test_usual_adds_nothing(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay), 250)
        self.assertEqual(MESSAGE, server.wait_for_messages(1)[0].octets)
        row = self.last_message(relay)
        self.assertEqual(("usual", "mode", "sent"), (row["requirement"], row["requirement_source"], row["state"]))
        self.assertIn(row["recipients"][0]["assurance"], ("unknown", "none"))

    def test_anyway_puts_the_header_first(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, asking("anyway")), 250)
        self.assertEqual(b"TLS-Required: No\r\n" + MESSAGE, server.wait_for_messages(1)[0].octets)

    def test_verified_and_encrypted_wait_for_knowledge(self):
        relay, server = self.gate(groups={"Probe": {"Enabled": False}, "Resolver": {"Servers": "127.0.0.1@1"}})
        for nick in ("verified", "encrypted"):
            reply = self.send(relay, asking(nick))
            self.assertReply(reply, 451, "4.7.5")
            self.assertIn("example.net", reply.text)
        self.assertNothingSent(server)

    def test_ret_envid_and_notify_are_given_where_offered(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay), 250)
        message = server.wait_for_messages(1)[0]
        self.assertRegex(message.mail, r" ENVID=[0-9A-Za-z+/=._-]{16,}")
        self.assertIn("RET=HDRS", message.mail)
        self.assertRegex(message.recipients[0], r" NOTIFY=(FAILURE,DELAY|DELAY,FAILURE)")

    def test_what_the_client_asked_of_dsn_stays(self):
        relay, server = self.gate()
        with Client(relay.port) as client:
            client.ehlo()
            client.command("MAIL FROM:<me@example.org> RET=FULL ENVID=mine")
            client.command("RCPT TO:<you@example.net> NOTIFY=NEVER")
            client.command("DATA")
            client.send(MESSAGE + b".\r\n")
            self.assertReply(client.reply(), 250)
        message = server.wait_for_messages(1)[0]
        self.assertIn("ENVID=mine", message.mail)
        self.assertIn("RET=FULL", message.mail)
        self.assertIn("NOTIFY=NEVER", message.recipients[0])


class Headers(Case):
    def test_tls_required_header_means_anyway(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, MESSAGE.replace(b"To:", b"TLS-Required: No\r\nTo:")), 250)
        self.assertEqual(1, server.wait_for_messages(1)[0].octets.count(b"TLS-Required: No\r\n"))
        self.assertTrue(server.messages[0].octets.startswith(b"TLS-Required: No\r\n"))
        self.assertEqual(("anyway", "header"),
                         tuple(self.last_message(relay)[key] for key in ("requirement", "requirement_source")))

    def test_every_other_requirement_removes_it(self):
        relay, server = self.gate(extensions=PROMISING)
        self.assertReply(self.send(relay, asking("required", b"TLS-Required: No\r\n" + MESSAGE)), 250)
        self.assertEqual(MESSAGE, server.wait_for_messages(1)[0].octets)
        self.assertTrue(self.last_message(relay)["removed_tls_required"])

    def test_header_may_not_lower(self):
        relay, server = self.gate(relay={"Requirement": "required"}, extensions=PROMISING)
        for nick in ("usual", "anyway", "verified"):
            self.assertReply(self.send(relay, asking(nick)), 250)
            row = self.last_message(relay)
            self.assertEqual("required", row["requirement"])
            self.assertTrue(row["header_ignored"])
        for message in server.wait_for_messages(3):
            self.assertIn("REQUIRETLS", message.mail)
            self.assertNotIn(b"X-Postern", message.octets)

    def test_header_may_lower_where_configured(self):
        relay, server = self.gate(relay={"Requirement": "required", "HeaderMayLower": True})
        self.assertReply(self.send(relay, asking("usual")), 250)
        self.assertNotIn("REQUIRETLS", server.wait_for_messages(1)[0].mail)

    def test_resent_header_never_lowers(self):
        relay, server = self.gate(relay={"Requirement": "required", "HeaderMayLower": True})
        self.assertReply(self.send(relay, asking("usual", b"Resent-From: me@example.org\r\n" + MESSAGE)), 550, "5.7.30")
        self.assertNothingSent(server)

    def test_token_lowers_once(self):
        relay, server = self.gate(relay={"Requirement": "required"})
        token = relay.token("usual")
        octets = asking(f"usual; token={token}")
        self.assertReply(self.send(relay, octets), 250)
        self.assertEqual(MESSAGE, server.wait_for_messages(1)[0].octets)
        self.assertReply(self.send(relay, octets), 550, "5.7.30")

    def test_token_is_for_its_requirement(self):
        relay, server = self.gate(relay={"Requirement": "required"})
        token = relay.token("usual")
        self.assertReply(self.send(relay, asking(f"anyway; token={token}")), 550, "5.7.30")
        self.assertReply(self.send(relay, asking("usual; token=guessed")), 550, "5.7.30")
        self.assertNothingSent(server)

    def test_token_of_a_failed_message_stays(self):
        relay, server = self.gate(relay={"Requirement": "required"}, faults={"mail": [b"451 4.3.0 later\r\n"]})
        octets = asking(f"usual; token={relay.token('usual')}")
        self.assertReply(self.send(relay, octets), 451)
        self.assertReply(self.send(relay, octets), 250)
        server.wait_for_messages(1)

    def test_subject_tag(self):
        relay, server = self.gate(relay={"SubjectTags": True}, groups={"Resolver": {"Servers": "127.0.0.1@1"}})
        tagged = MESSAGE.replace(b"Subject: lunch", b"Subject: [verified] lunch")
        self.assertReply(self.send(relay, tagged), 451, "4.7.5")
        row = self.last_message(relay)
        self.assertEqual(("verified", "subject"), (row["requirement"], row["requirement_source"]))
        self.assertReply(self.send(relay, MESSAGE.replace(b"lunch", b"lunch [verified]")), 250)
        self.assertIn(b"Subject: lunch [verified]\r\n", server.wait_for_messages(1)[0].octets)

    def test_subject_tag_never_lowers_and_goes(self):
        relay, server = self.gate(relay={"SubjectTags": True, "Requirement": "required"}, extensions=PROMISING)
        self.assertReply(self.send(relay, MESSAGE.replace(b"Subject: lunch", b"Subject: [verified] lunch")), 250)
        self.assertEqual(MESSAGE, server.wait_for_messages(1)[0].octets)
        self.assertEqual("required", self.last_message(relay)["requirement"])

    def test_subject_tag_is_text_where_switched_off(self):
        relay, server = self.gate()
        tagged = MESSAGE.replace(b"Subject: lunch", b"Subject: [verified] lunch")
        self.assertReply(self.send(relay, tagged), 250)
        self.assertEqual(tagged, server.wait_for_messages(1)[0].octets)


class Parameter(Case):
    def gate_with_starttls(self, **options):
        return self.gate({"Security": "starttls"}, **options)

    def secured(self, relay):
        client = self.client(relay)
        self.assertNotIn("REQUIRETLS", client.ehlo())
        client.starttls(context())
        self.assertIn("REQUIRETLS", client.ehlo())
        return client

    def test_parameter_over_starttls(self):
        relay, server = self.gate_with_starttls(extensions=PROMISING)
        self.assertReply(self.secured(relay).message(MESSAGE, parameters="REQUIRETLS"), 250)
        self.assertIn(" REQUIRETLS", server.wait_for_messages(1)[0].mail)
        self.assertEqual("parameter", self.last_message(relay)["requirement_source"])

    def test_t54_parameter_beats_the_header(self):
        relay, server = self.gate_with_starttls(extensions=PROMISING)
        client = self.secured(relay)
        self.assertReply(client.message(b"TLS-Required: No\r\n" + asking("usual"), parameters="requiretls"), 250)
        self.assertEqual(MESSAGE, server.wait_for_messages(1)[0].octets)

    def test_parameter_is_refused_where_upstream_does_not_announce_it(self):
        relay, server = self.gate_with_starttls()
        self.assertReply(self.secured(relay).message(MESSAGE, parameters="REQUIRETLS"), 550, "5.7.30")
        self.assertNothingSent(server)


class Sources(Case):
    def test_rule_beats_mode_and_may_lower(self):
        rules = {"Rule friends": {"Recipients": "example.net", "Requirement": "usual"}}
        relay, server = self.gate(relay={"Requirement": "required"}, groups=rules)
        self.assertReply(self.send(relay), 250)
        self.assertEqual("rule", self.last_message(relay)["requirement_source"])
        self.assertReply(self.send(relay, recipients=["you@example.com"]), 550, "5.7.30")

    def test_strictest_recipient_counts(self):
        rules = {"Rule bank": {"Recipients": "*@bank.example", "Requirement": "required"}}
        relay, server = self.gate(groups=rules)
        reply = self.send(relay, recipients=["you@example.net", "clerk@bank.example"])
        self.assertReply(reply, 550, "5.7.30")
        self.assertNothingSent(server)
        self.assertEqual({"refused"}, {entry["state"] for entry in self.last_message(relay)["recipients"]})

    def test_listener_and_account(self):
        relay, _server = self.gate({"Requirement": "required"})
        self.assertReply(self.send(relay), 550, "5.7.30")
        self.assertEqual("listener", self.last_message(relay)["requirement_source"])

    def test_account_requirement(self):
        server = self.upstream()
        laid = configuration(server)
        laid["Account work"]["Requirement"] = "required"
        relay = self.relay(laid)
        self.assertReply(self.send(relay), 550, "5.7.30")
        self.assertEqual("account", self.last_message(relay)["requirement_source"])

    def test_floor_is_a_minimum_for_headers(self):
        rules = {"Rule bank": {"Recipients": "example.net", "Requirement": "required", "Floor": True}}
        relay, server = self.gate(relay={"HeaderMayLower": True}, groups=rules)
        reply = self.send(relay, asking("usual"))
        self.assertEqual(550, reply.code, reply)
        self.assertIn("example.net", reply.text)
        self.assertNothingSent(server)

    def test_mode_over_the_bus(self):
        relay, server = self.gate(extensions=PROMISING)
        self.assertEqual("required", relay.ctl("mode", "required")["mode"])
        self.assertReply(self.send(relay), 250)
        self.assertIn("REQUIRETLS", server.wait_for_messages(1)[0].mail)
        relay.stop()
        relay.start()
        self.assertEqual("required", relay.ctl("mode")["mode"])

    def test_one_shot_is_used_up_by_an_accepted_message(self):
        relay, server = self.gate(extensions=PROMISING, faults={"mail": [b"451 4.3.0 later\r\n"]})
        self.assertEqual("required", relay.ctl("mode", "required", "--once")["once"])
        self.assertReply(self.send(relay), 451)
        self.assertReply(self.send(relay), 250)
        self.assertReply(self.send(relay), 250)
        self.assertEqual([True, False], ["REQUIRETLS" in message.mail for message in server.wait_for_messages(2)])
        self.assertNotIn("once", relay.ctl("mode"))

    def test_allow_once(self):
        relay, server = self.gate()
        self.assertReply(self.send(relay, asking("required")), 550, "5.7.30")
        refused = self.last_message(relay)["id"]
        relay.ctl("allow-once", str(refused), "--as", "usual")
        second = asking("required", MESSAGE.replace(b"<1@", b"<2@"))
        self.assertReply(self.send(relay, second.replace(b"lunch", b"another")), 550, "5.7.30")
        self.assertReply(self.send(relay, second), 250)
        self.assertEqual("grant", self.last_message(relay)["requirement_source"])
        self.assertNotIn("REQUIRETLS", server.wait_for_messages(1)[0].mail)
        self.assertReply(self.send(relay, second), 550, "5.7.30")

    def test_allow_once_beats_a_floor(self):
        rules = {"Rule bank": {"Recipients": "example.net", "Requirement": "required", "Floor": True}}
        relay, server = self.gate(groups=rules)
        self.assertEqual(550, self.send(relay).code)
        relay.ctl("allow-once", str(self.last_message(relay)["id"]), "--as", "usual")
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_pause(self):
        relay, server = self.gate()
        relay.ctl("pause")
        self.assertReply(self.send(relay), 421)
        self.assertTrue(relay.ctl("status")["paused"])
        relay.ctl("resume")
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)


if __name__ == "__main__":
    main()
