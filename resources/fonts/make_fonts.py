#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the console's typeface out of Inter (SIL Open Font License 1.1).

Qt 6.4 cannot switch font features on from QML, and a console needs figures of one width: a number that
changes must not make its neighbours move. So the figures' tabular forms are made the default here, glyphs and
features that the console never shows are dropped, and the result gets a name of its own, because
"Inter" is its authors' trademark.

Needs Debian's fonts-inter and python3-fonttools. Usage: make_fonts.py [FOLDER WITH Inter-*.otf]
"""
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Tocsin Sans"
WEIGHTS = ["Regular", "Medium", "SemiBold"]
KEEP = [
    (0x0020, 0x007E), (0x00A0, 0x024F), (0x02B0, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F),
    (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x214F),
    (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2300, 0x23FF), (0x25A0, 0x25FF), (0x2713, 0x2717),
]


def tabular_forms(font: TTFont) -> dict[str, str]:
    table = font["GSUB"].table
    mapping: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for lookup in table.LookupList.Lookup[index].SubTable:
                lookup = getattr(lookup, "ExtSubTable", lookup)
                mapping.update(getattr(lookup, "mapping", {}))
    return mapping


def rename(font: TTFont, weight: str) -> None:
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (1, 2, 3, 4, 6, 16, 17, 18, 21, 22, 25):
            names.removeNames(nameID=record.nameID)
    regular = weight == "Regular"
    full = f"{FAMILY} {weight}"
    postscript = f"{FAMILY.replace(' ', '')}-{weight}"
    values = {
        1: FAMILY if regular else full, 2: "Regular", 3: f"{postscript};derived from Inter", 4: full, 6: postscript,
    }
    if not regular:
        values |= {16: FAMILY, 17: weight}
    for name_id, value in values.items():
        names.setName(value, name_id, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [postscript]
        cff.topDictIndex[0].FullName = full
        cff.topDictIndex[0].FamilyName = FAMILY


def main() -> int:
    source = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/opentype/inter")
    target = Path(__file__).resolve().parent
    wanted = {code for first, last in KEEP for code in range(first, last + 1)}
    for weight in WEIGHTS:
        font = TTFont(source / f"Inter-{weight}.otf")
        tabular = tabular_forms(font)
        for table in font["cmap"].tables:
            for code, glyph in list(table.cmap.items()):
                # The space keeps its width: only figures and what stands between them become tabular.
                if glyph in tabular and chr(code).isdigit():
                    table.cmap[code] = tabular[glyph]
        options = subset.Options()
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "calt"]
        options.name_IDs = ["*"]
        options.name_languages = ["*"]
        options.notdef_outline = True
        options.hinting = True
        worker = subset.Subsetter(options)
        worker.populate(unicodes=wanted)
        worker.subset(font)
        rename(font, weight)
        out = target / f"TocsinSans-{weight}.otf"
        font.save(out)
        print(out.name, out.stat().st_size, "bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
