// SPDX-License-Identifier: GPL-3.0-or-later
#version 440
layout(location = 0) in vec3 across;
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
    float thin = min(1.0, u.halfWidth * 2.0 * u.dpr);
    float half_ = max(u.halfWidth, 0.5 / u.dpr);
    float cover = clamp((half_ - abs(across.x)) * u.dpr + 0.5, 0.0, 1.0) * thin;
    if (u.dashOn > 0.0) {
        float m = mod(across.y, u.dashOn + u.dashOff);
        cover *= clamp((u.dashOn * 0.5 - abs(m - u.dashOn * 0.5)) * u.dpr + 0.5, 0.0, 1.0);
    }
    float alpha = u.color.a * u.opacity * cover * mix(u.fadeFrom, u.fadeTo, across.z);
    fragColor = vec4(u.color.rgb * alpha, alpha);
}
