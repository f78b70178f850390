"""Divisions that the checks know by heart: the prefecture's counties and the provinces (GB/T 2260)."""

from collections.abc import Mapping
from types import MappingProxyType

PREFECTURE = "532500"

# Full names first, short ones after; both are written in county columns of the national export.
COUNTIES: Mapping[str, str] = MappingProxyType(
    {
        "个旧市": "532501",
        "开远市": "532502",
        "蒙自市": "532503",
        "弥勒市": "532504",
        "屏边苗族自治县": "532523",
        "建水县": "532524",
        "石屏县": "532525",
        "泸西县": "532527",
        "元阳县": "532528",
        "红河县": "532529",
        "金平苗族瑶族傣族自治县": "532530",
        "绿春县": "532531",
        "河口瑶族自治县": "532532",
        "屏边县": "532523",
        "金平县": "532530",
        "河口县": "532532",
    }
)

PROVINCES = (
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
    *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
    *("71", "81", "82"),
)
