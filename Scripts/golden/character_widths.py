"""Writes the tables of Sources/Engine/Surface/WidthTables.swift from Python's own Unicode data.

Two columns: East Asian Width W and F. None: combining marks (Mn, Me), format characters (Cf, the soft hyphen excepted),
and the vowels and finals of Hangul, which join the consonant before them. Unassigned code points of CJK planes are wide.
Usage: python3 Scripts/golden/character_widths.py > Sources/Engine/Surface/WidthTables.swift
"""

import unicodedata


def is_wide(code):
    character = chr(code)
    if unicodedata.category(character) == "Cn":
        return 0x20000 <= code <= 0x2FFFD or 0x30000 <= code <= 0x3FFFD or 0x3400 <= code <= 0x9FFF
    return unicodedata.east_asian_width(character) in "WF"


def is_nothing(code):
    category = unicodedata.category(chr(code))
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return True
    return category in ("Mn", "Me") or (category == "Cf" and code != 0xAD)


def ranges(holds):
    found, start = [], None
    for code in range(0xA0, 0x110001):
        inside = code < 0x110000 and not 0xD800 <= code < 0xE000 and holds(code)
        if inside and start is None:
            start = code
        if not inside and start is not None:
            found.append((start, code - 1))
            start = None
    return found


def table(name, comment, pairs):
    print(f"  /// {comment}")
    print(f"  static let {name}: [UInt32] = [")
    line = "   "
    for first, last in pairs:
        piece = f" 0x{first:X}, 0x{last:X},"
        if len(line) + len(piece) > 118:
            print(line)
            line = "   "
        line += piece
    print(line)
    print("  ]")


print(f"// Made by Scripts/golden/character_widths.py from Unicode {unicodedata.unidata_version}.\n")
print("/// Widths of characters, as pairs of the first and last code point of each range, in order.")
print("enum WidthTables {")
table("wide", "Two columns.", ranges(lambda code: is_wide(code) and not is_nothing(code)))
print()
table("nothing", "No column of their own.", ranges(is_nothing))
print("}")
