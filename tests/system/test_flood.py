#!/usr/bin/python3
"""T48: many connections at once and clients that drip; the relay stays usable and bounded."""
import concurrent.futures
import socket
import time

import support
from case import MESSAGE, Case, main
from client import Client


class Flood(Case):
    def test_t48_hundred_connections(self):
        relay, server = self.gate()

        def one(number):
            with Client(relay.port) as client:
                client.ehlo()
                return client.message(MESSAGE.replace(b"<1@", b"<%d@" % number)).code

        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            codes = list(pool.map(self.patiently(one), range(100)))
        self.assertEqual([250] * 100, codes)
        self.assertEqual(100, len(server.wait_for_messages(100)))
        self.assertEqual(100, len(relay.ctl("history", "--limit", "1000")))

    def patiently(self, one):
        """A connection over the ceiling is told 421 and may come again."""
        def attempt(number):
            end = time.monotonic() + 60
            while True:
                try:
                    code = one(number)
                except (OSError, EOFError, ValueError, AssertionError):
                    code = 421
                if code != 421 or time.monotonic() > end:
                    return code
        return attempt

    def test_t48_slow_clients_do_not_lock_others_out(self):
        relay, server = self.gate()
        slow = []
        for _ in range(30):
            sock = socket.create_connection(("127.0.0.1", relay.port), 10)
            sock.sendall(b"EHL")
            slow.append(sock)
        started = time.monotonic()
        self.assertReply(self.send(relay), 250)
        self.assertLess(time.monotonic() - started, 10)
        self.assertTrue(relay.ctl("status")["running"])
        for sock in slow:
            sock.close()
        server.wait_for_messages(1)

    def test_t48_connections_are_bounded(self):
        relay, _server = self.gate()
        idle = []
        refused = False
        for _ in range(400):
            try:
                sock = socket.create_connection(("127.0.0.1", relay.port), 5)
                sock.settimeout(5)
                refused = refused or not sock.recv(100).startswith(b"220")
                idle.append(sock)
            except OSError:
                refused = True
            if refused:
                break
        for sock in idle:
            sock.close()
        self.assertTrue(refused, "400 sessions and no ceiling")
        self.wait_until(lambda: self.answers(relay), 20)

    def answers(self, relay):
        try:
            return self.send(relay).code == 250
        except (OSError, EOFError, ValueError, AssertionError):
            return False

    def test_connections_that_come_and_go(self):
        relay, _server = self.gate()
        for _ in range(500):
            socket.create_connection(("127.0.0.1", relay.port), 5).close()
        self.wait_until(lambda: self.answers(relay), 20)


if __name__ == "__main__":
    main(parallel=2)
