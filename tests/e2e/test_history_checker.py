# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of histories is itself checked: each line deleted, doubled or swapped with its neighbour is found, every time."""

import copy
import os
import random
import subprocess
import sys
import tempfile
import unittest

import history_checker


def story(seed, writers=3, facts=12):
    """Histories as they should be: writers that are interrupted and send again, two readers of all, and one reader and one
    listener of each writer's."""
    dice = random.Random(seed)
    histories, log = {}, []
    under_way = {f"writer{w}": [] for w in range(writers)}
    for name in under_way:
        histories[name] = []
    left = {name: facts for name in under_way}
    while any(left.values()):
        name = dice.choice([n for n, k in left.items() if k])
        fact = f"chat {name} {left[name]}"
        left[name] -= 1
        attempts = dice.choice([1, 1, 1, 2, 3])
        histories[name] += [{"what": "sent", "fact": fact, "attempt": a + 1} for a in range(attempts)]
        if dice.random() < 0.1:
            histories[name].append({"what": "refused", "fact": fact, "attempt": attempts, "code": "rate_limited"})
            continue
        histories[name].append({"what": "acknowledged", "fact": fact, "attempt": attempts,
                                "streams": ["desk", name, f"{name}'s phone"]})
        log.append((name, fact))
        if dice.random() < 0.3:
            log.append((name, None))  # an event that nobody asked for
    for name in under_way:
        histories[name].append({"what": "finished"})
    for reader, stream in [("reader1", "desk"), ("reader2", "desk")] + [(f"reader of {n}", n) for n in under_way]:
        lines = [{"what": "begun", "stream": stream, "epoch": "e", "seq": 0}]
        for source, fact in log:
            if stream in ("desk", source):
                lines.append({"what": "shown", "stream": stream, "epoch": "e", "seq": len(lines), "fact": fact})
        lines.append({"what": "finished", "stream": stream, "epoch": "e", "seq": len(lines) - 1})
        histories[reader] = lines
    for name in under_way:
        stream = f"{name}'s phone"
        histories[f"listener of {name}"] = [{"what": "listens", "stream": stream}] + [
            {"what": "heard", "stream": stream, "fact": fact} for source, fact in log if source == name and fact] + [{"what": "finished"}]
    return histories


class Checker(unittest.TestCase):
    def test_a_true_history_has_no_problems(self):
        for seed in range(20):
            self.assertEqual(history_checker.check(story(seed)), [])

    def altered(self, seed, change):
        """Every history with `change(lines, i)` done at every line i for which it answers something."""
        true = story(seed)
        for name, lines in true.items():
            for i in range(len(lines)):
                new = change(copy.deepcopy(lines), i)
                if new is not None and new != lines:
                    yield f"{name} line {i + 1} {lines[i]}", {**true, name: new}

    def every_one_is_found(self, change):
        tried = 0
        for seed in range(5):
            for where, histories in self.altered(seed, change):
                tried += 1
                self.assertNotEqual(history_checker.check(histories), [], where)
        self.assertGreater(tried, 1000)

    def test_a_deleted_line_is_found_every_time(self):
        self.every_one_is_found(lambda lines, i: lines[:i] + lines[i + 1:])

    def test_a_doubled_line_is_found_every_time(self):
        self.every_one_is_found(lambda lines, i: lines[:i + 1] + lines[i:])

    def test_two_swapped_lines_are_found_every_time(self):
        def swap(lines, i):
            if i + 1 == len(lines):
                return None
            lines[i], lines[i + 1] = lines[i + 1], lines[i]
            return lines
        self.every_one_is_found(swap)

    def test_any_two_lines_swapped_are_found(self):
        dice = random.Random(1)
        for seed in range(5):
            true = story(seed)
            for name, lines in true.items():
                for _ in range(100):
                    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
                    new = list(lines)
                    new[i], new[j] = new[j], new[i]
                    if new != lines:
                        self.assertNotEqual(history_checker.check({**true, name: new}), [], f"{name} {i} {j}")

    def test_a_line_deleted_with_its_number_closed_up_is_found(self):
        """As a server would lose it that counts on after the loss."""
        for seed in range(5):
            true = story(seed)
            for name, lines in true.items():
                for i, line in enumerate(lines):
                    if line["what"] != "shown" or line["fact"] is None:
                        continue
                    new = copy.deepcopy(lines)
                    del new[i]
                    for later in new[i:]:
                        later["seq"] -= 1
                    self.assertNotEqual(history_checker.check({**true, name: new}), [], f"{name} {i}")

    def test_a_request_done_twice_is_found(self):
        """As a server would show it that forgets what it has done: with a number of its own."""
        for seed in range(5):
            true = story(seed)
            for name, lines in true.items():
                for i, line in enumerate(lines):
                    if line["what"] != "shown" or line["fact"] is None:
                        continue
                    new = copy.deepcopy(lines)
                    new.insert(i + 1, copy.deepcopy(line))
                    for later in new[i + 1:]:
                        later["seq"] += 1
                    self.assertNotEqual(history_checker.check({**true, name: new}), [], f"{name} {i}")

    def test_a_lost_tail_of_the_log_is_found(self):
        """A power cut that takes back the newest events from everybody at once leaves no gap: the acknowledgements tell."""
        true = story(1)
        for name, lines in true.items():
            if name.startswith("reader"):
                end = lines.pop()
                while lines[-1]["fact"] is None:
                    lines.pop()
                lines.pop()
                lines.append({**end, "seq": lines[-1]["seq"]})
        self.assertNotEqual(history_checker.check(true), [])

    def test_the_program_says_it_with_its_exit_code(self):
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "history_checker.py")
        with tempfile.TemporaryDirectory() as directory:
            paths = {}
            for name, lines in story(3).items():
                paths[name] = os.path.join(directory, name + ".jsonl")
                with open(paths[name], "w", encoding="utf-8") as file:
                    file.writelines(history_checker.json.dumps(line) + "\n" for line in lines)
            def verdict():
                return subprocess.run([sys.executable, "-B", program, *paths.values()], capture_output=True, text=True,
                                      check=False)
            self.assertEqual(verdict().returncode, 0, verdict().stdout)
            with open(paths["reader1"], encoding="utf-8") as file:
                lines = file.readlines()
            with open(paths["reader1"], "w", encoding="utf-8") as file:
                file.writelines(lines[:3] + lines[4:])
            found = verdict()
            self.assertEqual(found.returncode, 1)
            self.assertIn("lost", found.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
