#!/usr/bin/python3
"""The judge judged: made-up answers of a check, right and wrong."""
import unittest

from confusion import bad_input_faults, judge, render


def row(domain, outlook, accept=(), reasons=(), unprobed='unknown', dnssec=None, **more):
    return {'domain': domain, 'outlook': outlook, 'why': 'because', 'accept': list(accept), 'reasons': list(reasons),
            'unprobed': unprobed, 'dnssec': dnssec, 'mta_sts': None, 'slow': False, **more}


def said(domain, outlook, **more):
    return {'domain': domain, 'outlook': outlook, **more}


class Judge(unittest.TestCase):
    def test_outlooks(self):
        for true, accept, outlook, false_good, inexact in (
                ('verified', (), 'verified', 0, 0),
                ('policy', ('unknown',), 'unknown', 0, 0),
                ('verified', (), 'unknown', 0, 1),
                ('verified', (), 'certified', 1, 0),
                ('verified', (), 'policy', 0, 1),
                ('policy', (), 'verified', 1, 0),
                ('unknown', (), 'cleartext', 0, 1),
                ('failing', (), 'verified', 1, 0),
                ('cleartext', (), 'policy', 1, 0),
                ('encrypted', (), 'certified', 1, 0),
                ('certified', (), 'encrypted', 0, 1),
                ('failing', (), 'nonsense', 0, 1)):
            with self.subTest(f'{true} said {outlook}'):
                verdict = judge([row('a.test', true, accept)], [said('a.test', outlook)])
                self.assertEqual((len(verdict.false_good), len(verdict.inexact)), (false_good, inexact))
                self.assertEqual(verdict.passed, not false_good and not inexact)
                self.assertEqual(verdict.table, {(true, outlook): 1})

    def test_absent_answer_is_inexact(self):
        verdict = judge([row('a.test', 'unknown')], [])
        self.assertEqual(verdict.table, {('unknown', 'absent'): 1})
        self.assertFalse(verdict.passed)

    def test_nothing_judged_is_no_pass(self):
        self.assertFalse(judge([], []).passed)

    def test_share(self):
        rows = [row(f'd{n}.test', 'verified') for n in range(100)]
        for wrong, passed in ((0, True), (2, True), (3, False)):
            answers = [said(f'd{n}.test', 'unknown' if n < wrong else 'verified') for n in range(100)]
            with self.subTest(wrong):
                self.assertEqual(judge(rows, answers).passed, passed)

    def test_one_false_good_word_fails(self):
        rows = [row(f'd{n}.test', 'encrypted') for n in range(1000)]
        answers = [said(f'd{n}.test', 'encrypted' if n else 'certified') for n in range(1000)]
        self.assertFalse(judge(rows, answers).passed)

    def test_unprobed(self):
        rows = [row('a.test', 'failing', unprobed='policy'), row('b.test', 'certified')]
        self.assertTrue(judge(rows, [said('a.test', 'policy'), said('b.test', 'unknown')], unprobed=True).passed)
        self.assertFalse(judge(rows, [said('a.test', 'policy'), said('b.test', 'unknown')]).passed)

    def test_facts(self):
        expected = row('a.test', 'failing', reasons=('dnssec-invalid', 'x|y'), dnssec='bogus', requiretls=None,
                       authenticated=['dane'])
        right = said('a.test', 'failing', reasons=['y', 'dnssec-invalid'], dnssec='bogus', requiretls=None,
                     mx=[{'authenticated': ['dane', 'dnssec']}, {'authenticated': ['dane', 'mta-sts']}])
        self.assertEqual(judge([expected], [right]).facts, [])
        for change in ({'reasons': ['dnssec-invalid']}, {'reasons': None}, {'dnssec': 'secure'}, {'requiretls': False},
                       {'mx': [{'authenticated': ['mta-sts']}]}):
            with self.subTest(str(change)):
                verdict = judge([expected], [{**right, **change}])
                self.assertGreater(len(verdict.facts), 0)
                self.assertTrue(verdict.passed)

    def test_bad_input(self):
        right = {'a..b': {'error': {'code': 'invalid-argument', 'text': 'no domain'}},
                 '[1.2.3.4]': {'outlook': 'unknown', 'reason': 'a literal has no policy'}}
        self.assertEqual(list(bad_input_faults(right)), [])
        for wrong in ({'error': {'code': 'invalid-argument'}}, {'outlook': 'unknown'},
                      {'outlook': 'certified', 'reason': 'fine'}, {}):
            with self.subTest(str(wrong)):
                self.assertEqual(len(list(bad_input_faults({**right, 'x': wrong}))), 1)

    def test_rendering_names_what_is_wrong(self):
        text = render(judge([row('a.test', 'encrypted'), row('b.test', 'verified')],
                            [said('a.test', 'certified', reason='all is well')]))
        self.assertIn('a.test: encrypted (because), said certified: all is well', text)
        self.assertIn('b.test: verified (because), said absent', text)
        self.assertIn('0 of 2 exact (0.0 %), 1 false good words', text)


if __name__ == '__main__':
    unittest.main()
