#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides from the clients' own histories whether the server kept its promise: nothing lost, nothing twice, nothing out of order.

usage: history_checker.py HISTORY.jsonl …     one file per client; prints the problems, exit code 1 when there are any

It knows nothing of the server, its files or its log. A history is JSON lines, in the order in which they happened to that client.

A writer, which has one thing under way at a time and sends it again until it is answered:
  {"what": "sent", "fact": F, "attempt": 1}                      F: words that name this one fact
  {"what": "acknowledged", "fact": F, "attempt": 1, "streams": [S, …]}   the server said that it is stored: it must be told on each S
  {"what": "refused", "fact": F, "attempt": 1, "code": C}                the server said that it did not happen
  {"what": "finished"}                                           the last line: nothing is under way
A reader of one stream:
  {"what": "begun", "stream": S, "epoch": E, "seq": N}           it follows from here; the first line
  {"what": "shown", "stream": S, "epoch": E, "seq": N, "fact": F} an event that it showed to its user; F null: of no writer
  {"what": "finished", "stream": S, "epoch": E, "seq": N}        the last line: the server said that the stream ends here
A listener, whose protocol numbers nothing. From its first line on it is told all that is acknowledged for S, each once, in the order of the readers:
  {"what": "listens", "stream": S}
  {"what": "heard", "stream": S, "fact": F}
  {"what": "finished"}
"""

import collections
import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def check_writer(name, history):
    """Problems, the facts that were acknowledged with their streams, in order, and those that were refused."""
    problems, done, refused = [], [], []
    open_fact, attempts, seen = None, 0, set()
    for number, line in enumerate(history, 1):
        where, what, fact = f"{name}:{number}", line.get("what"), line.get("fact")
        if number > 1 and history[number - 2].get("what") == "finished":
            problems.append(f"{where}: something after the end")
        if what == "sent":
            if fact == open_fact:
                attempts += 1
            elif open_fact is not None:
                problems.append(f"{where}: {fact} was sent while {open_fact} had no answer")
                open_fact, attempts = fact, 1
            elif fact in seen:
                problems.append(f"{where}: {fact} was sent again after its answer")
                open_fact, attempts = fact, 1
            else:
                open_fact, attempts = fact, 1
            if line.get("attempt") != attempts:
                problems.append(f"{where}: attempt {line.get('attempt')} of {fact} should be {attempts}")
            seen.add(fact)
        elif what in ("acknowledged", "refused"):
            if fact != open_fact:
                problems.append(f"{where}: {fact} was answered, but {open_fact} was asked")
            elif line.get("attempt") != attempts:
                problems.append(f"{where}: attempt {line.get('attempt')} of {fact} was answered, {attempts} were made")
            open_fact = None
            if what == "refused":
                refused.append(fact)
            else:
                done.append((fact, line["streams"]))
        elif what != "finished":
            problems.append(f"{where}: {what} is no line of a writer")
    if open_fact is not None:
        problems.append(f"{name}: {open_fact} was never answered")
    if not history or history[-1].get("what") != "finished":
        problems.append(f"{name}: the history has no end")
    return problems, done, refused


def check_reader(name, history):
    """Problems, and what was shown: {(stream, epoch, seq): fact}."""
    problems, shown, facts = [], {}, set()
    first, last = history[0], history[-1]
    if first.get("what") != "begun":
        problems.append(f"{name}: the history has no beginning")
    if last.get("what") != "finished" or len(history) < 2:
        problems.append(f"{name}: the history has no end")
    stream, epoch, seq = first.get("stream"), first.get("epoch"), first.get("seq")
    for number, line in enumerate(history[1:], 2):
        where = f"{name}:{number}"
        if (line.get("stream"), line.get("epoch")) != (stream, epoch):
            problems.append(f"{where}: {line.get('stream')} of epoch {line.get('epoch')} in the history of {stream}")
        if line["what"] == "finished":
            if number != len(history):
                problems.append(f"{where}: something after the end")
            if line["seq"] != seq:
                problems.append(f"{where}: lost: {stream} ends at {line['seq']}, the last that was shown is {seq}")
            continue
        if line["what"] != "shown":
            problems.append(f"{where}: {line['what']} has no place here")
            continue
        if line["seq"] <= seq:
            problems.append(f"{where}: doubled or out of order: {line['seq']} after {seq}")
        elif line["seq"] != seq + 1:
            problems.append(f"{where}: lost: {line['seq']} after {seq}")
        seq = line["seq"]
        fact = line["fact"]
        shown[(stream, epoch, seq)] = fact
        if fact is not None and fact in facts:
            problems.append(f"{where}: doubled: {fact} was shown before")
        facts.add(fact)
    return problems, shown


def check_listener(name, history):
    """Problems, and the facts that were heard, in order."""
    problems, facts = [], []
    if history[0].get("what") != "listens":
        problems.append(f"{name}: the history has no beginning")
    if history[-1].get("what") != "finished":
        problems.append(f"{name}: the history has no end")
    for number, line in enumerate(history[1:-1], 2):
        if (line.get("what"), line.get("stream")) != ("heard", history[0].get("stream")):
            problems.append(f"{name}:{number}: {line} has no place here")
        elif line["fact"] is not None and line["fact"] in facts:
            problems.append(f"{name}:{number}: doubled: {line['fact']} was heard before")
        else:
            facts.append(line["fact"])
    return problems, facts


def check(histories):
    """{client: [lines]} → a list of problems; empty: nothing lost, doubled or out of order."""
    problems, writers, readers, listeners = [], {}, {}, {}
    for name, history in sorted(histories.items()):
        if not history:
            problems.append(f"{name}: the history is empty")
        elif any(line.get("what") in ("listens", "heard") for line in history):
            found, heard = check_listener(name, history)
            problems += found
            listeners[name] = (history[0].get("stream"), heard)
        elif any(line.get("what") in ("begun", "shown") for line in history):
            found, shown = check_reader(name, history)
            problems += found
            readers[name] = shown
        else:
            found, done, refused = check_writer(name, history)
            problems += found
            writers[name] = (done, refused)

    # All readers were told the same at the same place.
    told = {}
    for name, shown in readers.items():
        for place, fact in shown.items():
            if told.setdefault(place, fact) != fact:
                problems.append(f"{name}: {place} was {fact} here and {told[place]} elsewhere")

    # What was acknowledged was shown, to each reader of its streams, in the order in which its writer was answered.
    positions, read_streams = {}, collections.defaultdict(set)
    for name, shown in readers.items():
        for (stream, _, seq), fact in shown.items():
            positions[(name, fact)] = seq
            read_streams[stream].add(name)
    for name, (stream, heard) in listeners.items():
        for reader in readers:
            last = 0
            for fact in filter(None, heard):
                seq = positions.get((reader, fact), last)
                if seq < last:
                    problems.append(f"{name}: out of order: {fact}, as {reader} was told")
                last = seq
        read_streams[stream].add(name)
        positions.update({(name, fact): place for place, fact in enumerate(heard)})
    for writer, (done, refused) in writers.items():
        last = {}
        for fact, streams in done:
            for reader in sorted(set().union(*(read_streams[s] for s in streams))):
                seq = positions.get((reader, fact))
                if seq is None:
                    problems.append(f"{reader}: lost: {fact}, acknowledged to {writer}, was never shown")
                elif seq < last.get(reader, 0):
                    problems.append(f"{reader}: out of order: {fact} of {writer}")
                else:
                    last[reader] = seq
        for fact in refused:
            for reader in [*readers, *listeners]:
                if (reader, fact) in positions:
                    problems.append(f"{reader}: {fact} was shown, but {writer} was told that it did not happen")
    return problems


def summary(histories):
    counts = collections.Counter(line["what"] for history in histories.values() for line in history)
    attempts = sum(1 for h in histories.values() for line in h if line["what"] == "sent" and line["attempt"] > 1)
    return (f"{counts['acknowledged']} acknowledged, {counts['refused']} refused, {attempts} sent again, "
            f"{counts['shown']} shown, {counts['heard']} heard")


def main(paths):
    if not paths:
        raise SystemExit(__doc__)
    histories = {path: read(path) for path in paths}
    problems = check(histories)
    for problem in problems[:100]:
        print(problem)
    print(f"{len(problems)} problems; {summary(histories)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
