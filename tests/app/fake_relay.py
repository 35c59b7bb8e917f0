#!/usr/bin/python3
"""A relay that is none: serves the interface of data/dbus/org.postern.Relay.xml on the session bus and answers as told.

Each line of standard input is a JSON array of calls ({"method", "arguments", "returns" or "error"}): exactly these are
expected from then on, in order. Each line is answered by one: what was wrong with the calls expected before, or "as
expected". Types within a{sv} are those the interface names for the keys."""
import json
import pathlib
import sys

from gi.repository import Gio, GLib

NAME, PATH = "org.postern.Relay", "/org/postern/Relay"
XML = pathlib.Path(__file__).parents[2] / "data/dbus/org.postern.Relay.xml"

INTEGERS = {"id": "x", "size": "x", "port": "q", "preference": "q"}
STRING_MAPS = {"reason_args"}


def variant(key, value):
    """The variant that a fact of this key has."""
    if isinstance(value, bool):
        return GLib.Variant("b", value)
    if isinstance(value, int):
        return GLib.Variant(INTEGERS.get(key, "u"), value)
    if isinstance(value, str):
        return GLib.Variant("s", value)
    if isinstance(value, dict):
        if key in STRING_MAPS:
            return GLib.Variant("a{ss}", value)
        return GLib.Variant("a{sv}", facts(value))
    if value and isinstance(value[0], dict):
        return GLib.Variant("aa{sv}", [facts(item) for item in value])
    return GLib.Variant("as", value)


def facts(value):
    return {key: variant(key, item) for key, item in value.items()}


def result(signature, value):
    """One result of a method, with its signature."""
    if signature == "a{sv}":
        return GLib.Variant(signature, facts(value))
    if signature == "aa{sv}":
        return GLib.Variant(signature, [facts(item) for item in value])
    return GLib.Variant(signature, value)


def plain(value):
    """What a call's arguments are as JSON."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, int) for item in value) and len(value) > 4:
        return bytes(value).decode()
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


class FakeRelay:
    def __init__(self):
        self.calls = []
        self.wrong = []
        self.interface = Gio.DBusNodeInfo.new_for_xml(XML.read_text()).interfaces[0]

    def answer(self, _connection, _sender, _path, _interface, method, arguments, invocation):
        call = self.calls.pop(0) if self.calls else None
        asked = {"method": method, "arguments": plain(arguments.unpack())}
        if call is None or asked != {key: call[key] for key in asked}:
            self.wrong.append(f"asked {asked}, expected {call}")
        if call is None or "error" in call:
            code, text = call["error"] if call else ("failed", "not expected")
            name = "".join(part.capitalize() for part in code.split("-"))
            invocation.return_dbus_error(f"{NAME}.Error.{name}", text)
            return
        signatures = [argument.signature for argument in self.interface.lookup_method(method).out_args]
        results = [result(signature, value) for signature, value in zip(signatures, call["returns"], strict=True)]
        invocation.return_value(GLib.Variant.new_tuple(*results))

    def expect(self, *_):
        line = sys.stdin.readline()
        if not line:
            self.loop.quit()
            return False
        self.wrong += [f"not asked: {call}" for call in self.calls]
        print("; ".join(self.wrong) or "as expected", flush=True)
        self.wrong, self.calls = [], json.loads(line)
        return True

    def listen(self, *_):
        GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_LOW, GLib.IOCondition.IN | GLib.IOCondition.HUP, self.expect)

    def run(self):
        self.loop = GLib.MainLoop()
        connection = Gio.bus_get_sync(Gio.BusType.SESSION)
        connection.register_object(PATH, self.interface, self.answer, None, None)
        Gio.bus_own_name_on_connection(connection, NAME, Gio.BusNameOwnerFlags.NONE, self.listen, None)
        self.loop.run()


if __name__ == "__main__":
    FakeRelay().run()
