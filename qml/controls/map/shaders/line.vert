// SPDX-License-Identifier: GPL-3.0-or-later
// A line is widened here, in pixels, so its width does not depend on the zoom and nothing is rebuilt.
#version 440
layout(location = 0) in vec2 position;
layout(location = 1) in vec3 normal; // x, y: direction of widening; z: -1 … 1 across the line
layout(location = 2) in vec2 course; // x: way along the line in world units; y: opacity
layout(location = 0) out vec3 across; // x: pixels from the middle; y: pixels along; z: opacity
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
out gl_PerVertex { vec4 gl_Position; };

void main()
{
    float half_ = max(u.halfWidth, 0.5 / u.dpr) + 0.5 / u.dpr;
    vec2 p = position * u.scale + u.offset + normal.xy * half_;
    across = vec3(normal.z * half_, course.x * u.scale, course.y);
    gl_Position = u.matrix * vec4(p, 0.0, 1.0);
}
