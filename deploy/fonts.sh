#!/bin/sh
# Make cloud_service/documents/fonts again from Debian's Noto packages (SIL Open Font License 1.1).
# Needs Debian or Ubuntu, apt-get download, dpkg-deb and fonttools (`pip install fonttools`).
set -eu
out=$(cd "$(dirname "$0")/.." && pwd)/cloud_service/documents/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download fonts-noto-core fonts-noto-cjk
for package in *.deb; do dpkg-deb -x "$package" .; done

latin=20-7e,a0-52f,1d00-1dbf,1e00-1fff,2000-206f,2070-209f,20a0-20cf,2100-214f,2150-218f,2190-2193
latin=$latin,2212,2215,221e,2248,2260,2264,2265,25cc,fb00-fb06,fffd,a640-a69f,2de0-2dff
subset() { file=$1 name=$2; shift 2; pyftsubset "$file" --output-file="$out/$name" --no-hinting --name-IDs='*' "$@"; }
from=usr/share/fonts/truetype/noto
for weight in Regular Bold; do
    subset $from/NotoSans-$weight.ttf NotoSans-$weight.ttf --unicodes=$latin --layout-features='*'
    for script in Arabic Hebrew Devanagari Thai Bengali Tamil; do
        subset $from/NotoSans$script-$weight.ttf NotoSans$script-$weight.ttf --unicodes='*' --layout-features='*'
    done
done
for script in Armenian Georgian Telugu Gujarati Kannada Malayalam Gurmukhi Khmer Sinhala Lao Ethiopic Myanmar; do
    subset $from/NotoSans$script-Regular.ttf NotoSans$script-Regular.ttf --unicodes='*' --layout-features='*'
done

# The characters of the national standards of China, Taiwan, Japan and Korea, with the local forms of each.
python3 - > cjk.txt <<'PYTHON'
def pairs(encoding, leads, trails):
    for lead in leads:
        for trail in trails:
            try:
                text = bytes([lead, trail]).decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(text) == 1 and ord(text) >= 0x2E80:
                yield ord(text)

high = range(0xA1, 0xFF)
wanted = set(range(0x3000, 0x3100)) | set(range(0xFF00, 0xFFF0)) | {0xB7}
wanted |= {*pairs("gb2312", high, high), *pairs("euc_jp", high, high)}
wanted |= {code for code in pairs("euc_kr", high, high) if 0xAC00 <= code <= 0xD7A3}
wanted |= {*pairs("big5", range(0xA1, 0xC7), [*range(0x40, 0x7F), *high])}
print(",".join(f"{code:x}" for code in sorted(wanted)))
PYTHON
subset usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc NotoSansCJKsc-Regular.otf --font-number=2 \
    --unicodes-file=cjk.txt --layout-features=ccmp,locl,kern
