#!/usr/bin/python3
"""The configuration file: problems with line and key, read again when it changes, a broken one changes nothing."""
import os

import support
from case import MESSAGE, Case, account, configuration, main
from client import Client
from relay import NotAnswered, Relay, configuration_text, free_port
from upstream import HOLD

GOOD = "[Listener main]\nPort={port}\nAuthentication=none\n[Account work]\nAddresses=*\nHost=localhost\nPort=1\n" \
       "Security=tls\nAuthentication=none\n"
# text after the good configuration, what the problem must name
BAD = [
    ("[Listener other]\nPort=70000\n", ("Port", "Listener other")),
    ("[Listener other]\nAddress=192.0.2.1\nPort=1588\n", ("Address",)),
    ("[Listener other]\nPort=1588\nSecurity=maybe\n", ("Security",)),
    ("[Account other]\nAddresses=a@b.example\nHost=smtp.example.org\nPort=25\nSecurity=none\n", ("Security",)),
    ("[Account other]\nAddresses=a@b.example\nPort=465\n", ("Host",)),
    ("[Relay]\nRequirement=maximum\n", ("Requirement",)),
    ("[Relay]\nOnRefusal=hold\n", ("OnRefusal",)),
    ("[Relay]\nColour=blue\n", ("Colour",)),
    ("[Relay]\nRequirement=usual\nRequirement=usual\n", ("Requirement",)),
    ("[Sundries]\nA=1\n", ("Sundries",)),
    ("[Rule x]\nRecipients=not an address\nRequirement=verified\n", ("Recipients",)),
    ("[Rule x]\nRequirement=verified\n", ("Recipients",)),
    ("[Trust]\nCaFile=/nonexistent/root.pem\n", ("CaFile",)),
    ("[History]\nDays=many\n", ("Days",)),
    ("[Relay\nRequirement=usual\n", ("postern.conf",)),
    ("[Relay]\nthis is no key\n", ("postern.conf",)),
]


class CheckConfig(Case):
    def unstarted(self, text):
        relay = Relay(with_bus=False)
        self.addCleanup(relay.close)
        relay.write_configuration(text)
        return relay

    def test_good(self):
        status, text = self.unstarted(GOOD.format(port=free_port())).check_configuration()
        self.assertEqual(0, status, text)

    def test_missing_file_means_defaults(self):
        relay = Relay(with_bus=False)
        self.addCleanup(relay.close)
        self.assertEqual(0, relay.check_configuration()[0])

    def test_problems_have_line_and_key(self):
        good = GOOD.format(port=free_port())
        for text, words in BAD:
            status, said = self.unstarted(good + text).check_configuration()
            self.assertNotEqual(0, status, text)
            self.assertRegex(said, r"postern\.conf:\d+", text)
            for word in words:
                self.assertIn(word, said, text)

    def test_binary_rubbish(self):
        relay = self.unstarted("")
        with open(relay.configuration_file, "wb") as stream:
            stream.write(bytes(range(256)) * 100)
        self.assertEqual(1, relay.check_configuration()[0] > 0)

    def test_pairs_of_listener_and_account(self):
        pairs = {("none", "none"): True, ("pass-through", "pass-through"): True, ("password", "none"): True,
                 ("none", "pass-through"): False, ("password", "pass-through"): False, ("pass-through", "none"): False}
        for (listener, work), good in pairs.items():
            laid = configuration(None, {"Authentication": listener, "Security": "tls"})
            laid["Account work"] = {"Addresses": "*", "Host": "localhost", "Port": 465, "Security": "tls",
                                    "Authentication": work, "User": "me"}
            status, text = self.unstarted(configuration_text(laid)).check_configuration()
            self.assertEqual(good, status == 0, f"{listener} with {work}: {text}")


class Providers(Case):
    def test_what_the_list_says_and_what_the_file_says(self):
        accounts = {"listed": {"Host": "smtp.office365.com"}, "own": {"Host": "smtp.office365.com", "Honours": "none"},
                    "not-listed": {"Host": "smtp.example.org"}}
        laid = configuration(None)
        for name, keys in accounts.items():
            laid[f"Account {name}"] = {"Addresses": f"me@{name}.example", "Authentication": "none", **keys}
        relay = Relay(laid)
        self.addCleanup(relay.close)
        relay.start()
        status = relay.ctl("status")
        self.assertEqual([], status["problems"])
        self.assertEqual({"listed": (["dane", "mta-sts"], "providers"), "own": ([], "configuration"),
                          "not-listed": (None, None)},
                         {account["name"]: (account.get("honours"), account.get("honours_from"))
                          for account in status["accounts"]})


class Reload(Case):
    def test_file_is_read_again(self):
        relay, server = self.gate()
        other = self.upstream()
        laid = configuration(other, {"Port": relay.port})
        relay.configure(laid)
        self.wait_until(lambda: self.send(relay).code == 250 and other.messages)
        self.assertEqual([], [message for message in server.messages[1:] if message in other.messages])

    def test_reload_command(self):
        relay, _server = self.gate()
        other = self.upstream()
        relay.configure(configuration(other, {"Port": relay.port}))
        relay.call("Reload")
        self.assertReply(self.send(relay), 250)
        other.wait_for_messages(1)

    def test_limits_of_the_server_before_are_forgotten(self):
        relay, _server = self.gate(extensions=["SIZE 1000"])
        self.assertReply(self.send(relay), 250)
        self.assertReply(self.ready_client(relay).command("MAIL FROM:<me@example.org> SIZE=2000"), 552, "5.3.4")
        relay.configure(configuration(self.upstream(), {"Port": relay.port}))
        relay.call("Reload")
        self.assertReply(self.ready_client(relay).command("MAIL FROM:<me@example.org> SIZE=2000"), 250)

    def test_login_of_before_is_proven_at_the_new_server(self):
        credentials = {"me": "secret"}
        first, second = self.upstream(credentials=credentials), self.upstream(credentials=credentials)
        laid = configuration(first, {"Authentication": "pass-through", "PlainPassThrough": True})
        laid["Account work"] = account(first, Authentication="pass-through", User="me")
        relay = self.relay(laid)
        client = self.ready_client(relay)
        self.assertReply(client.login("me", "secret"), 235)
        laid["Account work"] = account(second, Authentication="pass-through", User="me")
        relay.configure(laid)
        relay.call("Reload")
        self.assertReply(client.message(MESSAGE), 250)
        second.wait_for_messages(1)
        self.assertEqual([], first.ended)

    def test_connection_of_before_is_not_used_again(self):
        """In use while the file changes, verified by roots that no longer count: it does not lie in wait for the next."""
        relay, server = self.gate(faults={"end": [HOLD]})
        with Client(relay.port) as client:
            client.ehlo()
            client.envelope()
            client.command("DATA")
            client.send(MESSAGE + b".\r\n")
            self.assertTrue(server.held.wait(20))
            laid = configuration(server, {"Port": relay.port})
            del laid["Trust"]
            relay.configure(laid)
            relay.call("Reload")
            server.release.set()
            self.assertReply(client.reply(), 250)
        self.assertReply(self.send(relay), 451, "4.7.5")
        self.assertEqual(1, len(server.ended))

    def test_broken_file_keeps_the_last_good_one(self):
        relay, server = self.gate()
        relay.write_configuration("[Listener main]\nPort=seventy\n[Account work]\nHost=elsewhere.example\n")
        with self.assertRaises(NotAnswered) as caught:
            relay.call("Reload")
        self.assertIn("Port", caught.exception.text)
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)
        self.assertTrue(relay.ctl("status")["problems"])

    def test_removed_file_keeps_working(self):
        relay, _server = self.gate()
        os.unlink(relay.configuration_file)
        self.assertTrue(relay.ctl("status")["running"])

    def test_listener_comes_and_goes(self):
        relay, server = self.gate()
        laid = configuration(server, {"Port": relay.port})
        laid["Listener second"] = {**laid["Listener main"], "Port": free_port()}
        relay.configure(laid)
        relay.call("Reload")
        self.client(relay, port=laid["Listener second"]["Port"]).ehlo()
        del laid["Listener second"]
        relay.configure(laid)
        relay.call("Reload")
        self.assertReply(self.send(relay), 250)

    def test_set_over_the_bus(self):
        relay, _server = self.gate()
        with open(relay.configuration_file, "a", encoding="utf-8") as stream:
            stream.write("\n# a remark\n[History]\nDays=30\n")
        relay.call("Reload")
        relay.call("Set", "History", "Days", "7")
        with open(relay.configuration_file, encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn("# a remark", text)
        self.assertIn("Days=7", text)
        with self.assertRaises(NotAnswered):
            relay.call("Set", "History", "Days", "many")
        self.assertReply(self.send(relay), 250)

    def test_administrator_locks(self):
        relay = Relay(configuration(self.upstream()))
        self.addCleanup(relay.close)
        folder = os.path.join(relay.directory, "administrator", "postern")
        os.makedirs(folder)
        with open(os.path.join(folder, "postern.conf"), "w", encoding="utf-8") as stream:
            stream.write("[History]\nSubjects=false\n[Locked]\nKeys=History/Subjects\n")
        relay.start()
        with self.assertRaises(NotAnswered) as caught:
            relay.call("Set", "History", "Subjects", "true")
        self.assertIn("NotAllowed", caught.exception.text)


if __name__ == "__main__":
    main()
