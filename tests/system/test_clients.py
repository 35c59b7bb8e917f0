#!/usr/bin/python3
"""Mail programs of all kinds hand a message over, and it arrives as it was."""
import os
import smtplib
import socket
import ssl
import subprocess

import support
from case import MESSAGE, Case, configuration, main
from client import trusting

BODY = b"At noon?\r\n.\r\n..two dots\r\nend\r\n"
MAIL = MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + BODY


def own_certificate(port):
    """The certificate of a TLS listener in a file's text."""
    context = trusting(None)
    with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain) as secured:
        return ssl.DER_cert_to_PEM_cert(secured.getpeercert(True))


class Clients(Case):
    def run_program(self, *command, octets=MAIL):
        done = subprocess.run(command, input=octets, capture_output=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
        self.assertEqual(0, done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))

    def assertArrived(self, server, octets=MAIL):
        message = server.wait_for_messages(1)[0]
        self.assertEqual(octets, message.octets)
        self.assertIn("<me@example.org>", message.mail)
        self.assertIn("<you@example.net>", message.recipients[0])
        self.assertEqual("TLSv1.3", message.tls)

    def with_password(self, security):
        """A relay with a password listener, what client-settings tells, and its certificate's file."""
        relay, server = self.gate({"Authentication": "password", "Security": security})
        settings = relay.ctl("client-settings")[0]
        return relay, server, settings

    def swaks(self, relay, *options, octets=MAIL):
        path = os.path.join(relay.directory, "message")
        with open(path, "wb") as stream:
            # swaks reads a file with line feeds and doubles dots by itself.
            stream.write(octets)
        self.run_program("swaks", "--server", "127.0.0.1", "--port", str(relay.port), "--from", "me@example.org", "--to",
                         "you@example.net", "--helo", "laptop", "--data", f"@{path}", "--silent", "1", *options)

    def test_swaks_plain(self):
        relay, server = self.gate()
        self.swaks(relay)
        message = server.wait_for_messages(1)[0]
        self.assertTrue(message.octets.startswith(MAIL.rstrip()), message.octets)

    def test_swaks_starttls_with_password(self):
        relay, server, settings = self.with_password("starttls")
        self.swaks(relay, "--tls", "--auth", "PLAIN", "--auth-user", settings["user"], "--auth-password",
                   settings["password"])
        server.wait_for_messages(1)

    def test_swaks_tls_with_password(self):
        relay, server, settings = self.with_password("tls")
        self.swaks(relay, "--tlsc", "--auth", "PLAIN", "--auth-user", settings["user"], "--auth-password",
                   settings["password"])
        server.wait_for_messages(1)

    def test_curl_plain(self):
        relay, server = self.gate()
        self.run_program("curl", "--silent", "--show-error", "--url", f"smtp://127.0.0.1:{relay.port}/laptop", "--mail-from",
                         "me@example.org", "--mail-rcpt", "you@example.net", "--upload-file", "-")
        self.assertArrived(server)

    def test_curl_starttls_with_password(self):
        relay, server, settings = self.with_password("starttls")
        self.run_program("curl", "--silent", "--show-error", "--ssl-reqd", "--insecure", "--url",
                         f"smtp://127.0.0.1:{relay.port}/laptop", "--user", f"{settings['user']}:{settings['password']}",
                         "--mail-from", "me@example.org", "--mail-rcpt", "you@example.net", "--upload-file", "-")
        self.assertArrived(server)

    def test_curl_trusts_the_own_certificate(self):
        relay, server, settings = self.with_password("tls")
        path = os.path.join(relay.directory, "own.pem")
        with open(path, "w", encoding="ascii") as stream:
            stream.write(own_certificate(relay.port))
        for host in ("127.0.0.1", "localhost", "[::1]"):
            self.run_program("curl", "--silent", "--show-error", "--cacert", path, "--url",
                             f"smtps://{host}:{relay.port}/laptop", "--user",
                             f"{settings['user']}:{settings['password']}", "--mail-from", "me@example.org", "--mail-rcpt",
                             "you@example.net", "--upload-file", "-")
        self.assertEqual(3, len(server.wait_for_messages(3)))

    def test_msmtp_plain(self):
        relay, server = self.gate()
        self.run_program("msmtp", "-C", "/dev/null", "--host=127.0.0.1", f"--port={relay.port}", "--tls=off", "--auth=off", "--set-date-header=off",
                         "--from=me@example.org", "you@example.net", octets=MAIL.replace(b"\r\n", b"\n"))
        self.assertArrived(server)

    def test_msmtp_starttls(self):
        relay, server, settings = self.with_password("starttls")
        self.run_program("msmtp", "-C", "/dev/null", "--host=127.0.0.1", f"--port={relay.port}", "--tls=on",
                         "--tls-certcheck=off", "--set-date-header=off", "--auth=plain", f"--user={settings['user']}",
                         f"--passwordeval=echo {settings['password']}", "--from=me@example.org", "you@example.net",
                         octets=MAIL.replace(b"\r\n", b"\n"))
        self.assertArrived(server)

    def test_smtplib_plain_on_both_addresses(self):
        relay, server = self.gate()
        for host in ("127.0.0.1", "::1"):
            with smtplib.SMTP(host, relay.port) as program:
                program.sendmail("me@example.org", ["you@example.net"], MAIL)
        self.assertEqual([MAIL, MAIL], [message.octets for message in server.wait_for_messages(2)])

    def test_smtplib_starttls_with_password(self):
        relay, server, settings = self.with_password("starttls")
        with smtplib.SMTP("127.0.0.1", relay.port) as program:
            program.starttls(context=trusting(None))
            program.login(settings["user"], settings["password"])
            program.sendmail("me@example.org", ["you@example.net"], MAIL)
        self.assertArrived(server)

    def test_smtplib_login_mechanism_where_offered(self):
        relay, server = self.gate({"Authentication": "password", "Security": "tls", "OfferLogin": True})
        settings = relay.ctl("client-settings")[0]
        with smtplib.SMTP_SSL("127.0.0.1", relay.port, context=trusting(None)) as program:
            program.ehlo()
            self.assertEqual({"PLAIN", "LOGIN"}, set(program.esmtp_features["auth"].split()))
            program.user, program.password = settings["user"], settings["password"]
            program.auth("LOGIN", program.auth_login)
            program.sendmail("me@example.org", ["you@example.net"], MAIL)
        self.assertArrived(server)

    def test_thunderbird_dialogue(self):
        """As SmtpClient speaks: address literals, BODY and SIZE, no pipelining, the connection used again."""
        relay, server = self.gate()
        for name, host in (("[127.0.0.1]", "127.0.0.1"), ("[IPV6:::1]", "::1")):
            client = self.client(relay, host=host)
            offered = client.ehlo(name)
            self.assertLessEqual({"SIZE", "8BITMIME", "SMTPUTF8", "DSN", "PIPELINING", "ENHANCEDSTATUSCODES"}, set(offered))
            for _ in range(2):
                reply = client.message(MAIL, parameters=f"BODY=8BITMIME SIZE={len(MAIL)}")
                self.assertReply(reply, 250)
            self.assertReply(client.command("QUIT"), 221)
        self.assertEqual(4, len(server.wait_for_messages(4)))

    def test_starttls_upstream(self):
        relay, server = self.gate(security="starttls")
        self.assertReply(self.send(relay, MAIL), 250)
        self.assertArrived(server, MAIL)
        self.assertEqual([None], [tls for _, line, tls in server.commands if line.startswith(b"STARTTLS")])

    def test_data_where_chunking_is_not_offered(self):
        relay, server = self.gate(extensions=["PIPELINING"])
        self.assertReply(self.send(relay, MAIL), 250)
        self.assertArrived(server, MAIL)
        self.assertFalse(server.messages[0].chunked)

    def test_bare_server_without_any_extension(self):
        relay, server = self.gate(extensions=[])
        self.assertReply(self.send(relay, MAIL), 250)
        self.assertArrived(server, MAIL)

    def test_no_account(self):
        relay = self.relay(configuration(None))
        reply = self.send(relay)
        self.assertReply(reply, 550, words="no account is set up for me@example.org")

    def test_without_configuration(self):
        """Defaults make sense: the relay starts, answers EHLO, and refuses mail in words."""
        relay = self.relay({"Listener main": {"Port": configuration(None)["Listener main"]["Port"]}})
        settings = relay.ctl("client-settings")[0]
        client = self.ready_client(relay)
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 530, "5.7.0")
        self.assertReply(client.login(settings["user"], settings["password"]), 235)
        self.assertReply(client.command("MAIL FROM:<me@example.org>"), 550, words="no account is set up for")

    def test_without_bus(self):
        server = self.upstream()
        relay = self.relay(configuration(server), with_bus=False)
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def test_own_certificate_is_kept(self):
        relay, _server, _settings = self.with_password("tls")
        first = own_certificate(relay.port)
        relay.stop()
        relay.start()
        self.assertEqual(first, own_certificate(relay.port))


if __name__ == "__main__":
    main()
