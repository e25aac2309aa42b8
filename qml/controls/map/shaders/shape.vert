// SPDX-License-Identifier: GPL-3.0-or-later
// One quad per symbol; the symbol itself is computed in the fragment shader and stays sharp at any turn and density.
#version 440
layout(location = 0) in vec2 position;
layout(location = 1) in vec4 place;  // x, y: pixels beside the position; z: radius in pixels; w: radius in world units
layout(location = 2) in vec4 corner; // x, y: corner of the quad (-1 … 1); z, w: cosine and sine of the turn
layout(location = 3) in vec4 style;  // x: shape; y: stroke in pixels; z: halo in pixels; w: part that pulses
layout(location = 4) in vec4 fill;
layout(location = 5) in vec4 line;
layout(location = 0) out vec4 local; // x, y: pixels from the middle, unturned; z: radius in pixels; w: shape
layout(location = 1) out vec3 look;
layout(location = 2) out vec4 fillColor;
layout(location = 3) out vec4 lineColor;
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
    float radius = place.z + place.w * u.scale;
    vec2 p = corner.xy * (radius * 1.15 + style.z + 1.5);
    vec2 turned = vec2(p.x * corner.z - p.y * corner.w, p.x * corner.w + p.y * corner.z);
    local = vec4(p, radius, style.x);
    look = style.yzw;
    fillColor = fill;
    lineColor = line;
    gl_Position = u.matrix * vec4(position * u.scale + u.offset + place.xy + turned, 0.0, 1.0);
}
