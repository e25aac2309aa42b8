// SPDX-License-Identifier: GPL-3.0-or-later
// The texture holds white text over a black outline, premultiplied: red is the text, alpha both.
#version 440
layout(location = 0) in vec2 texel;
layout(location = 1) in vec4 inkColor;
layout(location = 0) out vec4 fragColor;
layout(binding = 1) uniform sampler2D glyphs;
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
    vec4 t = texture(glyphs, texel);
    float haloAlpha = (t.a - t.r) * u.halo.a * inkColor.a;
    float inkAlpha = t.r * inkColor.a;
    fragColor = vec4(u.halo.rgb * haloAlpha + inkColor.rgb * inkAlpha, haloAlpha + inkAlpha) * u.opacity;
}
