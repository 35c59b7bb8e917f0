#!/usr/bin/python3
"""Judges what the relay says of the test world: `posternctl check --json` against the table in world.json.

    confusion.py WORLD.JSON CHECK.JSON [--phase 2] [--unprobed]

Prints the confusion table (rows: what is true, columns: what was said) and what differs. Exit 1 when a `verified`,
`policy` or `certified` was said that is not earned, or when fewer than 98 % of the outlooks are exact.
"""
import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field

from domain import GOOD

OUTLOOKS = ('verified', 'policy', 'certified', 'encrypted', 'cleartext', 'failing', 'unroutable', 'unknown')
ABSENT = 'absent'  # the check has no answer for the domain
EXACT_SHARE = 0.98


@dataclass
class Verdict:
    """`false_good` are good words not earned (`policy` for `verified` only claims less); `inexact` is any other wrong
    outlook; `facts` are right outlooks whose reasons or facts differ, which is told but does not fail."""
    table: Counter = field(default_factory=Counter)
    false_good: list = field(default_factory=list)
    inexact: list = field(default_factory=list)
    facts: list = field(default_factory=list)

    @property
    def total(self):
        return sum(self.table.values())

    @property
    def exact(self):
        return self.total - len(self.false_good) - len(self.inexact)

    @property
    def passed(self):
        return self.total > 0 and not self.false_good and self.exact >= EXACT_SHARE * self.total


def lacking_reasons(row, said):
    told = set(said.get('reasons') or ())
    return [wanted for wanted in row['reasons'] if not told & set(wanted.split('|'))]


def differing_facts(row, said):
    """What of the facts of a right outlook is not as it is, as sentences."""
    for reason in lacking_reasons(row, said):
        yield f'{reason} is not among the reasons'
    if row['dnssec'] is not None and said.get('dnssec') != row['dnssec']:
        yield f'dnssec is {row["dnssec"]}, said {said.get("dnssec")}'
    if 'requiretls' in row and said.get('requiretls') != row['requiretls']:
        yield f'requiretls is {row["requiretls"]}, said {said.get("requiretls")}'
    if row['mta_sts'] and (said.get('mta_sts') or {}).get('mode') != row['mta_sts']:
        yield f'mta_sts is {row["mta_sts"]}, said {said.get("mta_sts")}'
    policies = {'dane', 'mta-sts'}
    hosts = [policies & set(host.get('authenticated') or ()) for host in said.get('mx') or ()]
    covered = set.intersection(*hosts) if hosts else set()
    if not covered <= set(row.get('authenticated', policies)):
        yield f'hosts are authenticated by {row["authenticated"]}, said {sorted(covered)}'


def judge(rows, answers, unprobed=False):
    """The Verdict on @answers (objects of `check --json`) for @rows of world.json; @unprobed: no host was probed."""
    said_of = {answer.get('domain'): answer for answer in answers}
    verdict = Verdict()
    for row in rows:
        true = row['unprobed'] if unprobed else row['outlook']
        accepted = [true, *row['accept'], *(['unknown'] if unprobed and row['accept'] else [])]
        said = said_of.get(row['domain'], {})
        outlook = said.get('outlook', ABSENT)
        verdict.table[true, outlook] += 1
        text = f'{row["domain"]}: {true} ({row["why"]}), said {outlook}'
        if said.get('reason'):
            text += f': {said["reason"]}'
        if outlook in accepted:
            if not unprobed:
                verdict.facts += [f'{row["domain"]}: {fact}' for fact in differing_facts(row, said)]
        elif outlook in GOOD and (true, outlook) != ('verified', 'policy'):
            verdict.false_good.append(text)
        else:
            verdict.inexact.append(text)
    return verdict


def bad_input_faults(answers):
    """What is wrong with the answers (by input) to what is no domain: an error or no outlook, in words."""
    for text, answer in answers.items():
        if 'error' in answer:
            if not answer['error'].get('text'):
                yield f'{text!r}: an error without words'
        elif answer.get('outlook') not in ('unknown', 'unroutable') or not answer.get('reason'):
            yield f'{text!r}: said {answer.get("outlook")}, reason {answer.get("reason")}'


def render(verdict):
    """The table and the lists as text."""
    columns = [*OUTLOOKS, *sorted({said for _, said in verdict.table} - set(OUTLOOKS))]
    lines = ['true \\ said'.ljust(12) + ''.join(column.rjust(11) for column in columns)]
    for true in OUTLOOKS:
        counts = [verdict.table[true, column] for column in columns]
        if any(counts):
            lines.append(true.ljust(12) + ''.join((str(count) if count else '·').rjust(11) for count in counts))
    for title, entries in (('false good words', verdict.false_good), ('inexact', verdict.inexact),
                           ('facts that differ', verdict.facts)):
        if entries:
            lines += ['', f'{title} ({len(entries)}):', *(f'  {entry}' for entry in entries)]
    share = 100 * verdict.exact / max(verdict.total, 1)
    lines += ['', f'{verdict.exact} of {verdict.total} exact ({share:.1f} %), '
                  f'{len(verdict.false_good)} false good words']
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('world')
    parser.add_argument('check')
    parser.add_argument('--phase', choices=('1', '2'), default='1')
    parser.add_argument('--unprobed', action='store_true')
    options = parser.parse_args()
    with open(options.world, encoding='utf-8') as world, open(options.check, encoding='utf-8') as check:
        verdict = judge(json.load(world)['phases'][options.phase], json.load(check), options.unprobed)
    print(render(verdict))
    return 0 if verdict.passed else 1


if __name__ == '__main__':
    sys.exit(main())
