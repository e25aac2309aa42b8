// SPDX-License-Identifier: GPL-3.0-or-later
// Text stays on whole device pixels, or it would blur while the map moves.
#version 440
layout(location = 0) in vec2 position;
layout(location = 1) in vec4 place; // x, y: pixels beside the position; z, w: texture coordinate
layout(location = 2) in vec4 ink;
layout(location = 0) out vec2 texel;
layout(location = 1) out vec4 inkColor;
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
    vec2 anchor = floor((position * u.scale + u.offset) * u.dpr + 0.5) / u.dpr;
    texel = place.zw;
    inkColor = ink;
    gl_Position = u.matrix * vec4(anchor + place.xy, 0.0, 1.0);
}
