#!/usr/bin/python3
"""Two relays: a second one on the same state is turned away, one with a state of its own is not in the way."""
import subprocess

import support
from case import MESSAGE, Case, configuration, main
from relay import free_port


class SecondRelay(Case):
    def test_same_state_is_refused(self):
        relay, server = self.gate()
        second = subprocess.run(relay.command(), env=relay.environment(), capture_output=True, stdin=subprocess.DEVNULL,
                                text=True, timeout=30, check=False)
        self.assertNotEqual(0, second.returncode)
        self.assertTrue(second.stderr.strip())
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_lock_ends_with_the_process(self):
        relay, _server = self.gate()
        relay.kill()
        relay.start()
        self.assertReply(self.send(relay), 250)

    def test_own_states_side_by_side(self):
        server = self.upstream()
        relays = [self.relay(configuration(server, {"Port": free_port()})) for _ in range(2)]
        for relay in relays:
            self.assertReply(self.send(relay, MESSAGE), 250)
        self.assertEqual([1, 1], [len(relay.history()) for relay in relays])

    def test_relay_behind_relay(self):
        """A relay as another's provider: verified TLS and a login between them."""
        server = self.upstream()
        inner = self.relay(configuration(server, {"Security": "none"}))
        laid = configuration(server)
        laid["Account work"] = {"Addresses": "*@example.org", "Host": "127.0.0.1", "Port": inner.port, "Security": "none",
                                "Authentication": "none"}
        outer = self.relay(laid)
        self.assertReply(self.send(outer), 250)
        self.assertEqual(MESSAGE, server.wait_for_messages(1)[0].octets)

    def test_itself_as_host_is_refused(self):
        port = free_port()
        laid = configuration(None, {"Port": port})
        laid["Account work"] = {"Addresses": "*@example.org", "Host": "127.0.0.1", "Port": port, "Security": "none",
                                "Authentication": "none"}
        from relay import Relay
        relay = Relay(laid, with_bus=False)
        self.addCleanup(relay.close)
        status, _text = relay.check_configuration()
        if status == 0:
            relay.port = port
            relay.start()
            self.assertIn(self.send(relay).code // 100, (4, 5))


if __name__ == "__main__":
    main()
