// SPDX-License-Identifier: GPL-3.0-or-later
#version 440
layout(location = 0) in vec2 position;
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
    gl_Position = u.matrix * vec4(position * u.scale + u.offset, 0.0, 1.0);
}
