#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client libraries say the same: options with their defaults, states, methods, frames, requests, codes, sentences and limits are read from
the three sources and compared. Dart's does not run in the tests; this is what keeps it from drifting.

usage: parity.py ROOT
"""
import pathlib
import re
import sys

FILES = {"javascript": "resources/clients/javascript/tocsin.mjs", "python": "resources/clients/python/tocsin.py",
         "dart": "resources/clients/dart/tocsin.dart"}
OWN = {"WebSocket", "ssl", "httpClient"}  # what each language's socket is made with
SEED = {"maxReconnectAttempts", "reconnectDelay", "heartbeatInterval", "enableHeartbeat", "autoConnect", "messageQueueEnabled"}
OPTIONS = {"javascript": (r"OPTIONS = \{(.*?)^\};", r"^  (\w+): ([^/]*?),(?: //.*)?$"),
           "python": (r"OPTIONS = \{(.*?)^\}", r"^    \"(\w+)\": ([^#]*?),(?:  #.*)?$"),
           "dart": (r"TocsinOptions\(\{(.*?)^  \}\);", r"^    this\.(\w+)(?: = ([^/]*?))?,(?: //.*)?$")}
METHODS = {"javascript": r"^  (?:async )?([a-z]\w*)\(.*\) \{", "python": r"^    (?:async )?def ([a-z]\w*)\(self",
           "dart": r"^  [A-Z]?[\w<>?]+ ([a-z]\w*)\(.*\) (?:async )?(?:\{|=>)"}
WORDS = {"None": "null", "True": "true", "False": "false", "const []": "[]", "const {}": "{}", "''": '""', "": "null"}


def options_of(language, text):
    block, row = OPTIONS[language]
    found = dict(re.findall(row, re.search(block, text, re.S | re.M)[1], re.M))
    values = {name: WORDS.get(value, value).replace(language, "LANGUAGE").replace("'", '"') for name, value in found.items() if name not in OWN}
    return {f"{name} = {value}" for name, value in values.items()}


def read(language, text):
    """Each aspect as a set of words."""
    code = re.sub(r'"""(.*?)"""|^ *//.*?$', "", text, flags=re.S | re.M)
    sentences = {re.sub(r"\$\{?\w+\}?|\{\w+\}", "…", words) for words in re.findall(r"['\"`]([A-Z][^'\"`\n]*\.)['\"`]", code)}
    frame = r"['\"]?type['\"]?: ['\"](\w+)['\"]"
    table = re.search(r"\{((?:[^{}]*?)['\"]?pong['\"]?: (?:null|None))\s*\}", text)[1]
    hello = re.search(r"type['\"]?: ['\"]hello['\"], (.*?\}?)(?:\}\)|,?\n    \}\))", text, re.S)[1]
    limit = r"^(?:export |const )*([A-Za-z_]+) = (\d+);?(?: *(?://|#).*)?$"
    limits = {f"{name.replace('_', '').lower()} = {value}" for name, value in re.findall(limit, text, re.M)}
    errors = r"(?:TocsinError\(|refuse\(|refusal = \()['\"](\w+)['\"]"
    methods = set(re.findall(METHODS[language], text, re.M)) - {"constructor", "toString"}
    return {
        "options": options_of(language, text),
        "states": set(re.findall(r"\w+", re.search(r"^(?:export )?(?:const )?STATES = \[(.*?)\]", text, re.M | re.I)[1])),
        "methods": methods,
        "frames sent": set(re.findall(frame, text)),
        "frames heard": set(re.findall(r"['\"]?\b(\w+)['\"]?: ", table)),
        "requests": set(re.findall(r"request\(['\"](\w+)['\"]", text)),
        "codes": set(re.findall(errors, text)),
        "sentences": sentences,
        "limits": limits,
        "fields of hello": set(re.findall(r"\b([a-z]\w*)(?=,| \}|:| ?$)" if language == "javascript" else r"['\"](\w+)['\"]:", hello)) - {"undefined"},
        "handlers": set(re.findall(r"\b(on[A-Z]\w+)\b", text)) - {"onDone", "onError", "onTimeout"},
    }


def differences(texts):
    aspects = {language: read(language, text) for language, text in texts.items()}
    problems = []
    for aspect in aspects["javascript"]:
        everything = set.union(*(found[aspect] for found in aspects.values()))
        if not everything:
            problems.append(f"{aspect}: nothing was found")
        for language, found in aspects.items():
            problems += [f"{language} lacks {word!r} of the {aspect}" for word in sorted(everything - found[aspect])]
    return problems, aspects["javascript"]


def check_names(root, found):
    """The names are those of the promise and of the console's own link."""
    states = re.search(r"enum class State \{(.*?)\}", (root / "models/link/RemoteLink.h").read_text())[1]
    problems = []
    if set(re.findall(r"\w+", states.lower())) != found["states"]:
        problems.append("the states are not those of models/link/RemoteLink.h")
    problems += [f"there is no option {name}" for name in SEED if not any(option.startswith(name + " ") for option in found["options"])]
    page = (root / "models/wire/PROTOCOL.md").read_text()
    problems += [f"PROTOCOL.md knows no {word!r}" for aspect in ("frames sent", "frames heard", "requests", "fields of hello")
                 for word in found[aspect] if f'"{word}"' not in page]
    return problems


CHANGES = [  # language, what is changed into what
    ("dart", "this.reconnectDelay = 250", "this.reconnectDelay = 500"),
    ("dart", "this.httpFallback = false,", ""),
    ("python", '"reconnecting"', '"waiting"'),
    ("javascript", "  setToken(", "  renewToken("),
    ("dart", "'type': 'ack'", "'type': 'acknowledged'"),
    ("dart", "'resync': _takeResync, ", ""),
    ("dart", "request('report_command'", "request('report'"),
    ("python", '("overloaded", ', '("busy", '),
    ("dart", "The server fell silent.", "Nobody is there."),
    ("dart", "mostInFlight = 100", "mostInFlight = 1000"),
    ("dart", "'cursors': {for", "'places': {for"),
    ("python", "onResync", "onReset"),
]


def main():
    root = pathlib.Path(sys.argv[1])
    texts = {language: (root / name).read_text() for language, name in FILES.items()}
    problems, found = differences(texts)
    problems += check_names(root, found)
    for language, before, after in CHANGES:
        assert before in texts[language], before
        if len(differences({**texts, language: texts[language].replace(before, after)})[0]) <= len(problems):
            problems.append(f"self-test: {before!r} -> {after!r} was not noticed")
    print("\n".join(problems))
    print(", ".join(f"{len(words)} {aspect}" for aspect, words in found.items()) + f": {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
