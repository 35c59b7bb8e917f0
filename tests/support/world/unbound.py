"""libunbound by ctypes: a validating look at the test world that shares no code with it."""
import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_void_p
from dataclasses import dataclass


class _Result(Structure):
    _fields_ = [('qname', c_char_p), ('qtype', c_int), ('qclass', c_int), ('data', POINTER(c_void_p)),
                ('len', POINTER(c_int)), ('canonname', c_char_p), ('rcode', c_int), ('answer_packet', c_void_p),
                ('answer_len', c_int), ('havedata', c_int), ('nxdomain', c_int), ('secure', c_int), ('bogus', c_int),
                ('why_bogus', c_char_p), ('was_ratelimited', c_int), ('ttl', c_int)]


@dataclass
class Seen:
    standing: str  # secure, insecure, bogus, or failed (no answer, SERVFAIL)
    nxdomain: bool
    data: list  # rdata, wire form
    why: str


class Resolver:
    def __init__(self, server, anchor_file):
        self._lib = ctypes.CDLL('libunbound.so.8')
        self._lib.ub_ctx_create.restype = c_void_p
        self._lib.ub_strerror.restype = c_char_p
        self._context = c_void_p(self._lib.ub_ctx_create())
        self._call('ub_ctx_debugout', None)
        # `test.` is built in as a zone that does not exist.
        for key, value in ((b'local-zone:', b'test. transparent'), (b'outbound-msg-retry:', b'1'),
                           (b'unknown-server-time-limit:', b'3000'), (b'infra-cache-min-rtt:', b'3000')):
            self._call('ub_ctx_set_option', key, value)
        self._call('ub_ctx_set_fwd', server.encode())
        self._call('ub_ctx_add_ta_file', anchor_file.encode())

    def _call(self, name, *arguments):
        code = getattr(self._lib, name)(self._context, *arguments)
        if code:
            raise OSError(f'{name}: {self._lib.ub_strerror(code).decode()}')

    def resolve(self, name, rtype):
        pointer = POINTER(_Result)()
        self._call('ub_resolve', name.encode(), c_int(rtype), c_int(1), byref(pointer))
        result = pointer.contents
        data, at = [], 0
        while result.havedata and result.data[at]:
            data.append(ctypes.string_at(result.data[at], result.len[at]))
            at += 1
        if result.bogus:
            standing = 'bogus'
        elif result.rcode not in (0, 3):
            standing = 'failed'
        else:
            standing = 'secure' if result.secure else 'insecure'
        seen = Seen(standing, bool(result.nxdomain), data, (result.why_bogus or b'').decode())
        self._lib.ub_resolve_free(pointer)
        return seen

    def close(self):
        self._lib.ub_ctx_delete(self._context)
