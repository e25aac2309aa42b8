// SPDX-License-Identifier: GPL-3.0-or-later
#version 440
layout(location = 0) in vec4 local;
layout(location = 1) in vec3 look;
layout(location = 2) in vec4 fillColor;
layout(location = 3) in vec4 lineColor;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 matrix;
    vec4 color;
    vec4 halo;
    vec2 offset;
    float scale;
    float opacity;
    float halfWidth;
    float dpr;
    float dashOn;
    float dashOff;
    float pulse;
    float fadeFrom;
    float fadeTo;
    float spare;
} u;

void edge(vec2 p, vec2 a, vec2 b, inout float nearest, inout float side)
{
    vec2 e = b - a;
    vec2 w = p - a;
    vec2 d = w - e * clamp(dot(w, e) / max(dot(e, e), 1e-6), 0.0, 1.0);
    nearest = min(nearest, dot(d, d));
    // Crossing number of a ray to the right.
    if ((a.y > p.y) != (b.y > p.y) && p.x < e.x * w.y / e.y + a.x)
        side = -side;
}

// Signed distance in pixels to a polygon of four corners given in radii.
float polygon(vec2 p, float r, vec2 a, vec2 b, vec2 c, vec2 d)
{
    float nearest = 1e12;
    float side = 1.0;
    edge(p, a * r, b * r, nearest, side);
    edge(p, b * r, c * r, nearest, side);
    edge(p, c * r, d * r, nearest, side);
    edge(p, d * r, a * r, nearest, side);
    return side * sqrt(nearest);
}

float cover(float distance_)
{
    return clamp(0.5 - distance_ * u.dpr, 0.0, 1.0);
}

void main()
{
    vec2 p = local.xy;
    float r = local.z;
    int shape = int(local.w + 0.5);
    float d;
    if (shape == 1) // arrow, pointing up
        d = polygon(p, r, vec2(0.0, -1.0), vec2(0.72, 0.86), vec2(0.0, 0.5), vec2(-0.72, 0.86));
    else if (shape == 2) // triangle
        d = polygon(p, r, vec2(0.0, -1.0), vec2(1.0, 0.8), vec2(-1.0, 0.8), vec2(-1.0, 0.8));
    else if (shape == 3) { // square
        vec2 q = abs(p) - vec2(r * 0.92 - 1.0);
        d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - 1.0;
    } else if (shape == 4) // diamond
        d = polygon(p, r, vec2(0.0, -1.1), vec2(1.1, 0.0), vec2(0.0, 1.1), vec2(-1.1, 0.0));
    else // 0 disc, 5 circle with a dashed outline
        d = length(p) - r;

    float stroke = look.x;
    float strokeCover = stroke > 0.0 ? cover(abs(d + stroke * 0.5) - stroke * 0.5) : 0.0;
    if (shape == 5) {
        float count = max(8.0, floor(6.2832 * r / 6.0));
        float t = fract(atan(p.y, p.x) / 6.2832 * count + 0.5);
        strokeCover *= clamp((0.28 - abs(t - 0.5)) * 6.0 * u.dpr + 0.5, 0.0, 1.0);
    }
    float fillAlpha = fillColor.a * cover(d) * mix(1.0, u.pulse, look.z);
    float lineAlpha = lineColor.a * strokeCover;
    float haloAlpha = look.y > 0.0 ? u.halo.a * cover(d - look.y) : 0.0;

    vec4 result = vec4(u.halo.rgb * haloAlpha, haloAlpha);
    result = vec4(fillColor.rgb * fillAlpha, fillAlpha) + result * (1.0 - fillAlpha);
    result = vec4(lineColor.rgb * lineAlpha, lineAlpha) + result * (1.0 - lineAlpha);
    fragColor = result * u.opacity;
}
