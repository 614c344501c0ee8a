"""What every PNG file begins with: https://www.w3.org/TR/png-3/."""

import struct

PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
# Signature, width, height, bits of a channel, colour type.
PNG_HEADER = struct.Struct('>8s8x2I2B')
GREY, RGB, PALETTE, RGBA = 0, 2, 3, 6
# A label image has no more pixels; to make room for what a header states could take all memory.
MAX_LABEL_PIXELS = 1 << 27
