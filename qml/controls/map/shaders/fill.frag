// SPDX-License-Identifier: GPL-3.0-or-later
#version 440
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

void main()
{
    float alpha = u.color.a * u.opacity;
    fragColor = vec4(u.color.rgb * alpha, alpha);
}
