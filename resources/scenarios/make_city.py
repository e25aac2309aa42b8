#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes city.json: the made-up harbour city of the demo, with its vehicles, phones, rig and timeline; and city-fences.json, its geofences.

    python3 make_city.py            writes both beside this script

Python 3 standard library only. Seeded: the same script writes the same bytes. The place is an empty stretch
of a real coast, so that a world map shows the sea where the city has its own; every name is invented.

The streets: main roads are drawn by hand as curves. Minor streets are streamlines of a cross field (four
directions at every point) that follows the main roads and the shore and turns about the old town, so blocks
are irregular and still make sense. The lines are cut where they cross, close nodes are merged, some pieces
are left out, and only what hangs together is kept.
Metres are local: x east, y north of CENTRE.
"""
import json
import math
import os
import random

CENTRE = (37.0507, -6.6200)
M_LAT = 111_195.0
M_LON = M_LAT * math.cos(math.radians(CENTRE[0]))
rnd = random.Random(20)


def geo(p):
    return [round(CENTRE[0] + p[1] / M_LAT, 6), round(CENTRE[1] + p[0] / M_LON, 6)]


def curve(points, step=25.0):
    """Catmull-Rom through the points, sampled every `step` metres or so."""
    pts = [(2 * points[0][0] - points[1][0], 2 * points[0][1] - points[1][1])] + points
    pts.append((2 * points[-1][0] - points[-2][0], 2 * points[-1][1] - points[-2][1]))
    out = []
    for i in range(1, len(pts) - 2):
        a, b, c, d = pts[i - 1:i + 3]
        n = max(1, round(math.dist(b, c) / step))
        for k in range(n):
            t = k / n
            out.append(tuple(0.5 * (2 * b[j] + (c[j] - a[j]) * t + (2 * a[j] - 5 * b[j] + 4 * c[j] - d[j]) * t * t
                                    + (3 * b[j] - a[j] - 3 * c[j] + d[j]) * t ** 3) for j in (0, 1)))
    out.append(tuple(points[-1]))
    return out


def inside(p, poly):
    hit = False
    for (ax, ay), (bx, by) in zip(poly, poly[1:] + poly[:1]):
        if (ay > p[1]) != (by > p[1]) and p[0] < (bx - ax) * (p[1] - ay) / (by - ay) + ax:
            hit = not hit
    return hit


def blob(cx, cy, rx, ry, wobble=0.08, n=28, turn=0.0, phase=0.0):
    out = []
    for i in range(n):
        a = 2 * math.pi * i / n
        r = 1 + wobble * math.sin(3 * a + phase) + wobble * 0.6 * math.sin(5 * a + 1.3 + phase)
        x, y = rx * r * math.cos(a), ry * r * math.sin(a)
        out.append((cx + x * math.cos(turn) - y * math.sin(turn), cy + x * math.sin(turn) + y * math.cos(turn)))
    return out


# ---- the land -------------------------------------------------------------------------------------
SHORE = (curve([(-3300, 130), (-2800, -190), (-2350, -480), (-1950, -760), (-1620, -960), (-1380, -1075), (-1000, -1150),
                (-500, -1240), (60, -1270)], 60)
         + [(250, -1285), (262, -1010), (520, -985), (742, -1004), (756, -1330), (792, -1475), (842, -1478), (830, -1300),
            (1010, -1295), (1016, -1130), (1240, -1120), (1262, -1290)]
         + curve([(1340, -1310), (1800, -1270), (2250, -1360), (2650, -1600), (3000, -2150), (3250, -3100), (3450, -4900)], 90))
SEA = SHORE + [(3450, -6300), (-4200, -900)]
RIVER_LINE = curve([(-640, 3000), (-820, 2500), (-1120, 1750), (-1500, 1050), (-1230, 330), (-1560, -330), (-1420, -760), (-1440, -1180)], 45)


def ribbon(line, w0, w1):
    left, right = [], []
    for i, p in enumerate(line):
        a, b = line[max(0, i - 1)], line[min(len(line) - 1, i + 1)]
        n = math.dist(a, b)
        w = w0 + (w1 - w0) * i / (len(line) - 1)
        left.append((p[0] - (b[1] - a[1]) / n * w, p[1] + (b[0] - a[0]) / n * w))
        right.append((p[0] + (b[1] - a[1]) / n * w, p[1] - (b[0] - a[0]) / n * w))
    return left + right[::-1]


RIVER = ribbon(RIVER_LINE, 24, 52)
PARKS = [("Mill Park", blob(1370, 640, 350, 270, 0.07, 30, 0.35)),
         ("Castle Green", blob(-560, -560, 105, 75, 0.05, 16, 0.4)),
         ("Alder Meadow", blob(-1790, 640, 150, 260, 0.08, 20, 0.15)),
         ("Northfield", blob(-450, 1090, 190, 120, 0.06, 18, -0.3)),
         ("Beacon Hill", blob(2480, -820, 190, 300, 0.09, 20, 0.1, 0.8))]
POND = blob(1450, 570, 85, 48, 0.12, 16, 0.5)
DEPOT = [(1280, -470), (1850, -430), (1900, -860), (1500, -900), (1290, -760)]
OLD_TOWN = (-330, -400)

# ---- the main roads -------------------------------------------------------------------------------
MAINS = [
    ("King's Road", "major", curve([(-3100, 420), (-2500, 230), (-1950, 170), (-1260, 330), (-800, 160), (0, 80), (600, 190), (1250, 170), (1800, 240), (2400, 480), (3100, 600)])),
    ("North Road", "major", curve([(330, 2950), (200, 2150), (130, 1650), (270, 1150), (120, 600), (0, 80)])),
    ("Harbour Street", "major", curve([(0, 80), (60, -330), (-30, -700), (60, -960)])),
    ("Quay Road", "major", curve([(-2500, 230), (-2380, -200), (-1980, -560), (-1500, -840), (-900, -985), (-350, -1040), (60, -960), (480, -870), (850, -900), (1180, -990), (1700, -1090), (2110, -1170)])),
    ("Mill Road", "major", curve([(0, 80), (430, 420), (830, 850), (1240, 1080), (1560, 1480), (1800, 1960), (2120, 2700)])),
    ("Ring Road", "major", curve([(-1950, 170), (-2170, 700), (-1980, 1180), (-1310, 1480), (-620, 1480), (130, 1650), (850, 1640), (1560, 1480), (2080, 1000), (2270, 430), (2200, -250), (2080, -640), (2110, -1170)])),
    ("Foundry Road", "major", curve([(600, 190), (820, -260), (1230, -560), (1720, -640), (2080, -640), (2700, -700), (3300, -1080)])),
    ("Coast Motorway", "motorway", curve([(-3500, 1400), (-2500, 1850), (-1500, 2080), (-700, 2140), (200, 2150), (1000, 2110), (1800, 1960), (2500, 1500), (3000, 1000), (3600, 300)])),
]

# ---- the cross field ------------------------------------------------------------------------------
CELL = 50.0
GUIDES = []  # x, y, direction, weight, reach
for _, cls, line in MAINS:
    for a, b in zip(line, line[1:]):
        GUIDES.append((a[0], a[1], math.atan2(b[1] - a[1], b[0] - a[0]), 1.0, 190.0))
for a, b in zip(RIVER_LINE, RIVER_LINE[1:]):
    GUIDES.append((a[0], a[1], math.atan2(b[1] - a[1], b[0] - a[0]), 1.2, 150.0))
for _, park in PARKS:
    for a, b in zip(park, park[1:] + park[:1]):
        GUIDES.append((a[0], a[1], math.atan2(b[1] - a[1], b[0] - a[0]), 0.5, 90.0))
_cache = {}


def field_at_cell(i, j):
    if (i, j) in _cache:
        return _cache[i, j]
    x, y = i * CELL, j * CELL
    base = 0.16 + 0.30 * math.sin(x / 1150 + 0.6) * math.cos(y / 930 - 0.4) + 0.12 * math.sin((x + y) / 610)
    c, s = 0.35 * math.cos(4 * base), 0.35 * math.sin(4 * base)
    for gx, gy, a, w, reach in GUIDES:
        d = math.hypot(gx - x, gy - y)
        if d < 5 * reach:
            k = w * math.exp(-d / reach)
            c += k * math.cos(4 * a)
            s += k * math.sin(4 * a)
    d = math.hypot(x - OLD_TOWN[0], y - OLD_TOWN[1])
    if d < 700:
        k = 6.0 * math.exp(-(d / 330) ** 2)
        a = math.atan2(y - OLD_TOWN[1], x - OLD_TOWN[0]) + 0.25
        c += k * math.cos(4 * a)
        s += k * math.sin(4 * a)
    n = math.hypot(c, s) or 1
    _cache[i, j] = (c / n, s / n)
    return _cache[i, j]


def direction(p, family):
    fx, fy = p[0] / CELL, p[1] / CELL
    i, j = math.floor(fx), math.floor(fy)
    u, v = fx - i, fy - j
    c = s = 0
    for di, dj, w in ((0, 0, (1 - u) * (1 - v)), (1, 0, u * (1 - v)), (0, 1, (1 - u) * v), (1, 1, u * v)):
        q = field_at_cell(i + di, j + dj)
        c += w * q[0]
        s += w * q[1]
    return math.atan2(s, c) / 4 + family * math.pi / 2


def edge_of_town(p):
    """Below 1 inside the built-up area."""
    a = math.atan2(p[1] - 250, p[0])
    r = math.hypot(p[0] / 2650, (p[1] - 250) / 1850)
    return r * (1 + 0.10 * math.sin(3 * a + 0.7) + 0.06 * math.sin(7 * a + 2.1) + 0.04 * math.sin(11 * a))


def spacing(p):
    d = math.hypot(p[0] - OLD_TOWN[0], p[1] - OLD_TOWN[1])
    if d < 430:
        return 84
    return 112 + 75 * max(0.0, edge_of_town(p) - 0.55) / 0.45


GREEN = [poly for name, poly in PARKS] + [POND]


def buildable(p):
    return (edge_of_town(p) < 1 and not inside(p, SEA) and not inside(p, RIVER)
            and not any(inside(p, g) for g in GREEN))


def clear_of_water(p):
    return all(buildable((p[0] + 30 * math.cos(a), p[1] + 30 * math.sin(a))) for a in (0, 1.57, 3.14, 4.71))


class Near:
    """Points of lines in a hash of squares, with their direction."""

    def __init__(self, size=100.0):
        self.size, self.cells = size, {}

    def add(self, p, a, owner):
        self.cells.setdefault((int(p[0] // self.size), int(p[1] // self.size)), []).append((p, a, owner))

    def parallel_within(self, p, a, reach, owner):
        i, j = int(p[0] // self.size), int(p[1] // self.size)
        n = math.ceil(reach / self.size)
        for ci in range(i - n, i + n + 1):
            for cj in range(j - n, j + n + 1):
                for q, b, o in self.cells.get((ci, cj), ()):
                    if o != owner and abs(math.sin(a - b)) < 0.60 and math.dist(p, q) < reach:
                        return True
        return False


near = Near()
lines = []  # (name, class, points)
for name, cls, pts in MAINS:
    for k, p in enumerate(pts):
        q = pts[min(k + 1, len(pts) - 1)] if k + 1 < len(pts) else pts[k - 1]
        near.add(p, math.atan2(q[1] - p[1], q[0] - p[0]), len(lines))
    lines.append((name, cls, pts))

STEP = 14.0


def trace(seed, family, owner):
    def walk(sign):
        p, out, last = seed, [], None
        a = direction(p, family) + (math.pi if sign < 0 else 0)
        while len(out) * STEP < 1500:
            for _ in range(2):  # midpoint rule; keep going the same way through the four-fold field
                mid = (p[0] + STEP / 2 * math.cos(a), p[1] + STEP / 2 * math.sin(a))
                b = direction(mid, family)
                a += (b - a + math.pi / 4) % (math.pi / 2) - math.pi / 4
            p = (p[0] + STEP * math.cos(a), p[1] + STEP * math.sin(a))
            if not clear_of_water(p):
                break
            if near.parallel_within(p, a, 0.62 * spacing(p), owner):
                break
            out.append(p)
            last = a
        if out and last is not None:  # reach for the street ahead; what meets none is cut back later
            out += [(out[-1][0] + k * 10 * math.cos(last), out[-1][1] + k * 10 * math.sin(last)) for k in range(1, 8)]
            while out and not buildable(out[-1]):
                out.pop()
        return out
    back, ahead = walk(-1), walk(+1)
    return back[::-1] + [seed] + ahead


FIRST = ("Alder Anchor Baker Barley Beacon Bell Birch Bishop Brook Candle Carver Castle Cedar Chandler Chapel Cherry Clover Cobbler Cooper Copper Corn "
         "Crane Cross Dove Drover Elm Fairwater Falcon Ferry Fiddler Field Fisher Flint Forge Fountain Garden Gate Glover Gorse Granary Grove Hazel Heron "
         "Hill Holly Hope Juniper Keel Lantern Lark Laurel Lime Linden Maple Market Mason Meadow Merchant Miller Minster Moss Net Oak Orchard Osprey Otter "
         "Pear Pilot Plover Plum Poplar Potter Prior Quarry Quince Rope Rowan Saddler Sailor Salt School Shepherd Signal Silver Smith Spring Station Stone "
         "Swan Tanner Thatcher Thistle Tide Timber Tower Vine Walnut Warren Water Weaver Well Wheel Willow Windmill Wool Yew").split()
LAST = "Street Street Street Lane Lane Road Row Avenue Way Terrace".split()
names = [f"{a} {b}" for b in dict.fromkeys(LAST) for a in FIRST]
rnd.shuffle(names)

tries = [(rnd.uniform(-2900, 2900), rnd.uniform(-1500, 2400)) for _ in range(9000)]
tries.sort(key=lambda p: math.hypot(p[0] - OLD_TOWN[0], p[1] - OLD_TOWN[1]) + rnd.uniform(0, 500))
for k, seed in enumerate(tries):
    family = k % 2
    if not clear_of_water(seed):
        continue
    if near.parallel_within(seed, direction(seed, family), spacing(seed), -1):
        continue
    pts = trace(seed, family, len(lines))
    if len(pts) * STEP < 130:
        continue
    for i, p in enumerate(pts):
        q = pts[i + 1] if i + 1 < len(pts) else pts[i - 1]
        near.add(p, math.atan2(q[1] - p[1], q[0] - p[0]), len(lines))
    lines.append((names[len(lines) % len(names)], "minor", pts))


# ---- cut at crossings ------------------------------------------------------------------------------
def crossings():
    size, cells, cuts = 60.0, {}, {}
    segs = [(li, si, a, b) for li, (_, _, pts) in enumerate(lines) for si, (a, b) in enumerate(zip(pts, pts[1:]))]
    for n, (li, si, a, b) in enumerate(segs):
        for ci in range(int(min(a[0], b[0]) // size), int(max(a[0], b[0]) // size) + 1):
            for cj in range(int(min(a[1], b[1]) // size), int(max(a[1], b[1]) // size) + 1):
                cells.setdefault((ci, cj), []).append(n)
    done, points = set(), []
    for members in cells.values():
        for x in range(len(members)):
            for y in range(x):
                m, n = sorted((members[x], members[y]))
                if (m, n) in done:
                    continue
                done.add((m, n))
                l1, s1, a, b = segs[m]
                l2, s2, c, d = segs[n]
                if l1 == l2 and abs(s1 - s2) < 2:
                    continue
                r, s = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
                den = r[0] * s[1] - r[1] * s[0]
                if abs(den) < 1e-9:
                    continue
                t = ((c[0] - a[0]) * s[1] - (c[1] - a[1]) * s[0]) / den
                u = ((c[0] - a[0]) * r[1] - (c[1] - a[1]) * r[0]) / den
                if -1e-9 <= t <= 1 + 1e-9 and -1e-9 <= u <= 1 + 1e-9:
                    points.append((a[0] + t * r[0], a[1] + t * r[1]))
                    cuts.setdefault(l1, []).append((s1 + t, len(points) - 1))
                    cuts.setdefault(l2, []).append((s2 + u, len(points) - 1))
    return points, cuts


points, cuts = crossings()
for li, (_, _, pts) in enumerate(lines):  # ends are nodes too
    for at, p in ((0.0, pts[0]), (len(pts) - 1.0, pts[-1])):
        points.append(p)
        cuts.setdefault(li, []).append((at, len(points) - 1))

# merge nodes that lie closer than 22 m
parent = list(range(len(points)))


def root(i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


order = sorted(range(len(points)), key=lambda i: points[i])
for n, i in enumerate(order):
    for j in order[n + 1:]:
        if points[j][0] - points[i][0] > 22:
            break
        if math.dist(points[i], points[j]) < 22:
            parent[root(i)] = root(j)
groups = {}
for i in range(len(points)):
    groups.setdefault(root(i), []).append(i)
on_main = {i for li in range(len(MAINS)) for _, i in cuts[li]}
node = {}
for g, m in groups.items():  # main roads keep their line
    m = [i for i in m if i in on_main] or m
    node[g] = (sum(points[i][0] for i in m) / len(m), sum(points[i][1] for i in m) / len(m))

edges = []  # [line, from, to, inner points]
for li, (_, _, pts) in enumerate(lines):
    row = sorted(cuts[li])
    for (a, i), (b, j) in zip(row, row[1:]):
        i, j = root(i), root(j)
        inner = [pts[k] for k in range(math.floor(a) + 1, math.ceil(b))]
        inner = [p for p in inner if math.dist(p, node[i]) > 16 and math.dist(p, node[j]) > 16]
        if i != j:
            edges.append([li, i, j, inner])
best = {}
for e in edges:  # one edge between two nodes, the greater road wins
    key = (min(e[1], e[2]), max(e[1], e[2]))
    if key not in best or (lines[best[key][0]][1] == "minor" and lines[e[0]][1] != "minor"):
        best[key] = e
edges = list(best.values())
edges.sort(key=lambda e: (e[0], node[e[1]], node[e[2]]))


def length(e):
    row = [node[e[1]]] + e[3] + [node[e[2]]]
    return sum(math.dist(a, b) for a, b in zip(row, row[1:]))


def prune():
    """Takes short dead ends away, then everything that does not hang together."""
    global edges
    while True:
        degree = {}
        for e in edges:
            for n in e[1:3]:
                degree[n] = degree.get(n, 0) + 1
        keep = [e for e in edges if lines[e[0]][1] != "minor" or length(e) > 85 or min(degree[e[1]], degree[e[2]]) > 1]
        if len(keep) == len(edges):
            break
        edges = keep
    adjacent = {}
    for n, e in enumerate(edges):
        adjacent.setdefault(e[1], []).append((e[2], n))
        adjacent.setdefault(e[2], []).append((e[1], n))
    seen, biggest = set(), set()
    for start in adjacent:
        if start in seen:
            continue
        seen.add(start)
        stack, part = [start], set()
        while stack:
            for other, n in adjacent[stack.pop()]:
                part.add(n)
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        if len(part) > len(biggest):
            biggest = part
    edges = [e for n, e in enumerate(edges) if n in biggest]


prune()
edges = [e for e in edges if lines[e[0]][1] != "minor" or rnd.random() > 0.10]
prune()


# ---- back to streets -------------------------------------------------------------------------------
def simplify(row, tolerance):
    if len(row) < 3:
        return row
    a, b = row[0], row[-1]
    n = math.dist(a, b) or 1e-9
    far, at = 0, 0
    for k in range(1, len(row) - 1):
        d = abs((b[0] - a[0]) * (a[1] - row[k][1]) - (a[0] - row[k][0]) * (b[1] - a[1])) / n
        if d > far:
            far, at = d, k
    if far < tolerance:
        return [a, b]
    return simplify(row[:at + 1], tolerance)[:-1] + simplify(row[at:], tolerance)


streets, run, last = [], [], None


def flush():
    if run:
        streets.append({"name": lines[last][0], "class": lines[last][1], "points": [geo(p) for p in run]})


by_line = {}
for li, i, j, inner in edges:
    by_line.setdefault(li, []).append((i, j, inner))
for li in sorted(by_line):
    row = sorted(cuts[li])
    rank = {}
    for at, i in row:
        rank.setdefault(root(i), at)
    end = None
    for i, j, inner in sorted(by_line[li], key=lambda e: rank[e[0]]):
        piece = simplify([node[i]] + inner + [node[j]], 1.2)
        if i != end:
            flush()
            run = [piece[0]]
        last, end = li, j
        run += piece[1:]
    flush()
    run = []

areas = [{"kind": "water", "name": "Alder Bay", "points": [geo(p) for p in simplify(SEA, 2.0)]},
         {"kind": "water", "name": "River Alder", "points": [geo(p) for p in simplify(RIVER, 1.5)]}]
areas += [{"kind": "park", "name": name, "points": [geo(p) for p in poly]} for name, poly in PARKS]
areas += [{"kind": "water", "name": "Mill Pond", "points": [geo(p) for p in POND]},
          {"kind": "zone", "name": "Depot zone", "points": [geo(p) for p in DEPOT]}]
places = [{"name": n, "at": geo(p), "rank": r} for n, p, r in (
    ("Alderhaven", (-40, 330), 1), ("Old Town", OLD_TOWN, 2), ("Harbour", (500, -1180), 2), ("Mill Park", (1290, 700), 2),
    ("Northgate", (1420, 1270), 2), ("Riverside", (-1820, -180), 2), ("Westfield", (-1900, 980), 3), ("Foundry", (1000, -760), 3),
    ("Beacon Hill", (2470, -820), 3), ("Alder Bay", (900, -2300), 3))]


# ---- who is about, and what happens ---------------------------------------------------------------
# Every value a fault reaches lies beyond the limit of a built-in rule; without faults none is ever violated.
def vehicles():
    kinds = {2: "truck", 4: "truck", 5: "truck", 11: "truck"}
    fuel = [71, 44, 83, 58, 39, 66, 67, 92, 51, 28, 77, 62]
    rows = []
    for n in range(1, 13):
        truck = kinds.get(n) == "truck"
        row = {"id": f"unit-{n:02d}", "name": f"Unit {n:02d}", "class": "Truck" if truck else "Delivery van",
               "body": "truck" if truck else "van", "fuel": fuel[n - 1]}
        if n == 12:
            row["coolant"] = 56  # left the depot a few minutes ago
        rows.append(row)
    return rows


PHONES = [
    {"id": "dana.r", "name": "Dana R.", "mode": "path", "battery": 64, "fix_every": 5,
     "path": [geo(p) for p in ((1250, 560), (1330, 610), (1370, 700), (1420, 780), (1455, 860), (1490, 900))],
     "replies": ["ok thanks", "yes, all good here", "on my way through the park"],
     "panic_replies": ["ok, walking there now", "there are two of them, still behind me", "i see people at the gate, going to them",
                       "yes i stay on the line"]},
    {"id": "amir.k", "name": "Amir K.", "mode": "drive", "battery": 81, "fix_every": 5,
     "replies": ["Understood, taking Harbour Street instead.", "Got it, thank you.", "About ten minutes, I think.", "Yes, I am there now."],
     "panic_replies": ["Please hurry."]},
    {"id": "lena.s", "name": "Lena S.", "mode": "walk", "battery": 47, "fix_every": 5, "at": geo((-150, 30)),
     "replies": ["Thanks, will do.", "Yes, number 14, second floor.", "All signed for.", "Fine, I wait for the van."],
     "panic_replies": ["It was a mistake, the phone fell down the stairs.", "Really, I am fine. Sorry!"]},
    {"id": "tom.w", "name": "Tom W.", "mode": "walk", "battery": 58, "fix_every": 5, "at": geo((-620, -930)),
     "replies": ["Will do.", "No, nobody else is here.", "Yes, both lanes are free again.", "OK, I stay with him."],
     "panic_replies": ["Still here."]},
]
RIG = [{"name": "Rig A", "at": geo((1560, -560)), "devices": [
    {"id": "sim_device_1", "name": "Rig A temperature", "type": "temperature", "hz": 10},
    {"id": "sim_device_2", "name": "Rig A IMU", "type": "imu", "hz": 50},
    {"id": "sim_device_3", "name": "Rig A motor", "type": "motor", "hz": 20},
    {"id": "sim_device_4", "name": "Rig A GPS", "type": "gps", "hz": 10}]}]


def fault(at, device, kind, hold, **more):
    return {"at": at, "do": "fault", "device": device, "kind": kind, **more, "hold": hold}


def chat(at, phone, text):
    return {"at": at, "do": "chat", "phone": phone, "text": text}


TIMELINE = [
    fault(3, "unit-07", "high_rpm", 28, to=4180, rise=3, fall=7),
    chat(12, "amir.k", "The ferry ramp on Quay Road is blocked. Which way should I go?"),
    fault(18, "unit-11", "low_battery", 45, to=11.7, rise=6, fall=14),
    {"at": 38, "do": "panic", "phone": "dana.r", "silent": True, "type": "panic_button",
     "message": "Button held, silent mode. Mill Park"},
    chat(47, "dana.r", "someone is following me, i am in the park"),
    chat(66, "dana.r", "near the pond, going to the north gate"),
    fault(76, "unit-02", "overheat", 60, to=117, rise=30, fall=40),
    chat(98, "lena.s", "Parcel on King's Road is delivered. Where is the next one?"),
    fault(118, "unit-04", "crash", 45),
    chat(133, "tom.w", "A truck has hit a post, I am right beside it. The driver is out and talking."),
    {"at": 150, "do": "silence", "device": "unit-08", "hold": 125},
    fault(172, "unit-09", "trouble_code", 55, code="P0420"),
    chat(198, "dana.r", "at the gate now, a bus stopped and there are people"),
    {"at": 216, "do": "cancel_panic", "phone": "dana.r"},
    chat(222, "dana.r", "i am safe, thank you for staying with me"),
    fault(244, "unit-05", "low_oil", 30, to=21, rise=8, fall=8),
    fault(286, "unit-03", "high_rpm", 16, to=4350, rise=4, fall=6),
    chat(304, "amir.k", "Harbour gate 2 wants a delivery note. Do we have one?"),
    fault(318, "unit-06", "low_battery", 40, to=11.8, rise=8, fall=16),
    fault(356, "unit-10", "low_fuel", 40, to=4, rise=20, fall=10),
    {"at": 392, "do": "panic", "phone": "lena.s", "silent": False, "type": "shake_to_alert", "message": "Phone shaken"},
    chat(404, "lena.s", "Sorry, false alarm! I dropped the phone."),
    {"at": 428, "do": "cancel_panic", "phone": "lena.s"},
    fault(446, "unit-12", "trouble_code", 40, code="C1234"),
    fault(474, "unit-01", "overheat", 35, to=109, rise=20, fall=25),
    chat(500, "tom.w", "Road at the old post office is clear again."),
    fault(528, "unit-09", "high_rpm", 14, to=4150, rise=4, fall=6),
]
LOOP = 570

scenario = {"city": {"name": "Alderhaven", "center": list(CENTRE), "streets": streets, "areas": areas, "places": places},
            "vehicles": vehicles(), "phones": PHONES, "rig": RIG, "loop": LOOP, "timeline": TIMELINE}


def write(path):
    """One street, area, actor or step per line: small, and a change shows as a change."""
    def rows(items):
        return ",\n".join("  " + json.dumps(i, separators=(",", ":")) for i in items)
    city = scenario["city"]
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write('{"city":{"name":%s,"center":%s' % (json.dumps(city["name"]), json.dumps(city["center"])))
        for key in ("streets", "areas", "places"):
            f.write(',\n "%s":[\n%s]' % (key, rows(city[key])))
        f.write("}")
        for key, value in scenario.items():
            if key == "city":
                continue
            if isinstance(value, list):
                f.write(',\n"%s":[\n%s]' % (key, rows(value)))
            else:
                f.write(',\n"%s":%s' % (key, json.dumps(value)))
        f.write("}\n")


write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "city.json"))


# ---- geofences: resources/rules/demo.json is about some -----------------------------------------------
def ring(points):
    return [geo(p)[::-1] for p in points + points[:1]]


def fence(fence_id, name, geometry, coordinates, **more):
    return {"type": "Feature", "properties": {"id": fence_id, "name": name, **more},
            "geometry": {"type": geometry, "coordinates": coordinates}}


FENCES = [
    fence("harbour", "Harbour zone", "Polygon",
          [ring([(-60, -900), (470, -815), (860, -845), (1190, -935), (1330, -1000), (1290, -1340), (900, -1560), (700, -1560), (200, -1330), (-60, -1300)]),
           ring([(290, -1060), (700, -1070), (720, -1280), (300, -1270)])]),
    fence("school", "School quarter", "Point", geo((-1020, 830))[::-1], radius_m=240),
    fence("alder-bridge", "Alder Bridge", "LineString", [geo(p)[::-1] for p in ((-1330, 230), (-1330, 480))]),
    fence("ferry-lane", "Ferry lane", "LineString", [geo(p)[::-1] for p in ((800, -1540), (860, -1800), (1150, -2150), (1250, -2700), (1200, -3300))],
          width_m=160),
]


def write_fences(path):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        rows = ",\n".join("  " + json.dumps(one, separators=(",", ":")) for one in FENCES)
        f.write('{"type":"FeatureCollection","features":[\n%s]}\n' % rows)


write_fences(os.path.join(os.path.dirname(os.path.abspath(__file__)), "city-fences.json"))
