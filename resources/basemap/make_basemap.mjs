// SPDX-License-Identifier: GPL-3.0-or-later
// Makes basemap.tbm, the embedded base map, out of Natural Earth's coasts and countries.
//
//   npm install --prefix SCRATCH world-atlas@2.0.2 earcut@3.2.4
//   node resources/basemap/make_basemap.mjs SCRATCH/node_modules resources/basemap/basemap.tbm
//
// The scratch folder lies outside the repository. The result depends on the inputs alone. The format is
// described in README.md beside this file; its reader is qml/controls/map/BaseMap.cpp.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';

const [modules, output] = process.argv.slice(2);
if (!modules || !output) {
    console.error('usage: node make_basemap.mjs NODE_MODULES OUTPUT');
    process.exit(2);
}
const require = createRequire(pathToFileURL(resolve(modules, 'x.js')));
const earcut = require('earcut').default ?? require('earcut');
const here = dirname(fileURLToPath(import.meta.url));

// source file; cells per side = 2^grid; used from zoom on; tolerance and least area in pixels at `scale` pixels per world
const LEVELS = [
    { file: '50m', grid: 0, minZoom: 0, tolerance: 0.35, minArea: 2.5, scale: 256 * 2 ** 3.5 },
    { file: '50m', grid: 3, minZoom: 3.2, tolerance: 0.35, minArea: 0.4, scale: 256 * 2 ** 5 },
    { file: '10m', grid: 5, minZoom: 5.2, tolerance: 1.0, minArea: 2, scale: 256 * 2 ** 8 },
];
const QUANTUM = 16383; // 14 bits over a cell with its margin
const MARGIN = 1 / 64; // cells overlap by this part of their size, so that no crack shows between them

const MAX_LATITUDE = 85.0511287798066;
const world = ([lon, lat]) => {
    const limited = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
    const s = Math.sin((limited * Math.PI) / 180);
    return [(lon + 180) / 360, 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)];
};

// The source's outlines cross the date line with a jump from one edge of the world to the other. Here they go on
// beyond the edge instead; what lies beyond is brought back when it is handed to the cells.
function unwrapped(points, start = points[0][0]) {
    let last = start;
    return points.map(([x, y]) => {
        last = x + Math.round(last - x);
        return [last, y];
    });
}

// ---- TopoJSON --------------------------------------------------------------------------------------
function readTopology(file) {
    const topology = JSON.parse(readFileSync(join(modules, 'world-atlas', `countries-${file}.json`), 'utf8'));
    const { scale, translate } = topology.transform;
    const arcs = topology.arcs.map(arc => {
        let x = 0;
        let y = 0;
        return unwrapped(arc.map(([dx, dy]) => {
            x += dx;
            y += dy;
            return world([x * scale[0] + translate[0], y * scale[1] + translate[1]]);
        }));
    });
    return { objects: topology.objects, arcs };
}

const polygonsOf = geometry =>
    geometry.type === 'Polygon' ? [geometry.arcs]
    : geometry.type === 'MultiPolygon' ? geometry.arcs
    : (geometry.geometries ?? []).flatMap(polygonsOf);

function ringPoints(ring, arcs) {
    const points = [];
    for (const index of ring) {
        const arc = index < 0 ? arcs[~index].slice().reverse() : arcs[index];
        points.push(...(points.length ? unwrapped(arc, points[points.length - 1][0]).slice(1) : arc));
    }
    // A ring around the pole ends one turn further than it began: close it along the world's southern edge.
    const turn = points[points.length - 1][0] - points[0][0];
    if (Math.abs(turn) > 0.5)
        points.push([points[points.length - 1][0], 1], [points[0][0], 1], points[0]);
    return points;
}

// ---- Simplification (Douglas and Peucker), arc by arc so that neighbours stay joined ----------------------
function simplify(points, tolerance) {
    if (points.length < 3)
        return points;
    const keep = new Uint8Array(points.length);
    keep[0] = keep[points.length - 1] = 1;
    const stack = [[0, points.length - 1]];
    while (stack.length) {
        const [from, to] = stack.pop();
        const [ax, ay] = points[from];
        const dx = points[to][0] - ax;
        const dy = points[to][1] - ay;
        const length2 = dx * dx + dy * dy;
        let worst = -1;
        let worstDistance = tolerance * tolerance;
        for (let i = from + 1; i < to; ++i) {
            const px = points[i][0] - ax;
            const py = points[i][1] - ay;
            const t = length2 > 0 ? Math.max(0, Math.min(1, (px * dx + py * dy) / length2)) : 0;
            const distance = (px - t * dx) ** 2 + (py - t * dy) ** 2;
            if (distance > worstDistance) {
                worst = i;
                worstDistance = distance;
            }
        }
        if (worst > 0) {
            keep[worst] = 1;
            stack.push([from, worst], [worst, to]);
        }
    }
    return points.filter((_, i) => keep[i]);
}

function area(ring) {
    let sum = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
        sum += ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1];
    return Math.abs(sum / 2);
}

// ---- Cells --------------------------------------------------------------------------------------------------
function clipConvex(polygon, axis, limit, keepBelow) {
    const inside = p => (keepBelow ? p[axis] <= limit : p[axis] >= limit);
    const result = [];
    for (let i = 0; i < polygon.length; ++i) {
        const a = polygon[i];
        const b = polygon[(i + 1) % polygon.length];
        if (inside(a))
            result.push(a);
        if (inside(a) !== inside(b)) {
            const t = (limit - a[axis]) / (b[axis] - a[axis]);
            const p = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
            p[axis] = limit;
            result.push(p);
        }
    }
    return result;
}

class Cells {
    constructor(grid) {
        this.side = 2 ** grid;
        this.cells = new Map();
    }
    at(cx, cy) {
        const key = cy * this.side + cx;
        if (!this.cells.has(key))
            this.cells.set(key, { cx, cy, vertices: [], known: new Map(), indices: [], coast: [], border: [] });
        return this.cells.get(key);
    }
    quantise(cell, [x, y]) {
        const q = (v, c) => Math.round((((v * this.side - c) + MARGIN) / (1 + 2 * MARGIN)) * QUANTUM);
        return [q(x, cell.cx), q(y, cell.cy)].map(v => Math.max(0, Math.min(QUANTUM, v)));
    }
    vertex(cell, point) {
        const [x, y] = this.quantise(cell, point);
        const key = y * 65536 + x;
        if (!cell.known.has(key)) {
            cell.known.set(key, cell.vertices.length);
            cell.vertices.push([x, y]);
        }
        return cell.known.get(key);
    }
    range(low, high) {
        const limit = v => Math.max(0, Math.min(this.side - 1, Math.floor(v)));
        return [limit(low * this.side - MARGIN), limit(high * this.side + MARGIN)];
    }
    addTriangle(a, b, c) {
        const shift = -Math.floor(Math.min(a[0], b[0], c[0]));
        const moved = ([x, y], turns) => [x + turns, y];
        this.addTurn(moved(a, shift), moved(b, shift), moved(c, shift));
        if (Math.max(a[0], b[0], c[0]) + shift > 1)
            this.addTurn(moved(a, shift - 1), moved(b, shift - 1), moved(c, shift - 1));
    }
    addTurn(a, b, c) {
        const [x0, x1] = this.range(Math.min(a[0], b[0], c[0]), Math.max(a[0], b[0], c[0]));
        const [y0, y1] = this.range(Math.min(a[1], b[1], c[1]), Math.max(a[1], b[1], c[1]));
        for (let cy = y0; cy <= y1; ++cy) {
            for (let cx = x0; cx <= x1; ++cx) {
                let part = [a, b, c];
                for (const [axis, limit, below] of [[0, cx - MARGIN, false], [0, cx + 1 + MARGIN, true],
                                                    [1, cy - MARGIN, false], [1, cy + 1 + MARGIN, true]])
                    part = part.length < 3 ? [] : clipConvex(part, axis, limit / this.side, below);
                if (part.length < 3)
                    continue;
                const cell = this.at(cx, cy);
                const corners = part.map(p => this.vertex(cell, p));
                for (let i = 1; i + 1 < corners.length; ++i) {
                    const t = [corners[0], corners[i], corners[i + 1]];
                    if (t[0] !== t[1] && t[1] !== t[2] && t[0] !== t[2])
                        cell.indices.push(...t);
                }
            }
        }
    }
    // Cuts a line at the cells' edges and hands each piece to its cell.
    addLine(points, kind) {
        let open = null;
        let openCell = null;
        let openTurns = 0;
        for (let i = 0; i + 1 < points.length; ++i) {
            const [a, b] = [points[i], points[i + 1]];
            const cuts = [0, 1];
            for (const axis of [0, 1]) {
                const low = Math.ceil(Math.min(a[axis], b[axis]) * this.side);
                const high = Math.floor(Math.max(a[axis], b[axis]) * this.side);
                for (let line = low; line <= high; ++line)
                    cuts.push((line / this.side - a[axis]) / (b[axis] - a[axis]));
            }
            const steps = cuts.filter(t => t >= 0 && t <= 1).sort((p, q) => p - q);
            const at = t => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
            for (let k = 0; k + 1 < steps.length; ++k) {
                if (steps[k + 1] - steps[k] < 1e-9)
                    continue;
                const middle = at((steps[k] + steps[k + 1]) / 2);
                const turns = Math.floor(middle[0]);
                const limit = v => Math.max(0, Math.min(this.side - 1, Math.floor(v * this.side)));
                const cell = this.at(limit(middle[0] - turns), limit(middle[1]));
                const here = ([x, y]) => this.quantise(cell, [x - turns, y]);
                if (cell !== openCell || turns !== openTurns) {
                    openCell = cell;
                    openTurns = turns;
                    open = [here(at(steps[k]))];
                    cell[kind].push(open);
                }
                const next = here(at(steps[k + 1]));
                const last = open[open.length - 1];
                if (next[0] !== last[0] || next[1] !== last[1])
                    open.push(next);
            }
        }
    }
}

// ---- Output -------------------------------------------------------------------------------------------------
class Writer {
    bytes = [];
    u8(v) { this.bytes.push(v & 255); }
    u16(v) { this.u8(v); this.u8(v >> 8); }
    i32(v) { this.u16(v & 65535); this.u16((v >> 16) & 65535); }
    varint(v) {
        while (v > 127) {
            this.u8((v & 127) | 128);
            v = Math.floor(v / 128);
        }
        this.u8(v);
    }
    zigzag(v) { this.varint(v < 0 ? -2 * v - 1 : 2 * v); }
    points(list) {
        let [x, y] = [0, 0];
        for (const [px, py] of list) {
            this.zigzag(px - x);
            this.zigzag(py - y);
            [x, y] = [px, py];
        }
    }
    lines(list) {
        const worth = list.filter(line => line.length > 1);
        this.varint(worth.length);
        for (const line of worth) {
            this.varint(line.length);
            this.points(line);
        }
    }
    string(text) {
        const utf8 = Buffer.from(text, 'utf8');
        this.varint(utf8.length);
        for (const byte of utf8)
            this.u8(byte);
    }
}

// An edge that only exists because the polygon around the pole is closed there.
const artificial = (a, b) => a[1] > 0.998 && b[1] > 0.998;

function coastLines(ring) {
    const lines = [[]];
    for (let i = 0; i + 1 < ring.length; ++i) {
        const current = lines[lines.length - 1];
        if (artificial(ring[i], ring[i + 1])) {
            if (current.length)
                lines.push([]);
            continue;
        }
        if (!current.length)
            current.push(ring[i]);
        current.push(ring[i + 1]);
    }
    return lines.filter(line => line.length > 1);
}

function buildLevel(level) {
    const { objects, arcs } = readTopology(level.file);
    const simple = arcs.map(arc => simplify(arc, level.tolerance / level.scale));
    const least = level.minArea / level.scale ** 2;
    const cells = new Cells(level.grid);
    for (const polygon of polygonsOf(objects.land)) {
        const rings = polygon.map(ring => ringPoints(ring, simple)).filter(ring => ring.length > 3 &&
            area(ring) >= least);
        if (!rings.length || area(ringPoints(polygon[0], simple)) < least)
            continue;
        const flat = [];
        const holes = [];
        for (const ring of rings) {
            if (flat.length)
                holes.push(flat.length / 2);
            for (const [x, y] of ring.slice(0, -1))
                flat.push(x, y);
            for (const line of coastLines(ring))
                cells.addLine(line, 'coast');
        }
        const triangles = earcut(flat, holes);
        const corner = i => [flat[2 * i], flat[2 * i + 1]];
        for (let i = 0; i < triangles.length; i += 3)
            cells.addTriangle(corner(triangles[i]), corner(triangles[i + 1]), corner(triangles[i + 2]));
    }
    // A border is an arc that two countries share.
    const users = arcs.map(() => new Set());
    objects.countries.geometries.forEach((country, number) => {
        for (const polygon of polygonsOf(country))
            for (const ring of polygon)
                for (const index of ring)
                    users[index < 0 ? ~index : index].add(number);
    });
    users.forEach((set, index) => {
        if (set.size > 1)
            cells.addLine(simple[index], 'border');
    });
    return [...cells.cells.values()].sort((a, b) => a.cy - b.cy || a.cx - b.cx);
}

// A point well inside a country's largest part: the best of a grid, by its distance from the outline.
function labelPoint(rings) {
    const outline = rings[0];
    const xs = outline.map(p => p[0]);
    const ys = outline.map(p => p[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    let best = [[(x0 + x1) / 2, (y0 + y1) / 2], -1];
    const steps = 40;
    for (let i = 1; i < steps; ++i) {
        for (let j = 1; j < steps; ++j) {
            const p = [x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * j) / steps];
            let inside = false;
            let nearest = Infinity;
            for (const ring of rings) {
                for (let k = 0; k + 1 < ring.length; ++k) {
                    const [a, b] = [ring[k], ring[k + 1]];
                    if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0])
                        inside = !inside;
                    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
                    const l2 = dx * dx + dy * dy;
                    const t = l2 > 0 ? Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / l2)) : 0;
                    // A label is wide: distance upwards and downwards counts for more.
                    nearest = Math.min(nearest, Math.hypot((p[0] - a[0] - t * dx) * 0.6, p[1] - a[1] - t * dy));
                }
            }
            if (inside && nearest > best[1])
                best = [p, nearest];
        }
    }
    return best[0];
}

function places() {
    const list = [];
    const { objects, arcs } = readTopology('50m');
    for (const country of objects.countries.geometries) {
        const parts = polygonsOf(country).map(polygon => polygon.map(ring => ringPoints(ring, arcs)));
        if (!parts.length || country.properties.name === 'Antarctica')
            continue;
        const largest = parts.reduce((a, b) => (area(b[0]) > area(a[0]) ? b : a));
        const [x, y] = labelPoint(largest);
        const lon = (x - Math.floor(x)) * 360 - 180;
        const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
        // Shown from the zoom on at which the country is about 90 pixels across.
        const across = Math.sqrt(area(largest[0]));
        const minZoom = Math.max(1.5, Math.min(7.5, Math.log2(90 / 256 / across)));
        list.push({ kind: 1, name: country.properties.name, lat, lon, minZoom });
    }
    const [, ...rows] = readFileSync(join(here, 'cities.csv'), 'utf8').trim().split('\n');
    for (const row of rows) {
        const [name, lat, lon, minZoom] = row.split(',');
        list.push({ kind: 0, name, lat: +lat, lon: +lon, minZoom: +minZoom });
    }
    return list.sort((a, b) => a.minZoom - b.minZoom || (a.name < b.name ? -1 : 1));
}

const out = new Writer();
out.u8(LEVELS.length);
for (const level of LEVELS) {
    const cells = buildLevel(level);
    const before = out.bytes.length;
    out.u8(level.grid);
    out.u8(Math.round(level.minZoom * 10));
    out.u16(cells.length);
    for (const cell of cells) {
        if (cell.vertices.length > 65535)
            throw new Error(`cell ${cell.cx}/${cell.cy} has too many vertices`);
        out.u8(cell.cx);
        out.u8(cell.cy);
        out.varint(cell.vertices.length);
        out.points(cell.vertices);
        out.varint(cell.indices.length / 3);
        let last = 0;
        for (const index of cell.indices) {
            out.zigzag(index - last);
            last = index;
        }
        out.lines(cell.coast);
        out.lines(cell.border);
    }
    const sum = pick => cells.reduce((n, cell) => n + pick(cell), 0);
    console.log(`level from zoom ${level.minZoom}: ${cells.length} cells, ${sum(c => c.vertices.length)} vertices, ` +
        `${sum(c => c.indices.length / 3)} triangles, ${sum(c => c.coast.length)} coast and ` +
        `${sum(c => c.border.length)} border lines, ${out.bytes.length - before} bytes`);
}
const list = places();
out.varint(list.length);
for (const place of list) {
    out.u8(place.kind);
    out.u8(Math.round(place.minZoom * 10));
    out.i32(Math.round(place.lat * 1e5));
    out.i32(Math.round(place.lon * 1e5));
    out.string(place.name);
}
const payload = Buffer.from(out.bytes);
const packed = deflateSync(payload, { level: 9 });
const header = Buffer.alloc(48);
header.write('TBM1', 0, 'latin1');
header.writeUInt16LE(1, 4);
header.writeUInt32LE(payload.length, 8);
header.writeUInt32LE(packed.length, 12);
createHash('sha256').update(payload).digest().copy(header, 16);
writeFileSync(output, Buffer.concat([header, packed]));
console.log(`${list.length} places; ${payload.length} bytes, packed ${header.length + packed.length}`);
